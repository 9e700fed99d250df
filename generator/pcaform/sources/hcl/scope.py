"""One module with its arguments -> what every name in it means: variables, locals, resources, and outputs of calls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl import functions
from pcaform.sources.hcl.block_values import contents, value_of
from pcaform.sources.hcl.blocks import Attribute, Block
from pcaform.sources.hcl.compiler import Scope
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.providers import ProviderConfig
from pcaform.sources.hcl.static_config import References
from pcaform.sources.hcl.traversal import step_into
from pcaform.sources.hcl.type_conversion import convert
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.terraform import addresses

_LARGEST = 1 << 20
_MOST = 10_000
"""No configuration makes more instances of one block; a count in the millions is a slip."""
_ITSELF = Unknown("it refers to itself")


@dataclass(frozen=True, slots=True)
class NestedScope:
    """A scope with a few more names in it: those of `for`, `each`, `count` and dynamic blocks."""

    outer: Scope
    names: Mapping[str, Any]

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return what a path means, the names of this scope first."""
        return step_into(self.names[root], steps) if root in self.names else self.outer.resolve(root, steps)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return what a function makes of its arguments."""
        return self.outer.call(function, arguments)

    def with_names(self, names: Mapping[str, Any]) -> "NestedScope":
        """Return this scope with more names."""
        return NestedScope(self, names)


@dataclass(frozen=True)
class Instance:
    """One instance of a block: its address, and the scope in which its arguments are read."""

    block: Block
    address: str
    scope: Scope
    home: "ModuleScope"

    def argument(self, name: str) -> Any:
        """Return one argument, None where it is not given."""
        attribute = self.block.body.attributes.get(name)
        return None if attribute is None else value_of(attribute, self.scope)

    @property
    def place(self) -> ProviderConfig:
        """Where it lives: what its `provider` argument names, else the module's own provider; its own region first."""
        attribute = self.block.body.attributes.get("provider")
        if attribute is None:
            return self.home.place().in_region(self.region)
        return self.home.place(value_of(attribute, References()), attribute.place).in_region(self.region)

    @property
    def region(self) -> Any:
        """The region that a resource names itself, None where it names none."""
        return None if self.block.type == "module" else self.argument("region")

    def contents(self) -> dict[str, Any]:
        """Return all arguments and nested blocks."""
        return contents(self.block.body, self.scope, is_inner=False)


@dataclass(frozen=True, slots=True)
class Arguments(Mapping[str, Any]):
    """What a module call gives, each evaluated when it is asked for: two calls may need each other's outputs."""

    call: Instance

    def __getitem__(self, name: str) -> Any:
        if name not in self.call.block.body.attributes:
            raise KeyError(name)
        return self.call.argument(name)

    def __contains__(self, name: object) -> bool:
        return name in self.call.block.body.attributes

    def __iter__(self) -> Iterator[str]:
        return iter(self.call.block.body.attributes)

    def __len__(self) -> int:
        return len(self.call.block.body.attributes)


@dataclass
class ModuleScope:
    """A module in use: where it stands, and what its variables and providers are."""

    module: Module
    address: str
    arguments: Mapping[str, Any]
    places: Mapping[str, ProviderConfig]
    """By how the module calls its providers: `aws`, `aws.west`."""
    view: Callable[[Instance], Any]
    """From a resource, a data source or a module call to what stands for it in expressions."""
    ancestors: tuple[Path, ...] = ()
    origin: str = ""
    """Where the call stands of a module that no file of the user's holds."""
    _known: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return what a path means in this module."""
        if root in ("each", "count", "self", "terraform"):
            return Unknown(f"'{root}' has no meaning here")
        if root == "path":
            return str(self.module.directory)
        length = 1 if root in ("var", "local", "module") else 2 if root == "data" else 1
        if len(steps) < length or not all(isinstance(step, str) for step in steps[:length]):
            return Unknown(f"'{root}' alone is not evaluated here")
        return step_into(self._value((root, *steps[:length])), steps[length:])

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return what a function makes of its arguments."""
        return self._file(arguments) if function == "file" else functions.call(function, arguments)

    def with_names(self, names: Mapping[str, Any]) -> NestedScope:
        """Return this scope with more names."""
        return NestedScope(self, names)

    def output(self, name: str) -> Any:
        """Return an output's value."""
        return self._value(("output", name))

    def place(self, named: Any = None, where: str = "") -> ProviderConfig:
        """Return a provider's place: that of a reference such as `aws.west`, in quotes or not; of none the default."""
        path = "aws" if named is None else getattr(named, "path", named)
        if path == "aws" or (isinstance(path, str) and path in self.places):
            return self.places.get(path, ProviderConfig())
        missing = f"no provider block sets up '{path}': add it, or correct its alias"
        is_named = isinstance(path, str)
        none = Unknown(f"{where}: {missing if is_named else 'which provider is meant cannot be told: write aws.ALIAS'}")
        return ProviderConfig(region=none, account_id=none)

    def instances(self, block: Block) -> list[Instance] | Unknown:
        """Return a block's instances: one, or what `count` and `for_each` make; Unknown where they cannot be told."""
        found = self._expanded(block)
        if isinstance(found, Unknown):
            return found
        return list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]

    def _value(self, name: tuple[str, ...]) -> Any:
        """Return what a name means; each is evaluated once, and one that needs itself is not known."""
        if name not in self._known:
            self._known[name] = _ITSELF
            self._known[name] = self._evaluated(*name)
        return self._known[name]

    def _evaluated(self, root: str, *names: str) -> Any:
        if root == "var":
            return self._variable(names[0])
        if root == "local":
            attribute = self.module.locals.get(names[0])
            return value_of(attribute, self) if attribute else Unknown(f"there is no local.{names[0]}")
        key = {"module": ("module", *names), "data": ("data", *names), "output": ("output", *names)}
        block = self.module.blocks.get(key.get(root, ("resource", root, *names)))
        if block is None:
            return Unknown(f"there is no {'.'.join((root, *names))}")
        if root == "output":
            attribute = block.body.attributes.get("value")
            return value_of(attribute, self) if attribute else None
        return self._viewed(self._expanded(block))

    def _viewed(self, found: Any) -> Any:
        if isinstance(found, dict):
            return {key: self.view(instance) for key, instance in found.items()}
        if isinstance(found, list):
            return [self.view(instance) for instance in found]
        return found if isinstance(found, Unknown) else self.view(found)

    def _variable(self, name: str) -> Any:
        block = self.module.blocks.get(("variable", name))
        if block is None:
            return Unknown(f"there is no variable '{name}'")
        attributes = block.body.attributes
        kind = self.module.kind(name, attributes.get("type"))
        if name in self.arguments:
            value = self.arguments[name]
            is_nullable = "nullable" not in attributes or value_of(attributes["nullable"], self) is not False
            if value is not None or is_nullable or "default" not in attributes:
                return convert(value, kind)
        if "default" in attributes:
            return convert(value_of(attributes["default"], self), kind)
        more = ": give it with '--var-file'" if not self.address else ""
        return Unknown(f"var.{name} has no value{more}")

    def _expanded(self, block: Block) -> Instance | list[Instance] | dict[str, Instance] | Unknown:
        attributes = block.body.attributes
        labels = block.labels if block.type == "resource" else (block.type, *block.labels)
        base = ".".join(part for part in (self.address, *labels) if part)
        if "count" in attributes:
            number = value_of(attributes["count"], self)
            if not isinstance(number, int) or not 0 <= number <= _MOST:
                return number if isinstance(number, Unknown) else Unknown("'count' wants a number")
            return [
                Instance(block, f"{base}[{index}]", self.with_names({"count": {"index": index}}), self)
                for index in range(int(number))
            ]
        if "for_each" in attributes:
            return self._each(block, value_of(attributes["for_each"], self), base)
        return Instance(block, base, self, self)

    def _each(self, block: Block, values: Any, base: str) -> dict[str, Instance] | Unknown:
        if isinstance(values, list):
            unknown = first_unknown(values)
            if unknown is not None:
                return unknown
            if all(isinstance(value, str) for value in values):
                values = {value: value for value in values}
        if not isinstance(values, Mapping):
            return values if isinstance(values, Unknown) else Unknown("'for_each' wants an object or a set of texts")
        return {
            key: Instance(
                block, addresses.with_key(base, key), self.with_names({"each": {"key": key, "value": value}}), self
            )
            for key, value in sorted(values.items())
        }

    def _file(self, arguments: list[Any]) -> Any:
        """Return the text of a file beside the configuration; nothing else of the disk is read."""
        (path,) = arguments or [None]
        if not isinstance(path, str):
            return path if isinstance(path, Unknown) else Unknown("file() wants a path")
        top = (*self.ancestors, self.module.directory)[0]
        full = (self.module.directory / path).resolve()
        if not full.is_relative_to(top):
            return Unknown("a file outside of the configuration's directory is not read")
        try:
            with full.open("rb") as opened:
                content = opened.read(_LARGEST + 1)
            return nfc(content.decode()) if len(content) <= _LARGEST else Unknown("the file is larger than 1 MiB")
        except (OSError, UnicodeDecodeError):
            return Unknown(f"'{full.name}' cannot be read as text")


def single_instance(attribute: Attribute | None, scope: Scope) -> Any:
    """Return the value of an argument that may be missing."""
    return None if attribute is None else value_of(attribute, scope)

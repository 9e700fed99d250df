"""Resolves names in one module instance: variables, locals, resources, data sources and outputs of module calls."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcaform.core.files import read_file
from pcaform.core.pem import find_private_key
from pcaform.core.unicode import nfc
from pcaform.sources.hcl import functions
from pcaform.sources.hcl.blocks import Block, evaluate
from pcaform.sources.hcl.expressions import parse_text
from pcaform.sources.hcl.lexer import Source
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.objects import Instance
from pcaform.sources.hcl.operators import to_string
from pcaform.sources.hcl.providers import ProviderConfig
from pcaform.sources.hcl.type_conversion import convert
from pcaform.sources.hcl.values import NestedScope, Unknown, first_unknown, traverse
from pcaform.terraform import addresses

_MAX_FILE_SIZE = 1 << 20
_MAX_INSTANCES = 10_000
"""Maximum number of instances of one block; a higher count is taken for a mistake."""
_MANY = "it uses one of the instances of a provider ('for_each' of OpenTofu), which files alone do not tell apart"
_CYCLE = Unknown("it refers to itself")


@dataclass
class ModuleScope:
    """One instance of a module: its address, arguments and provider configurations."""

    module: Module
    address: str
    arguments: Mapping[str, Callable[[], Any]]
    """Functions that return the values: a call is evaluated lazily, since two may need each other's outputs."""
    providers: Mapping[str, ProviderConfig]
    """By the name in this module: `aws`, `aws.west`."""
    to_object: Callable[[Instance], Any]
    """From an instance to its object in expressions: itself, and for a module call the module's scope."""
    ancestors: tuple[Path, ...] = ()
    origin: str = ""
    """Location of the user's call of a module that pcaform ships, for messages; empty for the user's own modules."""
    _values: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return the value of a path in this module."""
        if root in ("path", "terraform") and steps:
            return self._resolve_run(f"{root}.{steps[0]}")
        if root == "ephemeral":
            return Unknown("an ephemeral value is read anew in each run, and is in no file")
        if root in ("each", "count", "self", "terraform", "path"):
            return Unknown(f"'{root}' cannot be used here")
        length = 2 if root == "data" else 1
        if len(steps) < length or not all(isinstance(step, str) for step in steps[:length]):
            return Unknown(f"pcaform does not evaluate '{root}' alone")
        return traverse(self._evaluate_once((root, *steps[:length])), steps[length:])

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return the result of a function."""
        is_of_files = function in ("file", "fileexists", "templatefile")
        return self._call_on_file(function, *arguments) if is_of_files else functions.call_function(function, arguments)

    @property
    def top(self) -> Path:
        """The directory of the root module, in which Terraform runs."""
        return (*self.ancestors, self.module.directory)[0]

    def _resolve_run(self, name: str) -> Any:
        """Return a path as Terraform has it if it runs in the root module, or the workspace that is selected there."""
        if name in ("path.module", "path.root"):
            return os.path.relpath(self.module.directory if name == "path.module" else self.top, self.top)
        if name == "path.cwd":
            return str(self.top)
        selected = self.top / ".terraform" / "environment"
        if name == "terraform.workspace" and selected.is_file():
            return selected.read_text(encoding="utf-8").strip()
        return Unknown(f"'{name}' depends on where and how Terraform runs")

    def get_attribute(self, name: Any) -> Any:
        """Return an output's value."""
        return self._evaluate_once(("output", str(name)))

    def provider(self, reference: Any = None, location: str = "") -> ProviderConfig:
        """Return the configuration of a reference such as `aws.west`, in quotes or not; the default one without it."""
        path = "aws" if reference is None else getattr(reference, "path", reference)
        if path == "aws" or (isinstance(path, str) and path in self.providers):
            return self.providers.get(path, ProviderConfig())
        missing = f"no provider block configures '{path}': add it, or correct the alias"
        unclear = "the provider reference cannot be evaluated: write aws.ALIAS"
        if any("for_each" in block.body.attributes for block in self.module.of_type("provider")):
            missing = unclear = f"{_MANY}: import from the state, or from a plan"
        none = Unknown(f"{location}: {missing if isinstance(path, str) else unclear}")
        return ProviderConfig(region=none, account_id=none)

    def address_of(self, block: Block) -> str:
        """Return the address of a block in the configuration, without keys of its instances."""
        return f"{self.address}.{block.address}" if self.address else block.address

    def instances(self, block: Block) -> list[Instance] | Unknown:
        """Return a block's instances: one, or those of `count` or `for_each`; Unknown if these cannot be evaluated."""
        expanded = self._expand(block)
        if isinstance(expanded, dict):
            return list(expanded.values())
        return [expanded] if isinstance(expanded, Instance) else expanded

    def _evaluate_once(self, name: tuple[str, ...]) -> Any:
        """Return the value of a name; it is evaluated once, and unknown if it depends on itself."""
        if name not in self._values:
            self._values[name] = _CYCLE
            self._values[name] = self._evaluate_name(*name)
        return self._values[name]

    def _evaluate_name(self, root: str, *names: str) -> Any:
        if root == "var":
            return self._evaluate_variable(names[0])
        if root == "local":
            attribute = self.module.locals.get(names[0])
            return evaluate(attribute, self) if attribute else Unknown(f"there is no local.{names[0]}")
        is_resource = root not in ("module", "data", "output")
        block = self.module.blocks.get(("resource", root, *names) if is_resource else (root, *names))
        if block is None:
            return Unknown(f"there is no {'.'.join((root, *names))}")
        if root == "output":
            return block.argument("value", self)
        return self._to_objects(self._expand(block))

    def _to_objects(self, expanded: Any) -> Any:
        if isinstance(expanded, dict):
            return {key: self.to_object(instance) for key, instance in expanded.items()}
        if isinstance(expanded, list):
            return [self.to_object(instance) for instance in expanded]
        return expanded if isinstance(expanded, Unknown) else self.to_object(expanded)

    def _evaluate_variable(self, name: str) -> Any:
        block = self.module.blocks.get(("variable", name))
        if block is None:
            return Unknown(f"there is no variable '{name}'")
        attributes = block.body.attributes
        type_constraint = self.module.variable_type(name, attributes.get("type"))
        if name in self.arguments:
            value = self.arguments[name]()
            is_nullable = block.argument("nullable", self) is not False
            if value is not None or is_nullable or "default" not in attributes:
                return convert(value, type_constraint)
        if "default" in attributes:
            return convert(block.argument("default", self), type_constraint)
        hint = " (set it with '--var-file')" if not self.address else ""
        return Unknown(f"var.{name} has no value{hint}")

    def _expand(self, block: Block) -> Instance | list[Instance] | dict[str, Instance] | Unknown:
        attributes = block.body.attributes
        base = self.address_of(block)
        for lifecycle in block.body.of_type("lifecycle"):
            is_enabled = lifecycle.argument("enabled", self)  # of OpenTofu
            if is_enabled not in (None, True):
                return is_enabled if isinstance(is_enabled, Unknown) else []
        if "count" in attributes:
            number = evaluate(attributes["count"], self)
            if not isinstance(number, int) or not 0 <= number <= _MAX_INSTANCES:
                problem = f"'count' must be a whole number from 0 to {_MAX_INSTANCES}"
                return number if isinstance(number, Unknown) else Unknown(problem)
            return [
                Instance(block, f"{base}[{index}]", NestedScope(self, {"count": {"index": index}}), self)
                for index in range(int(number))
            ]
        if "for_each" in attributes:
            return self._expand_for_each(block, evaluate(attributes["for_each"], self), base)
        return Instance(block, base, self, self)

    def _expand_for_each(self, block: Block, values: Any, base: str) -> dict[str, Instance] | Unknown:
        if isinstance(values, list):
            unknown = first_unknown(values)
            if unknown is not None:
                return unknown
            if all(isinstance(value, str) for value in values):
                values = {value: value for value in values}
        if not isinstance(values, dict):
            return values if isinstance(values, Unknown) else Unknown("'for_each' must be a map or a set of strings")
        return {
            key: Instance(
                block, addresses.with_key(base, key), NestedScope(self, {"each": {"key": key, "value": value}}), self
            )
            for key, value in sorted(values.items())
        }

    def _call_on_file(self, function: str, path: Any = None, variables: Any = None) -> Any:
        """Return what a function makes of a file inside the configuration's directory; other files are never read."""
        if not isinstance(path, str):
            return path if isinstance(path, Unknown) else Unknown(f"{function}() needs a path")
        try:
            full = (self.top / path).resolve()
            if not full.is_relative_to(self.top):
                return Unknown("pcaform does not read files outside of the configuration's directory")
            if function == "fileexists":
                return full.is_file()
            content = read_file(full, limit=_MAX_FILE_SIZE).decode()
        except (OSError, ValueError, RuntimeError):
            return Unknown(f"'{Path(path).name}' cannot be read as text")
        if find_private_key(content):
            return Unknown(f"'{full.name}' holds a private key")
        if function == "file":
            return nfc(content)
        template = parse_text(Source(full.name, content))
        known = variables if isinstance(variables, dict) else {}
        return to_string(template.code(template.slots, NestedScope(self, known)))

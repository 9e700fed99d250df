"""The type of a module call, and the functions that all builders of module calls share.

Modules come from a copy in each stack, one copy beside the stacks, or a source of the user.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.core.problems import Failure
from pcaform.spec.types import Model
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.schema import plain_defaults


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One `module` block: its name, the module it calls, and its arguments in order."""

    name: str
    module: str
    arguments: Mapping[str, Any]

    @property
    def uses(self) -> list[str]:
        """Its arguments by their paths, and the texts among them: some need a later release of the provider."""
        return [*_paths(self.arguments), *(each for each in self.arguments.values() if isinstance(each, str))]


def _paths(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{above}{name}.")


def build_call(name: str, module: str, /, **arguments: Any) -> ModuleCall:
    """Return a call without the arguments that are None: an omitted argument keeps the module's default."""
    return ModuleCall(name, module, without_none(arguments))


def output(module: str, name: str) -> Reference:
    """Return a reference to an output of a module call."""
    return Reference(f"module.{module}.{name}")


def none_if_default(value: Any, default: Any) -> Any:
    """Return the value, or None if it is the module's default."""
    return None if value == default else value


def plain_arguments(resource: str, item: Model) -> dict[str, Any]:
    """Return the arguments that a module takes as the spec has them; None for those that have their default."""
    defaults = plain_defaults(resource).items()
    return {name: none_if_default(getattr(item, name), default) for name, default in defaults}


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


_QUERY = "?"
_LOCAL = ("./", "../", "/")
_REMOTE = re.compile(
    r"(git|hg|s3|gcs|oci|https?|file)::.+|https?://.+|git@.+|(github\.com|bitbucket\.org)/.+", re.DOTALL
)
_GIT = ("git", "bitbucket.org")
_REGISTRY = re.compile(r"([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?/)?([A-Za-z0-9][A-Za-z0-9_-]*/){2}[a-z0-9]+//[^/].*")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?")

_ALLOWED = (
    "vendored, shared, a path that starts with './', '../' or '/', 'git::URL//DIR?ref=TAG' and similar, or the "
    "directory of modules in a registry's package with its version, '[HOST/]NAMESPACE/NAME/PROVIDER//DIR@1.2.3'"
)


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A directory, registry or repository that contains all modules by name; a registry has a version too."""

    base: str
    is_copied: bool = False
    """Whether rendering copies the modules into the stack."""
    version: str | None = None

    @property
    def is_unpinned(self) -> bool:
        """Whether it is a repository of git without a revision."""
        return self.base.startswith(_GIT) and not re.search(r"[?&]ref=[^&]", self.base)

    def is_found_from(self, stack: Path) -> bool:
        """Tell whether a stack finds the modules, as far as that can be seen: elsewhere only Terraform looks."""
        return self in (VENDORED, SHARED) or not self.base.startswith(_LOCAL) or (stack / self.base).is_dir()

    def of(self, module: str) -> str:
        """Return the `source` of one module; a query, such as `?ref=v1`, stays at the end."""
        path, mark, query = self.base.partition(_QUERY)
        return f"{path.rstrip('/')}/{module}{mark}{query}"


VENDORED = ModuleSource("./modules", is_copied=True)
SHARED = ModuleSource("../modules")


def parse_module_source(text: str) -> ModuleSource:
    """Return the source for `vendored`, `shared`, or a source of Terraform; raises Failure for any other."""
    known = {"vendored": VENDORED, "shared": SHARED}.get(text)
    if known or text.startswith(_LOCAL) or _REMOTE.fullmatch(text):
        return known or ModuleSource(text)
    address, _, version = text.rpartition("@")
    if not _REGISTRY.fullmatch(address) or not _VERSION.fullmatch(version):
        raise Failure(f"'--modules {text}': not a source of Terraform, allowed: {_ALLOWED}")
    return ModuleSource(address, version=version)

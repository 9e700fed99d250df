"""Module calls -> the modules they call: beside the configuration, or one of our own, which we bring along."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pcaform.core import assets
from pcaform.core.problems import Failure
from pcaform.sources.hcl.block_values import contents, value_of
from pcaform.sources.hcl.module_loader import Module, module
from pcaform.sources.hcl.objects import ModuleOutputs, ResourceObject
from pcaform.sources.hcl.providers import Options, ProviderConfig, provider_config
from pcaform.sources.hcl.scope import Arguments, Instance, ModuleScope, single_instance
from pcaform.sources.hcl.static_config import References
from pcaform.sources.hcl.unknown import Unknown

_LOCAL = ("./", "../")
_NAME = re.compile(r"(?:^|/)(?P<name>[A-Za-z0-9_-]+)(?:\?.*)?$")
_DEEPEST = 20


@dataclass
class Calls:
    """Everything that a configuration calls, each directory read once and each call entered once."""

    options: Options
    _ours: Path = field(default_factory=lambda: assets.directory("modules").resolve())
    _modules: dict[Path, Module] = field(default_factory=dict)
    _called: dict[tuple[Path, str], Module | Unknown] = field(default_factory=dict)
    _entered: dict[str, ModuleScope | Unknown] = field(default_factory=dict)

    def view(self, instance: Instance) -> Any:
        """Return what stands for a resource, a data source or a module call in expressions."""
        if instance.block.type != "module":
            return ResourceObject(instance)
        scope = self.enter(instance)
        return scope if isinstance(scope, Unknown) else ModuleOutputs(scope)

    def enter(self, call: Instance) -> ModuleScope | Unknown:
        """Return the module that a call enters; Unknown where it is not here."""
        if call.address not in self._entered:
            self._entered[call.address] = self._scope(call)
        return self._entered[call.address]

    def _scope(self, call: Instance) -> ModuleScope | Unknown:
        found = self._module_of(call)
        if isinstance(found, Unknown):
            return found
        home = call.home
        ancestors = (*home.ancestors, home.module.directory)
        if found.directory in ancestors:
            raise call.block.source.failure(call.block.start, f"module '{call.block.labels[0]}' calls itself")
        if len(ancestors) > _DEEPEST:
            raise call.block.source.failure(call.block.start, f"modules call each other {_DEEPEST} levels deep")
        origin = home.origin or (call.block.place if found.directory.is_relative_to(self._ours) else "")
        scope = ModuleScope(found, call.address, Arguments(call), self._passed(call), self.view, ancestors, origin)
        own = places(scope, self.options)
        return replace(scope, places={**scope.places, **own}) if own else scope

    def _module_of(self, call: Instance) -> Module | Unknown:
        """Return the module that a call names; calls of one source from one directory are looked up once."""
        source = single_instance(call.block.body.attributes.get("source"), call.scope)
        if not isinstance(source, str):
            return source if isinstance(source, Unknown) else Unknown("it has no source")
        key = (call.home.module.directory, source)
        if key not in self._called:
            self._called[key] = self._located(call, source)
        return self._called[key]

    def _located(self, call: Instance, source: str) -> Module | Unknown:
        if source.startswith(_LOCAL):
            directory = call.home.module.directory / source
            if directory.is_dir():
                return self._module(directory, _shown(call.home.module.path, source))
        shipped = shipped_module(source)
        if shipped is not None:
            return self._module(shipped, f"modules/{shipped.name}")
        if source.startswith(_LOCAL):
            raise call.block.source.failure(call.block.start, f"there is no directory '{source}' for this module")
        return Unknown(f"its source '{source}' is not part of this directory")

    def _module(self, directory: Path, shown: str) -> Module:
        resolved = _resolved(directory, shown)
        if resolved not in self._modules:
            self._modules[resolved] = module(resolved, shown)
        return self._modules[resolved]

    @staticmethod
    def _passed(call: Instance) -> Mapping[str, ProviderConfig]:
        """Return the providers that a call hands to its module; the default one goes along by itself."""
        attribute = call.block.body.attributes.get("providers")
        given = value_of(attribute, References()) if attribute else {}
        passed = given if isinstance(given, Mapping) else {"aws": given}
        handed = {str(name): call.home.place(each, call.block.place) for name, each in passed.items()}
        return {"aws": call.home.place(), **handed}


def _resolved(directory: Path, shown: str) -> Path:
    try:
        return directory.resolve(strict=True)
    except (OSError, RuntimeError):
        raise Failure(f"{shown}: cannot be read: its symbolic links lead nowhere, or in a circle") from None


def _shown(base: str, source: str) -> str:
    return os.path.normpath(f"{base or '.'}/{source}")


def shipped_module(source: str) -> Path | None:
    """Return the directory of our own module that a source names by its last part; None for any other module."""
    match = _NAME.search(source)
    directory = assets.directory("modules")
    found = directory / match["name"] if match else directory
    return found if match and found.is_dir() else None


def places(scope: ModuleScope, options: Options) -> dict[str, ProviderConfig]:
    """Return the places of a module's own provider blocks, by what the module calls them."""
    found = {}
    for block in scope.module.of_type("provider"):
        if block.labels == ("aws",):
            each = provider_config(contents(block.body, scope), options, block.place)
            found[f"aws.{each.alias}" if each.alias else "aws"] = each
    return found

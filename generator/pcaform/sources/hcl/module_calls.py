"""Finds the modules that module calls name: local directories, or modules that pcaform ships."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from pcaform.core.files import packaged_directory, read_file
from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure
from pcaform.sources.hcl.blocks import evaluate_body
from pcaform.sources.hcl.module_loader import Module, load_module
from pcaform.sources.hcl.objects import Instance
from pcaform.sources.hcl.providers import Options, ProviderConfig, read_provider
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.static_config import ReferenceScope
from pcaform.sources.hcl.values import Unknown
from pcaform.terraform import addresses

_LOCAL = ("./", "../")
_NAME = re.compile(r"(?:^|/)(?P<name>[A-Za-z0-9_-]+)(?:\?.*)?$")
_MAX_DEPTH = 20


@dataclass
class ModuleCalls:
    """The modules that a configuration calls; each directory is loaded once, each call evaluated once."""

    options: Options
    _bundled: Path = field(default_factory=lambda: packaged_directory("modules").resolve())
    _modules: dict[Path, Module] = field(default_factory=dict)
    _by_source: dict[tuple[Path, str], Module | Unknown] = field(default_factory=dict)
    _scopes: dict[str, ModuleScope | Unknown] = field(default_factory=dict)

    def to_object(self, instance: Instance) -> Any:
        """Return the object of a resource, a data source or a module call in expressions."""
        scope = self.enter_module(instance) if instance.block.type == "module" else None
        if isinstance(scope, Unknown):
            return Unknown(f"the content of {instance.address} is unknown: {scope.reason}")
        return scope or instance

    def enter_module(self, call: Instance) -> ModuleScope | Unknown:
        """Return the module instance of a call; Unknown if the module is not available."""
        if call.address not in self._scopes:
            self._scopes[call.address] = self._build_scope(call)
        return self._scopes[call.address]

    def _build_scope(self, call: Instance) -> ModuleScope | Unknown:
        module = self._find_module(call)
        if isinstance(module, Unknown):
            return module
        caller = call.module_scope
        ancestors = (*caller.ancestors, caller.module.directory)
        if module.directory in ancestors:
            raise call.block.failure(f"module '{call.block.labels[0]}' calls itself")
        if len(ancestors) > _MAX_DEPTH:
            raise call.block.failure(f"modules are nested too deeply: at most {_MAX_DEPTH} levels are allowed")
        origin = caller.origin or (call.block.location if module.directory.is_relative_to(self._bundled) else "")
        arguments = {name: partial(call.argument, name) for name in call.block.body.attributes}
        providers = self._passed_providers(call)
        scope = ModuleScope(module, call.address, arguments, providers, self.to_object, ancestors, origin)
        own_providers = read_providers(scope, self.options)
        return replace(scope, providers={**scope.providers, **own_providers}) if own_providers else scope

    def _find_module(self, call: Instance) -> Module | Unknown:
        """Return the module that a call names; each source is located once for each calling directory."""
        source = call.argument("source")
        if not isinstance(source, str):
            return source if isinstance(source, Unknown) else Unknown("it has no 'source'")
        key = (call.module_scope.module.directory, source)
        if key not in self._by_source:
            self._by_source[key] = self._locate_module(call, source)
        return self._by_source[key]

    def _locate_module(self, call: Instance, source: str) -> Module | Unknown:
        if source.startswith(_LOCAL):
            directory = call.module_scope.module.directory / source
            if directory.is_dir():
                base = call.module_scope.module.path or "."
                return self._load_module(directory, os.path.normpath(f"{base}/{source}"))
        bundled = find_bundled_module(source)
        if bundled is not None:
            return self._load_module(bundled, f"modules/{bundled.name}")
        downloaded = self._downloaded(call)
        if downloaded is not None:
            return self._load_module(downloaded, os.path.relpath(downloaded, call.module_scope.top))
        if source.startswith(_LOCAL):
            raise call.block.failure(f"there is no directory '{source}' for this module")
        return Unknown(f"its source '{source}' is not a local directory, and not downloaded yet ('terraform init')")

    @staticmethod
    def _downloaded(call: Instance) -> Path | None:
        """Return the directory into which `terraform init` has downloaded the module of a call."""
        top = call.module_scope.top
        key = ".".join(addresses.modules(call.address))
        try:
            listed = json.loads(read_file(top / ".terraform" / "modules" / "modules.json"))["Modules"]
            directories = [top / each["Dir"] for each in listed if each["Key"] == key]
        except (OSError, *PARTIAL_DATA_ERRORS):
            return None
        return next((each for each in directories if each.is_dir()), None)

    def _load_module(self, directory: Path, display_path: str) -> Module:
        try:
            resolved = directory.resolve(strict=True)
        except (OSError, RuntimeError):
            raise Failure(f"{display_path}: cannot be read: its symbolic links are broken or form a loop") from None
        if resolved not in self._modules:
            self._modules[resolved] = load_module(resolved, display_path, is_of_opentofu=self.options.is_of_opentofu)
        return self._modules[resolved]

    @staticmethod
    def _passed_providers(call: Instance) -> Mapping[str, ProviderConfig]:
        """Return the provider configurations that a call passes to its module; the default one is inherited."""
        argument = call.block.argument("providers", ReferenceScope())
        passed = argument if isinstance(argument, dict) else {"aws": argument}
        providers = {str(name): call.module_scope.provider(each, call.block.location) for name, each in passed.items()}
        return {"aws": call.module_scope.provider(), **providers}


def find_bundled_module(source: str) -> Path | None:
    """Return the directory of the module shipped with pcaform that a source ends with; None for other modules."""
    match = _NAME.search(source)
    directory = packaged_directory("modules")
    path = directory / match["name"] if match else directory
    return path if match and path.is_dir() else None


def read_providers(scope: ModuleScope, options: Options) -> dict[str, ProviderConfig]:
    """Return the provider configurations of a module's own provider blocks, by their names in the module."""
    providers = {}
    for block in scope.module.of_type("provider"):
        if block.labels == ("aws",):
            provider = read_provider(evaluate_body(block.body, scope), options, block.location)
            providers[f"aws.{provider.alias}" if provider.alias else "aws"] = provider
    return providers

"""Reads a directory of Terraform files to an inventory, with the attributes that a state made from them would have."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pcaform.core.garbage_collection import gc_paused
from pcaform.core.problems import Failure
from pcaform.sources.hcl import backend
from pcaform.sources.hcl.import_blocks import apply_import_blocks
from pcaform.sources.hcl.module_calls import ModuleCalls, read_providers
from pcaform.sources.hcl.module_loader import load_module
from pcaform.sources.hcl.moved_removed import PendingStateChange
from pcaform.sources.hcl.providers import Options, provider_from_options
from pcaform.sources.hcl.resources import attached_resources, read_resources
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.variables import load_variables
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.sources.source_kind import HCL
from pcaform.terraform.resource_types import AUTHORITY, INSTALLATION


def read(path: str, options: Options) -> Inventory:
    """Return the inventory of the private CAs in a directory's configuration.

    Raises Failure, with the position if there is one, for unreadable or invalid files, and if the region or account
    of a CA is neither in the files nor in the options.
    """
    with gc_paused():
        try:
            return _build_inventory(path, options)
        except RecursionError:
            raise Failure(f"{path}: values refer to each other too many levels deep: import from the state") from None


def _build_inventory(path: str, options: Options) -> Inventory:
    root = load_module(_resolve(path), path)
    calls = ModuleCalls(options)
    values = load_variables(root.directory, path, options.var_files)
    scope = ModuleScope(root, "", values, {"aws": provider_from_options(options)}, calls.to_object)
    scope = replace(scope, providers={**scope.providers, **read_providers(scope, options)})
    results = list(read_resources(scope, calls))
    resources = [result for result in results if isinstance(result, Resource)]
    notes = [result for result in results if isinstance(result, ImportNote)]
    changes = [result for result in results if isinstance(result, PendingStateChange)]
    notes += [change.note for change in changes if change.is_relevant(resources)]
    notes += backend.provider_notes(scope.providers)
    with_ids, import_notes = apply_import_blocks(_set_installed_certificates(resources), root, scope)
    attached, orphan_notes = attached_resources(with_ids)
    backend_settings, backend_notes = backend.read_backend(root, scope)
    return Inventory(
        tuple(attached),
        (*notes, *import_notes, *orphan_notes, *backend_notes),
        source=HCL,
        providers=backend.add_regional_providers(
            backend.list_providers(scope.providers), (resource.provider for resource in resources)
        ),
        backend=backend_settings,
        others=Counter(result for result in results if isinstance(result, str)),
    )


def _resolve(path: str) -> Path:
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError):
        raise Failure(f"{path}: cannot be read: its symbolic links form a loop") from None


def _set_installed_certificates(resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources, each CA with its installed certificate, as a state would have it."""
    resource_list = list(resources)
    certificates = {
        resource.attributes["certificate_authority_arn"]: resource.attributes.get("certificate")
        for resource in resource_list
        if resource.type == INSTALLATION
    }
    return [
        _set_attributes(resource, certificate=certificates[resource.attributes["arn"]])
        if resource.type == AUTHORITY and resource.attributes.get("arn") in certificates
        else resource
        for resource in resource_list
    ]


def _set_attributes(resource: Resource, **attributes: Any) -> Resource:
    return replace(resource, attributes={**resource.attributes, **attributes})

"""A directory of Terraform files -> inventory: what a state made of them would hold."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.hcl import backend
from pcaform.sources.hcl.import_blocks import apply_import_blocks
from pcaform.sources.hcl.module_calls import Calls, places
from pcaform.sources.hcl.module_loader import module
from pcaform.sources.hcl.moved_removed import PendingStateChange
from pcaform.sources.hcl.parser import gc_paused
from pcaform.sources.hcl.providers import Options, of_options
from pcaform.sources.hcl.resources import attached_resources, read_resources
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.variables import variables
from pcaform.sources.inventory import ImportNote, Inventory, Resource

_AUTHORITY = "aws_acmpca_certificate_authority"
_INSTALLATION = "aws_acmpca_certificate_authority_certificate"


def read(path: str, options: Options) -> Inventory:
    """Return what a directory's configuration holds about private CAs.

    Raises Failure, located where there is a place, for what cannot be read or is no Terraform, and where region or
    account of a CA are neither written nor given.
    """
    with gc_paused():
        try:
            return _inventory(path, options)
        except RecursionError:
            raise Failure(f"{path}: values refer to each other too many levels deep: import from the state") from None


def _inventory(path: str, options: Options) -> Inventory:
    root = module(_real(path), path)
    calls = Calls(options)
    given = variables(root.directory, path, options.var_files)
    scope = ModuleScope(root, "", given, {"aws": of_options(options)}, calls.view)
    scope = replace(scope, places={**scope.places, **places(scope, options)})
    every = list(read_resources(scope, calls))
    resources = [each for each in every if isinstance(each, Resource)]
    notes = [each for each in every if isinstance(each, ImportNote)]
    notes += [each.note for each in every if isinstance(each, PendingStateChange) and each.matters(resources)]
    notes += backend.unresolved_settings(scope.places)
    imported, unclear = apply_import_blocks(_installed(resources), root, scope)
    there, orphans = attached_resources(imported)
    kept, unkept = backend.backend(root, scope)
    return Inventory(
        tuple(there),
        (*notes, *unclear, *orphans, *unkept),
        "hcl",
        providers=backend.in_regions(backend.providers(scope.places), (each.provider for each in resources)),
        backend=kept,
        others=Counter(each for each in every if isinstance(each, str)),
    )


def _real(path: str) -> Path:
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError):
        raise Failure(f"{path}: cannot be read: its symbolic links go in a circle") from None


def _installed(resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources, each CA with the certificate that is installed on it, as its state would show."""
    every = list(resources)
    certificates = {
        each.attributes["certificate_authority_arn"]: each.attributes.get("certificate")
        for each in every
        if each.type == _INSTALLATION
    }
    return [
        _with(each, certificate=certificates[each.attributes["arn"]])
        if each.type == _AUTHORITY and each.attributes.get("arn") in certificates
        else each
        for each in every
    ]


def _with(resource: Resource, **attributes: Any) -> Resource:
    return replace(resource, attributes={**resource.attributes, **attributes})

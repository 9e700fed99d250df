"""Reads a directory of Terraform files to an inventory, with the attributes that a state made from them would have.

The root module's variables come from files that Terraform loads automatically, then from those of `--var-file`:
https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence.
`TF_VAR_...` in the environment is not read: its value today need not be the one that was applied.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pcaform.core.files import read_bytes
from pcaform.core.garbage_collection import gc_paused
from pcaform.core.problems import Failure
from pcaform.core.unicode import nfc
from pcaform.sources.hcl.blocks import evaluate, parse_body
from pcaform.sources.hcl.import_blocks import UNCLEAR_IMPORT, ImportBlock, PendingStateChange, apply_import_blocks
from pcaform.sources.hcl.json_syntax import read_object
from pcaform.sources.hcl.lexer import decode_source
from pcaform.sources.hcl.module_calls import ModuleCalls, read_providers
from pcaform.sources.hcl.module_loader import load_module
from pcaform.sources.hcl.providers import Options, list_providers, provider_from_options, provider_notes, read_backend
from pcaform.sources.hcl.resources import attached_resources, read_resources, set_installed_certificates
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.values import Unknown
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.terraform.addresses import strip_keys
from pcaform.terraform.schema import HCL

_DEFAULT_FILES = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC_SUFFIXES = (".auto.tfvars", ".auto.tfvars.json")


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
    root = load_module(_resolve(path), path, is_of_opentofu=options.is_of_opentofu)
    calls = ModuleCalls(options)
    values = _load_variables(root.directory, path, options.var_files)
    arguments = {name: partial(values.__getitem__, name) for name in values}
    scope = ModuleScope(root, "", arguments, {"aws": provider_from_options(options)}, calls.to_object)
    scope = replace(scope, providers={**scope.providers, **read_providers(scope, options)})
    results = list(read_resources(scope, calls))
    resources = [result for result in results if isinstance(result, Resource)]
    notes = [result for result in results if isinstance(result, ImportNote)]
    changes = [result for result in results if isinstance(result, PendingStateChange)]
    others = [result for result in results if isinstance(result, tuple)]
    notes += [change.note for change in changes if change.is_relevant(resources)]
    notes += provider_notes(scope.providers)
    imports = [result for result in results if isinstance(result, ImportBlock)]
    with_ids, import_notes = apply_import_blocks(set_installed_certificates(resources), imports)
    attached, orphan_notes = attached_resources(with_ids)
    backend_settings, backend_notes = read_backend(root, scope)
    return Inventory(
        tuple(attached),
        (*notes, *import_notes, *orphan_notes, *backend_notes),
        source=HCL,
        providers=list_providers(scope.providers, (resource.provider for resource in resources)),
        backend=backend_settings,
        others=Counter(address for address, _ in others if address),
        used=dict.fromkeys((arn for _, cas in others for arn in cas), ""),
    )


def add_evaluated(files: Inventory, planned: Inventory | None, notes: Sequence[ImportNote]) -> Inventory:
    """Return what files hold, with what a plan of them has where the files alone are unknown.

    Without notes the plan is complete: what it does not have does not exist. Imports stay unknown, since it has none.
    """
    if planned is None:
        return replace(files, notes=(*notes, *files.notes))
    unclear = {note.address for note in files.notes if UNCLEAR_IMPORT in note.reason}
    unknown = {note.address for note in files.notes if note.kind == "unknown"} - unclear
    own = {each.address: each for each in files.resources}
    better = {
        each.address: each
        for each in planned.resources
        if each.address not in unclear and (each.address not in own or each.address in unknown)
    }
    for address in better.keys() & own.keys():
        kept = {name: value for name, value in own[address].attributes.items() if name == "prevent_destroy"}
        better[address] = replace(
            better[address], attributes={**better[address].attributes, **kept}, id=own[address].id
        )
    answered = {strip_keys(address) for address in better}
    still = [
        note
        for note in files.notes
        if note.address not in unknown or (notes and strip_keys(note.address) not in answered)
    ]
    later = [note for note in planned.notes if note.kind == "unknown" and note.address not in own]
    return replace(
        files,
        resources=tuple({**own, **better}.values()),
        notes=(*notes, *still, *later),
        others=files.others if notes else planned.others,
        used={**files.used, **planned.used},
    )


def _resolve(path: str) -> Path:
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError):
        raise Failure(f"{path}: cannot be read: its symbolic links form a loop") from None


class _EmptyScope:
    """The scope of a variable definitions file, which cannot refer to anything."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:  # noqa: ARG002 - part of the protocol Scope
        return Unknown(f"a .tfvars file cannot refer to '{root}'")

    def call(self, function: str, arguments: list[Any]) -> Any:  # noqa: ARG002 - part of the protocol Scope
        return Unknown(f"a .tfvars file cannot call {function}()")


def _load_variables(directory: Path, display_path: str, var_files: Sequence[str]) -> dict[str, Any]:
    """Return the values in a directory's .tfvars files and in the files of `--var-file`; later ones win."""
    automatic = sorted(path.name for path in directory.iterdir() if path.name.endswith(_AUTOMATIC_SUFFIXES))
    names = [name for name in (*_DEFAULT_FILES, *automatic) if (directory / name).is_file()]
    files = {str(directory / name): name if display_path == "." else f"{display_path}/{name}" for name in names}
    values: dict[str, Any] = {}
    for path, shown in [*files.items(), *((path, path) for path in var_files)]:
        values |= _read_values(read_bytes(path), shown)
    return values


def _read_values(text: bytes, name: str) -> dict[str, Any]:
    if name.endswith(".json"):
        values: dict[str, Any] = nfc(read_object(text, name, "a .tfvars.json file must be one JSON object"))
        return values
    file_body = parse_body(decode_source(text, name))
    for block in file_body.blocks:
        raise block.failure(f"'{block.type}' is a block: a .tfvars file has only 'name = value'")
    return {key: evaluate(attribute, _EmptyScope()) for key, attribute in file_body.attributes.items()}

"""Spec -> the files of its stack: which template makes which file, from which values, and which modules go along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.hcl import Reference
from pcaform.manifest import Items
from pcaform.plan import calls
from pcaform.spec.stack import Spec

REQUIRED_TERRAFORM = ">= 1.10"
"""`use_lockfile` and `removed` with a lifecycle exist from here on, in Terraform and in OpenTofu."""

REQUIRED_PROVIDER = ">= 5.100.0, != 6.0.0, < 7.0.0"
"""6.0.0 had an identity defect that 6.1 mended (provider issue 43221)."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to render: its path in the stack, its template and the final values for it."""

    path: str
    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StackPlan:
    """All of one stack: its directory's name, the files to render and the modules to copy."""

    name: str
    source: str
    files: tuple[PlannedFile, ...]
    modules: tuple[str, ...]
    items: Items = field(default_factory=dict)
    """What the manifest remembers of the spec's items."""


def plan(spec: Spec, *, source: str) -> StackPlan:
    """Return what rendering `spec` writes; `source` is the spec's file name, for the header of each file."""
    module_files = {
        "certificate_authorities.tf": calls.certificate_authorities(spec),
        "permissions.tf": calls.permissions(spec),
        "issuers.tf": calls.issuers(spec),
    }
    files = (
        PlannedFile("versions.tf", "versions.tf.j2", _versions(spec)),
        PlannedFile("providers.tf", "providers.tf.j2", _provider(spec)),
        *(PlannedFile(path, "modules.tf.j2", {"calls": found}) for path, found in module_files.items() if found),
        PlannedFile("outputs.tf", "outputs.tf.j2", {"outputs": _outputs(spec)}),
    )
    modules = sorted({call.module for found in module_files.values() for call in found})
    return StackPlan(spec.stack, source, files, tuple(modules))


def _versions(spec: Spec) -> dict[str, Any]:
    backend = spec.terraform.backend or {}
    return {
        "required_version": REQUIRED_TERRAFORM,
        "provider": {"source": "hashicorp/aws", "version": REQUIRED_PROVIDER},
        "backends": list(backend.items()),
    }


def _provider(spec: Spec) -> dict[str, Any]:
    aws = spec.aws
    blocks = {
        "assume_role": aws.assume_role.model_dump(exclude_none=True) if aws.assume_role else None,
        "default_tags": {"tags": aws.default_tags} if aws.default_tags else None,
    }
    return {
        "arguments": {"region": aws.region, "allowed_account_ids": [aws.account_id]},
        "blocks": [(name, arguments) for name, arguments in blocks.items() if arguments],
    }


def _outputs(spec: Spec) -> list[dict[str, Any]]:
    authorities = {key: Reference(f"module.ca_{key}.active_arn") for key in spec.managed}
    users = {key: Reference(f"module.issuer_{key}.arn") for key in spec.issuers}
    outputs = [
        ("certificate_authority_arns", "The ARN of each active CA, by its key in the spec.", authorities),
        ("issuer_arns", "The ARN of each issuer, by its key in the spec.", users),
    ]
    return [
        {"name": name, "arguments": {"description": description, "value": value}}
        for name, description, value in outputs
        if value
    ]

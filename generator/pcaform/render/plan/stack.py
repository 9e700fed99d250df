"""Spec -> the files of its stack: which template makes which file, from which values, and which modules go along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pcaform.render.manifest import Items
from pcaform.render.plan import providers
from pcaform.render.plan.access import issuers, operator_roles, permissions, shares
from pcaform.render.plan.cas import ca_calls, pem_files
from pcaform.render.plan.certificates import certificates, crl_buckets
from pcaform.render.plan.manifest_items import build_manifest_items
from pcaform.render.plan.module_call import ModuleCall, output, without_none
from pcaform.render.plan.module_source import VENDORED, ModuleSource
from pcaform.render.plan.state_blocks import build_state_blocks
from pcaform.spec.stack import Spec
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.module_names import ca, certificate, issuer, operator_role

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
    """All of one stack: its directory's name, the files to render and those to copy."""

    name: str
    source: str
    files: tuple[PlannedFile, ...]
    modules: tuple[str, ...]
    """The modules to copy into the stack."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> what stands there as it is: certificates that were signed elsewhere."""
    items: Items = field(default_factory=dict)
    """What the manifest remembers of the spec's items."""


def plan(spec: Spec, *, source: str, modules: ModuleSource = VENDORED) -> StackPlan:
    """Return what rendering `spec` writes; `source` is the spec's file name, for the header of each file."""
    calls = {
        "crl_buckets.tf": crl_buckets(spec),
        "certificate_authorities.tf": ca_calls(spec),
        "permissions.tf": [*permissions(spec), *shares(spec)],
        "issuers.tf": issuers(spec),
        "roles.tf": operator_roles(spec),
        "certificates.tf": certificates(spec),
    }
    every = [call for found in calls.values() for call in found]
    lists = {
        path: PlannedFile(path, "modules.tf.j2", {"calls": [_with_source(call, modules) for call in found]})
        for path, found in calls.items()
    }
    blocks = build_state_blocks(spec, every)
    files = (
        PlannedFile("versions.tf", "versions.tf.j2", _versions(spec)),
        PlannedFile("providers.tf", "providers.tf.j2", {"providers": _providers(spec)}),
        *(lists[path] for path, found in calls.items() if found),
        *([PlannedFile("changes.tf", "changes.tf.j2", {"blocks": blocks})] if blocks else []),
        PlannedFile("outputs.tf", "outputs.tf.j2", {"outputs": _outputs(spec)}),
    )
    copied = sorted({call.module for call in every}) if modules.is_copied else []
    return StackPlan(spec.stack, source, files, tuple(copied), texts=pem_files(spec), items=build_manifest_items(spec))


def _with_source(call: ModuleCall, modules: ModuleSource) -> dict[str, Any]:
    """Return what a `module` block shows: where the module is and which provider it works with, then its arguments."""
    arguments = dict(call.arguments)
    head = {"source": modules.of(call.module), "providers": arguments.pop("providers", None)}
    return {"name": call.name, "head": without_none(head), "arguments": arguments}


def _versions(spec: Spec) -> dict[str, Any]:
    backend = spec.terraform.backend or {}
    return {
        "required_version": REQUIRED_TERRAFORM,
        "provider": {"source": "hashicorp/aws", "version": REQUIRED_PROVIDER},
        "backends": list(backend.items()),
    }


def _providers(spec: Spec) -> list[Mapping[str, Any]]:
    """Return the stack's own provider and one for each other place."""
    aws = spec.aws
    own = {
        "arguments": {"region": aws.region, "allowed_account_ids": [aws.account_id]},
        "blocks": providers.blocks(aws.assume_role, aws.default_tags),
    }
    return [own, *providers.aliased(spec).values()]


def _outputs(spec: Spec) -> list[dict[str, Any]]:
    offline = [key for key, authority in spec.managed.items() if authority.activation not in (None, "external")]
    outputs: Sequence[tuple[str, str, dict[str, Reference]]] = [
        (
            "certificate_authority_arns",
            "The ARN of each active CA, by its key in the spec.",
            {key: output(ca(key), "active_arn") for key in spec.managed if key not in spec.pending},
        ),
        (
            "certificate_signing_requests",
            "The request of each CA that is signed elsewhere, by its key in the spec.",
            {key: output(ca(key), "certificate_signing_request") for key in offline},
        ),
        (
            "issuer_arns",
            "The ARN of each issuer, by its key in the spec.",
            {key: output(issuer(key), "arn") for key, each in spec.issuers.items() if each.is_owned},
        ),
        *(
            (
                f"{section.removesuffix('s')}_arns",
                f"The ARN of each {section.removesuffix('s')}'s role, by its key in the spec.",
                {key: output(operator_role(section, key), "arn") for key in getattr(spec, section)},
            )
            for section in ("administrators", "auditors")
        ),
        (
            "certificate_arns",
            "The ARN of each private certificate, by its key in the spec.",
            {key: output(certificate(key), "arn") for key in spec.certificates},
        ),
    ]
    return [
        {"name": name, "arguments": {"description": description, "value": value}}
        for name, description, value in outputs
        if value
    ]

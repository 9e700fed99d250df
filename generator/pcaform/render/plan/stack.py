"""Spec -> the plan of its stack: each file with its template and values, and the modules to copy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.render.history import advance
from pcaform.render.manifest import Record
from pcaform.render.plan.access import certificates, crl_buckets, issuers, operator_roles, permissions, shares
from pcaform.render.plan.cas import aliased_providers, ca_calls, nested_blocks, pem_files
from pcaform.render.plan.module_call import VENDORED, ModuleCall, ModuleSource, output, without_none
from pcaform.render.plan.state_blocks import build_state_blocks
from pcaform.spec.stack import Spec
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.module_names import ca, certificate, issuer, operator_role

REQUIRED_TERRAFORM = ">= 1.10"
"""The first release with `use_lockfile` and with a lifecycle in `removed`, of Terraform and of OpenTofu."""

REQUIRED_PROVIDER = ">= 5.100.0, != 6.0.0, < 7.0.0"
"""6.0.0 has an identity defect that 6.1 fixes (provider issue 43221)."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to render: its path in the stack, its template and the template's values."""

    path: str
    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StackPlan:
    """A whole stack: the name of its directory, the files to render and the files to copy."""

    name: str
    source: str
    files: tuple[PlannedFile, ...]
    modules: tuple[str, ...]
    """The modules to copy into the stack."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> text that is written unchanged: certificates that were signed elsewhere."""
    record: Record = field(default_factory=Record)
    """What the manifest records."""


MODULE_FILES = (
    "crl_buckets.tf",
    "certificate_authorities.tf",
    "permissions.tf",
    "issuers.tf",
    "roles.tf",
    "certificates.tf",
)
"""The files of a stack that call its modules."""


def calls_by_file(spec: Spec) -> dict[str, list[ModuleCall]]:
    """Return all module calls of a spec's stack, by the file that they are in."""
    calls = (
        crl_buckets(spec),
        ca_calls(spec),
        [*permissions(spec), *shares(spec)],
        issuers(spec),
        operator_roles(spec),
        certificates(spec),
    )
    return dict(zip(MODULE_FILES, map(list, calls), strict=True))


_NOTHING = Record()


def plan(spec: Spec, *, source: str, modules: ModuleSource = VENDORED, before: Record = _NOTHING) -> StackPlan:
    """Return what rendering `spec` writes over a stack with the record `before`.

    `source` is the spec's file name, for the header of each file.
    """
    calls = calls_by_file(spec)
    all_calls = [call for file_calls in calls.values() for call in file_calls]
    module_files = [
        PlannedFile(path, "modules.tf.j2", {"calls": [_with_source(call, modules) for call in file_calls]})
        for path, file_calls in calls.items()
        if file_calls
    ]
    record = advance(spec, before)
    blocks = build_state_blocks(spec, all_calls, record)
    files = (
        PlannedFile("versions.tf", "versions.tf.j2", _versions(spec)),
        PlannedFile("providers.tf", "providers.tf.j2", {"providers": _providers(spec, record)}),
        *module_files,
        *([PlannedFile("changes.tf", "changes.tf.j2", {"blocks": blocks})] if blocks else []),
        PlannedFile("outputs.tf", "outputs.tf.j2", {"outputs": _outputs(spec)}),
    )
    to_copy = sorted({call.module for call in all_calls}) if modules.is_copied else []
    return StackPlan(spec.stack, source, files, tuple(to_copy), texts=pem_files(spec), record=record)


def _with_source(call: ModuleCall, modules: ModuleSource) -> dict[str, Any]:
    """Return the values of a `module` block: its source and providers, then its arguments."""
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


def _providers(spec: Spec, record: Record) -> list[Mapping[str, Any]]:
    """Return the stack's own provider configuration and one for each alias."""
    aws = spec.aws
    own = {
        "arguments": {"region": aws.region, "allowed_account_ids": [aws.account_id]},
        "blocks": nested_blocks(aws.assume_role, aws.default_tags),
    }
    return [own, *aliased_providers(spec, record).values()]


def _outputs(spec: Spec) -> list[dict[str, Any]]:
    offline = [key for key, authority in spec.managed.items() if authority.activation not in (None, "external")]
    roles = {section.removesuffix("s"): section for section in ("administrators", "auditors")}
    outputs: Mapping[str, tuple[str, dict[str, Reference]]] = {
        "certificate_authority_arns": (
            "The ARN of each active CA",
            {key: output(ca(key), "active_arn") for key in spec.managed if key not in spec.pending},
        ),
        "certificate_signing_requests": (
            "The request of each CA that is signed elsewhere",
            {key: output(ca(key), "certificate_signing_request") for key in offline},
        ),
        "issuer_arns": (
            "The ARN of each issuer",
            {key: output(issuer(key), "arn") for key, entry in spec.issuers.items() if entry.is_owned},
        ),
        **{
            f"{role}_arns": (
                f"The ARN of each {role}'s role",
                {key: output(operator_role(section, key), "arn") for key in getattr(spec, section)},
            )
            for role, section in roles.items()
        },
        "certificate_arns": (
            "The ARN of each private certificate",
            {key: output(certificate(key), "arn") for key in spec.certificates},
        ),
    }
    return [
        {"name": name, "arguments": {"description": f"{what}, by its key in the spec.", "value": value}}
        for name, (what, value) in outputs.items()
        if value
    ]

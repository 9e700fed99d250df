"""The inventory: resources in one form for all sources, from which `importer.infer` makes a spec."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pcaform.terraform import addresses

_TAGGED = ("tags", "tags_all")
SYMBOLIC = "symbolic-"
"""Prefix of symbolic ids, in place of ids that AWS assigned and no file has. None gets into a spec."""
_SYMBOLIC = re.compile(rf"certificate(?:-authority)?/{SYMBOLIC}[A-Za-z0-9-]+")

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "aws_acmpca_certificate_authority": frozenset(
        {
            "arn",
            "certificate",
            "certificate_authority_configuration",
            "certificate_chain",
            "certificate_signing_request",
            "enabled",
            "key_storage_security_standard",
            "permanent_deletion_time_in_days",
            "prevent_destroy",
            "revocation_configuration",
            "timeouts",
            "type",
            "usage_mode",
            *_TAGGED,
        }
    ),
    "aws_acmpca_certificate": frozenset(
        {
            "api_passthrough",
            "arn",
            "certificate",
            "certificate_authority_arn",
            "certificate_chain",
            "certificate_signing_request",
            "signing_algorithm",
            "template_arn",
            "validity",
        }
    ),
    "aws_acmpca_certificate_authority_certificate": frozenset(
        {"certificate", "certificate_authority_arn", "certificate_chain"}
    ),
    "aws_acmpca_permission": frozenset({"certificate_authority_arn", "actions", "principal"}),
    "aws_acmpca_policy": frozenset({"resource_arn", "policy"}),
    "aws_acm_certificate": frozenset(
        {
            "arn",
            "certificate_authority_arn",
            "domain_name",
            "early_renewal_duration",
            "key_algorithm",
            "subject_alternative_names",
            *_TAGGED,
        }
    ),
    "aws_iam_user": frozenset({"arn", "name", "path", "permissions_boundary", "force_destroy", *_TAGGED}),
    "aws_iam_role": frozenset(
        {
            "arn",
            "assume_role_policy",
            "description",
            "inline_policy",
            "max_session_duration",
            "name",
            "path",
            "permissions_boundary",
            *_TAGGED,
        }
    ),
    "aws_iam_policy": frozenset({"arn", "description", "name", "path", "policy", *_TAGGED}),
    "aws_iam_user_policy_attachment": frozenset({"user", "policy_arn"}),
    "aws_iam_role_policy_attachment": frozenset({"role", "policy_arn"}),
    "aws_iam_group_policy_attachment": frozenset({"group", "policy_arn"}),
    "aws_iam_policy_attachment": frozenset({"users", "roles", "groups", "policy_arn"}),
    "aws_iam_user_policy": frozenset({"user", "name", "policy"}),
    "aws_iam_role_policy": frozenset({"role", "name", "policy"}),
    "aws_iam_group_policy": frozenset({"group", "name", "policy"}),
    "aws_iam_instance_profile": frozenset({"name", "path", "role", *_TAGGED}),
    "aws_s3_bucket": frozenset({"arn", "bucket", "force_destroy", *_TAGGED}),
    "aws_s3_bucket_policy": frozenset({"bucket", "policy"}),
    "aws_s3_bucket_ownership_controls": frozenset({"bucket", "rule"}),
    "aws_s3_bucket_public_access_block": frozenset(
        {"block_public_acls", "block_public_policy", "bucket", "ignore_public_acls", "restrict_public_buckets"}
    ),
    "aws_s3_bucket_server_side_encryption_configuration": frozenset({"bucket", "rule"}),
}
"""The attributes that are read from each resource type. Others, such as keys and secrets, never leave the source.

`prevent_destroy` is not an argument but a lifecycle setting, which only Terraform files have.
"""

Source = Literal["state", "live", "hcl"]
NoteKind = Literal["left out", "unknown", "ambiguous", "listed"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, its address in the source, and the attributes in `ATTRIBUTES`.

    Attributes have the provider's names and shapes, as in a state, for every source. `id` is the provider's id if the
    source has it, `origin` the location for messages, such as `main.tf:12`. A reference is a resource that is not
    managed here: a data source in a state, a CA that another account shares. `provider` is the alias of its provider
    configuration, if the source has one.
    """

    type: str
    address: str
    attributes: Mapping[str, Any]
    id: str = ""
    origin: str = ""
    is_reference: bool = False
    provider: str = ""

    def module_key(self, prefix: str) -> str | None:
        """Return KEY if the innermost module is named `<prefix>KEY`, as in a stack rendered by pcaform."""
        names = addresses.modules(self.address)
        return names[-1].removeprefix(prefix) if names and names[-1].startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Something that is not in the spec, or not as it exists, and the reason.

    Left out: a spec cannot represent it. Unknown: it could not be read (denied, throttled, failed), which is never
    taken for absent. Ambiguous: there is more than one reading; the reason names them. Listed: it does not belong into
    a spec, so there is nothing to do.
    """

    kind: NoteKind
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Provider:
    """Settings of a provider block that a state does not have: the assumed role, and the default tags."""

    region: str
    account_id: str
    assume_role: Mapping[str, Any] | None
    default_tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The resources about private CAs in a source, and notes on what is not among them.

    Only Terraform files have `providers`, by alias, and `backend`. `others` counts unrelated resources by type.
    `account_id` is the account that was read live; a stack in it refers to CAs that other accounts share.
    """

    resources: tuple[Resource, ...]
    notes: tuple[ImportNote, ...] = field(default=())
    source: Source = "state"
    providers: Mapping[str, Provider] = field(default_factory=dict)
    backend: Mapping[str, Mapping[str, Any]] | None = None
    others: Mapping[str, int] = field(default_factory=dict)
    account_id: str = ""

    def of_type(self, kind: str) -> list[Resource]:
        """Return the resources of one type, in the source's order."""
        return [resource for resource in self.resources if resource.type == kind]


def is_symbolic(text: str) -> bool:
    """Tell whether a text contains a symbolic id."""
    return bool(_SYMBOLIC.search(text))

"""The inventory: resources in one form for all sources, from which `importer.infer` makes a spec."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pcaform.core.finding import Finding, Severity
from pcaform.core.formats.json_document import alias
from pcaform.core.unicode import visible
from pcaform.terraform import addresses
from pcaform.terraform.fields import Source
from pcaform.terraform.resource_types import (
    ACM_CERTIFICATE,
    AUTHORITY,
    CERTIFICATE,
    IAM_GROUP_POLICY,
    IAM_GROUP_POLICY_ATTACHMENT,
    IAM_INSTANCE_PROFILE,
    IAM_POLICY,
    IAM_POLICY_ATTACHMENT,
    IAM_ROLE,
    IAM_ROLE_POLICY,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_USER,
    IAM_USER_POLICY,
    IAM_USER_POLICY_ATTACHMENT,
    INSTALLATION,
    PERMISSION,
    S3_BUCKET,
    S3_BUCKET_OWNERSHIP_CONTROLS,
    S3_BUCKET_POLICY,
    S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
    SHARE,
)

_TAGGED = ("tags", "tags_all")
SYMBOLIC = "symbolic-"
"""Prefix of symbolic ids, in place of ids that AWS assigned and no file has. None gets into a spec."""
_SYMBOLIC = re.compile(rf"certificate(?:-authority)?/{SYMBOLIC}[A-Za-z0-9-]+")

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    AUTHORITY: frozenset(
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
    CERTIFICATE: frozenset(
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
    INSTALLATION: frozenset({"certificate", "certificate_authority_arn", "certificate_chain"}),
    PERMISSION: frozenset({"certificate_authority_arn", "actions", "principal"}),
    SHARE: frozenset({"resource_arn", "policy"}),
    ACM_CERTIFICATE: frozenset(
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
    IAM_USER: frozenset({"arn", "name", "path", "permissions_boundary", "force_destroy", *_TAGGED}),
    IAM_ROLE: frozenset(
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
    IAM_POLICY: frozenset({"arn", "description", "name", "path", "policy", *_TAGGED}),
    IAM_USER_POLICY_ATTACHMENT: frozenset({"user", "policy_arn"}),
    IAM_ROLE_POLICY_ATTACHMENT: frozenset({"role", "policy_arn"}),
    IAM_GROUP_POLICY_ATTACHMENT: frozenset({"group", "policy_arn"}),
    IAM_POLICY_ATTACHMENT: frozenset({"users", "roles", "groups", "policy_arn"}),
    IAM_USER_POLICY: frozenset({"user", "name", "policy"}),
    IAM_ROLE_POLICY: frozenset({"role", "name", "policy"}),
    IAM_GROUP_POLICY: frozenset({"group", "name", "policy"}),
    IAM_INSTANCE_PROFILE: frozenset({"name", "path", "role", *_TAGGED}),
    S3_BUCKET: frozenset({"arn", "bucket", "force_destroy", *_TAGGED}),
    S3_BUCKET_POLICY: frozenset({"bucket", "policy"}),
    S3_BUCKET_OWNERSHIP_CONTROLS: frozenset({"bucket", "rule"}),
    S3_BUCKET_PUBLIC_ACCESS_BLOCK: frozenset(
        {"block_public_acls", "block_public_policy", "bucket", "ignore_public_acls", "restrict_public_buckets"}
    ),
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: frozenset({"bucket", "rule"}),
}
"""The attributes that are read from each resource type. Others, such as keys and secrets, never leave the source.

`prevent_destroy` is not an argument but a lifecycle setting, which only Terraform files have.
"""

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
class ImportNote(Finding):
    """Something that is not in the spec, or not as it exists, and the reason.

    Left out: a spec cannot represent it. Unknown: it could not be read (denied, throttled, failed), which is never
    taken for absent. Ambiguous: there is more than one reading; the reason names them. Listed: it does not belong into
    a spec, so there is nothing to do.
    """

    rule: NoteKind
    severity: Severity = field(default=Severity.WARNING, kw_only=True)

    kind = alias("rule", str)
    address = alias("subject", str)
    reason = alias("message", str)

    def __str__(self) -> str:
        """Return the one-line form `kind: address: reason`."""
        return visible(f"{self.kind}: {self.address}: {self.reason}")


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

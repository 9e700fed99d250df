"""What a source found, in one neutral form: every source fills it, one inference reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pcaform.spec.fields import Source
from pcaform.terraform import addresses

_TAGGED = ("tags", "tags_all")
SYMBOLIC = "symbolic-"
"""How an id begins that only stands for one: files alone do not say what AWS called a thing. None reaches a spec."""
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
"""What is taken from each resource type. All else, keys and secrets first, never leaves the source.

`prevent_destroy` is no argument but a lifecycle setting, which only a source of configurations knows.
"""

RemarkKind = Literal["left out", "unknown", "ambiguous", "listed"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, the address it has in its source, and the attributes that are allowed out.

    Attributes have the provider's names and shapes, as a state holds them, whatever the source. `id` is the provider's
    id where the source knows it, `origin` says for people where it was found, such as `main.tf:12`. A reference is
    something that others manage: a data source of a state, a CA that another account shares. `provider` is the alias of
    the provider that it was made with, where the source knows one.
    """

    type: str
    address: str
    attributes: Mapping[str, Any]
    id: str = ""
    origin: str = ""
    is_reference: bool = False
    provider: str = ""

    def module_key(self, prefix: str) -> str | None:
        """Return KEY where the innermost module is called `<prefix>KEY`, the way a stack of ours names it."""
        names = addresses.modules(self.address)
        return names[-1].removeprefix(prefix) if names and names[-1].startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class ImportNote:
    """What is not in the spec as it was found, and why.

    Left out: it cannot be expressed. Unknown: it could not be read (denied, throttled, failed), which is never taken
    for absent. Ambiguous: more than one reading, the choices in the reason. Listed: no spec is meant to hold it, so
    nobody has to do anything about it.
    """

    kind: RemarkKind
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider block says that no state holds: the role that is assumed, and the tags of everything."""

    region: str
    account_id: str
    assume_role: Mapping[str, Any] | None
    default_tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a source holds about private CAs, and what is to say of what it holds besides.

    Providers, by alias, and the backend are known to configurations only. `others` counts what else is in a state, by
    type. `account_id` is the account that was read live, whose stack refers to the CAs that others share with it.
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
    """Tell whether a text names something by an id that only stands for one."""
    return bool(_SYMBOLIC.search(text))

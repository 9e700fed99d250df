"""What a source found, in one neutral form: every source fills it, one inference reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "aws_acmpca_certificate_authority": frozenset(
        {
            "arn",
            "certificate",
            "certificate_authority_configuration",
            "certificate_signing_request",
            "enabled",
            "key_storage_security_standard",
            "permanent_deletion_time_in_days",
            "revocation_configuration",
            "tags",
            "tags_all",
            "type",
            "usage_mode",
        }
    ),
    "aws_acmpca_certificate": frozenset(
        {
            "arn",
            "certificate",
            "certificate_authority_arn",
            "certificate_signing_request",
            "template_arn",
            "validity",
        }
    ),
    "aws_acmpca_certificate_authority_certificate": frozenset({"certificate_authority_arn", "certificate"}),
    "aws_acmpca_permission": frozenset({"certificate_authority_arn", "actions", "principal"}),
    "aws_iam_user": frozenset({"arn", "name", "path", "permissions_boundary", "force_destroy", "tags", "tags_all"}),
    "aws_iam_policy": frozenset({"arn", "name", "path", "policy", "tags", "tags_all"}),
    "aws_iam_user_policy_attachment": frozenset({"user", "policy_arn"}),
}
"""What is taken from each resource type. All else, keys and secrets first, never leaves the source."""

_KEYED_MODULE = re.compile(r"(?:^|\.)module\.(?P<name>[^.\[]+)")


Source = Literal["state", "live", "hcl"]
RemarkKind = Literal["left out", "unknown", "ambiguous"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, the address it has in its source, and the attributes that are allowed out.

    Attributes have the provider's names and shapes, as a state holds them, whatever the source. `id` is the provider's
    id where the source knows it, `origin` says for people where it was found, such as `main.tf:12`. A reference is
    something that others manage: a data source of a state, a CA that another account shares.
    """

    type: str
    address: str
    attributes: Mapping[str, Any]
    id: str = ""
    origin: str = ""
    is_reference: bool = False

    def module_key(self, prefix: str) -> str | None:
        """Return KEY where the innermost module is called `<prefix>KEY`, the way a stack of ours names it."""
        names = _KEYED_MODULE.findall(self.address)
        return names[-1].removeprefix(prefix) if names and names[-1].startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class Remark:
    """What is not in the spec as it was found, and why.

    Left out: it cannot be expressed. Unknown: it could not be read (denied, throttled, failed), which is never taken
    for absent. Ambiguous: more than one reading, the choices in the reason.
    """

    kind: RemarkKind
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a source holds about private CAs, and what is to say of what it holds besides."""

    resources: tuple[Resource, ...]
    remarks: tuple[Remark, ...] = field(default=())
    source: Source = "state"

    def of_type(self, kind: str) -> list[Resource]:
        """Return the resources of one type, in the source's order."""
        return [resource for resource in self.resources if resource.type == kind]

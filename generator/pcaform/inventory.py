"""What a source found, in one neutral form: every source fills it, one inference reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, the address it has in its source, and the attributes that are allowed out."""

    type: str
    address: str
    attributes: Mapping[str, Any]

    def module_key(self, prefix: str) -> str | None:
        """Return KEY where the innermost module is called `<prefix>KEY`, the way a stack of ours names it."""
        names = _KEYED_MODULE.findall(self.address)
        return names[-1].removeprefix(prefix) if names and names[-1].startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a source holds about private CAs, and what it holds that is left out: address and reason."""

    resources: tuple[Resource, ...]
    left_out: tuple[tuple[str, str], ...] = field(default=())

    def of_type(self, kind: str) -> list[Resource]:
        """Return the resources of one type, in the source's order."""
        return [resource for resource in self.resources if resource.type == kind]

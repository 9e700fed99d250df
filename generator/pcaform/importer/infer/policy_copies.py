"""Copies of an existing principal's policies for a spec, which only attaches policies to it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.iam.documents import PolicyError, read_document
from pcaform.importer.infer.entry import INCOMPLETE_RESOURCE, NotRepresentable
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal

_ISSUING = (ISSUE, REQUEST)


def copy_policies(principal: Principal) -> list[PolicyAttachment]:
    """Return a principal's policies; the copy of a shared one gets the principal's name.

    Raises NotRepresentable if one of them is not a policy.
    """
    if any(not isinstance(each.data, Mapping) for each in principal.policies):
        raise NotRepresentable(INCOMPLETE_RESOURCE)
    return [
        replace(each, name=f"{each.name}-{principal.name}" if each.is_shared else each.name)
        for each in principal.policies
    ]


def issuing_policies(attachments: Iterable[PolicyAttachment]) -> list[PolicyAttachment]:
    """Return the policies that allow issuing, whatever else they allow."""
    return [each for each in attachments if _allows_issuing(each)]


def _allows_issuing(attachments: PolicyAttachment) -> bool:
    try:
        statements = read_document(attachments.data, attachments.name).statements
    except PolicyError:
        return True
    return any(each.is_allow and any(map(each.matches_action, _ISSUING)) for each in statements)

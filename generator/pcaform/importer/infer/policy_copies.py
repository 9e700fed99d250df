"""Policies of somebody who exists already -> what a spec can hold of them: copies, since it only attaches to them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pcaform.iam.evaluator.documents import PolicyError, Statement, read_document
from pcaform.iam.evaluator.patterns import is_action
from pcaform.importer.infer.errors import NOT_WHOLE, NotRepresentable
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal

_ISSUING = ("acm-pca:IssueCertificate", "acm:RequestCertificate")


def copies(principal: Principal) -> list[PolicyAttachment]:
    """Return a principal's policies; one that others hold too gets the principal's name, since a copy is its own.

    Raises Unexpressed where one of them is no policy.
    """
    if any(not isinstance(each.document, Mapping) for each in principal.held):
        raise NotRepresentable(NOT_WHOLE)
    return [
        replace(each, name=f"{each.name}-{principal.name}" if each.is_shared else each.name) for each in principal.held
    ]


def issuing(held: Iterable[PolicyAttachment]) -> list[PolicyAttachment]:
    """Return the policies that allow issuing, whatever else they say; the others stay as they are."""
    return [each for each in held if _allows_issuing(each)]


def _allows_issuing(held: PolicyAttachment) -> bool:
    try:
        statements = read_document(held.document, held.name).statements
    except PolicyError:
        return True
    return any(statement.is_allow and _names_issuing(statement) for statement in statements)


def _names_issuing(statement: Statement) -> bool:
    return any(
        any(is_action(action, pattern) for pattern in statement.actions) is not statement.are_actions_excluded
        for action in _ISSUING
    )

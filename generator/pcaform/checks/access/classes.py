"""CAs and names that no policy of a principal, and no grant, tells apart: one of each class is decided for all.

An account with n principals and n CAs has n² pairs of them, and all but a few are alike.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping

from pcaform.checks.access.request_matrix import OUTSIDE_NAME, RequestMatrix
from pcaform.iam.documents import Statement
from pcaform.iam.evaluator.evaluate import Policies
from pcaform.iam.evaluator.patterns import is_resource

_AUTHORITY, _NAMES = "acm:certificateauthority", "acm:domainnames"
_VARIABLE = re.compile(r"\$\{(?![*?$]\})")
"""The start of a policy variable, whose value is the request's; `${*}` is a star."""
Tell = Callable[[str], Hashable]
"""From a CA's label, or a name, to what the grants say of it."""


def ca_classes(matrix: RequestMatrix, policies: Policies, tell: Tell) -> Mapping[str, str]:
    """Return the label of each CA -> that of the first of its class."""
    statements = list(_statements(policies))
    patterns = {each for one in statements for each in (*(one.resources or ()), *(one.not_resources or ()))}
    conditions = [each for one in statements for each in one.conditions if each.key == _AUTHORITY]

    def signature(label: str, arn: str) -> Hashable:
        if any(_VARIABLE.search(text) for each in conditions for text in each.values):
            return arn
        resources = tuple(arn if _VARIABLE.search(each) else is_resource(arn, each, {}) for each in sorted(patterns))
        return tell(label), resources, tuple(each.is_met({_AUTHORITY: (arn,)}) for each in conditions)

    return _first_of_each({label: signature(label, arn) for label, arn in matrix.cas.items()})


def name_classes(matrix: RequestMatrix, policies: Policies, tell: Tell) -> Mapping[str, str]:
    """Return each pattern of names -> the first one of its class."""
    conditions = [each for one in _statements(policies) for each in one.conditions if each.key == _NAMES]

    def signature(name: str) -> Hashable:
        if any(_VARIABLE.search(text) for each in conditions for text in each.values):
            return name
        contexts = ({_NAMES: (name,)}, {_NAMES: (name, OUTSIDE_NAME)})
        return tell(name), tuple(each.is_met(context) for each in conditions for context in contexts)

    return _first_of_each({pattern: signature(name) for pattern, name in matrix.samples.items()})


def _statements(policies: Policies) -> Iterator[Statement]:
    boundary = () if policies.boundary is None else (policies.boundary,)
    for document in (*policies.identity, *boundary):
        yield from document.statements


def _first_of_each(signatures: Mapping[str, Hashable]) -> dict[str, str]:
    first: dict[Hashable, str] = {}
    return {label: first.setdefault(signature, label) for label, signature in signatures.items()}

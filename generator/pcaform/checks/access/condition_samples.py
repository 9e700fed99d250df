"""Builds request contexts that satisfy the conditions of a principal's Allow statements, to probe for over-permission.

An action that was added by mistake to a statement with conditions is allowed only to requests that meet them. It is a
mistake even if no real request of this action has such keys today.
"""

import json
import re
from collections.abc import Sequence

from pcaform.checks.access.scenario import Subject
from pcaform.iam.documents import read_statements
from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.patterns import Context

_SET = re.compile(r"For(?:All|Any)Values?:|IfExists$")
_WILDCARD = re.compile(r"[*?]")


def sample_contexts(subject: Subject) -> list[Context]:
    """Return a context that meets the conditions of each Allow statement, without duplicates."""
    statements = [each for name, text in subject.policies.items() for each in read_statements(text, name)]
    contexts = [_satisfy(each.conditions) for each in statements if each.is_allow]
    return list({json.dumps(context): context for context in contexts}.values())


def _satisfy(conditions: Sequence[Condition]) -> dict[str, tuple[str, ...]]:
    context = {
        each.key: (_WILDCARD.sub("x", each.values[0]),)
        for each in conditions
        if each.values and "Not" not in each.operator and _SET.sub("", each.operator) != "Null"
    }
    required = {each.key for each in conditions if each.operator == "Null" and each.values[:1] == ("false",)}
    return {**dict.fromkeys(required, ("x",)), **context}

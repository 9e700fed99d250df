"""Two sets of policies of one principal -> the requests that the second allows and the first does not.

The requests are those of `pcaform access`: every action on every CA that either set names, with every template, by
every route, and those with which a hole would be found; and plain ones in all circumstances that conditions tell apart.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import is_allowed
from pcaform.checks.access.condition_samples import sample_contexts
from pcaform.checks.access.report import describe
from pcaform.checks.access.request_matrix import RequestMatrix
from pcaform.checks.access.scenario import Scenario, Subject, name_patterns
from pcaform.checks.access.summary import rows
from pcaform.checks.guard.condition_contexts import condition_contexts
from pcaform.checks.guard.referenced_cas import new_templates, scenario_of
from pcaform.checks.guard.relevance import ON_IAM
from pcaform.core.facts import DEFAULT_TEMPLATE, is_privileged
from pcaform.iam import actions
from pcaform.iam.evaluator.documents import read_document
from pcaform.iam.evaluator.evaluate import Policies
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.evaluator.principals import Principal
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.statements import ISSUER_TAG

_TAG = re.compile(rf'"aws:RequestTag/{re.escape(ISSUER_TAG)}": *\[? *"(?P<tag>[^"]+)"')
_WORDS = 12


@dataclass(frozen=True, slots=True)
class Widening:
    """What is newly allowed: all requests, and whether CA certificates are among them."""

    gained: tuple[AccessRequest, ...]

    @property
    def has_ca_template(self) -> bool:
        """Tell whether a certificate of a CA can be issued that could not be before."""
        return any("CACertificate" in (cell.template or "") for cell in self.gained)

    @property
    def has_privileged_template(self) -> bool:
        """Tell whether a certificate can be issued whose purpose the request decides."""
        return any(is_privileged(cell.template) for cell in self.gained if cell.template)

    def lines(self) -> tuple[str, ...]:
        """Return what is newly allowed in words, one line for each CA or certificate."""
        return tuple(_lines(self.gained))


def find_widening(before: Mapping[str, str], after: Mapping[str, str]) -> Widening:
    """Compare two sets of policies, each name to JSON; raises PolicyError for one that IAM would refuse."""
    old, new = _policies(before), _policies(after)
    both = {f"before {name}": text for name, text in before.items()} | dict(after)
    there = scenario_of(both)
    subject = Subject("", "issuer", _principal(there), both, is_owned=True, owner_tag=_tag(both))
    samples = {pattern: re.sub(r"[*?]", "x", pattern) for pattern in name_patterns([subject])}
    asked = list(dict.fromkeys(RequestMatrix(there, subject, samples, sample_contexts(subject)).requests()))
    asked += [*_governing(there), *_of_new_templates(asked, new_templates(both))]
    gained = [
        cell
        for cell in (*asked, *_varied(asked, condition_contexts(before, after)))
        if cell.variant != access_request.WITHOUT_DENIES
        and is_allowed(there, subject, cell, new)
        and not is_allowed(there, subject, cell, old)
    ]
    return Widening(tuple(dict.fromkeys(gained)))


def _of_new_templates(asked: list[AccessRequest], templates: Mapping[str, str]) -> Iterator[AccessRequest]:
    """Yield the plain requests to issue once more, by templates that only the policies name."""
    plain = [cell for cell in asked if cell.template == DEFAULT_TEMPLATE and cell.variant == access_request.PLAIN]
    for (name, arn), cell in product(templates.items(), plain):
        yield replace(cell, template=name, context={**cell.context, "acm-pca:templatearn": (arn,)})


def _varied(asked: list[AccessRequest], contexts: list[Context]) -> Iterator[AccessRequest]:
    """Yield requests that a principal makes itself once more, in each of these circumstances."""
    for context, cell in product(contexts, asked):
        is_plain = cell.variant == access_request.PLAIN and cell.route == access_request.DIRECT
        if is_plain and cell.names_label in ("", access_request.ANY_NAME):
            yield replace(cell, variant=access_request.CONDITIONS_MET, context={**context, **cell.context})


def _governing(stage: Scenario) -> Iterator[AccessRequest]:
    """Yield the requests to IAM by which a principal gives himself whatever he lacks."""
    for action, kind in ON_IAM.items():
        arn = stage.arn("iam", f"{kind}/somebody").replace(f":{stage.region}:", "::", 1)
        yield AccessRequest(action, "IAM", resource=arn, context=access_request.route_keys(access_request.DIRECT))


def _policies(policies: Mapping[str, str]) -> Policies:
    return Policies(identity=tuple(read_document(text, name) for name, text in policies.items()))


def _principal(stage: Scenario) -> Principal:
    return Principal(f"{stage.arn('iam', 'user/somebody', region='').replace(stage.region, '', 1)}", stage.account_id)


def _tag(policies: Mapping[str, str]) -> str:
    """Return the tag that a principal's certificates must have, where its policies name one."""
    return next((match["tag"] for text in policies.values() for match in _TAG.finditer(text)), "user/somebody")


def _lines(gained: tuple[AccessRequest, ...]) -> Iterator[str]:
    plain = [cell for cell in gained if cell.variant == access_request.PLAIN]
    for row in rows(plain):
        for route, may in row.routes():
            more = f", and {len(may) - _WORDS} more" if len(may) > _WORDS else ""
            yield f"on {row.target}, {route}: {', '.join(may[:_WORDS])}{more}"
    told = {cell.action for cell in plain}
    rest = [cell for cell in gained if cell.variant != access_request.PLAIN and cell.action not in told]
    yield from dict.fromkeys(f"on {cell.target}: {_word(cell)}, {cell.variant}" for cell in rest)


def _word(cell: AccessRequest) -> str:
    return actions.ISSUE.partition(":")[2] if cell.action == actions.ISSUE else describe(cell).partition(" on ")[0]


def normal_form(text: str) -> str:
    """Return a policy with what its order and spacing leave open settled, so that equal ones are equal texts."""
    try:
        return json.dumps(_sorted(json.loads(text)), sort_keys=True)
    except (ValueError, RecursionError):
        return text


def have_same_meaning(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether two sets of policies allow and deny the same, in whatever words."""
    old, new = list(before), list(after)
    try:
        return normalized_statements(map(json.loads, old)) == normalized_statements(map(json.loads, new))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return sorted(map(normal_form, old)) == sorted(map(normal_form, new))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value

"""Finds the requests that one set of a principal's policies allows and an earlier set did not.

The requests are those of `pcaform access`: every action on every CA that either set names, with every template, by
every route, and those that probe for over-permission; and the plain ones in all contexts that conditions distinguish.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import is_allowed
from pcaform.checks.access.report import rows
from pcaform.checks.access.request_matrix import RequestMatrix
from pcaform.checks.access.scenario import Scenario, Subject, sample_names
from pcaform.checks.guard.condition_contexts import condition_contexts, new_templates, scenario_of
from pcaform.checks.guard.relevance import ON_IAM
from pcaform.core.facts import DEFAULT_TEMPLATE, is_privileged
from pcaform.iam import actions
from pcaform.iam.documents import PolicyError
from pcaform.iam.evaluator.documents import read_document
from pcaform.iam.evaluator.evaluate import Policies
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sources.principals import IamPrincipal, Policy
from pcaform.terraform.schema import normal_json

_ISSUE = actions.ISSUE.partition(":")[2]
_TAG = re.compile(rf'"aws:RequestTag/{re.escape(ISSUER_TAG)}": *\[? *"(?P<tag>[^"]+)"')
_MOST = 12


@dataclass(frozen=True, slots=True)
class Widening:
    """The newly allowed requests."""

    gained: tuple[AccessRequest, ...]

    @property
    def has_ca_template(self) -> bool:
        """Tell whether a CA certificate can be issued that could not be before."""
        return any(request.has_ca_template for request in self.gained)

    @property
    def has_privileged_template(self) -> bool:
        """Tell whether a certificate can be issued whose purpose the request decides."""
        return any(is_privileged(request.template) for request in self.gained if request.template)

    def lines(self) -> tuple[str, ...]:
        """Return the newly allowed requests in words, one line for each CA or certificate."""
        return tuple(_lines(self.gained))


def find_widening(before: Mapping[str, str], after: Mapping[str, str]) -> Widening:
    """Compare two sets of policies, each name to JSON; raises PolicyError for a policy that IAM would refuse."""
    old, new = (
        Policies(identity=tuple(read_document(text, name) for name, text in policies.items()))
        for policies in (before, after)
    )
    both = {f"before {name}": text for name, text in before.items()} | dict(after)
    scenario = scenario_of(both)
    policies = tuple(Policy(name, text) for name, text in both.items())
    principal = IamPrincipal("user", "example", scenario.arn("iam", "user/example"), "/", policies)
    tag = next((match["tag"] for text in both.values() for match in _TAG.finditer(text)), "user/example")
    subject = Subject("", "issuer", principal, is_owned=True, owner_tag=tag)
    requests = list(dict.fromkeys(RequestMatrix(scenario, subject, sample_names([subject])).requests()))
    requests += [*_escalations(scenario), *_of_new_templates(requests, new_templates(both))]
    gained = [
        request
        for request in (*requests, *_varied(requests, condition_contexts(before, after)))
        if request.variant != access_request.WITHOUT_DENIES
        and is_allowed(scenario, subject, request, new)
        and not is_allowed(scenario, subject, request, old)
    ]
    return Widening(tuple(dict.fromkeys(gained)))


def _of_new_templates(requests: list[AccessRequest], templates: Mapping[str, str]) -> Iterator[AccessRequest]:
    """Yield the plain requests to issue again, with the templates that only the policies name."""
    plain = [
        request
        for request in requests
        if request.template == DEFAULT_TEMPLATE and request.variant == access_request.PLAIN
    ]
    for (name, arn), request in product(templates.items(), plain):
        yield replace(request, template=name, context={**request.context, "acm-pca:templatearn": (arn,)})


def _varied(requests: list[AccessRequest], contexts: list[Context]) -> Iterator[AccessRequest]:
    """Yield the plain requests again, in each of these contexts: by every route, and for every name."""
    for context, request in product(contexts, requests):
        if request.variant == access_request.PLAIN:
            yield replace(request, variant=access_request.CONDITIONS_MET, context={**context, **request.context})


def _escalations(scenario: Scenario) -> Iterator[AccessRequest]:
    """Yield the requests to IAM by which a principal can grant itself everything else."""
    for action, kind in ON_IAM.items():
        context = access_request.route_keys(access_request.DIRECT)
        yield AccessRequest(action, "IAM", resource=scenario.arn("iam", f"{kind}/example"), context=context)


def _lines(gained: tuple[AccessRequest, ...]) -> Iterator[str]:
    plain = [request for request in gained if request.variant == access_request.PLAIN]
    for row in rows(plain):
        for route, may in row.routes():
            more = f", and {len(may) - _MOST} more" if len(may) > _MOST else ""
            yield f"on {row.target}, {route}: {', '.join(may[:_MOST])}{more}"
    plain_actions = {request.action for request in plain}
    others = [each for each in gained if each.variant != access_request.PLAIN and each.action not in plain_actions]
    yield from dict.fromkeys(
        f"on {each.target}: {_ISSUE if each.action == actions.ISSUE else each.action}, {each.variant}"
        for each in others
    )


def have_same_meaning(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether two sets of policies allow and deny the same, whatever their wording."""
    old, new = list(before), list(after)
    try:
        return normalized_statements(old) == normalized_statements(new)
    except PolicyError:
        return sorted(map(normal_json, old)) == sorted(map(normal_json, new))

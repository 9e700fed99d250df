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
from pcaform.iam.documents import PolicyError, read_document
from pcaform.iam.evaluator.evaluate import Policies
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sources.account_snapshot import IamPrincipal, Policy
from pcaform.terraform.schema import normal_json

_TAG = re.compile(rf'"aws:RequestTag/{re.escape(ISSUER_TAG)}": *\[? *"(?P<tag>[^"]+)"')
_MOST = 12


@dataclass(frozen=True, slots=True)
class Widening:
    """The newly allowed requests."""

    gained: tuple[AccessRequest, ...]

    @property
    def has_ca_template(self) -> bool:
        """Tell whether a CA certificate can be issued that could not be before."""
        return any("CACertificate" in (request.template or "") for request in self.gained)

    @property
    def has_privileged_template(self) -> bool:
        """Tell whether a certificate can be issued whose purpose the request decides."""
        return any(is_privileged(request.template) for request in self.gained if request.template)

    def lines(self) -> tuple[str, ...]:
        """Return the newly allowed requests in words, one line for each CA or certificate."""
        return tuple(_lines(self.gained))


def find_widening(before: Mapping[str, str], after: Mapping[str, str]) -> Widening:
    """Compare two sets of policies, each name to JSON; raises PolicyError for a policy that IAM would refuse."""
    old, new = _policies(before), _policies(after)
    both = {f"before {name}": text for name, text in before.items()} | dict(after)
    scenario = scenario_of(both)
    subject = Subject("", "issuer", _principal(scenario, both), is_owned=True, owner_tag=_tag(both))
    samples = {pattern: re.sub(r"[*?]", "x", pattern) for pattern in name_patterns([subject])}
    requests = list(dict.fromkeys(RequestMatrix(scenario, subject, samples, sample_contexts(subject)).requests()))
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
        arn = scenario.arn("iam", f"{kind}/example").replace(f":{scenario.region}:", "::", 1)
        yield AccessRequest(action, "IAM", resource=arn, context=access_request.route_keys(access_request.DIRECT))


def _policies(policies: Mapping[str, str]) -> Policies:
    return Policies(identity=tuple(read_document(text, name) for name, text in policies.items()))


def _principal(scenario: Scenario, policies: Mapping[str, str]) -> IamPrincipal:
    arn = scenario.arn("iam", "user/example", region="").replace(scenario.region, "", 1)
    return IamPrincipal("user", "example", arn, "/", tuple(Policy(name, text) for name, text in policies.items()))


def _tag(policies: Mapping[str, str]) -> str:
    """Return the tag that a principal's certificates must have, if its policies name one."""
    return next((match["tag"] for text in policies.values() for match in _TAG.finditer(text)), "user/example")


def _lines(gained: tuple[AccessRequest, ...]) -> Iterator[str]:
    plain = [request for request in gained if request.variant == access_request.PLAIN]
    for row in rows(plain):
        for route, may in row.routes():
            more = f", and {len(may) - _MOST} more" if len(may) > _MOST else ""
            yield f"on {row.target}, {route}: {', '.join(may[:_MOST])}{more}"
    plain_actions = {request.action for request in plain}
    rest = [
        request for request in gained if request.variant != access_request.PLAIN and request.action not in plain_actions
    ]
    yield from dict.fromkeys(
        f"on {request.target}: {_describe_request(request)}, {request.variant}" for request in rest
    )


def _describe_request(request: AccessRequest) -> str:
    return (
        actions.ISSUE.partition(":")[2] if request.action == actions.ISSUE else describe(request).partition(" on ")[0]
    )


def have_same_meaning(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether two sets of policies allow and deny the same, whatever their wording."""
    old, new = list(before), list(after)
    try:
        return normalized_statements(old) == normalized_statements(new)
    except PolicyError:
        return sorted(map(normal_json, old)) == sorted(map(normal_json, new))

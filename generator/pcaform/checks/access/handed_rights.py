"""Finds by which actions of IAM and the like a principal gets rights over CAs that its policies do not name."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import Decision, is_allowed, policies_of
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam.escalation import EXPORT, FILLING, Handing, Target
from pcaform.iam.evaluator.conditions import satisfying
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.iam.rights import Holder, Rights, iam_prefix, join_holders, target_of, trusted
from pcaform.sources.account_snapshot import IamPrincipal

_MOST = 3
_OWN_TAG = f"aws:resourcetag/{ISSUER_TAG}"


def rights_of(principals: Iterable[IamPrincipal]) -> Rights:
    """Return who has rights over CAs among the principals of an account or a stack."""
    found = list(principals)
    holders = join_holders(holder for each in found for holder in _holders(each))
    return Rights(holders, tuple({iam_prefix(each.arn): None for each in found}))


def _holders(principal: IamPrincipal) -> Iterator[Holder]:
    """Yield a principal with its policies; nobody but AWS can use or change a service-linked role."""
    own = target_of(principal.arn)
    if own is None or principal.path.startswith("/aws-service-role/"):
        return
    names, services = trusted(principal.trust) if principal.trust else (frozenset[str](), frozenset[str]())
    yield Holder(replace(own, services=services), tuple(each.document for each in principal.policies), trusts=names)
    for policy in principal.policies:
        held = target_of(policy.arn)
        if held:
            yield Holder(held, acts_as=frozenset({own.label}))
        if policy.group:
            yield Holder(Target("group", policy.group, "", own.account), (policy.document,))
            yield Holder(own, acts_as=frozenset({f"group {policy.group}"}))


def find_handed_rights(scenario: Scenario, subject: Subject, rights: Rights) -> Iterator[Decision]:
    """Yield one decision for the rights that a principal may get, and one for the private keys of others."""
    own = target_of(subject.iam.arn)
    label = own.label if own else ""
    if label not in rights.holders:
        return
    handings = list(rights.handings(subject.policies.values(), [label, *rights.holders[label].acts_as]))
    if not handings:
        return
    policies = policies_of(subject)
    allowed = [
        handing
        for handing in handings
        if any(is_allowed(scenario, subject, each, policies) for each in handing_requests(handing))
    ]
    exports = [each for each in allowed if each.action == EXPORT]
    keys = [each for each in exports if all(one.key != _OWN_TAG for one in each.statement.conditions)]
    others = [each for each in allowed if each.action != EXPORT]
    may = f"lets an {subject.kind}" if subject.kind not in ("user", "role") else "may"
    yield from _decision(subject, others, f"{may} take rights over CAs that its policies do not name")
    yield from _decision(subject, keys, f"{may} take certificates of others with their private keys")


def handing_requests(handing: Handing) -> Iterator[AccessRequest]:
    """Yield the requests by which rights are handed on: as they are, and in a context that meets the conditions."""
    context = {**access_request.route_keys(access_request.DIRECT), **dict(handing.variables)}
    request = AccessRequest(handing.action, handing.label, resource=handing.resource, context=context)
    yield request
    if handing.statement.conditions:
        met = {**satisfying(handing.statement.conditions), **context}
        yield replace(request, variant=access_request.CONDITIONS_MET, context=met)


def _decision(subject: Subject, handings: list[Handing], message: str) -> Iterator[Decision]:
    """Yield one finding for all of them, with the first few in words."""
    words = list(dict.fromkeys(f"{each.action} on {each.label}".replace(FILLING, "*") for each in handings))
    if words:
        more = f", and {len(words) - _MOST} more" if len(words) > _MOST else ""
        also = f" (also {', '.join(words[1:_MOST])}{more})" if len(words) > 1 else ""
        first = AccessRequest(handings[0].action.replace(FILLING, "*"), handings[0].label)
        yield Decision(f"{subject.kind} {subject.key}", first, is_allowed=True, message=f"{message}{also}")

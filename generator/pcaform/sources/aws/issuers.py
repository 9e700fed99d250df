"""Everybody in an account -> the issuers among them as resources, and what is to say of the others who come close.

Only what hangs on a principal and concerns the CAs is handed over: a policy about something else is nothing of a
spec's, and since principals that exist are only attached to, it stays as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pcaform.iam.evaluator.elements import PolicyError
from pcaform.sources.aws.access_level import AccessLevel, AccountScope, access_level, concerns, is_relevant, issues
from pcaform.sources.aws.iam_details import IamPrincipal, IamPrincipals, Policy
from pcaform.sources.inventory import ImportNote, Resource

_NOT_OURS = {
    "/aws-reserved/sso.amazonaws.com/": "IAM Identity Center writes this role: its permission set is the place to look",
    "/aws-service-role/": "a service-linked role belongs to its service",
}
_SHOWN = 20


def resources(found: IamPrincipals, place: AccountScope) -> Iterator[Resource | ImportNote]:
    """Yield the principals that can issue from some CAs, each with its policies that allow it, and the remarks."""
    yield from found.notes
    managed: set[str] = set()
    others = []
    for person in found.persons:
        try:
            power = _power(person, found, place)
        except PolicyError as error:
            yield ImportNote("unknown", person.arn, f"what it may do: {error}")
            continue
        if power is AccessLevel.OTHER:
            others.append(person.name)
        elif power > AccessLevel.OTHER:
            yield from _issuer(person, power, place, managed)
    if others:
        said = f"they may look at CAs, revoke or administer, and issue nothing: {_some(others)}"
        yield ImportNote("listed", place.account_id, said)


def all_principals(found: IamPrincipals, place: AccountScope) -> Iterator[Resource | ImportNote]:
    """Yield who can do anything with some CAs, with every policy about them, to allow or to deny, and the boundaries.

    A group's policies hang here on each of its users, inline ones under the group's name and their own.
    """
    yield from found.notes
    managed: set[str] = set()
    for person in found.persons:
        try:
            if _power(person, found, place) is AccessLevel.NONE:
                continue
            policies = [policy for policy in person.policies if is_relevant(policy)]
        except PolicyError as error:
            yield ImportNote("unknown", person.arn, f"what it may do: {error}")
            continue
        yield _principal(person)
        yield from _policies(person, [_owned(policy) for policy in policies], managed)
        boundary = _boundary(person, found)
        if boundary is not None and boundary.arn not in managed:
            managed.add(boundary.arn)
            yield _managed(boundary)


def _owned(policy: Policy) -> Policy:
    return replace(policy, name=f"{policy.group}/{policy.name}") if policy.group and not policy.arn else policy


def _power(person: IamPrincipal, found: IamPrincipals, place: AccountScope) -> AccessLevel:
    """Return what somebody can do; without its boundary's document, what it could do without a boundary."""
    return access_level(person.policies, _boundary(person, found), place)


def _boundary(person: IamPrincipal, found: IamPrincipals) -> Policy | None:
    document = found.documents.get(person.boundary)
    return Policy(person.boundary.rpartition("/")[2], document, person.boundary) if document is not None else None


def _issuer(
    person: IamPrincipal, power: AccessLevel, place: AccountScope, managed: set[str]
) -> Iterator[Resource | ImportNote]:
    allowing = [policy for policy in person.policies if issues(policy, place)]
    for start, why in _NOT_OURS.items():
        if person.path.startswith(start):
            yield ImportNote("listed", person.arn, f"it may issue by {_names(allowing)}; {why}")
            return
    if power is AccessLevel.ADMINISTRATOR:
        yield ImportNote(
            "listed",
            person.arn,
            f"an administrator: it may issue by {_names(allowing)}, and make CAs of its own, so it is no issuer",
        )
        return
    own = [policy for policy in allowing if not policy.group and not _is_aws_own(policy)]
    of_aws = [policy for policy in allowing if not policy.group and _is_aws_own(policy)]
    inherited = [policy for policy in allowing if policy.group]
    if inherited:
        groups = ", ".join(sorted({f"'{policy.group}'" for policy in inherited}))
        yield ImportNote(
            "left out",
            person.arn,
            f"it may issue by {_names(inherited)} of the group {groups}: a spec has no groups, and what it gets there "
            "stays as it is",
        )
    if of_aws:
        yield ImportNote(
            "listed",
            person.arn,
            f"it may issue by AWS's own {_names(of_aws)}, which stays attached: a spec would add a copy beside it. "
            "Give it grants, and then take that policy away",
        )
    if own:
        yield _principal(person)
        # Grants that are too long for one policy are spread: who may issue by one may read by the next.
        beside = [
            policy
            for policy in person.policies
            if not policy.group and not _is_aws_own(policy) and concerns(policy, place)
        ]
        yield from _policies(person, beside, managed)


def _principal(person: IamPrincipal) -> Resource:
    attributes = {"arn": person.arn, "name": person.name, "path": person.path}
    bounded = {"permissions_boundary": person.boundary} if person.boundary else {}
    return Resource(f"aws_iam_{person.kind}", person.arn, attributes | bounded, person.name, origin=_origin(person))


def _policies(person: IamPrincipal, policies: Sequence[Policy], managed: set[str]) -> Iterator[Resource]:
    kind, origin = person.kind, _origin(person)
    for policy in policies:
        address = f"{person.arn}/{policy.name}"
        if not policy.arn:
            attributes = {kind: person.name, "name": policy.name, "policy": policy.document}
            identity = f"{person.name}:{policy.name}"
            yield Resource(f"aws_iam_{kind}_policy", address, attributes, identity, origin=origin)
            continue
        if policy.arn not in managed:
            managed.add(policy.arn)
            yield _managed(policy)
        attributes = {kind: person.name, "policy_arn": policy.arn}
        identity = f"{person.name}/{policy.arn}"
        yield Resource(f"aws_iam_{kind}_policy_attachment", address, attributes, identity, origin=origin)


def _managed(policy: Policy) -> Resource:
    path = policy.arn.partition(":policy")[2].rpartition("/")[0] + "/"
    attributes = {"arn": policy.arn, "name": policy.name, "path": path, "policy": policy.document}
    return Resource("aws_iam_policy", policy.arn, attributes, policy.arn, is_reference=_is_aws_own(policy))


def _is_aws_own(policy: Policy) -> bool:
    return policy.arn.split(":")[4:5] == ["aws"]


def _origin(person: IamPrincipal) -> str:
    return f"account {person.arn.split(':')[4]}"


def _names(policies: Iterable[Policy]) -> str:
    return ", ".join(dict.fromkeys(f"'{policy.name}'" for policy in policies))


def _some(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown

"""Issuers, administrators and auditors of a spec, and who is there at AWS -> what each may do otherwise.

What hangs on a principal through a group, or from outside the stack, no apply takes away: it stays, and is said.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core.problems import INCOMPLETE
from pcaform.iam.evaluator.elements import PolicyError
from pcaform.iam.normalize import as_list, normalized_statements
from pcaform.iam.policies import issuer_policies, trust_policy
from pcaform.iam.policies.roles import MAKERS
from pcaform.sources.aws.access_level import is_relevant
from pcaform.sources.aws.iam_details import IamPrincipal, IamPrincipals, Policy
from pcaform.spec.issuers import Issuer, Role
from pcaform.spec.stack import Spec

Documents = dict[str, dict[str, Any]]
_APPLY = "apply the stack, or write what AWS has into the spec"


def compare_principals(spec: Spec, found: IamPrincipals, arns: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what principals of a spec may do otherwise; `arns` are those of the CAs that were found, by key."""
    persons: dict[tuple[str, str], IamPrincipal] = {(person.kind, person.name): person for person in found.principals}
    for key, issuer in spec.issuers.items():
        name, kind = issuer.principal_name, "role" if issuer.role or issuer.existing_role else "user"
        wanted = partial(issuer_policies.documents, issuer, spec.aws, arn_of=arns.__getitem__)
        said = f"{kind} '{name}'"
        yield from _principal(f"issuers.{key}", persons.get((kind, name)), said, wanted, settings=issuer, spec=spec)
    for section, key, duty in spec.duties:
        name = duty.role_name or key
        wanted = partial(_of_duty, section, name, spec=spec, arns=arns)
        person, said = persons.get(("role", name)), f"role '{name}'"
        yield from _principal(f"{section}.{key}", person, said, wanted, settings=duty, spec=spec)


def _of_duty(section: str, name: str, *, spec: Spec, arns: Mapping[str, str]) -> Documents:
    return {f"{name}-private-ca": MAKERS[section](spec, arn_of=arns.__getitem__)}


def _principal(
    place: str, person: IamPrincipal | None, said: str, wanted: Callable[[], Documents], *, settings: Any, spec: Spec
) -> Iterator[Difference]:
    is_owned = not isinstance(settings, Issuer) or settings.is_owned
    if person is None and is_owned:
        yield Difference(Kind.APPLIED, place, f"there is no {said}", "apply the stack: it makes one")
        return
    if person is None:
        advice = "make it, or correct its name: the stack only attaches to it, and its apply fails"
        yield Difference(Kind.STAYS, place, f"there is no {said}", advice)
        return
    try:
        yield from _policies(place, person, wanted())
        yield from _trust(place, person, settings.role if isinstance(settings, Issuer) else settings, spec)
    except KeyError as missing:
        message = f"its policies name the CA '{missing.args[0]}', which was not found: they are not compared"
        yield Difference(Kind.UNKNOWN, place, message, "settle that first", person.arn)
    except (PolicyError, *INCOMPLETE):
        message = f"{said} has a policy that cannot be read: what it may do is not compared"
        yield Difference(Kind.UNKNOWN, place, message, "look at its policies", person.arn)
    boundary = settings.permissions_boundary or ""
    if is_owned and boundary != person.boundary:
        message = f"'{boundary or 'none'}' in the spec, '{person.boundary or 'none'}' at AWS"
        yield Difference(Kind.APPLIED, f"{place}.permissions_boundary", message, _APPLY, person.arn)


def _policies(place: str, person: IamPrincipal, documents: Documents) -> Iterator[Difference]:
    """Yield what policies say otherwise: those of the stack, which are managed ones, and what allows more besides.

    Another policy that says the same is enough: an issuer that was taken over has its own until then.
    """
    wanted = normalized_statements(documents.values())
    own = [each for each in person.policies if each.name in documents and each.arn and not each.group]
    missing = [name for name in documents if name not in {each.name for each in own}]
    if missing and not wanted <= _meaning(person.policies):
        message = f"it has no policy {' and no '.join(map(repr, missing))}: it may not do what the spec says"
        yield Difference(Kind.APPLIED, place, message, "apply the stack: it attaches the policy", person.arn)
    if own and not missing and _meaning(own) != wanted:
        message = f"{_named(own)} says otherwise at AWS: {_short(_meaning(own), wanted)}"
        yield Difference(Kind.APPLIED, place, message, _APPLY, person.arn)
    besides = [each for each in person.policies if each not in own and is_relevant(each)]
    adding = [each for each in besides if not _allowed(each) <= wanted]
    if adding:
        message = f"beside the spec it has {_named(adding)}, which is about CAs or certificates as well"
        advice = "take it away at AWS, or see with 'pcaform access --live' what it adds: no apply takes it away"
        yield Difference(Kind.STAYS, place, message, advice, person.arn)


def _trust(place: str, person: IamPrincipal, role: Role | None, spec: Spec) -> Iterator[Difference]:
    if role is None:
        return
    wanted, live = (
        normalized_statements([trust_policy.document(role.trust, spec.aws)]),
        normalized_statements([json.loads(person.trust)]),
    )
    if wanted != live:
        message = f"who may take the role is otherwise at AWS: {_short(live, wanted)}"
        yield Difference(Kind.APPLIED, f"{place}.trust", message, _APPLY, person.arn)


def _meaning(found: Iterable[Policy]) -> frozenset[str]:
    return normalized_statements([json.loads(each.document) for each in found])


def _allowed(policy: Policy) -> frozenset[str]:
    """Return what a policy allows, without what it denies."""
    document = json.loads(policy.document)
    allowing = [each for each in as_list(document["Statement"]) if each["Effect"] == "Allow"]
    return normalized_statements([{**document, "Statement": allowing}])


def _short(live: frozenset[str], wanted: frozenset[str]) -> str:
    """Return how far two policies are apart, in the single things that they allow or deny."""
    more, less = len(live - wanted), len(wanted - live)
    return ", ".join(f"{count} {word}" for count, word in ((more, "more"), (less, "missing")) if count)


def _named(found: Iterable[Policy]) -> str:
    return ", ".join(
        f"the policy '{each.name}'" + (f" of the group '{each.group}'" if each.group else "") for each in found
    )

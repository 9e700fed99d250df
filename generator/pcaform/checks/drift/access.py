"""Compares what uses the CAs of a spec with AWS: ACM certificates, principals with policies and trust, and shares.

Policies from a group or from outside the stack are not removed by an apply: they stay, and are reported.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pcaform.checks.audit.renewal_blockers import unrenewable
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core.formats.text import day
from pcaform.core.grouping import grouped
from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_status
from pcaform.iam.documents import PolicyError, read_policy
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies, resource_policies
from pcaform.iam.policies.resource_policies import share_policy
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.iam.policies.statements import owner_tag
from pcaform.sources.account_snapshot import POLICY, AccountSnapshot, CaStatus, IamPrincipal, IamPrincipals, Policy
from pcaform.sources.account_snapshot import Certificate as LiveCertificate
from pcaform.sources.aws.access_level import is_relevant
from pcaform.spec.issuers import Issuer
from pcaform.spec.sections import Certificate
from pcaform.spec.stack import Spec

Documents = dict[str, dict[str, Any]]
Build = Callable[[], tuple[Documents, Documents]]
_APPLY = "apply the stack, or write what AWS has into the spec"


def compare_certificates(
    spec: Spec, snapshot: AccountSnapshot, live_cas: Mapping[str, CaStatus], *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield the differences of the certificates in a spec; those whose CA was not found are left out."""
    arns = {certificate.arn for certificate in spec.certificates.values()}
    for key, certificate in spec.certificates.items():
        ca = live_cas.get(certificate.certificate_authority)
        place = f"certificates.{key}"
        if ca is None or ca.region in snapshot.unlisted:
            continue
        candidates = [live for live in snapshot.issued_by(ca) if _is_candidate(live, certificate, arns)]
        active = [live for live in candidates if not certificate_status(live.status).is_final]
        if not active:
            message = f"there is no ACM certificate for '{certificate.domain_name}' from '{ca.name}'"
            advice = "correct or remove its 'arn'" if certificate.arn else "apply the stack: it requests one"
            kind, arn = Kind.APPLIED, ca.arn
            for live in candidates[:1]:  # ACM never issues or renews it any more, and Terraform keeps such a one
                kind, arn, status = Kind.RENEWAL, live.arn, certificate_status(live.status)
                message += f"; of {arn}: {status.describe(reason=live.failure, ended=day(live.ends))}"
                replacing = "If the stack's state has it, replace it with 'terraform apply -replace'"
                advice = f"{status.advice}. {replacing}, else {advice}"
            yield Difference(kind, place, message, advice, arn, is_urgent=bool(candidates))
        elif len(active) > 1:
            message = f"{len(active)} certificates for '{certificate.domain_name}': which is this stack's is unknown"
            advice = "look up in the state which it is: " + ", ".join(live.arn for live in active)
            yield Difference(Kind.UNKNOWN, place, message, advice, ca.arn)
        else:
            yield from _compare_certificate(place, certificate, active[0])
            for reason in unrenewable(active[0], now=now, expiring=expiring):
                advice = "find out what ACM's reason means, and renew it: aws acm renew-certificate"
                yield Difference(Kind.RENEWAL, place, reason, advice, active[0].arn, is_urgent=True)


def _is_candidate(live: LiveCertificate, certificate: Certificate, arns: Container[str | None]) -> bool:
    """Tell whether a certificate can be that of an entry: it has the entry's ARN, or its name and no entry's ARN."""
    if certificate.arn:
        return live.arn == certificate.arn
    return live.name == certificate.domain_name and live.arn not in arns


def _compare_certificate(place: str, certificate: Certificate, live: LiveCertificate) -> Iterator[Difference]:
    names = sorted({certificate.domain_name, *certificate.subject_alternative_names})
    advice = "apply the stack, which replaces this certificate, or write what AWS has into the spec"
    if names != sorted(live.names):
        message = f"{', '.join(names)} in the spec, {', '.join(sorted(live.names))} at AWS"
        yield Difference(Kind.APPLIED, f"{place}.subject_alternative_names", message, advice, live.arn)
    if live.key_algorithm and certificate.key_algorithm != live.key_algorithm:
        message = f"'{certificate.key_algorithm}' in the spec, '{live.key_algorithm}' at AWS"
        yield Difference(Kind.APPLIED, f"{place}.key_algorithm", message, advice, live.arn)
    status = certificate_status(live.status)
    if status.problem:
        kind = Kind.RENEWAL if live.status in CERTIFICATE_STATUSES else Kind.UNKNOWN
        message = status.describe(reason=live.failure, ended=day(live.ends))
        yield Difference(kind, place, message, status.advice, live.arn, is_urgent=True)


def compare_principals(spec: Spec, live: IamPrincipals, arns: Mapping[str, str]) -> Iterator[Difference]:
    """Yield the differences of a spec's principals; `arns` are those of the CAs that were found, by key."""
    principals: dict[tuple[str, str], IamPrincipal] = {(each.kind, each.name): each for each in live.principals}
    entries: list[tuple[str, str, Any]] = [("issuers", key, issuer) for key, issuer in spec.issuers.items()]
    by_tag = grouped((owner_tag(issuer), issuer) for issuer in spec.issuers.values())
    for section, key, settings in [*entries, *spec.operator_roles]:
        tag = owner_tag(settings) if isinstance(settings, Issuer) else f"role/{settings.role_name or key}"
        kind, _, name = tag.partition("/")
        others = [each for each in by_tag.get(tag, ()) if each is not settings]
        build = partial(_documents, section, name, settings, others, spec=spec, arn_of=arns.__getitem__)
        principal, label = principals.get((kind, name)), f"{kind} '{name}'"
        yield from _compare_principal(f"{section}.{key}", principal, label, build, settings=settings, spec=spec)


def _documents(
    section: str, name: str, settings: Any, others: Iterable[Issuer], *, spec: Spec, arn_of: issuer_policies.ArnOf
) -> tuple[Documents, Documents]:
    """Return the policies of an entry by name, and those of the other entries of its principal.

    Raises KeyError for a CA that is not known.
    """
    if not isinstance(settings, Issuer):
        return {f"{name}-private-ca": POLICY_BUILDERS[section](spec, arn_of=arn_of)}, {}
    own, *beside = (issuer_policies.documents(each, spec.aws, arn_of=arn_of) for each in (settings, *others))
    return own, {name: document for each in beside for name, document in each.items()}


def _compare_principal(
    place: str, principal: IamPrincipal | None, label: str, build: Build, *, settings: Any, spec: Spec
) -> Iterator[Difference]:
    is_owned = not isinstance(settings, Issuer) or settings.is_owned
    if principal is None and is_owned:
        yield Difference(Kind.APPLIED, place, f"there is no {label}", "apply the stack, which creates it")
        return
    if principal is None:
        advice = "create it, or correct its name: the stack only attaches policies to it, and its apply fails"
        yield Difference(Kind.STAYS, place, f"there is no {label}", advice)
        return
    try:
        yield from _compare_policies(place, principal, *build())
        role = settings.role if isinstance(settings, Issuer) else settings
        if role is not None:
            live = normalized_statements([principal.trust])
            trust = normalized_statements([resource_policies.trust_policy(role.trust, spec.aws)])
            if live != trust:
                message = f"different at AWS: who may assume the role ({_compare_counts(live, trust)})"
                yield Difference(Kind.APPLIED, f"{place}.trust", message, _APPLY, principal.arn)
    except KeyError as missing:
        message = f"its policies name the CA '{missing.args[0]}', which was not found: they are not compared"
        yield Difference(Kind.UNKNOWN, place, message, "resolve that first", principal.arn)
    except PolicyError:
        message = f"{label} has a policy that cannot be read: its permissions are not compared"
        yield Difference(Kind.UNKNOWN, place, message, "check its policies", principal.arn)
    boundary, live_boundary = settings.permissions_boundary or "", principal.boundary.arn if principal.boundary else ""
    if is_owned and boundary != live_boundary:
        message = f"'{boundary or 'none'}' in the spec, '{live_boundary or 'none'}' at AWS"
        yield Difference(Kind.APPLIED, f"{place}.permissions_boundary", message, _APPLY, principal.arn)


def _compare_policies(
    place: str, principal: IamPrincipal, documents: Documents, beside: Documents
) -> Iterator[Difference]:
    """Yield differences of the stack's policies, which are managed ones, and other policies that allow more.

    Another policy with the same content is enough: an issuer that is adopted has its own until then.
    """
    expected = normalized_statements(documents.values())
    own = [policy for policy in principal.policies if policy.name in documents and policy.arn and not policy.group]
    missing = [name for name in documents if name not in {policy.name for policy in own}]
    if missing and not expected <= _statements(principal.policies):
        message = f"the policy {' and '.join(map(repr, missing))} is missing: it may do less than the spec says"
        yield Difference(Kind.APPLIED, place, message, "apply the stack: it attaches the policy", principal.arn)
    if own and not missing and _statements(own) != expected:
        message = f"different at AWS: {_names(own)} ({_compare_counts(_statements(own), expected)})"
        yield Difference(Kind.APPLIED, place, message, _APPLY, principal.arn)
    of_spec = {*documents, *beside}
    others = [each for each in principal.policies if each.group or not each.arn or each.name not in of_spec]
    others = list(filter(is_relevant, others))
    known = normalized_statements([*documents.values(), *beside.values()])
    # what another policy denies does not count, nor does its id
    allowing = [(each, replace(read_policy(each.document).only("Allow"), id=None)) for each in others]
    wider = [each for each, has in allowing if has.statements and not normalized_statements([has]) <= known]
    if wider:
        message = f"at AWS it also has {_names(wider)} about CAs or certificates"
        advice = "remove it at AWS, or see with 'pcaform access --live' what it adds: no apply removes it"
        yield Difference(Kind.STAYS, place, message, advice, principal.arn)


def _statements(policies: Iterable[Policy]) -> frozenset[str]:
    return normalized_statements(policy.document for policy in policies)


def _compare_counts(live: frozenset[str], expected: frozenset[str]) -> str:
    """Return how many single permissions AWS has more, and how many are missing there."""
    more, fewer = len(live - expected), len(expected - live)
    return ", ".join(f"{count} {word}" for count, word in ((more, "more"), (fewer, "missing")) if count)


def _names(policies: Iterable[Policy]) -> str:
    return ", ".join(
        f"the policy '{policy.name}'" + (f" of the group '{policy.group}'" if policy.group else "")
        for policy in policies
    )


def compare_shares(spec: Spec, live_cas: Mapping[str, CaStatus]) -> Iterator[Difference]:
    """Yield the differences of the resource policies of the CAs that were found."""
    for key, live in live_cas.items():
        if POLICY in live.unread or key not in spec.managed:
            continue
        share, place = spec.shares.get(key), f"shares.{key}"
        if share is None and live.policy:
            message = "nothing in the spec, at AWS the CA has a resource policy"
            advice = "write the share into the spec, or remove the policy at AWS: no apply does"
            yield Difference(Kind.STAYS, place, message, advice, live.arn)
        elif share is not None and not live.policy:
            message = "a share in the spec, at AWS the CA has no resource policy"
            yield Difference(Kind.APPLIED, place, message, "apply the stack: it shares the CA", live.arn)
        elif share is not None and not _is_same(live.policy, share_policy(share, live.arn, region=live.region)):
            yield Difference(Kind.APPLIED, place, "the CA's resource policy is different at AWS", _APPLY, live.arn)


def _is_same(live_policy: str, expected: Mapping[str, object]) -> bool:
    try:
        return normalized_statements([live_policy]) == normalized_statements([expected])
    except PolicyError:
        return False

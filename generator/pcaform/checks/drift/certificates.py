"""Compares the ACM certificates of a spec with AWS."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from pcaform.checks.audit.renewal_blockers import unrenewable
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core.formats.text import day
from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_status
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus
from pcaform.sources.account_snapshot import Certificate as LiveCertificate
from pcaform.spec.sections import Certificate
from pcaform.spec.stack import Spec


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
            yield (
                _no_certificate(place, message, advice, candidates)
                if candidates
                else Difference(Kind.APPLIED, place, message, advice, ca.arn)
            )
        elif len(active) > 1:
            message = f"{len(active)} certificates for '{certificate.domain_name}': which is this stack's is unknown"
            advice = "look up in the state which it is: " + ", ".join(live.arn for live in active)
            yield Difference(Kind.UNKNOWN, place, message, advice, ca.arn)
        else:
            yield from _compare_certificate(place, certificate, active[0])
            yield from _compare_status(place, active[0])
            for reason in unrenewable(active[0], now=now, expiring=expiring):
                advice = "find out what ACM's reason means, and renew it: aws acm renew-certificate"
                yield Difference(Kind.RENEWAL, place, reason, advice, active[0].arn, is_urgent=True)


def _no_certificate(place: str, message: str, advice: str, ended: Sequence[LiveCertificate]) -> Difference:
    """Return that only certificates are left that ACM never issues or renews any more; Terraform keeps such a one."""
    live = ended[0]
    status = certificate_status(live.status)
    problem = status.describe(reason=live.failure, ended=day(live.ends))
    message = f"{message}; of {live.arn}: {problem}"
    advice = f"{status.advice}. If the stack's state has it, replace it with 'terraform apply -replace', else {advice}"
    return Difference(Kind.RENEWAL, place, message, advice, live.arn, is_urgent=True)


def _compare_status(place: str, live: LiveCertificate) -> Iterator[Difference]:
    status = certificate_status(live.status)
    if status.problem:
        kind = Kind.RENEWAL if live.status in CERTIFICATE_STATUSES else Kind.UNKNOWN
        message = status.describe(reason=live.failure, ended=day(live.ends))
        yield Difference(kind, place, message, status.advice, live.arn, is_urgent=True)


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

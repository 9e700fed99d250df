"""Private certificates of a stack, in a spec and at AWS -> what differs."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime, timedelta

from pcaform.checks.audit.renewal_blockers import unrenewable
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus, Certificate
from pcaform.spec.sections import Certificate as Wanted
from pcaform.spec.stack import Spec

_OVER = ("EXPIRED", "FAILED", "REVOKED", "VALIDATION_TIMED_OUT")


def compare_certificates(
    spec: Spec, snapshot: AccountSnapshot, one: Mapping[str, CaStatus], *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield what of the certificates in a spec is otherwise at AWS; those of CAs that were not found are left out."""
    named = {each.arn for each in spec.certificates.values()}
    for key, wanted in spec.certificates.items():
        authority = one.get(wanted.certificate_authority)
        place = f"certificates.{key}"
        if authority is None or authority.region in snapshot.unlisted:
            continue
        fitting = [each for each in snapshot.issued_by(authority) if _is_meant(each, wanted, named)]
        living = [each for each in fitting if each.status not in _OVER]
        if not living:
            said = f"; {fitting[0].arn} is {fitting[0].status}" if fitting else ""
            message = f"no certificate of ACM for '{wanted.domain_name}' from '{authority.name}'{said}"
            advice = "correct or take out its 'arn'" if wanted.arn else "apply the stack: it asks for one"
            yield Difference(Kind.APPLIED, place, message, advice, authority.arn)
        elif len(living) > 1:
            message = f"{len(living)} certificates for '{wanted.domain_name}': which one is this stack's cannot be told"
            advice = "look into the state: " + ", ".join(each.arn for each in living)
            yield Difference(Kind.UNKNOWN, place, message, advice, authority.arn)
        else:
            yield from _one(place, wanted, living[0])
            for said in unrenewable(living[0], now=now, expiring=expiring):
                advice = "find out what ACM's reason means, and renew it: aws acm renew-certificate"
                yield Difference(Kind.RENEWAL, place, said, advice, living[0].arn, is_urgent=True)


def _is_meant(found: Certificate, wanted: Wanted, named: Container[str | None]) -> bool:
    """Tell whether a certificate can be that of an entry: the one that it names, or one that no entry names."""
    return found.arn == wanted.arn if wanted.arn else found.name == wanted.domain_name and found.arn not in named


def _one(place: str, wanted: Wanted, found: Certificate) -> Iterator[Difference]:
    names = sorted({wanted.domain_name, *wanted.subject_alternative_names})
    advice = "apply the stack, which replaces this certificate, or write what AWS has into the spec"
    if names != sorted(found.names):
        message = f"{', '.join(names)} in the spec, {', '.join(sorted(found.names))} at AWS"
        yield Difference(Kind.APPLIED, f"{place}.subject_alternative_names", message, advice, found.arn)
    if found.key_algorithm and wanted.key_algorithm != found.key_algorithm:
        message = f"'{wanted.key_algorithm}' in the spec, '{found.key_algorithm}' at AWS"
        yield Difference(Kind.APPLIED, f"{place}.key_algorithm", message, advice, found.arn)

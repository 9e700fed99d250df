"""When CAs and certificates of an account end, and what its CAs cost."""

from pcaform.checks.audit.finding import Cost, End
from pcaform.core import facts
from pcaform.core.dates import day
from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus


def list_ends(snapshot: AccountSnapshot) -> tuple[End, ...]:
    """Return when CAs and certificates end, the soonest first."""
    ends = [
        End("CA", ca.name, ca.arn, ca.status, ca.ends)
        for ca in snapshot.authorities
        if ca.ends is not None and ca.status not in GONE
    ]
    ends += [
        End("certificate", certificate.name, certificate.arn, certificate.status, certificate.ends)
        for certificate in snapshot.certificates
        if certificate.ends is not None and certificate.status == "ISSUED"
    ]
    return tuple(sorted(ends, key=lambda end: (day(end.day), end.what, end.name, end.arn)))


def list_costs(snapshot: AccountSnapshot) -> tuple[Cost, ...]:
    """Return what each CA of the account costs in a month.

    AWS bills every status but DELETED and FAILED: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html.
    """
    return tuple(
        Cost(ca.name, ca.arn, ca.status, mode, _monthly_price(ca, mode))
        for ca in sorted(snapshot.own, key=lambda ca: (ca.region, ca.name, ca.arn))
        if ca.status not in GONE
        for mode in [ca.arguments["usage_mode"] or "GENERAL_PURPOSE"]
    )


def _monthly_price(ca: CaStatus, mode: str) -> int | None:
    return None if ca.arn.split(":")[1] == "aws-cn" else facts.MONTHLY_USD.get(mode)

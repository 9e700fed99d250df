"""The CAs of an account -> which of them are over, near their end, or waiting to be gone for good."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pcaform.checks.audit.finding import Cost, End, Finding, Rule
from pcaform.core import facts
from pcaform.core.dates import day, days_until
from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus

_AGAIN = "renew its certificate: sign its request again and import the result; or delete the CA if nobody needs it"


def check_expiry(snapshot: AccountSnapshot, *, now: datetime, expiring: timedelta) -> Iterator[Finding]:
    """Yield what is wrong with how long CAs live; those of others are told of as well, since they sign here."""
    for each in snapshot.authorities:
        if each.status == "EXPIRED":
            message = f"it expired at {day(each.ends)}: it issues nothing, and nobody trusts what it issued"
            yield _finding(Rule.EXPIRED, each, message, _AGAIN, now)
        elif each.status == "DELETED" and each.restorable_until is not None:
            left = days_until(each.restorable_until, now)
            message = f"it is deleted, and can be restored for {left} more days, until {day(each.restorable_until)}"
            advice = "if anybody needs it: aws acm-pca restore-certificate-authority, and enable it again"
            yield _finding(Rule.DELETED, each, message, advice, each.restorable_until)
        elif each.status in ("ACTIVE", "DISABLED") and each.ends is not None and each.ends - now <= expiring:
            message = f"it ends at {day(each.ends)}, in {days_until(each.ends, now)} days"
            yield _finding(Rule.ENDING, each, message, _AGAIN, each.ends)


def _finding(rule: Rule, authority: CaStatus, message: str, advice: str, moment: datetime | None) -> Finding:
    return Finding(rule, f"CA {authority.name}", message, advice, moment, authority.arn, authority.region)


def ends(snapshot: AccountSnapshot) -> tuple[End, ...]:
    """Return when CAs and certificates end, the soonest first."""
    found = [
        End("CA", each.name, each.arn, each.status, each.ends)
        for each in snapshot.authorities
        if each.ends is not None and each.status not in GONE
    ]
    found += [
        End("certificate", each.name, each.arn, each.status, each.ends)
        for each in snapshot.certificates
        if each.ends is not None and each.status == "ISSUED"
    ]
    return tuple(sorted(found, key=lambda each: (day(each.day), each.what, each.name, each.arn)))


def costs(snapshot: AccountSnapshot) -> tuple[Cost, ...]:
    """Return what each CA of the account costs in a month.

    AWS bills every status but DELETED and FAILED: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html.
    """
    return tuple(
        Cost(each.name, each.arn, each.status, mode, _price(each, mode))
        for each in snapshot.own
        if each.status not in GONE
        for mode in [each.arguments["usage_mode"] or "GENERAL_PURPOSE"]
    )


def _price(authority: CaStatus, mode: str) -> int | None:
    return None if authority.arn.split(":")[1] == "aws-cn" else facts.MONTHLY_USD.get(mode)

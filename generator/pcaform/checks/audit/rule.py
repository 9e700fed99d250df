"""What an audit reports, findings, expiry dates and costs; and what a rule of it is: id, text, source and check.

A function in a file of `rules/` becomes a rule by its decorator, and is registered by being there:

    @rule("ca-expired", source="privateca/latest/...")
    def ca_expired(context: AuditContext) -> Iterator[AuditFinding]:
        \"\"\"A CA has expired: it issues nothing, and AWS still bills it.\"\"\"
        for ca in ...:
            yield ca_expired.finding(ca, message, advice=advice, day=context.now)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, computed_field

from pcaform.checks.access.check import AccessReport
from pcaform.core import facts, rules
from pcaform.core.accounts import AccountStatus
from pcaform.core.finding import Finding, Severity
from pcaform.core.formats.text import day
from pcaform.sources.account_snapshot import AccountSnapshot, Bucket, CaStatus, Certificate, IamPrincipal, TrustAnchor
from pcaform.sources.inventory import ImportNote

_NOT_SHOWN = (
    "certificates that issuers sign themselves, which AWS does not list; whether a CA's own certificate was revoked; "
    "and for access: service control policies, session policies and VPC endpoint policies"
)
_KINDS = {CaStatus: "CA", Certificate: "certificate", Bucket: "bucket", TrustAnchor: "trust anchor"}
PRICE = f"list price of {facts.MONTHLY_USD_DATE}, certificates, OCSP and free trials not counted"
Moment = Annotated[datetime, AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A moment in UTC, also where it is read back."""


@dataclass(frozen=True, slots=True)
class AuditFinding(Finding):
    """One thing that is wrong. `day` is from when on it does harm: past if it does so already, None for any day.

    `subject` is a name for people, `arn` the ARN at AWS, `controls` those of other checks that its rule answers to.
    `account_id` is the account that was read.
    """

    day: Moment | None = None
    arn: str = ""
    region: str = ""
    controls: tuple[str, ...] = ()
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """When a CA or a certificate ends."""

    what: str
    name: str
    arn: str
    status: str
    day: Moment


@dataclass(frozen=True, slots=True)
class Cost:
    """What a CA costs in a month at list price, in US dollars; None where no price is known."""

    name: str
    arn: str
    status: str
    usage_mode: str
    monthly_usd: Annotated[int, Field(ge=0, le=1_000_000)] | None


def monthly_price(usage_mode: str, region: str) -> int | None:
    """Return what a CA costs in a month; for regions in China no price is known."""
    return None if facts.partition(region) == "aws-cn" else facts.MONTHLY_USD.get(usage_mode)


@dataclass(frozen=True, slots=True)
class Usage:
    """What AWS bills by use: how many the audit knows of, and what they cost at most in a month, in US dollars."""

    what: str
    number: Annotated[int, Field(ge=0)]
    monthly_usd: Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Audit:
    """The result for an account at one moment, as `audit --format json` prints it.

    Of many accounts `account_id` is empty, `accounts` says how the reading of each ended, and names have their account;
    `shard` is the part of all accounts that these are, empty for all of them.

    `unknown` names what could not be read, `price` and `not_shown` say what the costs and the findings leave out.
    `statuses` has the number of managed certificates by status, `framework` whose controls were picked, empty for none.
    """

    format_version: Literal["1.3"] = field(default="1.3", kw_only=True)
    account_id: str
    regions: tuple[str, ...]
    moment: Moment
    authorities: int
    certificates: int
    findings: tuple[AuditFinding, ...]
    ends: tuple[End, ...]
    costs: tuple[Cost, ...]
    unknown: tuple[ImportNote, ...]
    statuses: Mapping[str, int] = field(default_factory=dict, kw_only=True)
    usage: tuple[Usage, ...] = field(default=(), kw_only=True)
    framework: str = field(default="", kw_only=True)
    accounts: tuple[AccountStatus, ...] = field(default=(), kw_only=True)
    shard: str = field(default="", kw_only=True)
    price: str = field(default=PRICE, kw_only=True)
    not_shown: str = field(default=_NOT_SHOWN, kw_only=True)

    @computed_field  # type: ignore[prop-decorator] # https://github.com/python/mypy/issues/14461
    @property
    def monthly_usd(self) -> int:
        """What all CAs with a known price cost in a month."""
        return sum(cost.monthly_usd or 0 for cost in self.costs)


def sort_findings(findings: Iterable[AuditFinding], now: datetime) -> tuple[AuditFinding, ...]:
    """Return findings by day: first what does harm already, an error, last what may do so on any day.

    Findings of one day are sorted by account, subject and message, so that every run prints the same.
    """

    def sort_key(finding: AuditFinding) -> tuple[bool, str, str, str, str]:
        moment = day(max(finding.day or now, now))
        return finding.day is None, moment, finding.account_id, finding.subject, finding.message

    harmful = {True: Severity.ERROR, False: Severity.WARNING}
    return tuple(
        replace(each, severity=harmful[each.day is not None and each.day <= now])
        for each in sorted(findings, key=sort_key)
    )


def sort_ends(ends: Iterable[End]) -> tuple[End, ...]:
    """Return what ends, the soonest first."""
    return tuple(sorted(ends, key=lambda end: (day(end.day), end.what, end.name, end.arn)))


@dataclass(frozen=True, slots=True)
class AuditContext:
    """What a check looks at. `expiring` is how near an expiry date must be to be reported."""

    snapshot: AccountSnapshot
    access: AccessReport
    now: datetime
    expiring: timedelta
    framework: str = ""


Subject = CaStatus | Certificate | Bucket | IamPrincipal | TrustAnchor
Check = Callable[[AuditContext], Iterator[AuditFinding]]


@dataclass(frozen=True, slots=True)
class Rule(rules.Rule[Check]):
    """One rule. `text` states what is wrong; `source` is the page that says why it matters.

    `controls` are those of other checks that it answers to, as FRAMEWORK:CONTROL. A rule `is_optional` if it runs only
    for a framework that it answers to.
    """

    controls: tuple[str, ...] = ()
    is_optional: bool = False

    def answers_to(self, framework: str) -> bool:
        """Tell whether the rule runs for a framework; without one, all rules run but optional ones."""
        frameworks = [control.partition(":")[0] for control in self.controls]
        return framework in frameworks if framework else not self.is_optional

    def finding(self, about: Subject, message: str, *, advice: str, day: datetime | None) -> AuditFinding:
        """Return a finding of this rule."""
        kind = about.kind if isinstance(about, IamPrincipal) else _KINDS[type(about)]
        arn = "" if isinstance(about, Bucket) else about.arn
        region = arn.split(":")[3] if arn else ""
        subject = f"{kind} {about.name}"
        return AuditFinding(self.id, subject, message, advice, day=day, arn=arn, region=region, controls=self.controls)


def rule(rule_id: str, *, source: str, controls: str = "", is_optional: bool = False) -> Callable[[Check], Rule]:
    """Make a check a rule; its docstring is the rule's text, and spaces separate the controls."""
    answers, at = tuple(controls.split()), rules.page(source)
    return lambda check: Rule(rule_id, check.__doc__ or "", at, check, answers, is_optional)

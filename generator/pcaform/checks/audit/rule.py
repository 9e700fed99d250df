"""What a rule of the audit is: one object with its id, text, source and check.

A function in a file of `rules/` becomes a rule by its decorator, and is registered by being there:

    @rule("ca-expired", source="https://...")
    def ca_expired(context: AuditContext) -> Iterator[AuditFinding]:
        \"\"\"A CA has expired: it issues nothing, and AWS still bills it.\"\"\"
        for ca in ...:
            yield ca_expired.ca_finding(ca, message, advice=advice, day=context.now)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.audit.finding import AuditFinding
from pcaform.core import rules
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus


@dataclass(frozen=True, slots=True)
class AuditContext:
    """What a check looks at. `expiring` is how near an expiry date must be to be reported."""

    snapshot: AccountSnapshot
    access: AccessResult
    now: datetime
    expiring: timedelta


Check = Callable[[AuditContext], Iterator[AuditFinding]]


@dataclass(frozen=True, slots=True)
class Rule(rules.Rule[Check]):
    """One rule. `text` states what is wrong; `source` is the page that says why it matters."""

    def finding(
        self, subject: str, message: str, *, advice: str, day: datetime | None, arn: str = "", region: str = ""
    ) -> AuditFinding:
        """Return a finding of this rule."""
        return AuditFinding(self.id, subject, message, advice, day=day, arn=arn, region=region)

    def ca_finding(self, ca: CaStatus, message: str, *, advice: str, day: datetime | None) -> AuditFinding:
        """Return a finding of this rule about a CA."""
        return self.finding(f"CA {ca.name}", message, advice=advice, day=day, arn=ca.arn, region=ca.region)


def rule(rule_id: str, *, source: str) -> Callable[[Check], Rule]:
    """Make a check a rule; its docstring is the rule's text."""
    return lambda check: Rule(rule_id, check.__doc__ or "", source, check)

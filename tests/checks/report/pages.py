"""Results of all checks as values, with hostile names, as parts of a page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from conftest import EXAMPLE
from pcaform.checks.audit.rule import Audit, AuditFinding, Cost, End
from pcaform.checks.drift.difference import Difference, Drift, Kind
from pcaform.checks.guard import verdict
from pcaform.checks.guard.verdict import GuardFinding, GuardResult, Waived
from pcaform.checks.report.parts import Part, part_of_audit, part_of_drift, part_of_guard, part_of_spec
from pcaform.core.finding import Severity
from pcaform.render.graph import Graph, Node
from pcaform.rules.load import load_file
from pcaform.sources.inventory import ImportNote

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
SCRIPT = "<script>document.title='hacked'</script>"
HOSTILE = (SCRIPT, '"><img src=https://www.example/x onerror=alert(1)>', "\u202egnissi\u200b CA", "L" * 200)
REGIONS = tuple(f"ap-northeast-{number}" for number in range(34))


def ca_arn(number: int) -> str:
    return f"arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/{number:08x}-2222-3333-4444-555555555555"


def audit_of(*names: str) -> Audit:
    """Return an audit of CAs, the first of which has ended; each has a finding, on another day."""
    days = [NOW + timedelta(days=30 * number - 1) for number in range(len(names))]
    findings = tuple(
        AuditFinding("ca-ends-soon", f"CA {name}", "it ends soon", f"renew {name}", day=end, arn=ca_arn(number))
        for number, (name, end) in enumerate(zip(names, days, strict=True))
    )
    findings = tuple(
        each if number == 0 else replace(each, severity=Severity.WARNING) for number, each in enumerate(findings)
    )
    ends = tuple(
        End("CA", name, ca_arn(number), "ACTIVE" if number else "EXPIRED", end)
        for number, (name, end) in enumerate(zip(names, days, strict=True))
    )
    costs = [Cost(name, ca_arn(number), "ACTIVE", "GENERAL_PURPOSE", 400) for number, name in enumerate(names)]
    costs.append(Cost("Waiting", ca_arn(len(names)), "PENDING_CERTIFICATE", "SHORT_LIVED_CERTIFICATE", 50))
    unknown = (ImportNote("unknown", "111122223333/eu-west-9", "CAs of this account: denied"),)
    return Audit("111122223333", REGIONS, NOW, len(costs), 0, findings, ends, tuple(costs), unknown)


def drift() -> Drift:
    difference = Difference(Kind.RENEWAL, "certificate_authorities.issuing.permissions", "fewer", "apply")
    return Drift("corp-pki", "123456789012", 4, (replace(difference, severity=Severity.WARNING),))


def guard() -> GuardResult:
    changed = verdict.Difference("subject[0].common_name", '"a"', f'"{SCRIPT}"')
    finding = GuardFinding("ca-replaced", "module.ca_a.this", "a new CA", "undo it", differences=(changed,))
    waived = replace(finding, rule="share-widened", subject="module.share_a", affected=("another account",))
    doubts = (verdict.undecided("module.b", "unknown"),)
    accepted = (Waived(waived, "agreed", "2027-02-01"),)
    return GuardResult((finding,), (verdict.note("module.c", "it only moves"),), doubts, accepted)


@cache
def fleet() -> tuple[Part, ...]:
    spec = load_file(str(EXAMPLE))
    saved = (part_of_drift(drift(), "drift.json"), part_of_guard(guard(), "guard.json"))
    return (part_of_spec(spec, [], "corp-pki.yaml"), part_of_audit(audit_of(*HOSTILE, "Corp"), "audit.json"), *saved)


def large(number: int) -> Part:
    """Return an account of many CAs, each below one of another ten, with the access of a spec."""
    names = [f"Corp Issuing {each}" for each in range(number)]
    nodes = {ca_arn(each): Node(ca_arn(each), (name, "SUBORDINATE"), "CA") for each, name in enumerate(names)}
    edges = tuple((ca_arn(each // 10), ca_arn(each), "signs") for each in range(1, number))
    return replace(part_of_audit(audit_of(*names)), graph=Graph("", nodes, edges), access=fleet()[0].access)

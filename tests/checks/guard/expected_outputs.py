"""Real output of the guard, one finding for each rule: for the documentation, and for the test that none is missing.

Findings between specs are computed here; findings that only a plan shows are in files, which tests compare with the
output for plans of real Terraform.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from checks.guard.builders import parse_earlier
from checks.guard.closed_world import HAZARDS as UNJUDGED
from checks.guard.closed_world import judge
from checks.guard.corpus import HAZARDS, TEXT, harmed
from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.check import check_changes, check_plan
from pcaform.checks.guard.report import build_report
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs, stack_removed
from pcaform.checks.guard.verdict import GuardResult
from pcaform.checks.guard.waivers import apply_waivers
from pcaform.spec.parse import file_reader
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change, Plan, Resource

PLANS = tuple(Path(__file__).parent / name for name in ("corpus.out", "plans.out"))
_CHANGING = (
    (
        re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        "11111111-2222-3333-4444-555555555555",
    ),
    (re.compile(r"(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}"), "0a:1b:2c:3d:4e:5f:60:71"),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC"), "2030-01-01 00:00:00 UTC"),
    (re.compile(r'"-----BEGIN[^"…]*["…]'), '"-----BEGIN…'),
)
"""What differs in every run."""
_OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "acm-pca:IssueCertificate", "Resource": "*"}]}'
_CLOSED = _OPEN.replace('"*", "Action"', '{"AWS": "111111111111"}, "Action"')
_NAMED = "    subject: {common_name: Issuing}\n"
_LEAVING = TEXT[TEXT.index("  leaving:\n") : TEXT.index("  disabled:\n")]
_ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-55555555555"
_BACKEND = "terraform: {backend: {s3: {bucket: corp-states, region: eu-west-1, key: "
_PARAMETER = "references: {{ssm_parameter: '/{}/{{stack}}/{{certificate_authority}}'}}\n"
_ADDED = "issuers:\n  added:\n    grants: [{certificates: unmanaged, certificate_authorities: [issuing]}]\n"


def settled(found: str) -> str:
    """Return what was printed with all that changes from run to run replaced."""
    for pattern, fixed in _CHANGING:
        found = pattern.sub(fixed, found)
    return found


def shown() -> dict[str, tuple[str, str]]:
    """Return for each rule where it was seen, in specs or in a plan, and what was printed."""
    found: dict[str, tuple[str, str]] = {}
    for result in _of_specs():
        for rule, block in _blocks(build_report(result).format("text")):
            found.setdefault(rule, ("specs", block))
    plans = [path.read_text(encoding="utf-8") for path in PLANS]
    plans += [settled(build_report(result).format("text")) for result in (_shared(), _destroyed(), _lost(), *_issued())]
    for rule, block in (each for printed in plans for each in _blocks(printed)):
        found.setdefault(rule, ("plan", block))
    return found


def _of_specs() -> Iterator[GuardResult]:
    before = _spec(TEXT)
    for hazard in HAZARDS:
        if "spec" in hazard.seen:
            yield check_specs(before, _spec(harmed(hazard)))
    yield check_specs(before, _spec(TEXT.replace("issuers:\n", _ADDED)))
    yield check_specs(*(_spec(TEXT.replace(_NAMED, f"{_NAMED}    arn: {_ARN}{end}\n")) for end in ("1", "2")))
    yield check_specs(before, _spec(TEXT.replace("region: eu-west-1", "region: eu-central-1")))
    yield check_specs(*(_spec(f"{TEXT}{_BACKEND}{name}}}}}}}\n") for name in ("corpus", "other")))
    replaced = _spec(TEXT.replace(_NAMED, f"{_NAMED}    successor_of: leaving\n"))
    yield check_specs(replaced, _spec(f"{TEXT}removed: {{leaving: forget}}\n".replace(_LEAVING, "")))
    yield check_specs(*(_spec(TEXT + _PARAMETER.format(name)) for name in ("pki", "other")))
    yield stack_removed(before)
    yield check_changes([Change("stacks/corpus/evil.tf", ChangeType.FILE, ("create",), {}, {"is_accepted": False})])
    waiver = "waivers:\n  - {what: ca-replaced, why: it never issued, until: '2030-06-14'}\n"
    yield apply_waivers(check_specs(before, before), _spec(TEXT + waiver).waivers, today=date(2030, 6, 15))


def _shared() -> GuardResult:
    """Check what a spec cannot have: a CA's policy that allows any account, and a permission for another account."""
    address = "aws_acmpca_policy.partner"
    change = Change(address, "aws_acmpca_policy", ("update",), {"policy": _CLOSED}, {"policy": _OPEN}, {}, "", (), "")
    kind = "aws_acmpca_permission"
    after = {"certificate_authority_arn": f"{_ARN}1", "source_account": "111111111111"}
    permission = Change(f"{kind}.partner", kind, ("create",), {}, after, {}, "", (), "")
    return check_plan(Plan((change, permission), is_errored=False))


def _destroyed() -> GuardResult:
    """Check a plan that destroys another CA than the spec has the ARN of."""
    kind = "aws_acmpca_certificate_authority"
    change = Change(f"module.ca_old.{kind}.this", kind, ("delete",), {"arn": f"{_ARN}1"}, {}, {}, "", (), "")
    spec = _spec(f"{TEXT}removed: {{old: {{destroy: '{_ARN.replace('1111', '9999', 1)}2'}}}}\n")
    return check_plan_with_spec(Plan((change,), is_errored=False), spec)


def _issued() -> Iterator[GuardResult]:
    """Check plans that issue for a stranger, for code signing, and that install a certificate of another key."""
    yield from (
        judge(UNJUDGED[name]) for name in ("sub ca for a stranger", "code signing", "certificate of another key")
    )


def _lost() -> GuardResult:
    """Check a plan that creates the one CA of a spec in the state of another stack."""
    kind, text = "aws_acmpca_certificate_authority", TEXT.partition("  replaced:")[0]
    other = Resource(f"{kind}.other", kind, {"arn": f"{_ARN}9"})
    change = Change(f"module.ca_root.{kind}.this", kind, ("create",), {}, {"type": "ROOT"})
    return check_plan_with_spec(Plan((change,), is_errored=False, resources=(other,)), _spec(text))


def _spec(text: str) -> Spec:
    return parse_earlier(text.encode(), "corpus.yaml", file_reader(Path()))


def _blocks(printed: str) -> Iterator[tuple[str, str]]:
    """Yield each finding of a text with its rule: a line, and those below it that are indented."""
    for block in re.split(r"\n(?! )", printed.strip()):
        rule = re.search(r" \[([a-z-]+), [a-z-]+\]$", block.partition("\n")[0])
        if rule:
            yield rule[1], block

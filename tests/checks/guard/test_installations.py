"""Which certificate may be installed over which: one that is newer than the live one, and both must be known."""

from dataclasses import replace

import pytest

from checks.guard import policy_texts as written
from checks.guard.policy_texts import DAY, LIVE, LIVE_SINCE, pem
from pcaform.checks.guard.check import run_rules
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.verdict import GuardFinding, Note, Undecided
from pcaform.terraform.plan_json import Change, Plan, Resource

ARN = {"certificate_authority_arn": written.ARN}
ISSUED = Resource("y", "aws_acmpca_certificate", {"certificate": LIVE})
ANOTHER = Resource("z", "aws_acmpca_certificate_authority", {"arn": "another"})
MADE = Change("v", "aws_acmpca_certificate_authority", ("create",), {}, {}, {"arn": True}, "", (), "")
ISSUING = Change("u", "aws_acmpca_certificate", ("create",), {}, {}, {"certificate": True}, "", (), "")
WORLD = PlanContext(Plan((MADE, ISSUING), is_errored=False, resources=(ISSUED, ANOTHER)))
REPLACED = Change(
    address="x",
    type="aws_acmpca_certificate_authority_certificate",
    actions=("create", "delete"),
    before={"certificate": LIVE, **ARN},
    after={"certificate": LIVE, **ARN},
    unknown={},
    reason="replace_because_cannot_update",
    paths=("certificate",),
    deposed="",
)


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (pem(LIVE_SINCE - DAY, serial=2), GuardFinding),
        (pem(LIVE_SINCE, serial=2), GuardFinding),
        (pem(LIVE_SINCE + DAY, serial=2), Note),
        (LIVE, Note),
        (f"\n{LIVE}\n", Note),
        ("no certificate", Undecided),
        (None, Undecided),
    ],
    ids=["older", "as old and another", "newer", "the same", "the same, spaced", "no certificate", "left out"],
)
def test_certificate_installed_over_the_live_one(planned: str | None, expected: type) -> None:
    (found,) = run_rules(replace(REPLACED, after={"certificate": planned, **ARN}), WORLD)
    assert type(found) is expected


@pytest.mark.parametrize("unknown", [{}, {"certificate": True}], ids=["planned", "still to be issued"])
def test_live_certificate_that_is_not_in_the_plan_is_a_doubt(unknown: dict[str, bool]) -> None:
    (found,) = run_rules(replace(REPLACED, before=ARN, unknown=unknown), WORLD)
    assert type(found) is Undecided


@pytest.mark.parametrize(
    "change",
    [
        replace(REPLACED, after=ARN, unknown={"certificate": True}),
        replace(REPLACED, after={"certificate": pem(LIVE_SINCE - DAY)}, unknown={"certificate_authority_arn": True}),
        replace(REPLACED, after={"certificate": pem(LIVE_SINCE - DAY), "certificate_authority_arn": "another"}),
    ],
    ids=["still to be issued", "for a CA still to be made", "for another CA"],
)
def test_what_is_installed_elsewhere_or_anew_rolls_nothing_back(change: Change) -> None:
    (found,) = run_rules(change, WORLD)
    assert type(found) is Note


def test_rollback_names_both_certificates() -> None:
    (found,) = run_rules(replace(REPLACED, after={"certificate": pem(LIVE_SINCE - DAY, serial=0x2A), **ARN}), WORLD)
    assert "01 (valid from 2030-01-01 00:00:00 UTC) installed and gets 2a (valid from 2029-12-31" in found.message


def test_object_that_a_replacement_left_behind_is_named_as_such() -> None:
    left = replace(
        REPLACED,
        type="aws_acmpca_certificate",
        actions=("delete",),
        before={"certificate": LIVE},
        paths=(),
        deposed="8f2b",
    )
    (found,) = run_rules(left, WORLD)
    assert found.address == "x (deposed 8f2b)"
    assert "AWS revokes 01" in found.message

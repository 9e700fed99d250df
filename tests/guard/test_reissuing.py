"""A live certificate leaves a CA only for the next generation of it, which the state tells: all else is a finding."""

from typing import Any

import pytest

from guard.written import (
    ARN,
    AUTHORITY,
    CERTIFICATE,
    INSTALLATION,
    LIVE,
    OLDER,
    authority,
    change,
    found,
    is_quiet,
    kept,
    resource,
    rules,
)

LIVE_CA = kept(f"{AUTHORITY}.x", authority(certificate=LIVE))
ISSUED = {"certificate_authority_arn": ARN, "certificate": LIVE}
ISSUING = change(
    f"{CERTIFICATE}.new", "create", after={"certificate_authority_arn": ARN}, after_unknown={"certificate": True}
)
INSTALLING = change(
    f"{INSTALLATION}.x",
    "delete create",
    before={"certificate_authority_arn": ARN, "certificate": LIVE},
    after={"certificate_authority_arn": ARN},
    after_unknown={"certificate": True},
    replace_paths=[["certificate"]],
)
REISSUED = [("certificate-reissued", f"{INSTALLATION}.x")]


@pytest.mark.parametrize(
    ("prior", "drift"),
    [
        ((), ()),
        ((resource(f"{CERTIFICATE}.other", certificate=OLDER, certificate_authority_arn=ARN),), ()),
        ((resource(f"data.{CERTIFICATE}.x", "data", **ISSUED),), ()),
        ((), (change(f"{CERTIFICATE}.new", "delete", before=ISSUED),)),
    ],
    ids=["signed elsewhere", "another one in the state", "only read by a data source", "deleted outside"],
)
def test_certificate_that_the_stack_did_not_issue_is_not_replaced(prior: Any, drift: Any) -> None:
    judged = found(LIVE_CA, ISSUING, INSTALLING, prior=prior, drift=drift)
    assert rules(judged) == REISSUED
    assert judged.findings[0].affected == (f"'Issuing' ({AUTHORITY}.x): has it installed",)


@pytest.mark.parametrize("text", [LIVE, f"\n{LIVE}\n", LIVE.replace("\n", "\r\n")], ids=["same", "spaced", "Windows"])
def test_next_generation_of_what_the_stack_issued_is_told_and_safe(text: str) -> None:
    last = resource(f"{CERTIFICATE}.x", certificate=text, certificate_authority_arn=ARN)
    judged = found(LIVE_CA, ISSUING, INSTALLING, prior=(last,))
    assert is_quiet(judged)
    assert [note.message.partition(":")[0] for note in judged.notes] == ["replaced to install a new certificate"]


def test_last_generation_that_retires_in_the_same_plan_is_safe() -> None:
    assert is_quiet(found(LIVE_CA, ISSUING, INSTALLING, change(f"{CERTIFICATE}.x", "forget", before=ISSUED)))

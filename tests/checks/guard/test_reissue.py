"""A live certificate leaves a CA only for the next generation of it, which the state tells: all else is a finding."""

from typing import Any

import pytest

from checks.guard.policy_texts import (
    ARN,
    AUTHORITY,
    CERTIFICATE,
    INSTALLATION,
    LIVE,
    NEWER,
    OLDER,
    OTHER_ARN,
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
    result = found(LIVE_CA, ISSUING, INSTALLING, prior=prior, drift=drift)
    assert rules(result) == REISSUED
    assert result.findings[0].affected == (f"'Issuing' ({AUTHORITY}.x): has it installed",)


@pytest.mark.parametrize("text", [LIVE, f"\n{LIVE}\n", LIVE.replace("\n", "\r\n")], ids=["same", "spaced", "Windows"])
def test_next_generation_of_what_the_stack_issued_is_told_and_safe(text: str) -> None:
    last = resource(f"{CERTIFICATE}.x", certificate=text, certificate_authority_arn=ARN)
    result = found(LIVE_CA, ISSUING, INSTALLING, prior=(last,))
    assert is_quiet(result)
    assert [note.message.partition(":")[0] for note in result.notes] == ["replaced to install a new certificate"]


def test_last_generation_that_retires_in_the_same_plan_is_safe() -> None:
    assert is_quiet(found(LIVE_CA, ISSUING, INSTALLING, change(f"{CERTIFICATE}.x", "forget", before=ISSUED)))


OF_OTHER = {"certificate_authority_arn": OTHER_ARN, "certificate": OLDER}


def installed(words: str, certificate: str | None, arn: str | None = ARN) -> dict[str, Any]:
    """Return an installation that comes, or that leaves the other CA; what is None is unknown."""
    given = {"certificate_authority_arn": arn, "certificate": certificate}
    after = {name: value for name, value in given.items() if value is not None}
    unknown = {name: True for name in given if name not in after}
    before = OF_OTHER if "delete" in words else None
    return change(f"{INSTALLATION}.x", words, before=before, after=after, after_unknown=unknown)


def read(certificate: str) -> dict[str, Any]:
    return resource(f"data.{AUTHORITY}.x", "data", arn=ARN, certificate=certificate)


@pytest.mark.parametrize("certificate", [None, OLDER, NEWER], ids=["still to be issued", "older", "newer"])
def test_authority_that_is_only_read_keeps_its_certificate(certificate: str | None) -> None:
    result = found(installed("create", certificate), prior=(read(LIVE),))
    assert rules(result) == REISSUED
    assert f"data.{AUTHORITY}.x" in result.findings[0].message


@pytest.mark.parametrize(("certificate", "live"), [(LIVE, LIVE), (None, "")], ids=["the same", "a CA that waits"])
def test_authority_that_is_only_read_gets_what_it_has_or_its_first_one(certificate: str | None, live: str) -> None:
    assert is_quiet(found(installed("create", certificate), prior=(read(live),)))


@pytest.mark.parametrize("words", ["create", "delete create"])
@pytest.mark.parametrize("arn", [ARN, None], ids=["in another state", "known only after the apply"])
def test_authority_that_is_not_in_sight_cannot_be_judged(words: str, arn: str | None) -> None:
    result = found(installed(words, OLDER, arn))
    assert [(doubt.address, doubt.level) for doubt in result.doubts] == [(f"{INSTALLATION}.x", "breaks-trust")]


@pytest.mark.parametrize("words", ["create", "delete create"])
def test_authority_that_the_plan_makes_has_no_certificate_yet(words: str) -> None:
    made = change(f"{AUTHORITY}.y", "create", after=authority(None), after_unknown={"arn": True})
    other = kept(f"{AUTHORITY}.x", authority(OTHER_ARN, OLDER))
    assert is_quiet(found(made, other, installed(words, None, None)))


@pytest.mark.parametrize("certificate", [None, OLDER, NEWER], ids=["still to be issued", "older", "newer"])
def test_installation_does_not_move_to_another_live_authority(certificate: str | None) -> None:
    other = kept(f"{AUTHORITY}.y", authority(OTHER_ARN, OLDER))
    assert rules(found(LIVE_CA, other, installed("delete create", certificate))) == REISSUED


@pytest.mark.parametrize(("certificate", "live"), [(LIVE, LIVE), (NEWER, "")], ids=["the same", "a CA that waits"])
def test_installation_that_moves_to_where_it_does_nothing_is_safe(certificate: str, live: str) -> None:
    moved = installed("delete create", certificate)
    assert is_quiet(found(kept(f"{AUTHORITY}.x", authority(certificate=live)), moved))


def test_certificate_of_unknown_origin_is_no_next_generation() -> None:
    """Where the plan issues none, another provider or another stack does."""
    last = resource(f"{CERTIFICATE}.x", certificate=LIVE, certificate_authority_arn=ARN)
    result = found(LIVE_CA, INSTALLING, prior=(last,))
    assert [(doubt.address, doubt.level) for doubt in result.doubts] == [(f"{INSTALLATION}.x", "breaks-trust")]


def test_authority_that_is_read_only_during_the_apply_is_not_in_sight() -> None:
    """Unless the plan makes the CA in the installation's own module, as pcaform's do."""
    made, beside = (
        change(f"{place}{AUTHORITY}.y", "create", after=authority(None), after_unknown={"arn": True})
        for place in ("module.y.", "")
    )
    read_later = change(f"data.{AUTHORITY}.x", "read", after={}, after_unknown={"arn": True}, mode="data")
    own = {**installed("create", None, None), "address": f"module.y.{INSTALLATION}.x"}
    assert found(made, beside, read_later, installed("create", None, None)).doubts
    assert is_quiet(found(made, read_later, own))

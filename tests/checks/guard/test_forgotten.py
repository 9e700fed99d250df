"""OpenTofu's replacement by a forget and a create: the old object stays at AWS, and another one comes."""

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
    PERMISSION,
    authority,
    change,
    found,
    is_quiet,
    kept,
    rules,
)

ORDERS = pytest.mark.parametrize("words", ["forget create", "create forget"])
ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]
LIVE_CA = kept(f"{AUTHORITY}.x", authority(certificate=LIVE))
INSTALLED = {"certificate_authority_arn": ARN, "certificate": LIVE}


def permitted(actions: list[str], arn: str = ARN) -> dict[str, object]:
    return {"certificate_authority_arn": arn, "principal": "acm.amazonaws.com", "actions": actions}


@ORDERS
def test_authority_is_made_again(words: str) -> None:
    result = found(
        change(f"{AUTHORITY}.x", words, before=authority(), after=authority(None), replace_paths=[["type"]]),
        kept(f"{PERMISSION}.x", permitted(ALL)),
    )
    assert rules(result) == [("ca-made-again", f"{AUTHORITY}.x")]
    assert ARN in result.findings[0].message
    assert result.findings[0].affected == (f"{PERMISSION}.x: ACM's permission is for this CA",)


@ORDERS
def test_certificate_is_issued_again_and_the_old_one_not_revoked(words: str) -> None:
    result = found(
        LIVE_CA, change(f"{CERTIFICATE}.x", words, before=INSTALLED, after={}, after_unknown={"certificate": True})
    )
    assert rules(result) == [("certificate-replaced", f"{CERTIFICATE}.x")]
    assert "revokes" not in result.findings[0].message


@ORDERS
def test_permission_with_fewer_actions(words: str) -> None:
    result = found(change(f"{PERMISSION}.x", words, before=permitted(ALL), after=permitted(["GetCertificate"])))
    assert rules(result) == [("permission-replaced", f"{PERMISSION}.x")]
    assert "IssueCertificate, ListPermissions" in result.findings[0].message


@ORDERS
def test_permission_whose_actions_are_unknown(words: str) -> None:
    after = {"certificate_authority_arn": ARN, "principal": "acm.amazonaws.com"}
    result = found(
        change(f"{PERMISSION}.x", words, before=permitted(ALL), after=after, after_unknown={"actions": True})
    )
    assert [doubt.address for doubt in result.doubts] == [f"{PERMISSION}.x"]


@ORDERS
def test_permission_with_the_same_actions_is_safe(words: str) -> None:
    assert is_quiet(found(change(f"{PERMISSION}.x", words, before=permitted(ALL), after=permitted(ALL, OTHER_ARN))))


@ORDERS
def test_older_certificate_is_a_rollback_and_a_newer_one_is_safe(words: str) -> None:
    rolled, renewed = (
        found(LIVE_CA, change(f"{INSTALLATION}.x", words, before=INSTALLED, after={**INSTALLED, "certificate": text}))
        for text in (OLDER, NEWER)
    )
    assert rules(rolled) == [("certificate-rolled-back", f"{INSTALLATION}.x")]
    assert is_quiet(renewed)


@pytest.mark.parametrize("kind", [AUTHORITY, CERTIFICATE, INSTALLATION, PERMISSION])
def test_forget_alone_is_safe(kind: str) -> None:
    assert is_quiet(found(change(f"{kind}.x", "forget", before=permitted(ALL))))

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

ACM_CERTIFICATE = "aws_acm_certificate"
OWN, OTHER = "123456789012", "210987654321"
ORDERS = pytest.mark.parametrize("words", ["forget create", "create forget"])
ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]
LIVE_CA = kept(f"{AUTHORITY}.x", authority(certificate=LIVE))
INSTALLED = {"certificate_authority_arn": ARN, "certificate": LIVE}


def permitted(actions: list[str], arn: str = ARN, **more: str) -> dict[str, object]:
    return {"certificate_authority_arn": arn, "principal": "acm.amazonaws.com", "actions": actions, **more}


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


@pytest.mark.parametrize("words", ["delete create", "create delete", "forget create"])
def test_permission_for_another_account_does_not_take_the_place_of_one_that_renews(words: str) -> None:
    own, other = permitted(ALL, source_account=OWN), permitted(ALL, source_account=OTHER)
    certificate = kept(f"{ACM_CERTIFICATE}.w", {"certificate_authority_arn": ARN, "domain_name": "w.example"})
    replaced, widened = found(certificate, change(f"{PERMISSION}.x", words, before=own, after=other)).findings
    assert (replaced.rule, widened.rule) == ("permission-replaced", "permission-for-other-account")
    assert replaced.message.startswith(f"the new permission is for ACM in account {OTHER}, not in the CA's own: ")
    assert replaced.affected == (f"{ACM_CERTIFICATE}.w: the certificate for w.example",)


@pytest.mark.parametrize("arn", [ARN, None], ids=["CA exists", "CA of this plan"])
def test_new_permission_for_another_account(arn: str | None) -> None:
    for source, expected in ((OTHER, [("permission-for-other-account", f"{PERMISSION}.x")]), (OWN, []), ("", [])):
        after = {**permitted(ALL, source_account=source), "certificate_authority_arn": arn}
        result = found(LIVE_CA, change(f"{PERMISSION}.x", "create", after=after))
        assert (rules(result), result.doubts) == (expected, ())


def test_new_permission_where_the_account_of_the_ca_is_not_known() -> None:
    after = {**permitted(ALL, source_account=OTHER), "certificate_authority_arn": None}
    (doubt,) = found(change(f"{PERMISSION}.x", "create", after=after)).doubts
    assert doubt.address == f"{PERMISSION}.x"
    unknown = {"source_account": True}  # left out, since the provider computes it
    plain = {**permitted(ALL), "certificate_authority_arn": None}
    assert is_quiet(found(change(f"{PERMISSION}.x", "create", after=plain, after_unknown=unknown)))


def test_permission_for_another_account_that_is_destroyed_ends_no_renewal_here() -> None:
    certificate = kept(f"{ACM_CERTIFICATE}.w", {"certificate_authority_arn": ARN, "domain_name": "w.example"})
    before = permitted(ALL, source_account=OTHER)
    (finding,) = found(certificate, change(f"{PERMISSION}.x", "delete", before=before)).findings
    assert finding.rule == "permission-destroyed"
    assert finding.message == f"ACM in account {OTHER} may no longer issue or renew from the CA"
    assert finding.affected == ()


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

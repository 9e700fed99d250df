"""Existing permissions of ACM become those of a spec; invalid ones are listed."""

from typing import Any

import pytest

from importer.infer.builders import FORGOTTEN, PART, infer
from importer.infer.state_builders import ACCOUNT, REGION, arn_of, permission, resource, root

OTHER = "210987654321"
ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]
PERMISSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no principal": (
        {"principal": None, "actions": ALL},
        "'principal' is empty, allowed: acm.amazonaws.com",
    ),
    "another principal": (
        {"principal": "ec2.amazonaws.com", "actions": ALL},
        "'principal' is 'ec2.amazonaws.com' (did you mean 'acm.amazonaws.com'?), allowed: acm.amazonaws.com",
    ),
    "another action": (
        {"principal": "acm.amazonaws.com", "actions": ["RevokeCertificate"]},
        (
            "'actions' is 'RevokeCertificate' (did you mean 'GetCertificate'?), allowed: IssueCertificate, "
            "GetCertificate, ListPermissions; 'actions' is a list, allowed: at least 1 item"
        ),
    ),
    "no actions": ({"principal": "acm.amazonaws.com"}, PART),
}


@pytest.mark.parametrize("case", PERMISSIONS)
@pytest.mark.parametrize("name", ["root", "elsewhere"])
def test_invalid_permission_does_not_exclude_its_ca(case: str, name: str) -> None:
    attributes, reason = PERMISSIONS[case]
    odd = resource("aws_acmpca_permission", "module.x", {"certificate_authority_arn": arn_of(name), **attributes})
    found = infer(*root(), odd, permission("elsewhere"))
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + FORGOTTEN),)
    assert [len(each.permissions) for each in found.spec.certificate_authorities.values()] == [0, 1]


@pytest.mark.parametrize(("name", "first", "second"), [("root", [0, 1], [1]), ("elsewhere", [1, 0], [0, 1])])
def test_permission_for_another_account_is_left_out(name: str, first: list[int], second: list[int]) -> None:
    """A spec whose CA has only that one must not claim that ACM renews; one for the CA's own account stays."""
    theirs = permission(name, source_account=OTHER, module="module.x")
    reason = f"it is for ACM in account {OTHER}: it renews nothing in the CA's own account, and a spec cannot have it"
    found = infer(*root(), theirs, permission("elsewhere") if name == "root" else permission("root"))
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + FORGOTTEN),)
    assert [len(each.permissions) for each in found.spec.certificate_authorities.values()] == first
    found = infer(*root(), theirs, permission(name))
    assert [each for each, _ in found.left_out] == ["module.x.aws_acmpca_permission.this"]
    assert [len(each.permissions) for each in found.spec.certificate_authorities.values()] == second


@pytest.mark.parametrize("account", [None, "", "123456789012"])
def test_permission_for_the_own_account(account: str | None) -> None:
    found = infer(*root(), permission("root", source_account=account))
    assert found.left_out == ()
    assert len(found.spec.managed["root"].permissions) == 1


def test_permission_whose_account_is_hidden_is_not_taken_for_the_own_one() -> None:
    hidden = permission("root", source_account=OTHER)
    hidden["instances"][0]["sensitive_attributes"] = [[{"type": "get_attr", "value": "source_account"}]]
    found = infer(*root(), hidden)
    assert len(found.spec.managed["root"].permissions) == 0
    assert any("for which account it is could not be read" in reason for _, reason in found.left_out)


CERTIFICATE = {"arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1", "domain_name": "www.example"}
NEVER = "it is FAILED: ACM never issued it (the reason is shown by ACM)"
REASON = [{"renewal_status": "PENDING_AUTO_RENEWAL", "renewal_status_reason": "PCA_ACCESS_DENIED"}]


@pytest.mark.parametrize(
    ("facts", "kind", "reason"),
    [
        ({"status": "FAILED"}, "left out", NEVER),
        ({"status": "REVOKED"}, "left out", "it is REVOKED: ACM does not renew it"),
        ({"status": "VALIDATION_TIMED_OUT"}, "left out", "it is VALIDATION_TIMED_OUT: ACM never issued it"),
        ({"status": "PENDING_VALIDATION"}, "left out", "it is PENDING_VALIDATION: ACM has not issued it yet"),
        (
            {"status": "EXPIRED", "not_after": "2026-02-03T00:00:00Z"},
            "left out",
            "it is EXPIRED: it ended on 2026-02-03",
        ),
        ({"status": "PAUSED"}, "unknown", "its status 'PAUSED' is not known to this release"),
        ({"status": "ISSUED", "renewal_summary": REASON}, "left out", "ACM could not renew it (PCA_ACCESS_DENIED)"),
    ],
)
def test_certificate_that_is_not_in_order_is_written_and_told(facts: dict[str, Any], kind: str, reason: str) -> None:
    """A stack over a state that has it must keep it, but nobody may take it for a certificate that renews."""
    attributes = {**CERTIFICATE, "certificate_authority_arn": arn_of("root"), "status": "ISSUED", **facts}
    found = infer(*root(), permission("root"), resource("aws_acm_certificate", None, attributes))
    assert list(found.spec.certificates) == ["www"]
    (note,) = (each for each in found.notes if each.address == "aws_acm_certificate.this")
    assert note.kind == kind
    assert note.reason.startswith(reason)


@pytest.mark.parametrize(
    "facts", [{}, {"renewal_summary": [{"renewal_status": "SUCCESS", "renewal_status_reason": ""}]}]
)
def test_certificate_in_order_has_no_note(facts: dict[str, Any]) -> None:
    attributes = {**CERTIFICATE, "certificate_authority_arn": arn_of("root"), "status": "ISSUED", **facts}
    found = infer(*root(), permission("root"), resource("aws_acm_certificate", None, attributes))
    assert found.notes == ()


def test_duplicate_permission_is_listed() -> None:
    second = {**permission("root"), "module": "module.x"}
    found = infer(*root(), permission("root"), second)
    reason = "AWS keeps one permission for each principal and CA"
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + FORGOTTEN),)
    assert len(found.spec.managed["root"].permissions) == 1

"""Existing permissions of ACM become those of a spec; invalid ones are listed."""

from typing import Any

import pytest

from importer.infer.builders import PART, infer
from importer.infer.state_builders import arn_of, permission, resource, root

REMOVE = ". If a state has it, remove it there before applying a stack over it, else Terraform deletes the permission"
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
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + REMOVE),)
    assert [len(each.permissions) for each in found.spec.certificate_authorities.values()] == [0, 1]


def test_duplicate_permission_is_listed() -> None:
    second = {**permission("root"), "module": "module.x"}
    found = infer(*root(), permission("root"), second)
    reason = "AWS keeps one permission for each principal and CA"
    assert found.left_out == (("module.x.aws_acmpca_permission.this", reason + REMOVE),)
    assert len(found.spec.managed["root"].permissions) == 1

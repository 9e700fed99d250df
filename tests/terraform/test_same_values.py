"""Which two values of an argument are one to the provider; others are a change, and may replace a resource."""

from typing import Any

import pytest

from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, PERMISSION, SHARE
from pcaform.terraform.schema import is_same


@pytest.mark.parametrize(
    ("resource", "argument", "one", "other"),
    [
        (PERMISSION, "actions", ["GetCertificate", "IssueCertificate"], ["IssueCertificate", "GetCertificate"]),
        (SHARE, "policy", '{"Statement": [{"A": 1}, {"B": 2}]}', '{"Statement":[{"B":2},{"A":1}]}'),
        (AUTHORITY, "tags", {}, None),
        (AUTHORITY, "key_storage_security_standard", "", None),
    ],
)
def test_spelling_is_no_change(resource: str, argument: str, one: Any, other: Any) -> None:
    assert is_same(resource, argument, one, other)


@pytest.mark.parametrize(
    ("resource", "argument", "one", "other"),
    [
        (PERMISSION, "actions", ["GetCertificate", "IssueCertificate"], ["IssueCertificate"]),
        (ACM_CERTIFICATE, "domain_name", "WWW.corp.example", "www.corp.example"),
        (AUTHORITY, "enabled", False, None),
        (SHARE, "policy", '{"Statement": []}', "not JSON"),
    ],
)
def test_all_else_is_a_change(resource: str, argument: str, one: Any, other: Any) -> None:
    assert not is_same(resource, argument, one, other)

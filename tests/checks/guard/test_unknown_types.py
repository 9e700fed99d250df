"""Resource types of AWS Private CA that no rule looks at: their effect on a CA is unknown."""

from typing import Any

import pytest

from checks.guard.policy_texts import change, found, is_quiet

KINDS = pytest.mark.parametrize(
    "kind",
    [
        "awscc_acmpca_certificate_authority",
        "awscc_acmpca_certificate_authority_activation",
        "awscc_acmpca_certificate",
        "awscc_acmpca_permission",
        "aws_acmpca_novelty",
    ],
)


@KINDS
@pytest.mark.parametrize("words", ["create", "update", "delete", "create delete", "delete create", "forget create"])
def test_change_cannot_be_judged(kind: str, words: str) -> None:
    result = found(change(f"module.m.{kind}.x", words, before={"status": "ACTIVE"}, after={"status": "DISABLED"}))
    assert [(doubt.address, doubt.level) for doubt in result.doubts] == [(f"module.m.{kind}.x", "breaks-trust")]
    assert kind in result.doubts[0].message


@KINDS
@pytest.mark.parametrize(
    "values",
    [
        {"actions": "no-op"},
        {"actions": "read", "mode": "data"},
        {"actions": "forget"},
        {"actions": "no-op", "importing": {"id": "x"}},
        {"actions": "update", "before": {"tags": []}, "after": {"tags": [{"key": "a", "value": "b"}]}},
    ],
    ids=["nothing", "read", "forgotten", "imported", "tagged"],
)
def test_what_does_nothing_to_an_authority_is_safe(kind: str, values: dict[str, Any]) -> None:
    assert is_quiet(found(change(f"{kind}.x", **values)))


def test_tags_that_come_with_what_is_unknown_are_in_doubt() -> None:
    unknown = {"after_unknown": {"revocation_configuration": {"ocsp_configuration": {"enabled": True}}}}
    given: dict[str, Any] = {"revocation_configuration": {}, "tags": []}
    assert found(change("awscc_acmpca_certificate_authority.x", "update", before=given, after=given, **unknown)).doubts


@pytest.mark.parametrize("kind", ["aws_instance", "awscc_ec2_instance", "aws_acmpcax"])
def test_other_kinds_are_none_of_our_business(kind: str) -> None:
    assert is_quiet(found(change(f"{kind}.x", "delete", before={})))

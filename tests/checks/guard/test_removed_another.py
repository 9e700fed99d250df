"""A plan beside the spec of its stack: what is destroyed is what the spec confirms with its ARN."""

import pytest

from pcaform.checks.guard.spec_diff.check import check_plan_with_spec
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change, Plan

CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
USER = "arn:aws:iam::123456789012:user/ci"
STACK = {"version": 1, "stack": "s", "aws": {"region": "eu-west-1", "account_id": "123456789012"}}


@pytest.mark.parametrize(
    ("call", "kind", "entry", "arn"),
    [
        ("ca_old", "aws_acmpca_certificate_authority", "old", CA),
        ("certificate_web", "aws_acm_certificate", "certificates.web", ACM),
        ("issuer_ci", "aws_iam_user", "issuers.ci", USER),
        ("crl_bucket_lists", "aws_s3_bucket", "crl_buckets.lists", "arn:aws:s3:::lists"),
    ],
)
def test_only_another_object_is_found(call: str, kind: str, entry: str, arn: str) -> None:
    spec = Spec.model_validate({**STACK, "removed": {entry: {"destroy": arn}}})
    found = {destroyed: _rules(call, kind, destroyed, spec) for destroyed in (arn, f"{arn}2")}
    assert {destroyed: "removed-another" in rules for destroyed, rules in found.items()} == {
        arn: False,
        f"{arn}2": True,
    }


def test_what_the_spec_does_not_confirm_is_found_as_before() -> None:
    spec = Spec.model_validate({**STACK, "removed": {"other": {"destroy": CA}}})
    assert _rules("ca_old", "aws_acmpca_certificate_authority", f"{CA}2", spec) == {"ca-destroyed"}


def _rules(call: str, kind: str, arn: str, spec: Spec) -> set[str]:
    change = Change(f"module.{call}.{kind}.this", kind, ("delete",), {"arn": arn}, {})
    return {finding.rule for finding in check_plan_with_spec(Plan((change,), is_errored=False), spec).findings}

"""What a policy newly allows is found whatever narrows it: addresses, endpoints, tags, wildcards, new templates."""

import json
from typing import Any

import pytest

from checks.guard.builders import CA, END_ENTITY, SUBORDINATE, TEMPLATE, allow, change, deny, equal, policy, rules
from pcaform.checks.guard.widening import find_widening

ENDS = {"StringEquals": {"acm-pca:TemplateArn": END_ENTITY}}
CROWNS = {"StringEquals": {"acm-pca:TemplateArn": SUBORDINATE}}
WIDENED, CHANGED = ["policy-widened"], ["policy-changed"]


def check(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    return rules(change("aws_iam_policy.x", {"policy": policy(*before)}, {"policy": policy(*after)}))


def under(operator: str, key: str, *values: str, template: Any = ENDS) -> dict[str, Any]:
    block = {operator: {key: list(values)}}
    return allow(Condition={**template, **block, operator: {**template.get(operator, {}), **block[operator]}})


@pytest.mark.parametrize(
    ("operator", "key", "before", "after", "expected"),
    [
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"], ["0.0.0.0/0"], WIDENED),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"], ["10.0.0.0/7"], WIDENED),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"], ["10.0.0.0/8", "192.0.2.1"], WIDENED),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"], ["10.1.0.0/16"], CHANGED),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8"], ["10.1.0.0/16"], WIDENED),
        ("StringEquals", "aws:SourceVpce", ["vpce-1"], ["vpce-2"], WIDENED),
        ("StringEquals", "aws:SourceVpce", ["vpce-1"], ["vpce-1", "vpce-2"], WIDENED),
        ("StringEquals", "aws:SourceVpce", ["vpce-1", "vpce-2"], ["vpce-2"], CHANGED),
        ("StringEquals", "aws:ResourceTag/env", ["dev"], ["prod"], WIDENED),
        ("StringLike", "aws:PrincipalTag/team", ["pki-*"], ["p*"], WIDENED),
        ("StringNotEquals", "aws:PrincipalTag/team", ["a", "b"], ["a"], WIDENED),
        ("StringNotEquals", "aws:PrincipalTag/team", ["a"], ["a", "b"], CHANGED),
    ],
)
def test_condition_with_other_values(operator: str, key: str, before: Any, after: Any, expected: list[str]) -> None:
    assert check([under(operator, key, *before)], [under(operator, key, *after)]) == expected
    crowning = [under(operator, key, *values, template=CROWNS) for values in (before, after)]
    assert check([crowning[0]], [crowning[1]]) == (["ca-template"] if expected == WIDENED else CHANGED)


def lines(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return what a finding says is newly allowed."""
    return find_widening({"x": policy(*before)}, {"x": policy(*after)}).lines()


def test_what_is_newly_allowed_is_told_once_for_each_target() -> None:
    office, everywhere = (under("IpAddress", "aws:SourceIp", each) for each in ("10.0.0.0/8", "0.0.0.0/0"))
    revoking, issuing = allow("acm-pca:RevokeCertificate"), "IssueCertificate, with condition keys from a policy"
    assert lines([allow()], [allow(), revoking]) == (f"on {CA}, itself: RevokeCertificate",)
    assert lines([office], [everywhere]) == (f"on {CA}: {issuing}",)
    assert lines([office], [everywhere, revoking]) == (f"on {CA}, itself: RevokeCertificate", f"on {CA}: {issuing}")
    assert lines([office], [allow("acm-pca:*")]) == (
        f"on {CA}, itself: IssueCertificate with every template, every other action on a CA",
    )
    assert lines(request({}), [*request({}), allow("iam:PutUserPolicy", "*")]) == ("on IAM, itself: PutUserPolicy",)
    assert lines(request({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), request({})) == (
        "on another CA, itself: RequestCertificate for any name",
        "on no CA, itself: RequestCertificate for any name",
    )


def test_what_a_denial_forbids_before_and_after_is_not_newly_allowed() -> None:
    others = deny(Condition={"StringNotEquals": {"acm-pca:TemplateArn": END_ENTITY}})
    assert check([allow(Condition=ENDS), others], [allow(), others]) == CHANGED


def request(condition: dict[str, Any], *, domain: str = "") -> list[dict[str, Any]]:
    """Return what a managed grant becomes that names domains, with another condition."""
    names = {"ForAllValues:StringLike": {"acm:DomainNames": domain}, "Null": {"acm:DomainNames": "false"}}
    return [allow("acm:RequestCertificate", "*", Condition={**(names if domain else {}), **condition})]


@pytest.mark.parametrize("domain", ["", "*.corp.example", "intranet.corp.example"])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, WIDENED),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {}, WIDENED),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, CHANGED),
        (equal("aws:PrincipalTag/team", "a"), equal("aws:PrincipalTag/team", "b"), WIDENED),
        (equal("aws:PrincipalTag/team", "a", "b"), equal("aws:PrincipalTag/team", "b"), CHANGED),
        ({}, equal("aws:PrincipalTag/team", "b"), CHANGED),
    ],
    ids=["address", "no address", "fewer addresses", "another team", "one team less", "a team"],
)
def test_request_to_acm_under_conditions(before: Any, after: Any, expected: list[str], domain: str) -> None:
    assert check(request(before, domain=domain), request(after, domain=domain)) == expected


@pytest.mark.parametrize("is_through_acm", ["true", "false"])
def test_condition_with_other_values_on_a_route_that_another_condition_fixes(is_through_acm: str) -> None:
    """Tags of the principal are those of whom ACM calls for."""
    route = {**ENDS, "Bool": {"aws:ViaAWSService": is_through_acm}}
    before, after = (under("StringLike", "aws:PrincipalTag/team", team, template=route) for team in ("a", "b"))
    assert check([before], [after]) == WIDENED
    assert check([before], [before, after]) == WIDENED
    assert check([before, after], [after]) == CHANGED


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([deny(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], [], WIDENED),
        (
            [deny(Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
            [deny(Condition={"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}})],
            WIDENED,
        ),
        (
            [deny(Condition={"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}})],
            [deny(Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})],
            WIDENED,
        ),
        (
            [deny(Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})],
            [deny(Condition={"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}})],
            CHANGED,
        ),
        ([], [deny(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], CHANGED),
    ],
    ids=["gone", "spares more", "for fewer", "for more", "new"],
)
def test_denial_under_conditions(before: Any, after: Any, expected: list[str]) -> None:
    issue, bounded = allow(Condition=ENDS), {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert check([issue, *before], [issue, *after]) == expected
    issue = allow(Condition={**ENDS, **bounded})
    assert check([issue, *before], [issue, *after]) == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:acm-pca:us-*-1:123456789012:*", ["ca-template"]),
        ("arn:aws:acm-pca:eu-west-?:123456789012:certificate-authority/*", ["ca-template"]),
        ("arn:aws:acm-pca:*:12345678901?:cert*", ["ca-template"]),
        ("arn:aws:acm-pca:us-*", ["ca-template"]),
        ("arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/${aws:PrincipalTag/ca}", ["ca-template"]),
        (CA, CHANGED),
        ("arn:aws:acm:*:123456789012:certificate/*", CHANGED),
    ],
)
def test_authorities_that_a_pattern_means(resource: str, expected: list[str]) -> None:
    after = allow(["acm-pca:IssueCertificate", "s3:Get*"], resource)
    assert check([allow()], [allow(Sid="A"), after]) == expected


LACKING = '{"Statement": [{"Effect": "Allow", "Action": "acm-pca:*"}]}'


@pytest.mark.parametrize("text", ["{", "[]", LACKING, LACKING.replace('"acm-pca:*"', "5"), '{"Statement": "x"}'])
def test_what_is_no_policy_is_a_doubt(text: str) -> None:
    assert rules(change("aws_iam_policy.x", {"policy": policy(allow())}, {"policy": text})) == ["doubt"]
    assert rules(change("aws_iam_policy.x", None, {"policy": text})) == ["doubt"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("SubordinateCACertificate_PathLen0/V2", ["ca-template"]),
        ("BlankEndEntityCertificate_APIPassthrough/V9", ["privileged-template"]),
        ("EndEntityCertificate/V2", WIDENED),
    ],
)
def test_template_that_this_release_does_not_know(template: str, expected: list[str]) -> None:
    both = {"StringEquals": {"acm-pca:TemplateArn": [END_ENTITY, f"{TEMPLATE}/{template}"]}}
    assert check([allow(Condition=ENDS)], [allow(Condition=both)]) == expected
    assert check([allow(Condition=both)], [allow(Condition=json.loads(json.dumps(both)), Sid="Same")]) == []

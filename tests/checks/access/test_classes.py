"""CAs and names that nothing tells apart are decided once, with the same result as each alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yaml_strategies  # noqa: F401 - it says how many examples are drawn, without a deadline
from checks.access.test_mutations import SAMPLES, SCENARIO, SPEC, with_policy
from pcaform.checks.access import expected
from pcaform.checks.access.access_request import RequestMatrix
from pcaform.checks.access.check import Decision, decide_by_class, decider
from pcaform.checks.access.expected import ExpectedDecision
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.sources.account_snapshot import IamPrincipal, Policy

ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/{}"
CAS = {name: ARN.format(name) for name in ("a1", "a2", "a3", "b1", "b2")}
NAMES = {"*.corp": "x.corp", "a.corp": "a.corp", "*.test": "x.test", "b.test": "b.test"}
RESOURCES = [
    "*",
    *CAS.values(),
    ARN.format("a*"),
    ARN.format("?1"),
    ARN.format("0*"),
    ARN.format("${aws:PrincipalTag/ca}"),
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringLike": {"acm:CertificateAuthority": ARN.format("a*")}},
    {"StringNotEquals": {"acm:CertificateAuthority": [CAS["a1"], CAS["b2"]]}},
    {"StringLike": {"acm:CertificateAuthority": ARN.format("${aws:PrincipalTag/ca}")}},
    {"ForAllValues:StringLike": {"acm:DomainNames": "*.corp"}, "Null": {"acm:DomainNames": "false"}},
    {"ForAnyValue:StringEquals": {"acm:DomainNames": ["a.corp", "b.test"]}},
    {"StringLike": {"acm:DomainNames": "${aws:PrincipalTag/name}.corp"}},
    {"StringEquals": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
]
ACTIONS = ["acm-pca:IssueCertificate", "acm-pca:Get*", "acm:RequestCertificate", "acm:*", "*", "acm-pca:PutPolicy"]


@st.composite
def documents(draw: st.DrawFn) -> str:
    statements = [
        {
            "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
            "Action": draw(st.sampled_from(ACTIONS)),
            draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
                st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True)
            ),
            "Condition": draw(st.sampled_from(CONDITIONS)),
        }
        for _ in range(draw(st.integers(1, 3)))
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def decide_requests(
    scenario: Scenario, subject: Subject, grants: ExpectedDecision | None, samples: dict[str, str]
) -> Iterator[Decision]:
    """Decide every request by itself."""
    return map(decider(scenario, subject, grants), RequestMatrix(scenario, subject, samples).requests())


def parts(decisions: Any) -> list[tuple[Any, ...]]:
    """Return what is told of the decisions that allow something or find a fault."""
    kept: list[Decision] = [each for each in decisions if each.is_allowed or each.message]
    return [(each.request, each.request.names_label, each.subject, each.is_allowed, each.message) for each in kept]


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
@pytest.mark.parametrize("resource", RESOURCES[::4])
def test_classes_of_one_statement(condition: dict[str, Any], resource: str) -> None:
    statement = {"Effect": "Allow", "Action": ACTIONS, "Resource": resource, "Condition": condition}
    assert_same(json.dumps({"Version": "2012-10-17", "Statement": statement}), None)


@given(documents(), st.none() | documents())
def test_classes_of_any_policy(document: str, boundary: str | None) -> None:
    assert_same(document, boundary)


def assert_same(document: str, boundary: str | None) -> None:
    """Compare deciding by class with deciding each request."""
    limit = None if boundary is None else Policy("limit", boundary)
    iam = IamPrincipal("user", "u", "arn:aws:iam::123456789012:user/u", "/", (Policy("p", document),), limit)
    subject = Subject("u", "issuer", iam, is_owned=False, owner_tag="user/u")
    scenario = Scenario("eu-west-1", "123456789012", CAS, (subject,))
    alone, by_class = (
        list(decide_requests(scenario, subject, None, NAMES)),
        decide_by_class(scenario, subject, None, NAMES),
    )
    assert by_class.judged == len(alone)
    assert parts(by_class.kept) == parts(alone)


@given(st.data())
def test_classes_of_grants(data: st.DataObject) -> None:
    subject = data.draw(st.sampled_from(SCENARIO.subjects))
    if data.draw(st.booleans()):
        (name,) = subject.policies
        subject = with_policy(subject, name, data.draw(documents()))
    labels = data.draw(st.permutations([*SCENARIO.cas, *CAS]))
    scenario = replace(SCENARIO, cas={label: {**SCENARIO.cas, **CAS}[label] for label in labels})
    grants, samples = expected.expected_decision(SPEC, subject), {**SAMPLES, **NAMES}
    alone = list(decide_requests(scenario, subject, grants, samples))
    by_class = decide_by_class(scenario, subject, grants, samples)
    assert by_class.judged == len(alone)
    assert parts(by_class.kept) == parts(alone)

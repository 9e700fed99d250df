"""Policies of one meaning decide every request alike, by the evaluator: all small policies, in pairs."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from typing import Any

import pytest

from pcaform.iam.documents import read_document
from pcaform.iam.evaluator.evaluate import Effect, Policies, Principal, Request, evaluate
from pcaform.iam.normalize import normalized_statements

ACTIONS = ("acm-pca:GetCertificate", "acm-pca:IssueCertificate")
RESOURCES = ("arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/a", "*")
KEY = "acm-pca:TemplateArn"
VALUES = ("x", "y")
PRINCIPAL = Principal("arn:aws:iam::123456789012:user/ci", "123456789012")
FOREIGN = "123456789999"


def some(values: tuple[str, ...]) -> list[list[str]]:
    return [[values[0]], [values[1]], list(values)]


def plain() -> Iterator[dict[str, Any]]:
    for effect, action, actions in product(("Allow", "Deny"), ("Action", "NotAction"), some(ACTIONS)):
        for resource, resources in product(("Resource", "NotResource"), some(RESOURCES)):
            yield {"Effect": effect, action: actions, resource: resources}


def conditional() -> Iterator[dict[str, Any]]:
    operators = ("StringEquals", "StringNotEquals", "ForAllValues:StringEquals", "StringEqualsIfExists")
    tests: list[Any] = [None, *({operator: {KEY: values}} for operator in operators for values in some(VALUES))]
    for effect, test in product(("Allow", "Deny"), tests):
        for actions in some(ACTIONS):
            yield {"Effect": effect, "Action": actions, "Resource": "*", **({"Condition": test} if test else {})}


def said_by(policy: dict[str, Any]) -> tuple[Effect, ...]:
    documents = Policies(identity=(read_document(policy, "policy"),))
    asked = product((*ACTIONS, "acm-pca:ListTags"), (*RESOURCES[:1], RESOURCES[0] + "b"), ({}, *([x] for x in VALUES)))
    requests = (Request(PRINCIPAL, action, on, {KEY: tuple(value)} if value else {}) for action, on, value in asked)
    return tuple(evaluate(request, documents).effect for request in requests)


@pytest.mark.parametrize("statements", [list(plain()), list(conditional())], ids=["elements", "conditions"])
def test_one_meaning_is_one_decision_on_every_request(statements: list[dict[str, Any]]) -> None:
    decided: dict[frozenset[str], tuple[Effect, ...]] = {}
    found = 0
    for pair in combinations_with_replacement(statements, 2):
        policy = {"Version": "2012-10-17", "Statement": list(pair)}
        one = normalized_statements([policy])
        found += one in decided
        assert decided.setdefault(one, said_by(policy)) == said_by(policy), policy
    assert found > 30

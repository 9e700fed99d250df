"""AWS's published rules, case by case, and policies that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pcaform.iam.documents import Document, PolicyError, read_document
from pcaform.iam.evaluator.evaluate import Policies, Principal, Request, evaluate

ACCOUNT = "111122223333"
NAMES = {
    "CA": f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/one",
    "OTHER_CA": f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/two",
    "FOREIGN_CA": "arn:aws:acm-pca:eu-west-1:999988887777:certificate-authority/three",
    "USER": f"arn:aws:iam::{ACCOUNT}:user/ann",
    "ROLE": f"arn:aws:iam::{ACCOUNT}:role/deployer",
    "SESSION": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run",
    "BUCKET": "arn:aws:s3:::bucket",
    "END_ENTITY": "arn:aws:acm-pca:::template/EndEntityCertificate/V1",
    "SUBORDINATE": "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1",
}
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


def resolved(value: Any) -> Any:
    """Replace the short names of the cases."""
    if isinstance(value, dict):
        return {key: resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item) for item in value]
    return NAMES.get(value, value) if isinstance(value, str) else value


def policy(statements: list[dict[str, Any]], *, is_trust: bool = False) -> dict[str, Any]:
    """Complete a short policy of the cases."""
    defaults = {"Effect": "Allow"} if is_trust else {"Effect": "Allow", "Resource": "*"}
    full = [
        {**{key: default for key, default in defaults.items() if f"Not{key}" not in found}, **found}
        for found in resolved(statements)
    ]
    return {"Version": "2012-10-17", "Statement": full}


def document(case: dict[str, Any], kind: str) -> Document | None:
    return read_document(policy(case[kind]), kind) if case.get(kind) else None


def request_of(case: dict[str, Any]) -> Request:
    wanted = resolved(case["request"])
    arn = resolved(case.get("principal", "USER"))
    role = NAMES["ROLE"] if arn == NAMES["SESSION"] else None
    return Request(
        Principal(arn, ACCOUNT, role, is_service=arn.endswith(".amazonaws.com")),
        wanted["action"],
        wanted["resource"],
        {key.lower(): tuple(values) for key, values in wanted.get("context", {}).items()},
        wanted.get("owner", ACCOUNT),
    )


def policies_of(case: dict[str, Any]) -> Policies:
    identity, session = (document(case, kind) for kind in ("identity", "session"))
    return Policies(
        identity=(identity,) if identity else (),
        boundary=document(case, "boundary"),
        session=(session,) if session else (),
        resource=document(case, "resource"),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_published_rule(case: dict[str, Any]) -> None:
    assert evaluate(request_of(case), policies_of(case)).effect == case["expected"]


GOOD = {"Effect": "Allow", "Action": "a:b", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}
UNREADABLE: list[tuple[Any, str]] = [
    ("{", "policy 'p' is not JSON"),
    ("[" * 100_000, "policy 'p' is not JSON"),
    ('{"Statement": NaN}', "policy 'p' is not JSON: NaN"),
    ("[]", "policy 'p' is not an object"),
    ('{"Statement": [], "Statement": []}', "policy 'p' has an element twice: Statement"),
    ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "policy 'p' has an element twice: Effect"),
    ({"Statement": [], "Statements": []}, "policy 'p' has unknown elements: Statements"),
    ({"Statement": [], "Version": "2020-01-01"}, "has the version '2020-01-01', allowed: 2012-10-17, 2008-10-17"),
    ({"Statement": [1]}, "policy 'p', statement 1 is not an object"),
    ({}, "policy 'p', statement 1 is not an object"),
    ({"Statement": GOOD | {"Effect": "allow"}}, "has the effect 'allow'"),
    ({"Statement": GOOD | {"Effect": ["Allow"]}}, "has the effect '\\['Allow'\\]'"),
    ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "needs one of Action and NotAction"),
    ({"Statement": GOOD | {"NotAction": "a:c"}}, "needs one of Action and NotAction"),
    ({"Statement": {"Effect": "Allow", "Action": "a:b"}}, "needs one of Resource and NotResource"),
    ({"Statement": GOOD | {"Resources": "*"}}, "has unknown elements: Resources"),
    ({"Statement": GOOD | {"Action": [["a:b"]]}}, "statement 1, Action has a value that is not text"),
    ({"Statement": GOOD | {"Action": 1}}, "statement 1, Action has a value that is not text"),
    ({"Statement": GOOD | {"Resource": "bucket"}}, "the resource 'bucket', which is neither"),
    ({"Version": "2012-10-17", "Statement": GOOD | {"Resource": "arn:aws:s3:::${aws:username"}}, "is neither"),
    ({"Statement": GOOD | {"Condition": {"StringIs": {"a:c": "d"}}}}, "has the unknown condition operator 'StringIs'"),
    ({"Statement": GOOD | {"Condition": {"NullIfExists": {"a:c": "true"}}}}, "condition operator 'NullIfExists'"),
    ({"Statement": GOOD | {"Condition": {"Bool": "x"}}}, "condition that is not an object"),
    ({"Statement": GOOD | {"Condition": {"Bool": {"a:c": "d", "A:C": "d"}}}}, "a condition key twice"),
    ({"Statement": GOOD | {"Condition": {"StringLike": {"a:c": None}}}}, "StringLike a:c has a value"),
    ({"Statement": TRUST | {"Principal": "me"}}, "principal that is neither"),
    ({"Statement": TRUST | {"Principal": "*", "NotPrincipal": "*"}}, "has both Principal"),
    ({"Statement": TRUST | {"Principal": {"Aws": "*"}}}, "has the kind 'Aws', allowed: AWS, Service"),
    ({"Statement": TRUST | {"Principal": {"AWS": "arn:aws:iam::111122223333:user/*"}}}, "a wildcard never matches"),
    ({"Statement": TRUST | {"NotPrincipal": {"AWS": "111122223333"}}}, "allows with NotPrincipal"),
]


@pytest.mark.parametrize(("text", "message"), UNREADABLE)
def test_unreadable_policies_are_errors(text: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        read_document(text, "p")


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("NumericLessThan", "ten"),
        ("NumericLessThan", "1_000"),
        ("NumericLessThan", "NaN"),
        ("NumericEquals", "${aws:username}"),
        ("DateGreaterThan", "tomorrow"),
        ("DateLessThan", "1e300"),
        ("IpAddress", "203.0.113.0/33"),
        ("Bool", "yes"),
        ("Null", "maybe"),
        ("BinaryEquals", "\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("StringLike", "${}"),
        ("StringLike", "${aws:username, none}"),
    ],
)
def test_a_value_that_the_operator_cannot_read_is_an_error(operator: str, value: str) -> None:
    statement = GOOD | {"Condition": {operator: {"x:key": value}}}
    with pytest.raises(PolicyError, match=f"'x:key', which {operator} cannot read"):
        read_document({"Version": "2012-10-17", "Statement": statement}, "p")


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("NumericNotEquals", "1"),
        ("DateNotEquals", "2026-07-01"),
        ("NotIpAddress", "203.0.113.0/24"),
        ("ArnNotLike", "arn:aws:s3:::*"),
    ],
)
@pytest.mark.parametrize("sent", ["", "\N{SUPERSCRIPT TWO}", "nonsense", "Infinity", "1e999"])
def test_a_negated_operator_holds_for_what_a_request_cannot_mean(operator: str, value: str, sent: str) -> None:
    document = read_document({"Statement": GOOD | {"Condition": {operator: {"x:key": value}}}}, "p")
    request = Request(Principal(NAMES["USER"], ACCOUNT), "a:b", "*", {"x:key": (sent,)})
    assert evaluate(request, Policies(identity=(document,))).is_allowed


def test_an_old_version_knows_no_variables() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "iam:GetUser",
        "Resource": "arn:aws:iam::111122223333:user/${aws:username}",
    }
    request = Request(
        Principal(NAMES["USER"], ACCOUNT), "iam:GetUser", NAMES["USER"], {"aws:username": ("ann",)}, ACCOUNT
    )
    old, new = (
        read_document({"Version": version, "Statement": statement}, version) for version in ("2008-10-17", "2012-10-17")
    )
    assert not evaluate(request, Policies(identity=(old,))).is_allowed
    assert evaluate(request, Policies(identity=(new,))).is_allowed


def test_a_verdict_names_what_decided() -> None:
    statements = [{"Action": "*"}, {"Sid": "Never", "Effect": "Deny", "Action": "acm-pca:*"}]
    denied = evaluate(
        Request(Principal(NAMES["USER"], ACCOUNT), "acm-pca:GetCertificate", NAMES["CA"]),
        Policies(identity=(read_document(policy(statements), "p"),)),
    )
    assert (denied.kind, denied.statement) == ("identity-based policy", "Never")


def test_the_keys_of_a_request_ignore_case() -> None:
    statement = GOOD | {"Effect": "Deny", "Condition": {"StringEquals": {"aws:username": "ann"}}}
    request = Request(Principal(NAMES["USER"], ACCOUNT), "a:b", "*", {"AWS:UserName": ("ann",)})
    denied = evaluate(request, Policies(identity=(read_document({"Statement": statement}, "p"),)))
    assert denied.effect == "explicit deny"


def test_only_the_policy_of_a_resource_names_principals() -> None:
    anonymous, named = (read_document({"Statement": found}, "p") for found in (GOOD, GOOD | {"Principal": "*"}))
    misplaced: list[dict[str, Any]] = [
        {"identity": (named,)},
        {"boundary": named},
        {"session": (named,)},
    ]
    for policies in misplaced:
        with pytest.raises(PolicyError, match="policy 'p' has a principal"):
            Policies(**policies)
    with pytest.raises(PolicyError, match="policy 'p' is resource-based and has a statement without"):
        Policies(resource=anonymous)

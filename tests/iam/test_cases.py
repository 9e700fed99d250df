"""AWS's published rules, case by case, and policies that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pcaform.iam.documents import Document, PolicyError, read_document
from pcaform.iam.evaluation import Policies, Request, evaluate
from pcaform.iam.principals import Principal

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
        Principal(arn, ACCOUNT, role),
        wanted["action"],
        wanted["resource"],
        {key.lower(): tuple(values) for key, values in wanted.get("context", {}).items()},
        wanted.get("owner", ACCOUNT),
    )


def policies_of(case: dict[str, Any]) -> Policies:
    identity, session, guardrail = (document(case, kind) for kind in ("identity", "session", "guardrail"))
    return Policies(
        identity=(identity,) if identity else (),
        boundary=document(case, "boundary"),
        session=(session,) if session else (),
        resource=document(case, "resource"),
        guardrails=((guardrail,),) if guardrail else (),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_published_rule(case: dict[str, Any]) -> None:
    assert evaluate(request_of(case), policies_of(case)).effect == case["expected"]


UNREADABLE = [
    ("{", "policy 'p' is not JSON"),
    ("[]", "policy 'p' is not an object"),
    ({"Statement": []} | {"Version": "2020-01-01"}, "has the version '2020-01-01', allowed: 2012-10-17, 2008-10-17"),
    ({"Statement": [1]}, "policy 'p', statement 1 is not an object"),
    ({}, "policy 'p', statement 1 is not an object"),
    ({"Statement": {"Effect": "allow", "Action": "a:b", "Resource": "*"}}, "has the effect 'allow'"),
    ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "needs one of Action and NotAction"),
    ({"Statement": {"Effect": "Allow", "Action": "a:b", "NotAction": "a:c"}}, "needs one of Action and NotAction"),
    ({"Statement": {"Effect": "Allow", "Action": "a:b", "Resources": "*"}}, "has unknown elements: Resources"),
    ({"Statement": {"Effect": "Allow", "Action": [["a:b"]]}}, "statement 1, Action holds something that is no text"),
    (
        {"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {"StringIs": {"a:c": "d"}}}},
        "has the unknown condition operator 'StringIs'",
    ),
    (
        {"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {"Bool": "x"}}},
        "condition that is not an object",
    ),
    ({"Statement": {"Effect": "Allow", "Action": "a:b", "Principal": "me"}}, "principal that is neither"),
    ({"Statement": {"Effect": "Allow", "Action": "a:b", "Principal": "*", "NotPrincipal": "*"}}, "has both Principal"),
]


@pytest.mark.parametrize(("text", "message"), UNREADABLE)
def test_what_cannot_be_judged_is_an_error(text: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        read_document(text, "p")


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

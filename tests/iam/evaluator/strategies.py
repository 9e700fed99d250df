"""Worlds: one request with every policy that speaks about it, as plain JSON, over a small alphabet that often meets."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

import yaml_strategies  # noqa: F401 - it says how many examples are drawn, without a deadline
from pcaform.iam.documents import read_document
from pcaform.iam.evaluator.evaluate import Effect, Policies, Principal, Request, evaluate

World = dict[str, Any]
"""`request` (principal, role, action, resource, owner, context), and statements: identity, boundary, session, resource,
the last three None if there is no such policy."""

HOME, AWAY = "111122223333", "999988887777"
USER, OTHER_USER = f"arn:aws:iam::{HOME}:user/ann", f"arn:aws:iam::{HOME}:user/bob"
ROLE, SESSION = f"arn:aws:iam::{HOME}:role/deployer", f"arn:aws:sts::{HOME}:assumed-role/deployer/run"
CA = f"arn:aws:acm-pca:eu-west-1:{HOME}:certificate-authority/one"
OTHER_CA = f"arn:aws:acm-pca:us-east-1:{HOME}:certificate-authority/two"
FOREIGN_CA = f"arn:aws:acm-pca:eu-west-1:{AWAY}:certificate-authority/three"
TEMPLATE = "arn:aws:acm-pca:::template"

ACTIONS = ["acm-pca:IssueCertificate", "acm-pca:GetCertificate", "acm-pca:RevokeCertificate"]
ACTION_PATTERNS = [
    *ACTIONS,
    "*",
    "acm-pca:*",
    "acm-pca:Get*",
    "ACM-PCA:*certificate",
    "acm-pca:?etCertificate",
    "acm:*",
]
RESOURCE_PATTERNS = [
    "*",
    CA,
    OTHER_CA,
    FOREIGN_CA,
    "arn:aws:acm-pca:*:*:certificate-authority/*",
    f"arn:aws:acm-pca:eu-*-1:{HOME}:certificate-authority/o?e",
    f"arn:aws:acm-pca:*:{AWAY}:certificate-authority/*",
    f"arn:aws:acm-pca:us-????-1:{HOME}:certificate-authority/*",
    f"arn:aws:acm-pca:eu-west-1:{HOME}:certificate-authority/${{x:name}}",
    f"arn:aws:acm-pca:eu-west-1:{HOME}:certificate-authority/${{x:name, 'one'}}",
]
PRINCIPALS = ["*", HOME, AWAY, f"arn:aws:iam::{HOME}:root", USER, OTHER_USER, ROLE, SESSION]
TEXTS = ["one", "two", "ONE"]
TEXT_PATTERNS = [*TEXTS, "o*", "*", "?ne", "${x:name}", "${x:other}", "t*o"]
ARNS = [f"{TEMPLATE}/EndEntityCertificate/V1", f"{TEMPLATE}/RootCACertificate/V1", CA, "one"]
ARN_PATTERNS = [
    *ARNS[:3],
    "arn:aws:acm-pca:*:*:template/EndEntity*/V?",
    "arn:*:acm-pca:::*",
    f"arn:aws:acm-pca:*:{HOME}:*",
]
NUMBERS, DATES = (
    ["9", "10", "10.0", "-1"],
    ["2026-06-30T00:00:00Z", "2026-07-01", "2026-06-30T02:00:00+02:00", "1782777600"],
)
ADDRESSES, NETWORKS = (
    ["203.0.113.9", "198.51.100.1", "2001:db8::1"],
    ["203.0.113.0/24", "198.51.100.1", "2001:db8::/32"],
)
BOOLEANS = ["true", "false"]
KINDS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "x:name": (
        ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"],
        TEXT_PATTERNS,
        TEXTS,
    ),
    "x:arn": (["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"], ARN_PATTERNS, ARNS),
    "x:number": (
        ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
        NUMBERS,
        NUMBERS,
    ),
    "x:date": (["DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan"], DATES, DATES),
    "x:address": (["IpAddress", "NotIpAddress"], NETWORKS, ADDRESSES),
    "x:flag": (["Bool"], BOOLEANS, BOOLEANS),
}
"""Each key with its operators, the values of a policy and those of a request. `x:list` is `x:name` with several."""


def some(values: list[str], at_most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=at_most, unique=True)


@st.composite
def a_condition(draw: st.DrawFn) -> dict[str, dict[str, list[str]]]:
    key = draw(st.sampled_from([*KINDS, "x:name", "x:list", "x:list", "x:absent"]))
    operators, values, _ = KINDS.get(key, KINDS["x:name"])
    if draw(st.integers(0, 7)) == 0:
        return {"Null": {key: [draw(st.sampled_from(BOOLEANS))]}}
    quantifier = draw(st.sampled_from(["ForAllValues:", "ForAnyValue:"])) if key in ("x:list", "x:absent") else ""
    suffix = draw(st.sampled_from(["", "", "IfExists"]))
    return {f"{quantifier}{draw(st.sampled_from(operators))}{suffix}": {key: draw(some(values))}}


@st.composite
def a_statement(draw: st.DrawFn, *, has_principal: bool = False) -> dict[str, Any]:
    is_allow = draw(st.integers(0, 3)) > 0
    negated = draw(st.integers(0, 11))
    statement: dict[str, Any] = {
        "Effect": "Allow" if is_allow else "Deny",
        "NotAction" if negated == 0 else "Action": draw(some(ACTION_PATTERNS)),
        "NotResource" if negated == 1 else "Resource": draw(some(RESOURCE_PATTERNS)),
    }
    if has_principal:
        statement["Principal"] = {"AWS": draw(some(PRINCIPALS))}
    if draw(st.booleans()):
        statement["Condition"] = draw(a_condition())
        if draw(st.integers(0, 3)) == 0:
            statement["Condition"] = {**draw(a_condition()), **statement["Condition"]}
    return statement


def statements(*, has_principal: bool = False, at_most: int = 3) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(a_statement(has_principal=has_principal), min_size=1, max_size=at_most)


@st.composite
def a_request(draw: st.DrawFn) -> dict[str, Any]:
    context = {key: [draw(st.sampled_from(KINDS[key][2]))] for key in KINDS if draw(st.booleans())}
    if draw(st.booleans()):
        context["x:list"] = draw(some(TEXTS, 3))
    is_session = draw(st.booleans())
    resource = draw(st.sampled_from([CA, CA, OTHER_CA, FOREIGN_CA]))
    return {
        "principal": SESSION if is_session else USER,
        "role": ROLE if is_session else None,
        "action": draw(st.sampled_from(ACTIONS)),
        "resource": resource,
        "owner": AWAY if resource == FOREIGN_CA else HOME,
        "context": context,
    }


def without_conditions(world: World) -> World:
    """Leave the core of a world: no conditions, and no resources that hold variables."""

    def bare(statement: dict[str, Any]) -> dict[str, Any]:
        return {
            element: [value for value in values if "${" not in value] if element.endswith("Resource") else values
            for element, values in statement.items()
            if element != "Condition"
        }

    return {
        kind: [bare(statement) for statement in found] if isinstance(found, list) else found
        for kind, found in world.items()
    }


@st.composite
def a_world(draw: st.DrawFn) -> World:
    request = draw(a_request())
    is_session = request["role"] is not None
    return {
        "request": request,
        "identity": draw(statements()),
        "boundary": draw(st.none() | statements(at_most=2)),
        "session": draw(st.none() | statements(at_most=2)) if is_session else None,
        "resource": draw(st.none() | statements(has_principal=True)),
    }


def policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def request_of(world: World) -> Request:
    wanted = world["request"]
    return Request(
        Principal(wanted["principal"], HOME, wanted["role"]),
        wanted["action"],
        wanted["resource"],
        {key: tuple(values) for key, values in wanted["context"].items()},
        wanted["owner"],
    )


def policies_of(world: World) -> Policies:
    identity, boundary, session, resource = (
        None if world[kind] is None else read_document(policy(world[kind]), kind)
        for kind in ("identity", "boundary", "session", "resource")
    )
    return Policies(
        identity=(identity,) if identity else (),
        boundary=boundary,
        session=(session,) if session else (),
        resource=resource,
    )


def decide(world: World) -> Effect:
    """Decide a world with the evaluator under test."""
    return evaluate(request_of(world), policies_of(world)).effect

"""Every reason with which an import leaves something out, with a state for which it is true."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from importer.infer.builders import UNMANAGED, policy_of
from importer.infer.infer_state import infer_state
from importer.infer.state_builders import (
    ACCOUNT,
    Resource,
    arn_of,
    authority,
    certificate,
    resource,
    root,
    state,
    user,
)
from pcaform.importer.infer import keys, notes

FOREIGN = "210987654321"
INSTALLATION = "aws_acmpca_certificate_authority_certificate"
ISSUING = {"certificates": "unmanaged", "certificate_authorities": ["root"]}
LAMBDA = {"Principal": {"Service": ["lambda.amazonaws.com"]}}


def role(name: str, trust: dict[str, Any]) -> tuple[Resource, ...]:
    """Return a role that issues, with the statement of who may assume it."""
    policy = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    own = {"name": f"{name}-private-ca", "policy": json.dumps(policy_of(name, ISSUING))}
    return (
        resource(
            "aws_iam_role", None, {"arn": f"role/{name}", "name": name, "path": "/", "assume_role_policy": document}
        ),
        resource("aws_iam_policy", None, {"arn": policy, "path": "/", **own}),
        resource("aws_iam_role_policy_attachment", None, {"role": name, "policy_arn": policy}),
    )


CASES: dict[str, tuple[tuple[Resource, ...], str]] = {
    "it is not a CA's own certificate, and a spec cannot issue others": (
        (
            *root(),
            resource(
                "aws_acmpca_certificate",
                "module.web",
                {
                    "arn": f"{arn_of('root')}/certificate/web",
                    "certificate": "certificate of web",
                    "certificate_authority_arn": arn_of("root"),
                    "certificate_signing_request": "request of web",
                },
            ),
        ),
        "module.web.aws_acmpca_certificate.this",
    ),
    "it is the certificate of {}, which is not in this spec": (
        (
            *root(),
            authority("issuing", type="SUBORDINATE", module="module.b", arn=arn_of("x").replace(ACCOUNT, FOREIGN)),
            {**certificate("issuing", parent="root"), "module": "module.b"},
        ),
        "module.b.aws_acmpca_certificate.this",
    ),
    "the CA that it activates is not managed in this spec": (
        (
            *root(),
            resource(INSTALLATION, None, {"certificate_authority_arn": arn_of("x")}),
        ),
        f"{INSTALLATION}.this",
    ),
    "a CA has one installed certificate, and {} installs it": (
        (
            *root(),
            *(
                resource(
                    INSTALLATION,
                    module,
                    {"certificate_authority_arn": arn_of("root"), "certificate": "certificate of root"},
                )
                for module in (None, "module.again")
            ),
        ),
        f"module.again.{INSTALLATION}.this",
    ),
    "the CA that it is for is not in this spec": (
        (*root(), resource("aws_acmpca_permission", None, {"certificate_authority_arn": "", "actions": []})),
        "aws_acmpca_permission.this",
    ),
    "the CA that it shares is not managed in this spec": (
        (*root(), resource("aws_acmpca_policy", None, {"resource_arn": arn_of("x"), "policy": "{}"})),
        "aws_acmpca_policy.this",
    ),
    "equivalent to what the stack writes, but worded differently; ": (
        (
            *root(),
            *user("ci", json.loads(json.dumps(policy_of("ci", UNMANAGED)).replace('"Grant', '"Hand'))),
        ),
        "aws_iam_policy.this",
    ),
    "equivalent to what the stack writes, but worded differently: ": (
        (*root(), *role("ci", {"Sid": "Lambda", "Effect": "Allow", "Action": "sts:AssumeRole", **LAMBDA})),
        "aws_iam_role.this",
    ),
    "not in a spec. ": ((*root(), resource("aws_vpc", None, {})), "the same state"),
    keys.NO_SUBJECT: (
        (authority("root", common_name=""), certificate("root")),
        "aws_acmpca_certificate_authority.this",
    ),
}
"""Reason -> a state for which it is true, and the address that it is about."""


STARTS = ("it ", "the ", "a CA", "not ", "equivalent")
"""The first words of a reason; other texts of the module begin otherwise."""


@pytest.mark.parametrize("reason", CASES)
def test_reason_is_given_where_it_is_true(reason: str) -> None:
    found, address = CASES[reason]
    given = [
        note.reason
        for spec in infer_state(state(*found, *root("other")), "some.tfstate", stack="corp-pki")
        for note in spec.notes
        if note.address == address
    ]
    before, _, after = reason.partition("{}")
    assert given
    assert all(before in each and after in each for each in given), given


def test_every_reason_has_a_state() -> None:
    tree = ast.parse(Path(notes.__file__).read_text(encoding="utf-8"))
    tables = [each for each in tree.body if isinstance(each, ast.Assign | ast.AnnAssign)]
    constants = [str(each.value) for table in tables for each in ast.walk(table) if isinstance(each, ast.Constant)]
    texts = {text for text in constants if text.startswith(STARTS)}
    assert [text for text in texts if not any(text.startswith(reason) for reason in CASES)] == []

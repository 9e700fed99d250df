"""Every reason with which an import leaves something out, with an input for which it is true."""

import ast
import json
import re
from pathlib import Path

import pytest

from importer.infer.builders import UNMANAGED, policy_of
from importer.infer.infer_state import infer_state
from importer.infer.reason_cases import LAMBDA, MORE_CASES, role
from importer.infer.state_builders import (
    ACCOUNT,
    REGION,
    Resource,
    arn_of,
    authority,
    certificate,
    permission,
    resource,
    root,
    state,
    user,
)
from pcaform.importer.infer import keys, notes
from pcaform.importer.infer.infer import infer
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import ImportNote

TESTS = Path(__file__).parents[2]
FOREIGN = "210987654321"
INSTALLATION = "aws_acmpca_certificate_authority_certificate"
CASES: dict[str, tuple[tuple[Resource, ...] | str, str]] = {
    **MORE_CASES,
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


def test_a_rule_that_an_entry_ignores_says_why() -> None:
    partial = permission("root")
    partial["instances"][0]["attributes"]["actions"] = ["GetCertificate"]
    (found,) = infer_state(state(*root(), partial), "some.tfstate", stack="corp-pki")
    reason = "imported as it exists: ACM cannot renew until it has all three actions"
    assert [each.reason for each in found.spec.managed["root"].ignore] == [reason]


WORDS = 4
"""How many words of a reason, one after the other, tell it from others."""
UNREACHED = {
    "the found resources break a rule for specs, ": "what no entry causes; nothing is known for which it is true",
}


def notes_of(found: tuple[Resource, ...] | str, home: Path) -> list[ImportNote]:
    if isinstance(found, str):
        (home / "main.tf").write_text(found, encoding="utf-8")
        specs = infer(read(str(home), Options(REGION, ACCOUNT)), stack="corp-pki")
    else:
        specs = infer_state(state(*found, *root("other")), "some.tfstate", stack="corp-pki")
    return [note for spec in specs for note in spec.notes]


@pytest.mark.parametrize("reason", CASES)
def test_reason_is_given_where_it_is_true(reason: str, tmp_path: Path) -> None:
    found, address = CASES[reason]
    given = [note.reason for note in notes_of(found, tmp_path) if note.address == address]
    before, _, after = reason.partition("{}")
    assert any(before in each and after in each for each in given), given


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w'.:-]+", text)


def texts_of(tree: ast.AST) -> set[str]:
    """Return the constant texts of a module, without docstrings and regular expressions."""
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and ast.unparse(each.func) == "re.compile"]
    documented = [
        each for each in ast.walk(tree) if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
    ]
    other = {id(part) for each in (*calls, *documented) for part in ast.walk(each)}
    found = (each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in other)
    return {each.value for each in found if isinstance(each.value, str)}


def test_every_reason_is_in_a_test() -> None:
    """In a case here, or in what another test expects to be said."""
    tests = [text for path in TESTS.rglob("*.py") for text in texts_of(ast.parse(path.read_text(encoding="utf-8")))]
    tests += [path.read_text(encoding="utf-8") for end in ("txt", "yaml") for path in TESTS.rglob(f"*.{end}")]
    expected = " ".join(words_of(" ".join([*tests, *CASES])))
    modules = sorted(Path(notes.__file__).parent.glob("*.py"))
    texts = {text for path in modules for text in texts_of(ast.parse(path.read_text(encoding="utf-8")))}
    missing = []
    for text in texts - set(UNREACHED):
        parts = [words_of(part) for part in re.split(r"\{[\w.]*\}", text)]
        runs = [" ".join(part[at : at + WORDS]) for part in parts for at in range(len(part) - WORDS + 1)]
        if runs and not any(run in expected for run in runs):
            missing.append(text)
    assert missing == []

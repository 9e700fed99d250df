"""A new key: a successor beside the old CA, issuers moved over, the old one asleep, and in the end forgotten."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.fixtures import HEAD, Stack, started
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec
from pcaform.rules.load import load_valid_text
from pcaform.terraform.plan_json import read

pytestmark = pytest.mark.terraform
ROOT = "  root: {type: ROOT, subject: {common_name: Root}, validity: {type: YEARS, value: 20}}\n"
OLD = """\
  issuing: {type: SUBORDINATE, parent: root, subject: {common_name: Old}, validity: {type: YEARS, value: 5}%s}
"""
NEW = """\
  issuing-2:
    type: SUBORDINATE
    parent: root
    subject: {common_name: New}
    key_algorithm: EC_secp384r1
    validity: {type: YEARS, value: 5}
    successor_of: issuing
"""
CI = "issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [%s]}]}}\n"
ASLEEP = ", enabled: false, issued_generation: 1"
POLICY = 'module.issuer_ci.aws_iam_policy.this["ci-private-ca"]'
CA, CERTIFICATE = "aws_acmpca_certificate_authority.this", "aws_acmpca_certificate.this"
INSTALLATION = "aws_acmpca_certificate_authority_certificate.this[0]"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with started(tmp_path) as found:
        yield found


def step(stack: Stack, *entries: str) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Apply a spec; return what its plan changes, and what the guard finds in it."""
    text = "certificate_authorities:\n" + "".join(entries)
    changes = dict(stack.plan(text))
    plan = json.dumps(stack.terraform.show(stack.home / "tfplan")).encode()
    found = check_plan_with_spec(read(plan, "plan"), load_valid_text((HEAD + text).encode(), "spec.yaml"))
    stack.terraform.apply(stack.home / "tfplan")
    assert found.doubts == ()
    return changes, {finding.rule: str(finding.level) for finding in found.findings}


def test_a_ca_gets_a_new_key(stack: Stack) -> None:
    stack.apply_without_plan("certificate_authorities:\n" + ROOT + OLD % "" + CI % "issuing")
    assert step(stack, ROOT, OLD % "", NEW, CI % "issuing") == (
        dict.fromkeys(
            (
                f"module.ca_issuing-2.{CA}",
                f"module.ca_issuing-2.{INSTALLATION}",
                f"module.ca_issuing-2_certificate.{CERTIFICATE}",
            ),
            ("create",),
        ),
        {},
    )
    assert step(stack, ROOT, OLD % "", NEW, CI % "issuing-2") == (
        {POLICY: ("update",)},
        {"policy-widened": "widens-access"},
    )
    off = {f"module.ca_issuing.{CA}": ("update",)}
    assert step(stack, ROOT, OLD % ASLEEP, NEW, CI % "issuing-2") == (off, {"ca-disabled": "notice"})
    assert (stack.status("Old"), stack.status("New")) == ("DISABLED", "ACTIVE")
    gone = (ROOT, NEW, CI % "issuing-2", "removed: {issuing: forget}\n")
    changes, found = step(stack, *gone)
    assert (set(changes.values()), found) == ({("forget",)}, {"predecessor-removed": "notice"})
    last = "certificate_authorities:\n" + "".join(gone).replace("    successor_of: issuing\n", "")
    assert (stack.remaining_changes(last), stack.status("Old")) == ({}, "DISABLED")

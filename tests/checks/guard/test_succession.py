"""A CA that another one took over from: it may be disabled, and stays until what it issued has ended."""

from typing import Any

import pytest

from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs
from pcaform.rules.load import load_valid_text
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change, Plan

AUTHORITY = "aws_acmpca_certificate_authority"
HEAD = """\
version: 1
stack: s
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authority_defaults: {type: SUBORDINATE, parent: root, key_algorithm: EC_prime256v1}
certificate_authorities:
  root: {type: ROOT, parent: null, subject: {common_name: Root}, validity: {type: YEARS, value: 20}}
"""
NEW = "  new: {subject: {common_name: New}, validity: {type: YEARS, value: 5}%s}\n"
OLD = "  %s: {subject: {common_name: Old}, validity: {type: YEARS, value: 5}%s}\n"
OFF = ", enabled: false, issued_generation: 1"
SUCCEEDS = ", successor_of: old"


def spec(*entries: str) -> Spec:
    return load_valid_text((HEAD + "".join(entries)).encode(), "s.yaml")


BEFORE = spec(NEW % SUCCEEDS, OLD % ("old", ""))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (spec(NEW % SUCCEEDS, OLD % ("old", "")), {}),
        (spec(NEW % SUCCEEDS, OLD % ("old", OFF)), {"ca-disabled": "notice"}),
        (spec(NEW % "", OLD % ("old", OFF)), {"ca-disabled": "notice"}),  # both specs count
        (spec(NEW % SUCCEEDS, "removed: {old: forget}\n"), {"predecessor-removed": "notice"}),
        (spec(NEW % "", "removed: {old: forget}\n"), {"predecessor-removed": "notice"}),
        (spec(NEW % ", successor_of: older", OLD % ("older", ", renamed_from: old")), {}),
        (
            spec(NEW % ""),
            {
                "ca-destroyed": "breaks-trust",
                "certificate-destroyed": "breaks-trust",
                "predecessor-removed": "breaks-trust",
            },
        ),
    ],
)
def test_what_becomes_of_a_predecessor_is_found_between_specs(after: Spec, found: dict[str, str]) -> None:
    assert {finding.rule: finding.level for finding in check_specs(BEFORE, after).findings} == found


def test_only_with_a_successor_disabling_is_a_notice() -> None:
    steps = (spec(NEW % "", OLD % ("old", "")), spec(NEW % "", OLD % ("old", OFF)))
    assert [(each.rule, each.level) for each in check_specs(*steps).findings] == [("ca-disabled", "breaks-trust")]


@pytest.mark.parametrize(
    ("rest", "level"),
    [
        ("", "notice"),
        ("issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [new]}]}}\n", "notice"),
        ('administrators: {pki: {trust: {accounts: ["123456789012"]}}}\n', "notice"),
        ("issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [old]}]}}\n", "breaks-trust"),
        ('shares: {old: {accounts: ["210987654321"]}}\n', "breaks-trust"),
        ("certificates: {web: {certificate_authority: old, domain_name: a.example}}\n", "breaks-trust"),
    ],
)
def test_disabling_is_a_notice_once_nobody_issues(rest: str, level: str) -> None:
    family = "EC_prime256v1, permissions: [{principal: acm.amazonaws.com}]" if "web" in rest else "EC_prime256v1"
    rest = rest.replace("a.example", "a.example, key_algorithm: EC_prime256v1")
    old = OLD.replace("subject", f"key_algorithm: {family}, subject")
    steps = (spec(NEW % SUCCEEDS, old % ("old", off), rest) for off in ("", OFF))
    assert [(each.rule, each.level) for each in check_specs(*steps).findings] == [("ca-disabled", level)]


@pytest.mark.parametrize("end", ["2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", None, "", "soon"])
@pytest.mark.parametrize("action", ["forget", "delete"])
def test_a_plan_shows_whether_a_predecessor_has_ended(end: Any, action: str) -> None:
    before = {"arn": "arn", "not_after": end}
    change = Change(f"module.ca_old.{AUTHORITY}.this", AUTHORITY, (action,), before, {})
    found = check_plan_with_spec(Plan((change,), is_errored=False), spec(NEW % SUCCEEDS, "removed: {old: forget}\n"))
    levels = [finding.level for finding in found.findings if finding.rule == "predecessor-removed"]
    expected = "notice" if action == "forget" else "breaks-trust"
    assert levels == ([] if end and end.startswith("2020") else [expected])

"""Every rule has a spec that keeps it, a spec that breaks only it, and the output for the latter.

The `.out` files are reviewed by a person; PCAFORM_UPDATE_GOLDEN=1 writes them anew.
"""

from pathlib import Path

import pytest

from pcaform.core import facts
from pcaform.rules.load import RULES, problems
from pcaform.spec.parse import parse_spec
from pcaform.spec.yaml_reader import parse
from spec.golden import check, printed

CASES = Path(__file__).parent / "cases"
IDS = [rule.id for rule in RULES]


def case(rule: str, kind: str) -> Path:
    return CASES / f"{rule}.{kind}.yaml"


def broken_rules(content: bytes) -> set[str]:
    document = parse(content, "spec.yaml")
    return {problem.rule for problem in problems(parse_spec(document), document)}


def messages(content: bytes, rule: str) -> list[str]:
    """Return the messages of one rule about a spec, each with its line."""
    document = parse(content, "spec.yaml")
    broken = sorted(problem for problem in problems(parse_spec(document), document) if problem.rule == rule)
    return [f"{problem.location.line}: {problem.message}" for problem in broken if problem.location]


def test_every_rule_has_its_pair_of_cases_and_there_are_no_others() -> None:
    expected = {f"{rule}.{ending}" for rule in IDS for ending in ("ok.yaml", "err.yaml", "err.out")}
    assert {path.name for path in CASES.iterdir()} == expected


@pytest.mark.parametrize("rule", IDS)
def test_a_spec_that_keeps_the_rule_has_no_problems(rule: str) -> None:
    assert broken_rules(case(rule, "ok").read_bytes()) == set()


@pytest.mark.parametrize("rule", IDS)
def test_a_spec_that_breaks_the_rule_is_reported(rule: str) -> None:
    check(case(rule, "err"))


@pytest.mark.parametrize("rule", IDS)
def test_a_spec_that_breaks_the_rule_breaks_no_other(rule: str) -> None:
    assert broken_rules(case(rule, "err").read_bytes()) == {rule}


PARTIAL = """\
version: 1
stack: corp-pki
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authority_defaults:
  type: ROOT
  key_algorithm: RSA_3072
  validity: {type: YEARS, value: 20}
  permissions: [{actions: [IssueCertificate]}]
certificate_authorities:
  first:
    subject: {common_name: First}
    IGNORE
  second:
    subject: {common_name: Second}
issuers:
  ci: {user_name: same, grants: [{certificates: unmanaged, certificate_authorities: [first]}]}
  build:
    user_name: SAME
    grants: [{certificates: unmanaged, certificate_authorities: [second], templates: [RootCACertificate/V1]}]
    IGNORE
"""


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        ("tags: {}", ["8:27 partial-permission", "18:16 user-name", "19:87 ca-template"]),
        ("ignore: [{rule: user-name, reason: other account}]", ["8:27 partial-permission", "19:87 ca-template"]),
        ("ignore: [{rule: ca-template, reason: signs roots}]", ["8:27 partial-permission", "18:16 user-name"]),
        (
            "ignore: [{rule: ca-template, reason: yes it does}, {rule: user-name, reason: tested}]",
            ["8:27 partial-permission"],
        ),
    ],
)
def test_a_rule_is_ignored_for_a_reason(ignored: str, left: list[str]) -> None:
    document = parse(PARTIAL.replace("IGNORE", ignored).encode(), "spec.yaml")
    broken = sorted(set(problems(parse_spec(document), document)))
    assert [f"{problem.location} {problem.rule}".removeprefix("spec.yaml:") for problem in broken] == left


def test_a_rule_is_ignored_at_its_item_only() -> None:
    both = case("path-length", "err").read_text(encoding="utf-8")
    count = printed(both.encode(), "x.yaml").count("[path-length]")
    line = "    ignore: [{rule: path-length, reason: an old mistake}]\n"
    one = both.replace("  longer:\n", f"  longer:\n{line}")
    assert printed(one.encode(), "x.yaml").count("[path-length]") == count - 1


def test_ignoring_one_rule_silences_no_other() -> None:
    text = case("empty-subject", "err").read_text(encoding="utf-8")
    line = "    ignore: [{rule: module-name, reason: not what is broken}]\n"
    assert "[empty-subject]" in printed(text.replace("  root:\n", f"  root:\n{line}").encode(), "x.yaml")


def test_china_takes_its_own_standard_only() -> None:
    text = case("china", "err").read_bytes().replace(b"eu-west-1", b"cn-north-1")
    message = "in China AWS allows only CCPC_LEVEL_1_OR_HIGHER: write that"
    left_out = (
        "in China AWS creates no CA with its default: add 'key_storage_security_standard: CCPC_LEVEL_1_OR_HIGHER'"
    )
    assert messages(text, "china") == [f"10: {left_out}", f"17: {message}", f"20: {message}"]


@pytest.mark.parametrize(("stack", "own", "count"), [("eu-west-1", "cn-north-1", 2), ("cn-north-1", "eu-west-1", 0)])
def test_a_new_authority_needs_the_standard_of_its_own_region(stack: str, own: str, count: int) -> None:
    text = case("tags", "ok").read_text(encoding="utf-8").replace("eu-west-1", stack)
    text = text.replace("    subject:", f"    provider: {{region: {own}}}\n    subject:")
    assert len(messages(text.encode(), "china")) == count


def test_an_adopted_authority_may_have_the_old_standard() -> None:
    text = case("deletion-window", "ok").read_bytes()
    line = b"    key_storage_security_standard: FIPS_140_2_LEVEL_2_OR_HIGHER\n"
    assert messages(text.replace(b"  adopted:\n", b"  adopted:\n" + line), "china") == []
    assert len(messages(text.replace(b"  new:\n", b"  new:\n" + line), "china")) == 1


@pytest.mark.parametrize(("more", "count"), [(0, 0), (1, 1)])
def test_a_policy_fits_to_the_last_character(more: int, count: int) -> None:
    empty = len('{"Sid":""}')
    text = case("grants-or-policy", "ok").read_text(encoding="utf-8")
    long = f'{{Sid: "{"x" * (facts.POLICY_LIMIT - empty + more)}    "}}'
    text = text.replace('{Version: "2012-10-17", Statement: []}', long)
    assert len(messages(text.encode(), "policy-size")) == count


def test_an_unknown_rule_in_the_defaults_is_reported_there_and_once() -> None:
    text = PARTIAL.replace("IGNORE", "tags: {}").replace(
        "  type: ROOT", "  ignore: [{rule: tag, reason: misspelt}]\n  type: ROOT"
    )
    assert messages(text.encode(), "ignore") == ["5: there is no rule 'tag' (did you mean 'tags'?)"]

"""What docs/terraform-and-private-cas.md says of plans, measured: the same edit in plain Terraform and in a spec."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from checks.guard.real_plans import renew
from conftest import ROOT
from end_to_end import plain_stack as plain
from end_to_end.fixtures import Stack, started
from pcaform.checks.guard.check import check_plan
from pcaform.core.problems import Invalid
from pcaform.terraform.plan_json import list_changes, read

pytestmark = pytest.mark.terraform
PAGE = ROOT / "docs" / "terraform-and-private-cas.md"
ISSUING = """\
  issuing:
    type: SUBORDINATE
    parent: root
    subject: {common_name: Issuing}
    validity: {type: YEARS, value: 5}
    permissions: [{principal: acm.amazonaws.com}]
    revocation_configuration: {ocsp_configuration: {enabled: true}}
"""
SPEC = f"""\
certificate_authorities:
  root: {{type: ROOT, subject: {{common_name: Root}}, validity: {{type: YEARS, value: 20}}, tags: {{tier: root}}}}
{ISSUING}  branch: {{type: SUBORDINATE, parent: root, subject: {{common_name: B}}, validity: {{type: DAYS, value: 9}}}}
"""
Edit = tuple[tuple[str, str], ...]
EDITS: Mapping[str, tuple[Edit, Edit]] = {
    "a tag on the root": ((('tier = "root"', 'tier = "top"'),), (("tier: root", "tier: top"),)),
    "longer validity of the issuing CA": (
        ((plain.ISSUING, plain.ISSUING.replace("value = 5", "value = 6")),),
        ((ISSUING, ISSUING.replace("value: 5", "value: 6")),),
    ),
    "the same, as a new generation": (
        (),
        ((ISSUING, ISSUING.replace("value: 5}", "value: 6}\n    generation: 2")),),
    ),
    "longer validity of the root": ((("value = 20", "value = 25"),), (("value: 20", "value: 25"),)),
    "another subject": (
        (('common_name = "issuing"', 'common_name = "signing"'),),
        (("common_name: Issuing", "common_name: Signing"),),
    ),
    "another `usage_mode`": (
        ((plain.ISSUING, plain.ISSUING.replace("GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE")),),
        ((ISSUING, ISSUING + "    usage_mode: SHORT_LIVED_CERTIFICATE\n"),),
    ),
    "another name in the code": (
        ((".issuing.", ".signing."), ('" "issuing"', '" "signing"')),
        (("  issuing:", "  signing:"),),
    ),
    "the same, with `moved` or `renamed_from`": (
        (),
        (("  issuing:", "  signing:\n    renamed_from: issuing"),),
    ),
    "the issuing CA is deleted from the code": (
        ((plain.ISSUING, ""), (plain.PERMISSION, "")),
        ((ISSUING, ""),),
    ),
    "the same, with `removed: {issuing: forget}`": (
        (),
        ((ISSUING, ""), ("certificate_authorities:", "removed: {issuing: forget}\ncertificate_authorities:")),
    ),
    "the permission for ACM is deleted": (
        ((plain.PERMISSION, ""),),
        (("    permissions: [{principal: acm.amazonaws.com}]\n", ""),),
    ),
    "the same, with `permissions: []`": (
        (),
        (("permissions: [{principal: acm.amazonaws.com}]", "permissions: []"),),
    ),
    "the permission loses an action": (
        ((', "ListPermissions"', ""),),
        (("acm.amazonaws.com}", "acm.amazonaws.com, actions: [IssueCertificate, GetCertificate]}"),),
    ),
    "the block for revocation is left out": (
        ((plain.OCSP, ""),),
        (("    revocation_configuration: {ocsp_configuration: {enabled: true}}\n", ""),),
    ),
    "the same, with `ocsp_configuration: {enabled: false}`": (
        (),
        (("{enabled: true}", "{enabled: false}"),),
    ),
}
RENAMED: Edit = (("  issuing:", "  signing:\n    renamed_from: issuing"),)
FORGOTTEN = EDITS["the same, with `removed: {issuing: forget}`"][1]
STEPS: Mapping[str, tuple[Edit, tuple[Edit, ...]]] = {
    "renamed, and renamed again before the apply": (
        ((".issuing.", ".sealing."), ('" "issuing"', '" "sealing"'), plain.MOVED_ON),
        (RENAMED, (("  issuing:", "  sealing:\n    renamed_from: signing"),)),
    ),
    "renamed, and `moved` or `renamed_from` taken out before the apply": (
        ((".issuing.", ".signing."), ('" "issuing"', '" "signing"')),
        (RENAMED, (("  issuing:", "  signing:"),)),
    ),
    "renamed, and named as before after the apply, without a word": (
        (),
        (RENAMED, ()),
    ),
    "`removed: {issuing: forget}` taken out before the apply": (
        ((plain.ISSUING, ""), (plain.PERMISSION, "")),
        (FORGOTTEN, ((ISSUING, ""),)),
    ),
    "forgotten, and in the code again": (
        (),
        (FORGOTTEN, ()),
    ),
}
"""Edits of which only the last one is planned: the ones before it were rendered, and never applied."""
OUTSIDE = "nothing, but the issuing CA was renewed elsewhere"


def edited(text: str, edit: Edit) -> str:
    for old, new in edit:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with started(tmp_path_factory.mktemp("hazards")) as found:
        found.apply_without_plan(SPEC)
        yield found


@pytest.fixture(scope="module")
def by_hand(stack: Stack) -> plain.Plain:
    found = plain.Plain(replace(stack.terraform, directory=stack.home / "plain"))
    found.apply()
    return found


@pytest.fixture(scope="module")
def measured(by_hand: plain.Plain, stack: Stack) -> list[str]:
    """Return the rows of the page's table; the renewal outside Terraform comes last, since it stays."""
    rows = [_row(name, by_hand, stack, code, [spec]) for name, (code, spec) in EDITS.items()]
    rows += [_row(name, by_hand, stack, *edits) for name, edits in STEPS.items()]
    renew(stack.server, "issuing")
    renew(stack.server, "Issuing")
    return [*rows, _row(OUTSIDE, by_hand, stack, (("", ""),), [()])]


def _row(name: str, by_hand: plain.Plain, stack: Stack, code: Edit, steps: Sequence[Edit]) -> str:
    written = _told(by_hand.plan(edited(plain.MAIN, code))) if code else "-"
    return f"| {name} | {written} | {_followed(stack, [edited(SPEC, step) for step in steps])} |"


def _followed(stack: Stack, texts: Sequence[str]) -> str:
    """Return what comes of the last spec; the stack's files are put back afterwards, as version control would."""
    try:
        for text in texts[:-1]:
            stack.render(text)
        return _told(stack.planned(texts[-1]))
    except Invalid as refused:
        return "refused: " + ", ".join(sorted({f"`{problem.rule}`" for problem in refused.problems}))
    finally:
        stack.restore(SPEC)


def _told(plan: dict[str, Any]) -> str:
    """Return Terraform's own count, and what the guard finds."""
    rules = sorted({f"`{finding.rule}`" for finding in check_plan(read(json.dumps(plan).encode(), "plan")).findings})
    return plain.summary(list_changes(plan)) + (f"; guard: {', '.join(rules)}" if rules else "")


def test_the_page_says_what_was_measured(measured: list[str]) -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| edit |")[2].partition("\n\n")[0]
    assert table.splitlines()[2:] == measured

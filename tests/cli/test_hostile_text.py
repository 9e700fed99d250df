"""Foreign text commands neither a terminal nor a CI log nor a comment: every text of every input, in every format."""

import copy
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from importer.infer.state_builders import authority, certificate, resource, state
from pcaform.checks.audit.check import build_report as audit_report
from pcaform.checks.audit.rule import Audit, AuditFinding, Cost, End
from pcaform.checks.drift.difference import Difference, Drift, Kind
from pcaform.checks.drift.difference import build_report as drift_report
from pcaform.checks.report.merged import build_report as merged_report
from pcaform.checks.report.merged import merge
from pcaform.checks.report.page import format_parts
from pcaform.checks.report.parts import part_of_audit
from pcaform.cli.main import main
from pcaform.core.console import print_document, print_result, print_status
from pcaform.core.finding import Finding, Location
from pcaform.core.formats.report import Report
from pcaform.core.problems import Failure
from pcaform.sources.inventory import ImportNote
from pcaform.spec.yaml_writer import format_flow

ROOT = Path(__file__).parents[2]
CASE = Path(__file__).parent / "output_injection"
SPEC = yaml.safe_load((ROOT / "examples" / "corp-pki.yaml").read_text(encoding="utf-8"))
HOSTILE = (
    "::add-mask::x\x1b]0;title\x07\x1b[2J\r\n::error::x\n ##[stop-commands]x ##vso[task.x]\x9b31m\u202e\u2028\u200b"
    "@team #12 GH-12 [x](http://y) www.y.example <b>![x](y)|`` ` ``| *x*"
)
FORMS = ("text", "json", "github", "sarif", "markdown")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Path_ = tuple[str | int, ...]
Capture = pytest.CaptureFixture[str]


def texts(data: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the path of every text in some data."""
    if isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from texts(value, (*path, step))
    elif isinstance(data, str):
        yield path


def with_text(data: Any, path: Path_, text: str, *, as_key: bool = False) -> Any:
    """Return data with another text at a path, or with another key there."""
    changed = copy.deepcopy(data)
    parent = changed
    for step in path[:-1]:
        parent = parent[step]
    if as_key and isinstance(parent, dict):
        parent[text] = parent.pop(path[-1])
    else:
        parent[path[-1]] = text
    return changed


def is_harmless(text: str, *, form: str = "text") -> None:
    """Assert that no line of an output commands anything."""
    assert text.replace("\n", "").isprintable()
    assert "##[" not in text
    assert "##vso[" not in text
    commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    assert all(re.match(r"::(error|warning) (file=|title=pcaform )", line) for line in commands)
    assert commands == [] or form == "github"
    if form in ("json", "sarif") and text:
        json.loads(text)
    if form == "markdown":
        is_inert(text)


def is_inert(markdown: str) -> None:
    """Assert that Markdown has no live mention, reference, link, picture or element outside of code."""
    text = re.sub(r"<code>[^<]*</code>|(?<!\\)`[^`\n]*`", "CODE", markdown).replace("<!-- pcaform guard -->", "")
    assert "`" not in re.sub(r"\\`", "", text)
    assert re.sub(r"</?(details|summary)>", "", text).count("<") == 0
    shown = html.unescape(re.sub(r"\\(.)", r"\1", text))
    assert not re.search(r"@\w|#\d|GH-\d|https?://|www\.\w", shown)
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)!\[", text)


def run(capsys: Capture, *arguments: str, form: str = "text") -> tuple[str, str]:
    """Run the program in this process, check what it prints, and return that."""
    assert main([*arguments]) in (0, 1, 2)
    out, err = capsys.readouterr()
    is_harmless(out, form=form)
    is_harmless(err)
    return out, err


@pytest.mark.parametrize("as_key", [False, True], ids=["values", "keys"])
@pytest.mark.parametrize("form", FORMS)
def test_texts_of_a_spec(tmp_path: Path, capsys: Capture, form: str, *, as_key: bool) -> None:
    path = tmp_path / "spec.yaml"
    reported = 0
    for place in texts(SPEC):
        path.write_text(json.dumps(with_text(SPEC, place, HOSTILE, as_key=as_key)), encoding="utf-8")
        out, _ = run(capsys, "validate", str(path), "--format", form, form=form)
        reported += "add-mask" in out
    assert reported > 20


@pytest.mark.parametrize("form", ["text", "markdown", "json", "github", "sarif"])
def test_texts_of_a_spec_that_other_commands_read(tmp_path: Path, capsys: Capture, form: str) -> None:
    good, path = tmp_path / "good.yaml", tmp_path / "spec.yaml"
    good.write_text(json.dumps(SPEC), encoding="utf-8")
    for place in texts(SPEC):
        path.write_text(json.dumps(with_text(SPEC, place, HOSTILE)), encoding="utf-8")
        if form == "text":
            run(capsys, "render", str(path), "--out", str(tmp_path / "out"), "--diff")
        run(capsys, "access", str(path), "--format", form, form=form)
        run(capsys, "guard", "--spec", str(good), str(path), "--format", form, form=form)


def changed_resource(kind: str, actions: list[str], before: Any, after: Any, **more: Any) -> dict[str, Any]:
    change = {"actions": actions, "before": before, "after": after, "after_unknown": {}, "replace_paths": [["type"]]}
    return {"address": f"{kind}.this", "type": kind, "name": "this", "change": change, **more}


CA = {"arn": "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/a", "type": "ROOT", "enabled": True}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "acm-pca:*", "Resource": CA["arn"]}]}
PLAN = {
    "format_version": "1.2",
    "planned_values": {},
    "errored": False,
    "resource_changes": [
        changed_resource("aws_acmpca_certificate_authority", ["delete", "create"], CA, {**CA, "type": "SUBORDINATE"}),
        changed_resource("aws_acmpca_certificate_authority", ["forget"], CA, None, previous_address="a.b"),
        changed_resource("aws_acmpca_permission", ["delete"], {"certificate_authority_arn": CA["arn"]}, None),
        changed_resource(
            "aws_acm_certificate", ["delete"], {"certificate_authority_arn": "a", "domain_name": "d"}, None
        ),
        changed_resource("aws_acmpca_new_thing", ["create"], None, {"name": "x"}),
        changed_resource(
            "aws_iam_policy", ["update"], {"name": "p", "policy": "{}"}, {"name": "p", "policy": json.dumps(POLICY)}
        ),
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_texts_of_a_plan(tmp_path: Path, capsys: Capture, form: str) -> None:
    path = tmp_path / "plan.json"
    for place in texts(PLAN):
        path.write_text(json.dumps(with_text(PLAN, place, HOSTILE)), encoding="utf-8")
        run(capsys, "guard", str(path), "--format", form, form=form)


STATE = json.loads(
    state(
        authority("root", common_name="Root", tags={"owner": "a"}, tags_all={"owner": "a"}),
        certificate("root"),
        resource(
            "aws_acmpca_permission",
            None,
            {"certificate_authority_arn": CA["arn"], "principal": "acm.amazonaws.com", "actions": ["GetCertificate"]},
        ),
        resource("aws_acmpca_policy", None, {"resource_arn": CA["arn"], "policy": json.dumps(POLICY)}),
    )
)


def test_texts_of_a_state(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "state.json"
    specs = 0
    for place in texts(STATE):
        path.write_text(json.dumps(with_text(STATE, place, HOSTILE)), encoding="utf-8")
        out, _ = run(capsys, "import", "state", str(path), "--stack", "s")
        if out:
            specs += 1
            assert yaml.safe_load(out)["stack"] == "s"
        run(capsys, "import", "state", str(path), "--stack", "s", "--out", str(tmp_path / "new.yaml"), "--dry-run")
    assert specs > 10


def test_hostile_names_of_an_import_come_back_from_the_printed_spec(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "state.json"
    for text in ("::error::x", "x ::error::x", "##[error]x", "##vso[task.x]"):
        path.write_bytes(state(authority("root", common_name=text), certificate("root")))
        out, _ = run(capsys, "import", "state", str(path), "--stack", "s")
        (ca,) = yaml.safe_load(out)["certificate_authorities"].values()
        assert ca["subject"]["common_name"] == text


@pytest.mark.parametrize("text", [HOSTILE, "a\n::error::x\n", "x" * 120 + " ::error::x", "a\n  ##[error]x"])
def test_hostile_text_in_yaml_is_read_back(text: str) -> None:
    for written in (format_flow(text), format_flow({text: [text]}), format_flow([{"a": text}])):
        is_harmless(written)
    assert yaml.safe_load(format_flow({text: [text]})) == {text: [text]}


HCL = """
provider "aws" { region = "eu-west-1" }
resource "aws_acmpca_certificate_authority" "root" {
  type = "ROOT"
  tags = { owner = %s }
  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"
    subject { common_name = %s }
  }
}
resource "aws_acmpca_permission" "acm" {
  certificate_authority_arn = %s
  principal                 = %s
  actions                   = [%s]
}
"""


def test_texts_of_terraform_files(tmp_path: Path, capsys: Capture) -> None:
    for place in range(5):
        values = ['"a"'] * 5
        values[place] = json.dumps(HOSTILE)
        (tmp_path / "main.tf").write_text(HCL % tuple(values), encoding="utf-8")
        run(capsys, "import", "hcl", str(tmp_path), "--stack", "s", "--account-id", "123456789012")


def hostile_audit() -> Audit:
    finding = AuditFinding("ca-expired", HOSTILE, HOSTILE, HOSTILE, day=NOW, arn=HOSTILE, region=HOSTILE)
    note = ImportNote("unknown", HOSTILE, HOSTILE)
    costs = (Cost(HOSTILE, HOSTILE, "DISABLED", HOSTILE, 400),)
    ends = (End("CA", HOSTILE, HOSTILE, HOSTILE, NOW),)
    return Audit("123456789012", (HOSTILE,), NOW, 1, 1, (finding,), ends, costs, (note,))


@pytest.mark.parametrize("form", FORMS)
def test_names_in_an_account(capsys: Capture, form: str) -> None:
    printed(capsys, audit_report(hostile_audit()), form)


def test_names_in_a_page(capsys: Capture) -> None:
    print_document(format_parts([part_of_audit(hostile_audit(), HOSTILE)], now=NOW))
    out, _ = capsys.readouterr()
    is_harmless(out)
    assert "add-mask" in out
    assert "<b>!" not in out


@pytest.mark.parametrize("form", FORMS)
def test_differences_of_an_account(capsys: Capture, form: str) -> None:
    differences = tuple(Difference(kind, HOSTILE, HOSTILE, HOSTILE, HOSTILE, is_urgent=True) for kind in Kind)
    printed(capsys, drift_report(Drift("s", "123456789012", 1, differences), HOSTILE), form)


@pytest.mark.parametrize("form", FORMS)
def test_names_in_a_merged_report(capsys: Capture, form: str) -> None:
    part = replace(part_of_audit(hostile_audit(), HOSTILE), name=HOSTILE)
    printed(capsys, merged_report(merge([part], HOSTILE, 2)), form)


def printed(capsys: Capture, report: Report, form: str) -> None:
    report.print(form)
    out, _ = capsys.readouterr()
    assert out
    is_harmless(out, form=form)


@pytest.mark.parametrize("form", FORMS)
def test_a_check_that_is_not_written_yet(capsys: Capture, form: str) -> None:
    """Whatever a check puts into its findings and lines, the formats make it harmless."""
    found = [Finding(HOSTILE, HOSTILE, HOSTILE, HOSTILE, location=Location(HOSTILE, 1, 3, HOSTILE))]
    text = Report(found, lines=lambda: [HOSTILE], document=lambda: {"x": HOSTILE}, markdown=lambda: "").format(form)
    print_result(text, has_commands=form == "github")
    is_harmless(capsys.readouterr().out, form=form)


def test_status_lines_failures_and_forgotten_results(capsys: Capture) -> None:
    print_status(HOSTILE, str(Failure(HOSTILE)), *Failure(Failure(HOSTILE), HOSTILE).lines)
    print_result(HOSTILE)
    print_result(HOSTILE, is_coloured=True)
    out, err = capsys.readouterr()
    is_harmless(err)
    is_harmless(re.sub("\x1b\\[\\d*m", "", out))
    assert err.count("\n") == 4


@pytest.mark.parametrize("form", FORMS)
def test_the_reported_case(capsys: Capture, form: str) -> None:
    out, _ = run(capsys, "guard", str(CASE / "plan.json"), "--format", form, form=form)
    assert "INJECTED" in out
    out, _ = run(capsys, "validate", str(CASE / "spec.yaml"), "--format", form, form=form)
    assert "INJECTED" in out

"""What pipelines read: Markdown for a comment, annotations, SARIF; each the same for the same result."""

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.guard.corpus import HAZARDS, TEXT, harmed
from conftest import ROOT, Run
from pcaform.checks.guard.report import MARKER, format_markdown
from pcaform.checks.guard.verdict import GuardFinding, GuardResult

SARIF = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8"))
"""OASIS's schema of SARIF 2.1.0, errata 01, without its descriptions."""
WAIVER = "waivers:\n  - {what: ca-disabled, why: it is retired, until: '2999-12-31'}\n"


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("outputs")
    wanted = [hazard for hazard in HAZARDS if hazard.item in ("replaced", "disabled", "widened", "exposed")]
    (home / "old.yaml").write_text(TEXT, encoding="utf-8")
    (home / "new.yaml").write_text(harmed(*wanted) + WAIVER, encoding="utf-8")
    return home


def printed(pcaform: Run, specs: Path, form: str) -> str:
    done = pcaform("guard", "--spec", "old.yaml", "new.yaml", "--format", form, cwd=specs)
    assert done.returncode == 2
    return done.stdout


def test_markdown_is_one_part_for_each_finding_and_the_same_every_time(pcaform: Run, specs: Path) -> None:
    text = printed(pcaform, specs, "markdown")
    assert text.splitlines()[0] == MARKER
    assert text.splitlines()[2] == "### pcaform guard: 1 breaks-trust, 1 widens-access, 1 notice, 1 waived"
    assert text.count("<details>") == text.count("</details>") == 5
    assert "until 2999-12-31: it is retired" in text
    assert printed(pcaform, specs, "markdown") == text


def test_markdown_fits_into_a_comment_and_nothing_in_it_is_markup() -> None:
    hostile = "</details><script>|`*_[x](y)"
    found = GuardFinding("ca-destroyed", hostile, hostile, hostile, actions=("delete",), affected=(hostile,))
    text = format_markdown(GuardResult((found,) * 2000))
    assert len(text) < 65_536
    assert re.search(r"\d+ more do not fit here", text)
    assert "<script>" not in text
    assert text.count("</details>") == text.count("<details>")


def test_github_annotations_stand_at_the_item_of_the_spec(pcaform: Run, specs: Path) -> None:
    lines = printed(pcaform, specs, "github").splitlines()
    text = (specs / "new.yaml").read_text(encoding="utf-8").splitlines()
    found = {line.split("title=pcaform ")[1].split("::")[0]: line for line in lines}
    assert set(found) == {"ca-replaced", "policy-widened", "protection-lifted"}
    assert found["ca-replaced"].startswith(f"::error file=new.yaml,line={text.index('  replaced:') + 1},col=3,")
    assert found["policy-widened"].startswith("::warning file=new.yaml,line=")


def test_sarif_is_what_its_published_schema_says(pcaform: Run, specs: Path) -> None:
    log: dict[str, Any] = json.loads(printed(pcaform, specs, "sarif"))
    jsonschema.Draft4Validator(SARIF).validate(log)
    results = {each["ruleId"]: each["level"] for each in log["runs"][0]["results"]}
    assert results == {"ca-replaced": "error", "policy-widened": "warning", "protection-lifted": "warning"}


def test_sarif_schema_refuses_what_is_none() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SARIF).validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_json_has_what_is_waived(pcaform: Run, specs: Path) -> None:
    report = json.loads(printed(pcaform, specs, "json"))
    jsonschema.Draft202012Validator(json.loads(pcaform("schema", "guard").stdout)).validate(report)
    assert [(each["finding"]["rule"], each["until"]) for each in report["waived"]] == [("ca-disabled", "2999-12-31")]


def test_text_tells_what_is_waived(pcaform: Run, specs: Path) -> None:
    assert "  waived until 2999-12-31: it is retired\n" in printed(pcaform, specs, "text")


def test_text_starts_with_the_verdict_and_ends_with_it(pcaform: Run, specs: Path) -> None:
    done = pcaform("guard", "--spec", "old.yaml", "new.yaml", cwd=specs)
    verdict = "do not apply this: 1 breaks-trust, 1 widens-access, 1 notice, 1 waived"
    assert (done.stdout.splitlines()[0], done.stderr.splitlines()[-1]) == (verdict, verdict)
    lines = [line for line in done.stdout.splitlines()[1:] if not line.startswith("  ")]
    assert [line.partition(": ")[0] for line in lines] == ["error", "warning", "warning", "waived"]


def test_quiet_text_is_one_line_for_each_finding(pcaform: Run, specs: Path) -> None:
    done = pcaform("guard", "--spec", "old.yaml", "new.yaml", "--quiet", cwd=specs)
    assert (done.returncode, len(done.stdout.splitlines()), len(done.stderr.splitlines())) == (2, 5, 1)


@pytest.mark.parametrize(("no_colour", "label"), [("", b"\x1b[31merror:\x1b[0m module"), ("1", b"error: module")])
def test_a_terminal_gets_colours_and_lines_that_fit(specs: Path, no_colour: str, label: bytes) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pcaform", "guard", "--spec", str(specs / "old.yaml"), str(specs / "new.yaml")]
    environment = {**os.environ, "NO_COLOR": no_colour, "COLUMNS": "80"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the program has ended
            while part := os.read(ours, 65536):
                shown += part
    os.close(ours)
    assert label in shown
    lines = re.sub(rb"\x1b\[\d+m", b"", shown).decode().splitlines()
    assert {line for line in lines if len(line) > 80 and " " in line.strip()} == set()
    assert shown.count(b"\x1b") == (0 if no_colour else 14)

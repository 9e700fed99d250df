"""`pcaform report`: what it makes a page of, what it refuses, and where it writes."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from checks.report.pages import audit_of, drift, guard
from conftest import EXAMPLE, Run
from pcaform.core.formats.report import format_json

SAVED = {"audit": audit_of("Old Root", "Issuing"), "drift": drift(), "guard": guard()}

NEEDS_LIVE = "--expiring, profiles, regions and roles are for reading an account: add --live"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Save a result of each kind."""
    for kind, result in SAVED.items():
        (tmp_path / f"{kind}.json").write_text(format_json(result), encoding="utf-8")
    return tmp_path


def test_a_page_of_everything_and_what_it_allows(saved: Path, pcaform: Run) -> None:
    options = [part for kind in SAVED for part in (f"--{kind}", f"{kind}.json")]
    done = pcaform("report", EXAMPLE, *options, "--out", "report.html", cwd=saved)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "wrote report.html\n")
    page = (saved / "report.html").read_text(encoding="utf-8")
    for text in ("stack corp-pki", "account 111122223333", "change guard.json", "issuer ci", "Corp Issuing CA 1"):
        assert text in page
    printed = pcaform("report", EXAMPLE, *options, cwd=saved).stdout
    assert re.sub("Made on .{20}", "", printed) == re.sub("Made on .{20}", "", page)
    for kind in ("style", "script"):
        (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", printed, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in html.unescape(printed)


def test_a_page_replaces_a_page_and_no_other_file(saved: Path, pcaform: Run) -> None:
    for _ in range(2):
        assert pcaform("report", "--drift", "drift.json", "--out", "report.html", cwd=saved).returncode == 0
    before = (saved / "drift.json").read_bytes()
    done = pcaform("report", "--drift", "drift.json", "--out", "drift.json", cwd=saved)
    assert done.returncode == 1
    message = "this file is not a page, and is not replaced: name another file, or delete it"
    assert done.stderr == f"pcaform: drift.json: {message}\n"
    assert (saved / "drift.json").read_bytes() == before


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"format_version": "2.0"}, "'format_version', allowed: '1.3'"),
        ({"ends": None}, "'ends', allowed: see 'pcaform schema audit'"),
        ({"moment": "2027-01-01T00:00:00"}, "'moment', allowed: see 'pcaform schema audit'"),
        ({"moment": "0001-01-01T00:00:00+14:00"}, "a date is outside the years 1 to 9999"),
        ({"more": 1}, "it has other keys than those, or lacks one"),
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        (format_json(SAVED["drift"]), "'regions', allowed: see 'pcaform schema audit'"),
    ],
)
def test_what_this_release_does_not_print_is_refused(saved: Path, pcaform: Run, changed: Any, wrong: str) -> None:
    text = changed if isinstance(changed, str) else json.dumps(json.loads(format_json(SAVED["audit"])) | changed)
    (saved / "x.json").write_text(text, encoding="utf-8")
    done = pcaform("report", "--audit", "x.json", "--out", "report.html", cwd=saved)
    printed = "this is not what 'pcaform audit --format json' of this release prints"
    assert (done.returncode, done.stderr) == (1, f"pcaform: x.json: {printed}: {wrong}\n")
    assert not (saved / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a SPEC, add --live, or give --audit, --drift or --guard with a saved JSON result"),
        ([EXAMPLE, "--expiring", "5d"], NEEDS_LIVE),
        ([EXAMPLE, "--region", "eu-west-1"], NEEDS_LIVE),
    ],
)
def test_bad_usage_is_reported(pcaform: Run, arguments: list[str], message: str) -> None:
    done = pcaform("report", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"pcaform: {message}\n")


def test_specs_with_errors_are_refused_as_everywhere(tmp_path: Path, pcaform: Run) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    twice = pcaform("report", ".", cwd=tmp_path)
    (tmp_path / "b.yaml").write_text(text.replace("RSA_4096", "RSA"), encoding="utf-8")
    wrong = pcaform("report", ".", cwd=tmp_path)
    assert (twice.returncode, wrong.returncode) == (1, 1)
    assert "[stack-twice]" in twice.stderr
    assert wrong.stderr.startswith("b.yaml:20:")


def test_a_policy_that_cannot_be_judged_is_unknown_and_the_page_is_made(pcaform: Run, tmp_path: Path) -> None:
    spec = EXAMPLE.parents[1] / "tests" / "rules" / "cases" / "partition.ok.yaml"
    done = pcaform("report", spec, "--out", "report.html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "wrote report.html\n")
    page = html.unescape((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "policy 'ci', statement 1 is not an object" in page
    assert "<b>1</b>unknown" in page

"""`pcaform report merge`: the JSON of several jobs as one report, and what it refuses."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest

from checks.report.pages import HOSTILE, audit_of, drift
from conftest import EXAMPLE, Run
from pcaform.checks.report.merged import merge
from pcaform.checks.report.parts import part_of_audit, part_of_drift
from pcaform.core.finding import Finding
from pcaform.core.formats.report import format_json
from pcaform.core.shards import Shard

Merge = Callable[..., CompletedProcess[str]]
AUDITS = {"a.json": audit_of("Old Root", "Issuing"), "b.json": replace(audit_of("Other"), account_id="444455556666")}


def shard(index: int, count: int = 3, *, code: int = 0, finding: str = "") -> str:
    """Return what `drift` prints for a shard."""
    found = replace(drift(), stack=f"s{index}", differences=drift().differences if finding else ())
    return format_json(merge([part_of_drift(found, f"s{index}.yaml")], "drift", code, Shard(index, count)))


@pytest.fixture
def run(pcaform: Run, tmp_path: Path) -> Merge:
    """Return the command on files with some texts, in their order."""

    def call(files: dict[str, Any], *options: str) -> CompletedProcess[str]:
        for name, each in files.items():
            text = each if isinstance(each, str) else format_json(each)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return pcaform("report", "merge", *files, *options, cwd=tmp_path)

    return call


def test_the_worst_is_first_and_everything_once(run: Merge) -> None:
    done = run({**AUDITS, "again.json": AUDITS["a.json"]})
    arn = "arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/0000000{}-2222-3333-4444-555555555555"
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        f"account 111122223333: CA Old Root ({arn.format(0)}): it ends soon; renew Old Root [ca-ends-soon]",
        f"account 444455556666: CA Other ({arn.format(0)}): it ends soon; renew Other [ca-ends-soon]",
        "warning: account 111122223333: 111122223333/eu-west-9: CAs of this account: denied [unknown]",
        "warning: account 444455556666: 111122223333/eu-west-9: CAs of this account: denied [unknown]",
        f"warning: account 111122223333: CA Issuing ({arn.format(1)}): it ends soon; renew Issuing [ca-ends-soon]",
    ]
    assert done.stderr == "audit of 2 sources: 2 errors, 3 warnings\n"


def test_the_json_is_what_its_schema_says_and_merges_again(run: Merge, pcaform: Run) -> None:
    once = run(AUDITS, "--format", "json").stdout
    jsonschema.Draft202012Validator(json.loads(pcaform("schema", "report").stdout)).validate(json.loads(once))
    again = run({"merged.json": once, "a.json": AUDITS["a.json"]}, "--format", "json").stdout
    assert json.loads(again)["findings"] == json.loads(once)["findings"]
    page = run({"merged.json": once, "a.json": AUDITS["a.json"]}, "--format", "html").stdout
    assert page.count("it ends soon") == 3


@pytest.mark.parametrize(
    ("codes", "code"), [((0, 0, 0), 0), ((0, 2, 0), 2), ((2, 1, 0), 1), ((1, 1, 1), 1), ((0, 0, 1), 1)]
)
def test_the_exit_code_is_the_worst_of_all(run: Merge, codes: tuple[int, ...], code: int) -> None:
    files = {f"{index}.json": shard(index, code=each) for index, each in enumerate(codes, start=1)}
    assert run(files).returncode == code


def test_a_missing_shard_is_an_error_in_every_format(run: Merge) -> None:
    files = {"1.json": shard(1), "3.json": shard(3)}
    for form in ("text", "markdown", "json", "html"):
        done = run(files, "--format", form)
        assert (done.returncode, "shard 2/3" in done.stdout) == (1, True)


def test_commands_judge_their_own_documents(run: Merge, pcaform: Run, tmp_path: Path) -> None:
    """The exit code of guard depends on its level, that of validate on --strict."""
    (tmp_path / "old.yaml").write_bytes(EXAMPLE.read_bytes())
    text = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "new.yaml").write_text(text.replace("RSA_4096", "RSA_2048"), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("version: 1\n", encoding="utf-8")
    commands: dict[str, list[Any]] = {
        "guard": ["guard", "--spec", "old.yaml", "new.yaml"],
        "same": ["guard", "--spec", "old.yaml", "old.yaml"],
        "strict": ["validate", EXAMPLE, "--strict"],
        "validate": ["validate", "bad.yaml"],
        "render": ["render", "old.yaml", "bad.yaml", "--out", "out", "--check"],
        "stale": ["render", "old.yaml", "--out", "out", "--check"],
        "access": ["access", "old.yaml"],
    }
    for name, words in commands.items():
        done = pcaform(*words, "--format", "json", cwd=tmp_path)
        merged = run({f"{name}.json": done.stdout}, "--format", "json")
        assert (merged.returncode, merged.returncode == json.loads(merged.stdout)["exit_code"]) == (
            done.returncode,
            True,
        )
        of = (
            words[0]
            if words[0] in ("guard", "validate", "render", "drift", "audit", "stacks", "affected")
            else "access"
        )
        jsonschema.validate(json.loads(done.stdout), json.loads(pcaform("schema", of).stdout))
        assert run({f"{name}.json": done.stdout}, "--format", "html").returncode == done.returncode


WHOLE = format_json(AUDITS["a.json"])
NOT_PRINTED = "this is not what pcaform prints with --format json, or not all of it"
REFUSED = {
    "empty": ("", NOT_PRINTED),
    "truncated": (WHOLE[: len(WHOLE) // 2], NOT_PRINTED),
    "two documents": (WHOLE + WHOLE, NOT_PRINTED),
    "a list": ("[1, {}]", NOT_PRINTED),
    "deep": ("[" * 100_000, NOT_PRINTED),
    "text": ("account 1: fine", NOT_PRINTED),
    "other keys": ('{"format_version": "1.0"}', "this is not what 'pcaform "),
    "a plan": ('{"format_version": "1.2", "resource_changes": []}', "this is not what 'pcaform "),
    "a later version": (WHOLE.replace('"1.3"', '"2.0"', 1), "'format_version', allowed: '1.3'"),
    "a later exit code": (
        shard(2).replace('"exit_code": 0', '"exit_code": 3'),
        "'exit_code', allowed: see 'pcaform schema",
    ),
    "another command": (format_json(drift()), "x.json: this is of 'pcaform drift', and a.json of 'pcaform audit'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_merged_is_named(run: Merge, name: str) -> None:
    text, said = REFUSED[name]
    done = run({**AUDITS, "x.json": text})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("pcaform: x.json: ")
    assert said in done.stderr


@pytest.mark.parametrize(
    "files",
    [
        {"1.json": shard(1), "2.json": shard(2, 4)},
        {"1.json": shard(1), "all.json": format_json(drift())},
        {"1.json": shard(1), "2.json": shard(1, finding="x")},
    ],
)
def test_shards_of_two_runs_are_not_merged(run: Merge, files: dict[str, str]) -> None:
    done = run(files)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("pcaform: these are not the shards of one run: 1.json is shard 1/3, ")


def test_hostile_names_do_nothing_in_a_page(run: Merge) -> None:
    merged = merge([part_of_audit(audit_of(*HOSTILE))], "audit", 2)
    found = replace(
        merged, findings=(*merged.findings, replace(merged.findings[0], source=HOSTILE[1], rule=HOSTILE[0]))
    )
    page = run({"x.json": found}, "--format", "html").stdout
    assert page.count("ap-northeast-3") == 0
    assert "hacked" in page
    assert not any(text in page for text in ("<script>document", "<img", "\u202e"))


def test_many_findings_are_merged_in_seconds(run: Merge) -> None:
    findings = [Finding(f"rule-{number % 7}", f"CA {number % 5000}", "it is wrong") for number in range(10_000)]
    part = replace(part_of_audit(audit_of()), found=tuple(("audit", each) for each in findings))
    files = {f"{index}.json": merge([part], "audit", 2, Shard(index, 2)) for index in (1, 2)}
    started = time.process_time()
    done = run(files, "--format", "json")
    assert done.returncode == 2
    merged: dict[str, Any] = json.loads(done.stdout)
    assert len(merged["findings"]) == 10_000
    assert {each["rule"] for each in merged["findings"]} == {f"rule-{number}" for number in range(7)}
    assert time.process_time() - started < 20

"""Imports as a user sees them: a spec and a state in, the spec after it and the report out."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conftest import Run
from importer.import_cases import CASES, SPEC, Case, ci, tagged
from importer.infer.state_builders import resource, root, stacked, state
from pcaform.cli.commands.schema import build_schema

SUMMARY = "not in a Terraform state, add by hand where you use it: "


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_into(case: Case, pcaform: Run, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    spec.write_bytes(case.before.encode())
    tfstate = stacked(*case.found)
    done = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    assert spec.read_bytes().decode() == case.after
    said = done.stderr.splitlines()  # new warnings of the spec come last
    *lines, _, without = said[: next(at for at, line in enumerate(said) if line.startswith("found ")) + 2]
    assert without.startswith(SUMMARY)
    assert tuple(line for line in lines if line.split(":")[0] in REPORT_KINDS) == case.lines
    assert done.returncode == case.code
    assert done.stdout == ""
    again = pcaform("import", "state", "-", "--into", "corp.yaml", "--dry-run", cwd=tmp_path, stdin=tfstate)
    assert (again.stdout, spec.read_bytes().decode()) == ("", case.after)


REPORT_KINDS = ("added", "changed", "kept", "left out", "not found", "not written", "unknown", "ambiguous")


def import_twice(
    pcaform: Run, directory: Path, first: dict[str, str], edit: tuple[str, str], second: dict[str, str]
) -> Any:
    """Import twice with a manual edit in between; return how the second import ended."""
    (directory / "corp.yaml").write_text(SPEC, encoding="utf-8")
    pcaform("import", "state", "-", "--into", "corp.yaml", cwd=directory, stdin=stacked(*tagged(first)))
    text = (directory / "corp.yaml").read_text(encoding="utf-8")
    assert edit[0] in text
    (directory / "corp.yaml").write_text(text.replace(*edit), encoding="utf-8")
    return pcaform("import", "state", "-", "--into", "corp.yaml", cwd=directory, stdin=stacked(*tagged(second)))


def test_a_manual_edit_stays(pcaform: Run, tmp_path: Path) -> None:
    done = import_twice(pcaform, tmp_path, {"owner": "a"}, ("{owner: a}", "{owner: mine} # !"), {"owner": "a"})
    assert "{owner: mine} # !" in (tmp_path / "corp.yaml").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert done.stderr.startswith(
        'kept: certificate_authorities.root.tags.owner: "mine", changed since the last import, which found "a"\n'
    )


def test_a_conflict_is_marked_until_the_user_decides(pcaform: Run, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    done = import_twice(pcaform, tmp_path, {"owner": "a"}, ("owner: a", "owner: mine"), {"owner": "theirs"})
    mark = (
        '    # pcaform: conflict at certificate_authorities.root.tags.owner: the import found "theirs"; '
        "keep one of the two, then delete this line\n"
    )
    conflict = (
        'corp.yaml:12:12: conflict: certificate_authorities.root.tags.owner is "mine" here, the import found "theirs"'
    )
    assert spec.read_text(encoding="utf-8") == SPEC + mark + "    tags: {owner: mine}\n"
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, conflict)
    tfstate = stacked(*tagged({"owner": "theirs"}))
    again = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    assert spec.read_text(encoding="utf-8") == SPEC + mark + "    tags: {owner: mine}\n"
    assert (again.returncode, again.stderr) == (2, done.stderr)
    spec.write_text(spec.read_text(encoding="utf-8").replace(mark, ""), encoding="utf-8")
    decided = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    assert (decided.returncode, spec.read_text(encoding="utf-8")) == (0, SPEC + "    tags: {owner: mine}\n")


def test_a_mark_is_removed_when_the_found_value_is_taken(pcaform: Run, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    import_twice(pcaform, tmp_path, {"owner": "a"}, ("owner: a", "owner: mine"), {"owner": "theirs"})
    spec.write_text(spec.read_text(encoding="utf-8").replace("owner: mine", "owner: theirs"), encoding="utf-8")
    tfstate = stacked(*tagged({"owner": "theirs"}))
    done = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    assert (done.returncode, spec.read_text(encoding="utf-8")) == (0, SPEC + "    tags: {owner: theirs}\n")


REMOVED = ("acmpca_certificate_authority", "acmpca_certificate", "iam_user", "iam_policy", "iam_user_policy_attachment")


def test_what_the_user_removed_stays_out(pcaform: Run, tmp_path: Path) -> None:
    tfstate = stacked(*root(), *root("other"))
    pcaform("import", "state", "-", "--stack", "corp", "--out", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    spec = tmp_path / "corp.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    done = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    assert (done.returncode, spec.read_text(encoding="utf-8")) == (2, SPEC)
    assert done.stderr.startswith(
        "left out: certificate_authorities.other: removed from the spec since the last import\n"
    )


def test_what_the_user_removed_gets_no_moves_and_is_forgotten(pcaform: Run, tmp_path: Path) -> None:
    issuer = ci({"certificates": "unmanaged", "certificate_authorities": ["other"]})
    tfstate = state(*json.loads(stacked(*root()))["resources"], *root("other"), *issuer)
    pcaform("import", "state", "-", "--stack", "corp", "--out", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    spec = tmp_path / "corp.yaml"
    assert "module.ca_other_certificate." in spec.read_text(encoding="utf-8")
    assert "module.issuer_ci." in spec.read_text(encoding="utf-8")
    spec.write_text(SPEC, encoding="utf-8")
    done = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate)
    addresses = (f"aws_{name}.this: forget" for name in REMOVED)
    assert (done.returncode, spec.read_text(encoding="utf-8")) == (
        2,
        SPEC + "removed:\n  " + "\n  ".join(addresses) + "\n",
    )


def test_dry_run_shows_the_diff_and_writes_nothing(pcaform: Run, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    tfstate = stacked(*tagged({"a": "b"}))
    done = pcaform("import", "state", "-", "--into", "corp.yaml", "--dry-run", cwd=tmp_path, stdin=tfstate)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "+    tags: {a: b}"
    assert [path.name for path in tmp_path.iterdir()] == ["corp.yaml"]
    assert spec.read_text(encoding="utf-8") == SPEC


def test_out_writes_a_file_once_and_again_only_with_force(pcaform: Run, tmp_path: Path) -> None:
    call = ("import", "state", "-", "--stack", "corp", "--out", "new/corp.yaml")
    first = pcaform(*call, cwd=tmp_path, stdin=stacked(*root()))
    assert (first.returncode, first.stdout) == (0, "")
    written = (tmp_path / "new" / "corp.yaml").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["corp.yaml", "corp.yaml.imported.json"]
    assert pcaform(*call, cwd=tmp_path, stdin=stacked(*root())).returncode == 0
    refused = pcaform(*call, cwd=tmp_path, stdin=stacked(*tagged({"a": "b"})))
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "pcaform: new/corp.yaml: already exists; --into changes it and keeps manual edits, "
        "--force would overwrite it like this:\n--- new/corp.yaml\n"
    )
    assert (tmp_path / "new" / "corp.yaml").read_text(encoding="utf-8") == written
    assert pcaform(*call, "--force", cwd=tmp_path, stdin=stacked(*tagged({"a": "b"}))).returncode == 0
    assert (tmp_path / "new" / "corp.yaml").read_text(encoding="utf-8") != written


def test_out_takes_a_directory(pcaform: Run, tmp_path: Path) -> None:
    done = pcaform("import", "state", "-", "--stack", "corp", "--out", "specs", cwd=tmp_path, stdin=stacked(*root()))
    assert done.returncode == 0
    assert (tmp_path / "specs" / "corp.yaml").is_file()


def test_json_report_is_what_its_schema_says(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "corp.yaml").write_text(SPEC, encoding="utf-8")
    tfstate = stacked(*tagged({"a": "b"}), resource("aws_acmpca_certificate_authority", None, {"arn": ""}))
    done = pcaform("import", "state", "-", "--into", "corp.yaml", "--format", "json", cwd=tmp_path, stdin=tfstate)
    report = json.loads(done.stdout)
    jsonschema.validate(report, build_schema("import"))
    assert json.loads(pcaform("schema", "import").stdout) == build_schema("import")
    assert (done.returncode, report["format_version"], report["source"]) == (2, "1.1", "state")
    assert report["taken"] == [
        {
            "file": "corp.yaml",
            "line": 11,
            "column": 12,
            "path": "certificate_authorities.root.tags.a",
            "spec": None,
            "found": "b",
        }
    ]
    assert {"type": "aws_acmpca_certificate_authority", "found": 2} in report["found"]
    assert len(report["left_out"]) == 1


REFUSED = [
    (["--into", "corp.yaml", "--out", "x.yaml"], "--into changes an existing spec, --out writes a new one"),
    ([], "--stack NAME is missing"),
    (["--stack", "x", "--dry-run"], "--dry-run shows what would change in a file"),
    (["--stack", "x", "--format", "json"], "--format json prints the report where the spec is printed"),
    (["--into", "none.yaml"], "none.yaml: there is no such file; --out none.yaml writes a new one"),
    (["--into", "."], ".: a directory, where there must be a file"),
    (
        ["--into", "corp.yaml", "--stack", "x"],
        "corp.yaml: is the stack 'corp', but --stack names 'x': leave --stack out",
    ),
    (
        ["--into", "there.yaml"],
        "there.yaml: certificate_authorities.root is in us-east-1, but the source has it in eu-west-1: write",
    ),
    (["--into", "other.yaml"], "other.yaml: is for 210987654321 in eu-west-1, but the source holds CAs of "),
    (["--into", "damaged.yaml"], "damaged.yaml.imported.json: this is not a baseline file of this version"),
    (["--into", "nowhere.yaml"], "nowhere.yaml: cannot be read: No such file or directory"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_refused(options: list[str], message: str, pcaform: Run, tmp_path: Path) -> None:
    texts = {"corp.yaml": SPEC, "there.yaml": SPEC.replace("eu-west-1", "us-east-1"), "damaged.yaml": SPEC}
    texts["other.yaml"] = SPEC.replace("123456789012", "210987654321")
    for name, text in {**texts, "damaged.yaml.imported.json": "{}"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "nowhere.yaml").symlink_to(tmp_path / "missing" / "x.yaml")
    done = pcaform("import", "state", "-", *options, cwd=tmp_path, stdin=stacked(*tagged({"a": "b"})))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"pcaform: {message}")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.yaml") if path.exists()} == texts


def test_an_invalid_spec_is_reported_with_its_location(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "corp.yaml").write_text("version: 1\nstakc: x\n", encoding="utf-8")
    done = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=stacked(*root()))
    assert done.returncode == 1
    assert "corp.yaml:2:1: " in done.stderr


def test_mode_and_link_are_kept(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "corp.yaml"
    real.write_text(SPEC, encoding="utf-8")
    real.chmod(0o640)
    (tmp_path / "corp.yaml").symlink_to(real)
    tfstate = stacked(*tagged({"a": "b"}))
    assert pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=tfstate).returncode == 0
    assert (tmp_path / "corp.yaml").is_symlink()
    assert stat.S_IMODE(os.stat(real).st_mode) == 0o640  # noqa: PTH116 - of what the link leads to
    assert real.read_text(encoding="utf-8") == SPEC + "    tags: {a: b}\n"
    assert sorted(path.name for path in real.parent.iterdir()) == ["corp.yaml", "corp.yaml.imported.json"]


def test_a_spec_that_cannot_be_written_stays_as_it_was(pcaform: Run, tmp_path: Path) -> None:
    spec = tmp_path / "corp.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    spec.chmod(0o444)
    done = pcaform("import", "state", "-", "--into", "corp.yaml", cwd=tmp_path, stdin=stacked(*tagged({"a": "b"})))
    assert (done.returncode, spec.read_text(encoding="utf-8")) == (1, SPEC)
    assert "corp.yaml: read-only; make it writable" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["corp.yaml"]


def test_a_spec_is_not_changed_without_its_baseline(pcaform: Run, tmp_path: Path) -> None:
    spec, baseline = tmp_path / "corp.yaml", tmp_path / "corp.yaml.imported.json"
    spec.write_text(SPEC, encoding="utf-8")
    import_once = ("import", "state", "-", "--into", "corp.yaml")
    assert pcaform(*import_once, cwd=tmp_path, stdin=stacked(*tagged({}))).returncode == 0
    before, known = spec.read_bytes(), baseline.read_bytes()
    baseline.chmod(0o444)
    done = pcaform(*import_once, cwd=tmp_path, stdin=stacked(*tagged({"a": "b"})))
    assert (done.returncode, spec.read_bytes(), baseline.read_bytes()) == (1, before, known)
    assert "corp.yaml.imported.json: cannot be written; nothing is" in done.stderr

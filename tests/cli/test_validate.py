"""`pcaform validate`: all problems of all files at once, in each output format."""

import json
from pathlib import Path

import pytest

from conftest import EXAMPLE, Run

BAD = EXAMPLE.read_text(encoding="utf-8").replace("parent: root", "parent: a,b:%")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a directory with a good spec, a bad one below it, one that is not YAML, and a file that is not a spec."""
    (tmp_path / "specs" / "below").mkdir(parents=True)
    (tmp_path / "specs" / "good.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "specs" / "below" / "bad.yaml").write_text(BAD.replace("a,b:%", "rot"), encoding="utf-8")
    (tmp_path / "specs" / "below" / "torn.yaml").write_text("version: [", encoding="utf-8")
    (tmp_path / "specs" / "notes.txt").write_text("no spec", encoding="utf-8")
    return tmp_path


def test_examples_have_no_problem(pcaform: Run) -> None:
    done = pcaform("validate", EXAMPLE.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "2 specs: no problems\n")


def test_all_problems_of_all_files_come_sorted(pcaform: Run, tree: Path) -> None:
    done = pcaform("validate", "specs", cwd=tree)
    places = [line.split(" ")[0] for line in done.stdout.splitlines() if line.startswith("specs")]
    assert done.returncode == 1
    assert places == ["specs/below/bad.yaml:24:13:", "specs/below/torn.yaml:1:10:"]
    assert done.stderr == "3 specs: 2 errors\n"


def test_standard_input(pcaform: Run) -> None:
    done = pcaform("validate", "-", stdin=b"version: 1\n")
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:1:1: the key 'aws' is missing")


def test_no_colour_away_from_a_terminal(pcaform: Run, tree: Path) -> None:
    assert "\x1b" not in pcaform("validate", "specs", cwd=tree).stdout


@pytest.mark.parametrize("path", ["missing.yaml", "specs/empty"])
def test_an_unreadable_file_is_an_error(pcaform: Run, tree: Path, path: str) -> None:
    (tree / "specs" / "empty").mkdir()
    done = pcaform("validate", path, cwd=tree)
    assert done.returncode == 1
    assert done.stderr.startswith(f"pcaform: {path}: there is no ")


def test_json_is_one_document_with_a_version(pcaform: Run, tree: Path) -> None:
    done = pcaform("validate", "--format", "json", "specs/below/bad.yaml", cwd=tree)
    report = json.loads(done.stdout)
    assert report["format_version"] == "1.0"
    assert report["problems"] == [
        {
            "path": "specs/below/bad.yaml",
            "line": 24,
            "column": 13,
            "severity": "error",
            "rule": "unknown-parent",
            "message": "the parent 'rot' is not in this spec (did you mean 'root'?)",
        }
    ]


def test_json_without_problems_is_a_document_too(pcaform: Run) -> None:
    assert json.loads(pcaform("validate", "--format", "json", EXAMPLE).stdout)["problems"] == []


def test_github_annotations_escape_what_ends_them(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "a,b.yaml").write_text(BAD, encoding="utf-8")
    done = pcaform("validate", "--format", "github", "a,b.yaml", cwd=tmp_path)
    assert done.stdout.startswith("::error file=a%2Cb.yaml,line=24,col=13,title=pcaform ")
    assert "a,b:%25" in done.stdout


def test_sarif_names_tool_rule_and_location(pcaform: Run, tree: Path) -> None:
    log = json.loads(pcaform("validate", "--format", "sarif", "specs/below/bad.yaml", cwd=tree).stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["rules"] == [{"id": "unknown-parent"}]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("unknown-parent", "error")
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "specs/below/bad.yaml"
    assert location["region"] == {"startLine": 24, "startColumn": 13}


def test_unknown_format_says_what_is_allowed(pcaform: Run) -> None:
    done = pcaform("validate", "--format", "xml", EXAMPLE)
    assert done.returncode == 1
    assert "sarif" in done.stderr

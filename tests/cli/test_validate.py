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
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "5 specs: no problems\n")


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
    assert (report["format_version"], report["exit_code"]) == ("1.1", 1)
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


UPGRADE = "the first apply after 5.100, if planned with '-refresh=false', fails to update each CA"


@pytest.mark.parametrize(
    ("release", "lines"),
    [
        ("5.100.0", []),
        ("6.69.1", []),
        ("5.99", ["stacks take releases from 5.100.0 on, and before 7.0.0"]),
        ("7.0.0", ["stacks take releases from 5.100.0 on, and before 7.0.0"]),
        (
            "6.14.0",
            [
                "every update fails: 'Missing Resource Identity After Update' (issue 44366); 6.14.1 mends it",
                f"{UPGRADE} (issue 45050); 6.21.0 mends it",
            ],
        ),
        ("6.30", ["it plans a change of every bucket's encryption, each time (issue 47320); 6.40.0 mends it"]),
    ],
)
def test_what_would_not_work_with_a_release_of_the_provider(
    pcaform: Run, tmp_path: Path, release: str, lines: list[str]
) -> None:
    text = EXAMPLE.read_text(encoding="utf-8") + "crl_buckets: {lists: {bucket: corp-crl}}\n"
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    done = pcaform("validate", "spec.yaml", "--provider", release, cwd=tmp_path)
    assert [line for line in done.stdout.splitlines() if "provider" in line] == [
        f"spec.yaml: provider aws {release}: {line} [provider-release]" for line in lines
    ]
    assert done.returncode == bool(lines)


def test_a_release_that_does_not_take_a_value(pcaform: Run, tmp_path: Path) -> None:
    post_quantum = EXAMPLE.read_text(encoding="utf-8").replace("key_algorithm: RSA_4096", "key_algorithm: ML_DSA_65")
    (tmp_path / "spec.yaml").write_text(post_quantum, encoding="utf-8")
    done = pcaform("validate", "spec.yaml", "--provider", "5.100.0", cwd=tmp_path)
    assert done.returncode == 1
    assert "it does not take 'ML_DSA_65': 6.22.0 is the first release known to [provider-release]" in done.stdout


def test_what_is_no_release_is_an_error(pcaform: Run) -> None:
    done = pcaform("validate", EXAMPLE, "--provider", "latest")
    assert done.returncode == 1
    assert done.stderr == "pcaform: '--provider latest': not a release of provider aws, expected one such as 6.69.1\n"

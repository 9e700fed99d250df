"""`guard --spec`: two files, two trees, or a git revision and what is there now; no plan and no credentials."""

import subprocess
from pathlib import Path

import pytest

from checks.guard.corpus import HAZARDS, TEXT, harmed
from conftest import Run

BY_ITEM = {hazard.item: hazard for hazard in HAZARDS}
HARMED = harmed(BY_ITEM["replaced"])
NEVER = {"AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": "/nonexistent", "PATH": "/usr/bin:/bin"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a repository whose branch `main` has the corpus, with another branch checked out."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "corpus.yaml").write_text(TEXT, encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    git(tmp_path, "checkout", "-qb", "topic")
    return tmp_path


def git(directory: Path, *arguments: str) -> None:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@corp.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=directory, check=True)


def test_two_files(pcaform: Run, home: Path) -> None:
    (home / "new.yaml").write_text(HARMED, encoding="utf-8")
    done = pcaform("guard", "--spec", "specs/corpus.yaml", "new.yaml", cwd=home, env=NEVER)
    assert done.returncode == 2
    assert '  certificate_authority_configuration[0].subject[0].common_name: "Replaced" -> "Another"\n' in done.stdout
    below = "'Below' (module.ca_below.aws_acmpca_certificate_authority.this): its certificate was issued by this CA"
    assert f"  affects {below}" in done.stdout
    assert done.stderr.endswith("do not apply this: 1 breaks-trust\n")


def test_the_same_file_is_safe(pcaform: Run, home: Path) -> None:
    done = pcaform("guard", "--spec", "specs/corpus.yaml", "specs/corpus.yaml", cwd=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing found\n")


LISTS = "{enabled: true, s3_bucket_name: lists, expiration_in_days: 7, custom_cname: crl.example%s}"
LISTED = """version: 1
stack: corp
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: RSA_4096
    validity: {type: YEARS, value: 20}
    revocation_configuration: {crl_configuration: """


@pytest.mark.parametrize(
    ("old", "new"), [("", ", custom_path: a"), (", custom_path: a", ""), (", custom_path: a", ", custom_path: b")]
)
def test_a_path_of_crls_moves_what_certificates_name(pcaform: Run, tmp_path: Path, old: str, new: str) -> None:
    """Twin: with the same path nothing is found; and no CA or certificate is replaced."""
    for name, path in (("old", old), ("new", new)):
        (tmp_path / f"{name}.yaml").write_text(LISTED + LISTS % path + "}\n", encoding="utf-8")
    done = pcaform("guard", "--spec", "old.yaml", "new.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "crl_configuration[0].custom_path" in done.stdout
    assert done.stderr == "do not apply this: 1 breaks-trust\n"
    assert pcaform("guard", "--spec", "new.yaml", "new.yaml", cwd=tmp_path).returncode == 0


def test_two_trees_name_the_stack_that_is_gone(pcaform: Run, home: Path) -> None:
    (home / "new").mkdir()
    (home / "new" / "other.yaml").write_text(TEXT.replace("stack: corpus", "stack: other"), encoding="utf-8")
    done = pcaform("guard", "--spec", "specs", "new", cwd=home)
    assert done.returncode == 2
    assert "corpus: stack corpus: destroyed: its CAs stay as they are" in done.stdout


def test_a_revision_and_what_is_there_now(pcaform: Run, home: Path) -> None:
    same = pcaform("guard", "--spec", "specs", "--base", "main", cwd=home)
    assert (same.returncode, same.stdout) == (0, "")
    (home / "specs" / "corpus.yaml").write_text(HARMED, encoding="utf-8")
    for path in ("specs", "specs/corpus.yaml"):
        done = pcaform("guard", "--spec", path, "--base", "main", cwd=home)
        assert (done.returncode, done.stdout.count("[ca-replaced, breaks-trust]")) == (2, 1)


def test_a_file_that_got_another_name_is_still_the_same_stack(pcaform: Run, home: Path) -> None:
    (home / "specs" / "corpus.yaml").unlink()
    (home / "specs" / "pki.yaml").write_text(HARMED, encoding="utf-8")
    done = pcaform("guard", "--spec", "specs/pki.yaml", "--base", "main", cwd=home)
    assert (done.returncode, done.stdout.count("[ca-replaced, breaks-trust]")) == (2, 1)


def test_what_others_merged_since_is_not_this_branchs_doing(pcaform: Run, home: Path) -> None:
    git(home, "checkout", "-q", "main")
    (home / "specs" / "corpus.yaml").write_text(HARMED, encoding="utf-8")
    git(home, "commit", "-qam", "second")
    git(home, "checkout", "-q", "topic")
    assert pcaform("guard", "--spec", "specs", "--base", "main", cwd=home).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a plan ('guard PLAN', with '--spec SPEC' for what it leaves unknown), two specs"),
        (("--base", "main", "specs"), "name a plan"),
        (("--spec", "specs"), "name a plan"),
        (("--spec", "specs", "--base", "main", "--account"), "name a plan"),
        (("--spec", "specs", "specs", "--account", "--region", "eu-west-1"), "name a plan"),
        (
            ("--spec", "specs", "--base", "nowhere"),
            "git finds no common commit of 'nowhere' and HEAD",
        ),
        (("--spec", "specs", "missing.yaml"), "missing.yaml: "),
    ],
)
def test_refused(pcaform: Run, home: Path, arguments: tuple[str, ...], said: str) -> None:
    done = pcaform("guard", *arguments, cwd=home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"pcaform: {said}")
    assert "Traceback" not in done.stderr


def test_no_repository_is_said(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_text(TEXT, encoding="utf-8")
    bounded = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    done = pcaform("guard", "--spec", "corpus.yaml", "--base", "main", cwd=tmp_path, env=bounded)
    assert (done.returncode, "not in a git repository" in done.stderr) == (1, True)


def test_fail_on_lowers_what_counts(pcaform: Run, home: Path) -> None:
    (home / "specs" / "corpus.yaml").write_text(harmed(BY_ITEM["widened"]), encoding="utf-8")
    codes = {
        level: pcaform("guard", "--spec", "specs", "--base", "main", "--fail-on", level, cwd=home).returncode
        for level in ("breaks-trust", "widens-access", "notice")
    }
    assert codes == {"breaks-trust": 0, "widens-access": 2, "notice": 2}

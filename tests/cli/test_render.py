"""`pcaform render` with several specs, `--check`, `--diff` and `--force`, as a user sees them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import EXAMPLE, ROOT, Offline, Render, Run
from render.removal_specs import ca, spec

TEXT = EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """Return a directory with two specs, of the stacks `one` and `two`."""
    for name in ("one", "two"):
        text = TEXT.replace("stack: corp-pki", f"stack: {name}").replace("corp.tfstate", f"{name}.tfstate")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_several_specs_are_several_stacks(pcaform: Run, specs: Path) -> None:
    done = pcaform("render", "one.yaml", "two.yaml", "--out", "out", cwd=specs)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [f"out/{name}: 23 written" for name in ("one", "two")]


def test_shared_modules_are_written_once_beside_the_stacks(pcaform: Run, specs: Path) -> None:
    command = ("render", "one.yaml", "two.yaml", "--out", "out", "--modules", "shared")
    done = pcaform(*command, cwd=specs)
    assert (done.returncode, done.stdout) == (0, "")
    written = files(specs / "out")
    assert {path.split("/")[1] for path in written if path.startswith("modules/")} >= {"private-ca", ".pcaform.json"}
    assert not any("/modules/" in path for path in written)
    assert b'source = "../modules/private-ca"' in written["one/certificate_authorities.tf"]
    again = pcaform(*command, "--check", cwd=specs)
    assert (again.returncode, again.stdout) == (0, "")


@pytest.mark.terraform
def test_terraform_finds_shared_modules(pcaform: Run, specs: Path, offline: Offline) -> None:
    pcaform("render", "one.yaml", "--out", "out", "--modules", "shared", cwd=specs)
    backend = specs / "out" / "one" / "backend_override.tf"
    backend.write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
    terraform = offline(specs / "out" / "one")
    terraform.init()
    terraform.validate()


def test_modules_of_ones_own_are_called_where_they_are(pcaform: Run, specs: Path) -> None:
    source = "git::https://git.corp.example/pki.git//modules?ref=v3"
    assert pcaform("render", "one.yaml", "--out", "out", "--modules", source, cwd=specs).returncode == 0
    written = files(specs / "out")
    called = b'source = "git::https://git.corp.example/pki.git//modules/private-ca?ref=v3"'
    assert called in written["one/certificate_authorities.tf"]
    assert not any("modules/" in path for path in written)


def test_a_spec_with_errors_fails_alone(pcaform: Run, specs: Path) -> None:
    (specs / "bad.yaml").write_text(TEXT.replace("parent: root", "parent: rooot"), encoding="utf-8")
    (specs / "worse.yaml").write_text("version: 1\n", encoding="utf-8")
    done = pcaform("render", "one.yaml", "worse.yaml", "bad.yaml", "--out", "out", cwd=specs)
    assert done.returncode == 1
    assert "bad.yaml:" in done.stderr
    assert "worse.yaml:" in done.stderr
    assert [path.name for path in (specs / "out").iterdir()] == ["one"]
    assert done.stderr.splitlines()[-1].startswith("out/one: ")


def test_two_specs_of_one_stack_are_refused(pcaform: Run, specs: Path) -> None:
    (specs / "again").mkdir()
    (specs / "again" / "one.yaml").write_bytes((specs / "one.yaml").read_bytes())
    done = pcaform("render", "one.yaml", "again/one.yaml", "--out", "out", cwd=specs)
    assert done.returncode == 1
    assert "again/one.yaml:4:8: the stack 'one' is also that of 'one', one.yaml: rename one of them" in done.stderr
    assert not (specs / "out").exists()


def test_check_names_what_is_stale_and_why(pcaform: Run, specs: Path) -> None:
    check = ("render", "one.yaml", "--out", "out", "--check")
    missing = pcaform(*check, cwd=specs)
    assert (missing.returncode, missing.stderr) == (2, "out/one: stale: 23 missing\n")
    assert not (specs / "out").exists()
    pcaform("render", "one.yaml", "--out", "out", cwd=specs)
    fresh = pcaform(*check, cwd=specs)
    assert (fresh.returncode, fresh.stdout, fresh.stderr) == (0, "", "out/one: fresh, 23 unchanged\n")
    (specs / "out" / "one" / "issuers.tf").write_text("mine", encoding="utf-8")
    (specs / "out" / "one" / "outputs.tf").unlink()
    before = files(specs)
    stale = pcaform(*check, cwd=specs)
    assert stale.returncode == 2
    assert stale.stderr == "out/one: stale: 1 missing, 1 changed\n"
    assert stale.stdout.splitlines() == [
        "out/one/issuers.tf: changed, edited since pcaform wrote it",
        "out/one/outputs.tf: missing",
    ]
    assert files(specs) == before


def test_diff_shows_what_a_render_would_do(pcaform: Run, specs: Path) -> None:
    pcaform("render", "one.yaml", "--out", "out", cwd=specs)
    spec = specs / "one.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("service: certificates", "service: x"), encoding="utf-8")
    before = files(specs)
    done = pcaform("render", "one.yaml", "--out", "out", "--diff", cwd=specs)
    assert done.returncode == 2
    assert "--- out/one/certificate_authorities.tf\n+++ out/one/certificate_authorities.tf\n@@" in done.stdout
    assert '\n-    service = "certificates"\n+    service = "x"\n' in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == "out/one: stale: 2 changed\n"
    assert files(specs) == before
    both = pcaform("render", "one.yaml", "--out", "out", "--diff", "--check", cwd=specs)
    assert (both.returncode, both.stdout) == (2, done.stdout)


def test_the_worst_code_counts_and_each_stack_is_reported(pcaform: Run, specs: Path) -> None:
    pcaform("render", "one.yaml", "--out", "out", cwd=specs)
    stale = pcaform("render", "one.yaml", "two.yaml", "--out", "out", "--check", cwd=specs)
    assert stale.returncode == 2
    (specs / "out" / "one" / "Issuers.tf").write_text("mine", encoding="utf-8")
    refused = pcaform("render", "one.yaml", "two.yaml", "--out", "out", "--check", cwd=specs)
    assert refused.returncode == 1
    assert "Issuers.tf: differs only by case" in refused.stderr
    assert "out/two: stale: 23 missing" in refused.stderr
    written = pcaform("render", "one.yaml", "two.yaml", "--out", "out", cwd=specs)
    assert written.returncode == 1
    assert "out/two: 23 written" in written.stderr


def test_only_force_overwrites_an_edit(pcaform: Run, specs: Path) -> None:
    pcaform("render", "one.yaml", "--out", "out", cwd=specs)
    edited = specs / "out" / "one" / "issuers.tf"
    before = edited.read_bytes()
    edited.write_bytes(before.replace(b"ci-signer", b"edited"))
    refused = pcaform("render", "one.yaml", "--out", "out", cwd=specs)
    assert refused.returncode == 1
    assert '-  user_name = "edited"\n+  user_name = "ci-signer"' in refused.stderr
    assert edited.read_bytes() != before
    assert pcaform("render", "one.yaml", "--out", "out", "--force", cwd=specs).returncode == 0
    assert edited.read_bytes() == before


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_a_diff_on_a_terminal_is_coloured(specs: Path, no_colour: str, *, coloured: bool) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pcaform", "render", str(specs / "one.yaml"), "--out", str(specs), "--diff"]
    environment = {**os.environ, "NO_COLOR": no_colour}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=theirs, stderr=subprocess.DEVNULL):
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)
    assert (b"\x1b[32m+" in shown) is coloured
    assert b"+module" in shown


def read(terminal: int) -> bytes:
    """Return what a terminal shows next, nothing once the program has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_a_second_render_of_moves_and_removals_is_the_first_one(render: Render, tmp_path: Path) -> None:
    left = "removed:\n  old: forget\n  late: forget\n  aws_iam_user.z: forget\n  aws_iam_user.a: forget\nmoves:\n"
    moves = "".join(
        f"  {kind}.x: module.ca_one{call}.{kind}.this{key}\n"
        for kind, call, key in (
            ("aws_acmpca_certificate_authority", "", ""),
            ("aws_acmpca_certificate", "_certificate", ""),
            ("aws_acmpca_certificate_authority_certificate", "", "[0]"),
        )
    )
    text = spec(ca("one"), rest=left + moves)
    assert render(text)[0] == 0
    first = (tmp_path / "out" / "corp-pki" / "changes.tf").read_bytes()
    assert render(text) == (0, "out/corp-pki: 14 unchanged\n")
    assert (tmp_path / "out" / "corp-pki" / "changes.tf").read_bytes() == first


def test_json_has_what_is_with_each_file(pcaform: Run, specs: Path) -> None:
    command = ("render", "one.yaml", "two.yaml", "--out", "out", "--format", "json")
    first = json.loads(pcaform(*command, cwd=specs).stdout)
    assert [(each["stack"], each["exit_code"], len(each["files"])) for each in first["stacks"]] == [
        ("one", 0, 23),
        ("two", 0, 23),
    ]
    (specs / "out" / "one" / "versions.tf").unlink()
    (specs / "out" / "two" / "own.tf").write_text("", encoding="utf-8")
    checked = pcaform(*command, "--check", cwd=specs)
    assert checked.returncode == 2
    assert json.loads(checked.stdout) == {
        "format_version": "1.1",
        "exit_code": 2,
        "problems": [],
        "stacks": [
            {"stack": "one", "exit_code": 2, "files": {"versions.tf": "missing"}},
            {"stack": "two", "exit_code": 2, "files": {"own.tf": "extra"}},
        ],
    }
    assert pcaform(*command, "--diff", cwd=specs).returncode == 1


def test_modules_that_are_not_there_are_warned_of(pcaform: Run, specs: Path) -> None:
    done = pcaform("render", "one.yaml", "--out", "out", "--modules", "../lib", cwd=specs)
    assert done.returncode == 0
    assert done.stderr.startswith("pcaform: out/one: from there '../lib', the source of the modules, is not a dir")
    (specs / "out" / "lib").mkdir()
    assert "lib" not in pcaform("render", "one.yaml", "--out", "out", "--modules", "../lib", cwd=specs).stderr

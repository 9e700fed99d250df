"""The help of every command: whole sentences, examples that work, pages that exist, at the width of the terminal."""

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from conftest import ROOT, Run
from pcaform.cli.help import DOCS
from pcaform.cli.main import app

GOLDEN = Path(__file__).parent / "help"
SHOWN = [("", 80), ("", 120), ("guard", 80), ("import aws", 120)]
"""Commands and widths whose help is kept as a whole."""


def list_commands(command: Any, name: str = "") -> list[tuple[str, Any]]:
    found = [(name, command)]
    for each in command.list_commands(None) if hasattr(command, "list_commands") else ():
        found += list_commands(command.get_command(None, each), f"{name} {each}".strip())
    return found


COMMANDS = dict(list_commands(typer.main.get_command(app)))


@pytest.mark.parametrize(("command", "width"), SHOWN)
def test_help_is_this_text(pcaform: Run, command: str, width: int) -> None:
    path = GOLDEN / f"{command.replace(' ', '-') or 'pcaform'}-{width}.txt"
    done = pcaform(*command.split(), "--help", env={"COLUMNS": str(width)})
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        path.write_text(done.stdout, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of(pcaform: Run, name: str) -> None:
    """It fits 80 columns and cuts nothing off; the examples are accepted, and the page is there."""
    shown = pcaform(*name.split(), "--help", env={"COLUMNS": "80"}).stdout
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    assert "..." not in re.sub(r"\w\.\.\.(?!\w)", "", re.sub(r"CMD \.\.\.|\[?SPEC\]?\.\.\.", "", shown))
    assert re.fullmatch(r"[A-Z][^.]{10,90}\.", COMMANDS[name].get_short_help_str())
    examples = re.findall(r"^  (.*)\n", shown.partition("\nExamples:\n")[2].split("\n\n")[0] + "\n", re.MULTILINE)
    assert examples
    for words in (shlex.split(example.partition("pcaform ")[2]) for example in examples if "COMMAND" not in example):
        end = next((index for index, word in enumerate(words) if word in ("|", ">", "&&", "#", ")")), len(words))
        accept(COMMANDS[""], [word.strip(")") for word in words[:end]])
    page = shown.rpartition("Docs: ")[2].strip()
    assert page == "https://github.com/pcaform/pcaform" or (ROOT / "docs" / page.removeprefix(f"{DOCS}/")).is_file()


def accept(command: Any, words: list[str]) -> None:
    """Raise what the program says about words that it does not take."""
    context = command.make_context("pcaform", words)
    if hasattr(command, "list_commands"):
        words = [*context._protected_args, *context.args]  # noqa: SLF001 - there is no public name for them
        _, below, words = command.resolve_command(context, words)
        accept(below, words)


@pytest.mark.parametrize("words", [(), ("import",), ("help", "guard"), ("help",)])
def test_without_a_command_the_help_is_the_result(pcaform: Run, words: tuple[str, ...]) -> None:
    done = pcaform(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: pcaform ")


MISTAKES = {
    "rendr": "No such command 'rendr'. Did you mean 'render'?\nTry 'pcaform --help'.",
    "import awz": "No such command 'awz'. Did you mean 'aws'?\nTry 'pcaform import --help'.",
    "audit --regin x": "No such option: --regin. Did you mean '--region'?\nTry 'pcaform audit --help'.",
    "audit --zzz": "No such option: --zzz\nTry 'pcaform audit --help'.",
    "render": "Missing argument 'SPEC...'.\nTry 'pcaform render --help'.",
    "render x --out": "Option '--out' requires an argument.\nTry 'pcaform render --help'.",
    "guard --fail-on x": "Invalid value for '--fail-on': 'x' is not one of 'breaks-trust', 'widens-access', 'notice'.\n"
    "Try 'pcaform guard --help'.",
    "sandbox --port x": "Invalid value for '--port': it must be a valid integer\nTry 'pcaform sandbox --help'.",
    "sandbox --prot 1": "No such option: --prot. Did you mean '--port'?\nTry 'pcaform sandbox --help'.",
    "validate -q -v x": "--quiet and --verbose exclude each other",
    "audit --assume-role x": "--assume-role 'x': expected the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_in_the_line(pcaform: Run, line: str) -> None:
    done = pcaform(*line.split())
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"pcaform: {MISTAKES[line]}\n")


def test_version_never_fails(pcaform: Run, tmp_path: Path, without_terraform: dict[str, str]) -> None:
    done = pcaform("--version", env=without_terraform)
    assert done.returncode == 0
    assert re.match(
        r"pcaform \S+\nPython 3\.\d+\.\d+\nno Terraform: neither terraform nor tofu is on PATH", done.stdout
    )
    fake = tmp_path / "terraform"
    fake.write_text(
        "#!/bin/sh\necho 'Terraform v1.2.3'; echo '+ provider registry.terraform.io/hashicorp/aws v6.0.1'\n"
    )
    fake.chmod(0o755)
    found = pcaform("-V", env={"PCAFORM_TERRAFORM": str(fake)}).stdout.splitlines()[2:]
    assert found == ["Terraform 1.2.3", "provider registry.terraform.io/hashicorp/aws 6.0.1"]


def test_quiet_and_verbose(pcaform: Run, tmp_path: Path) -> None:
    """Quiet leaves results, warnings and errors; verbose names each file; both may stand before the command too."""
    spec = ROOT / "examples" / "corp-pki.yaml"
    for words in (("-q", "render", spec, "--out", "a"), ("render", "-q", spec, "--out", "b")):
        assert pcaform(*words, cwd=tmp_path).stderr == ""
    said = pcaform("render", spec, "--out", "c", "-v", cwd=tmp_path).stderr
    assert "wrote c/corp-pki/outputs.tf\n" in said
    assert said.endswith("c/corp-pki: 23 written\n")
    assert pcaform("-q", "validate", tmp_path / "missing.yaml").stderr.endswith("there is no such file\n")

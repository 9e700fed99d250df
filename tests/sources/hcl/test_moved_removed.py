"""Notes on what files leave open: `moved` and `removed` that may not be applied yet, and `ignore_changes`."""

from pathlib import Path

import pytest

from pcaform.cli.commands.import_hcl import command as import_hcl
from pcaform.cli.options import ImportOptions
from sources.hcl.builders import authority

AUTHORITY = "aws_acmpca_certificate_authority"
HEAD = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'
APPLIED = (
    "If that is applied, there is nothing to do; if not, apply these files first, since a stack would destroy the "
    "resource"
)
CALL = 'module "pki" {\n  source = "./pki"\n}\nmodule "other" {\n  source = "./other"\n}\n'


def open_notes(home: Path, capfd: pytest.CaptureFixture[str], files: dict[str, str]) -> tuple[int, list[str]]:
    """Import files; return the exit code and the notes on what is ambiguous or left out."""
    for name, text in files.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    code = import_hcl(str(home), options=ImportOptions("x"))
    _, err = capfd.readouterr()
    lines = err.replace(f"{home}/", "").splitlines()
    return code, [line for line in lines if line.startswith(("ambiguous: ", "left out: "))]


MOVES = {
    f"from = {AUTHORITY}.old\n  to   = {AUTHORITY}.root": (f"{AUTHORITY}.root", f"{AUTHORITY}.old"),
    f"from = {AUTHORITY} . old # once\n  to = {AUTHORITY}.root": (f"{AUTHORITY}.root", f"{AUTHORITY}.old"),
    f'from = {AUTHORITY}.old["a b"]\n  to   = {AUTHORITY} . root': (f"{AUTHORITY}.root", f'{AUTHORITY}.old["a b"]'),
    "from = module.ca\n  to   = module.pki": ("module.pki", "module.ca"),
    f"from = {AUTHORITY}.old\n  to   = module.pki.{AUTHORITY}.inner": (
        f"module.pki.{AUTHORITY}.inner",
        f"{AUTHORITY}.old",
    ),
}


@pytest.mark.parametrize("block", MOVES)
def test_a_move_that_may_not_be_applied_is_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], block: str
) -> None:
    text = f"{HEAD}moved {{\n  {block}\n}}\n{CALL}{authority('root')}"
    files = {"main.tf": text, "pki/main.tf": authority("inner"), "other/main.tf": 'resource "x" "y" {}\n'}
    new, old = MOVES[block]
    assert open_notes(tmp_path, capfd, files) == (
        2,
        [f"ambiguous: {new}: main.tf:5: a 'moved' block moves {old} here. {APPLIED}"],
    )


def test_a_move_inside_a_module_is_reported_with_its_full_address(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inner = f"moved {{\n  from = {AUTHORITY}.a\n  to   = {AUTHORITY}.inner\n}}\n{authority('inner')}"
    files = {"main.tf": f"{HEAD}{CALL}", "pki/main.tf": inner, "other/main.tf": ""}
    new, old = f"module.pki.{AUTHORITY}.inner", f"module.pki.{AUTHORITY}.a"
    (line,) = open_notes(tmp_path, capfd, files)[1]
    assert line == f"ambiguous: {new}: pki/main.tf:1: a 'moved' block moves {old} here. {APPLIED}"


@pytest.mark.parametrize("address", [f"{AUTHORITY}.gone", f"module.x[0].{AUTHORITY}.gone", "module.gone"])
def test_a_removed_block_is_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str], address: str) -> None:
    text = f"{HEAD}removed {{\n  from = {address}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n{authority('root')}"
    expected = f"ambiguous: {address}: main.tf:5: a 'removed' block forgets this resource. {APPLIED}"
    assert open_notes(tmp_path, capfd, {"main.tf": text}) == (2, [expected])


@pytest.mark.parametrize(
    ("written", "what"),
    [("all", "everything"), ("[enabled]", "enabled"), ("[\n      tags,\n      enabled,\n    ]", "tags, enabled")],
)
def test_ignored_changes_are_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], written: str, what: str
) -> None:
    text = authority("root", f"lifecycle {{\n    ignore_changes = {written}\n  }}")
    expected = (
        f"left out: {AUTHORITY}.root: main.tf:7: 'ignore_changes' covers {what} here, but a stack manages it: "
        "compare the spec with AWS ('pcaform drift')"
    )
    assert open_notes(tmp_path, capfd, {"main.tf": HEAD + text}) == (2, [expected])


def test_blocks_about_other_resources_are_not_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = (
        "moved {\n  from = aws_vpc.a\n  to   = aws_vpc.b\n}\nmoved {\n  from = module.a\n  to   = module.other\n}\n"
        "removed {\n  from = aws_vpc.c\n  lifecycle {\n    destroy = false\n  }\n}\n"
        'resource "aws_vpc" "b" {\n  lifecycle {\n    ignore_changes = all\n  }\n}\n'
    )
    files = {"main.tf": HEAD + text + CALL + authority("root"), "pki/main.tf": "", "other/main.tf": ""}
    assert open_notes(tmp_path, capfd, files) == (0, [])

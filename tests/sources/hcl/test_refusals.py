"""Files that cannot be read and values that only Terraform can evaluate: exact messages, and nothing is guessed."""

import re
from pathlib import Path

import pytest

from conftest import ROOT as REPOSITORY
from pcaform.cli.commands.import_hcl import command as import_hcl
from pcaform.cli.options import ImportOptions
from pcaform.core.problems import Failure
from sources.hcl.refusals import FAILURES, HOW_MANY, NONE, PROVIDER, UNKNOWN, authority

ADVICE = "import from the state instead, if there is one"
ROOT = "aws_acmpca_certificate_authority.root"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failure() -> str:
    with pytest.raises(Failure) as caught:
        import_hcl(".", options=ImportOptions("x"))
    return str(caught.value)


@pytest.mark.parametrize("name", FAILURES)
def test_an_invalid_file_is_refused_with_its_position(here: Path, name: str) -> None:
    content, message = FAILURES[name]
    (here / "main.tf").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert failure() == message


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_value_is_reported_and_never_guessed(
    here: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    value, more, reason = UNKNOWN[name]
    note = f"{reason}; {ADVICE}"
    (here / "main.tf").write_text(f"{PROVIDER}{authority(f'usage_mode = {value}')}{more}\n", encoding="utf-8")
    assert failure() == f"{NONE}. Not imported:\n  {ROOT}: main.tf:7: cannot evaluate 'usage_mode': {note}"
    (here / "main.tf").write_text(f"{PROVIDER}{authority(f'tags = {{ a = {value} }}')}{more}\n", encoding="utf-8")
    assert import_hcl(".", options=ImportOptions("x")) == 2
    out, err = capfd.readouterr()
    assert f"unknown: {ROOT}: main.tf:7: cannot evaluate 'tags': {note}\n" in err
    assert "tags" not in out


@pytest.mark.parametrize("name", HOW_MANY)
def test_an_unknown_number_of_instances_is_never_guessed(
    here: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    line, reason = HOW_MANY[name]
    text = f'{PROVIDER}variable "x" {{}}\n{authority(line)}{authority(name="other")}'
    (here / "main.tf").write_text(text, encoding="utf-8")
    assert import_hcl(".", options=ImportOptions("x")) == 2
    out, err = capfd.readouterr()
    assert f"unknown: {ROOT}: main.tf:6: the number of instances is unknown: {reason}; {ADVICE}\n" in err
    assert out.count("type: ROOT") == 1


def test_a_repeated_block_leaves_its_ca_out(here: Path) -> None:
    block = "revocation_configuration {}\n"
    (here / "main.tf").write_text(PROVIDER + authority(block * 2), encoding="utf-8")
    assert failure().endswith(
        f"{ROOT}: main.tf:5: cannot evaluate 'revocation_configuration': this block, or one inside it, occurs "
        f"more than once; {ADVICE}"
    )


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("for_each = var.x\n    content {}", "var.x has no value (set it with '--var-file')"),
        ("for_each = 1\n    content {}", "'for_each' must be a list or a map"),
        ("for_each = [1]", "a dynamic block needs 'for_each' and 'content'"),
    ],
)
def test_a_dynamic_block_that_cannot_be_expanded_is_reported(here: Path, block: str, reason: str) -> None:
    line = f'dynamic "revocation_configuration" {{\n    {block}\n  }}'
    (here / "main.tf").write_text(f'{PROVIDER}variable "x" {{}}\n{authority(line)}', encoding="utf-8")
    assert failure() == (
        f"{NONE}. Not imported:\n  {ROOT}: main.tf:6: cannot evaluate 'revocation_configuration': {reason}; {ADVICE}"
    )


def test_a_symbolic_arn_is_never_written(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = authority("tags = { parent = aws_acmpca_certificate_authority.other.arn }") + authority(name="other")
    (here / "main.tf").write_text(PROVIDER + text, encoding="utf-8")
    assert import_hcl(".", options=ImportOptions("x")) == 2
    out, err = capfd.readouterr()
    note = f"its value is known only after creation; {ADVICE}"
    assert f"unknown: {ROOT}: main.tf:7: cannot evaluate 'tags': {note}\n" in err
    assert "symbolic" not in out


@pytest.mark.parametrize(
    ("line", "name", "holder"),
    [
        (
            (
                f"revocation_configuration {{\n    ocsp_configuration {{\n      enabled = true\n"
                f"      ocsp_custom_cname = {ROOT.replace('root', 'other')}.id\n    }}\n  }}"
            ),
            "revocation_configuration",
            "'ocsp_custom_cname'",
        ),
        (f"usage_mode = {ROOT.replace('root', 'other')}.arn", "usage_mode", ""),
    ],
)
def test_a_symbolic_arn_in_another_argument_leaves_its_ca_out(
    here: Path, capfd: pytest.CaptureFixture[str], line: str, name: str, holder: str
) -> None:
    (here / "main.tf").write_text(PROVIDER + authority(line) + authority(name="other"), encoding="utf-8")
    assert import_hcl(".", options=ImportOptions("x")) == 2
    out, err = capfd.readouterr()
    reason = (
        f"{holder} has a value that is known only after creation"
        if holder
        else "its value is known only after creation"
    )
    assert f"cannot evaluate '{name}': {reason}; {ADVICE}\n" in err
    assert ("symbolic" in out, out.count("type: ROOT")) == (False, 1)


def test_unusual_valid_text_is_read(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = "\ufeff" + (PROVIDER + authority("/* a */ enabled /* b */ = /* c */ true // d")).replace("\n", "\r\n")
    (here / "main.tf").write_bytes(text.encode())
    override = 'resource "aws_acmpca_certificate_authority" "root" {\n  tags = { by = "override" }\n}\n'
    (here / "late_override.tf").write_text(override, encoding="utf-8")
    assert import_hcl(".", options=ImportOptions("x")) == 0
    assert "tags: {by: override}" in capfd.readouterr().out


def test_values_nested_too_deeply_are_refused(here: Path) -> None:
    lines = "".join(f"  a{number} = local.a{number + 1}\n" for number in range(5000))
    text = f"{PROVIDER}{authority('tags = { a = local.a0 }')}locals {{\n{lines}}}\n"
    (here / "main.tf").write_text(text, encoding="utf-8")
    assert failure() == ".: values refer to each other too many levels deep: import from the state"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, ".: no '*.tf' files in this directory: name a directory with Terraform files"),
        ({"a.txt": "x"}, ".: no '*.tf' files in this directory: name a directory with Terraform files"),
        (
            {"main.tf": authority(), "a.auto.tfvars": "a = 1\na = 2\n"},
            "a.auto.tfvars:2:1: 'a' is set twice, first in line 1: remove one of the two",
        ),
        (
            {"main.tf": authority(), "terraform.tfvars": "a {\n}\n"},
            "terraform.tfvars:1:1: 'a' is a block: a .tfvars file has only 'name = value'",
        ),
        (
            {"main.tf": authority(), "override.tf": authority(name="none")},
            (
                'override.tf:1:1: \'resource "aws_acmpca_certificate_authority" "none"\' is in an override file, but '
                "no other file declares it"
            ),
        ),
        (
            {"main.tf": 'module "a" {\n  source = "./a"\n}\n', "a/main.tf": 'module "b" {\n  source = "../"\n}\n'},
            "a/main.tf:1:1: module 'b' calls itself",
        ),
        (
            {"main.tf": 'module "a" {\n  source = "./a"\n}\n', "a/x.txt": ""},
            "a: no '*.tf' files in this directory: name a directory with Terraform files",
        ),
        ({"main.tf": authority(), "a.auto.tfvars.json": "{"}, "a.auto.tfvars.json: not a complete JSON document"),
        (
            {"main.tf": authority(), "a.auto.tfvars.json": "[]"},
            "a.auto.tfvars.json: a .tfvars.json file must be one JSON object",
        ),
    ],
)
def test_an_invalid_directory_is_refused(here: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(content, encoding="utf-8")
    assert failure() == message


def test_a_file_that_cannot_be_read_is_refused(here: Path) -> None:
    (here / "main.tf").mkdir()
    assert failure() == "main.tf: cannot be read: is a directory"
    (here / "main.tf").rmdir()
    (here / "main.tf").symlink_to("main.tf")
    assert failure() == "main.tf: cannot be read: too many levels of symbolic links"


def test_a_missing_directory_is_refused(here: Path) -> None:
    (here / "a.tf").write_text("", encoding="utf-8")
    for path, message in [
        ("a.tf", "this is a file: name the directory that contains it"),
        ("b", "no such directory"),
    ]:
        with pytest.raises(Failure) as caught:
            import_hcl(path, options=ImportOptions("x"))
        assert str(caught.value) == f"{path}: {message}"


def test_the_page_shows_the_actual_failures() -> None:
    page = (REPOSITORY / "docs" / "import-hcl.md").read_text(encoding="utf-8").partition("## Failures")[2]
    shown = re.findall(r"^\| [^|`]+ \| `(.+)` \|$", page, re.MULTILINE)
    raised = {message for _, message in FAILURES.values()}
    elsewhere = (
        "cannot be read: ",
        "no '*.tf' files in this directory",
        "is in an override file, but no other file declares it",
    )
    others = [message for message in shown if message not in raised]
    assert len(shown) > len(others) > 0
    assert [message for message in others if not any(part in message for part in elsewhere)] == []

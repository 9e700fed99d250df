"""What cannot be read, or only by Terraform: the exact words, and that nothing is written in its place."""

import re
from pathlib import Path

import pytest

from conftest import ROOT as REPOSITORY
from pcaform.commands.import_hcl import run
from pcaform.commands.importing import Wanted
from pcaform.problems import Failure

PROVIDER = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'
NONE = "no private CA in what was read: there is nothing to write a spec of"
ADVICE = "import from the state instead, where it is known"
ROOT = "aws_acmpca_certificate_authority.root"


def authority(line: str = "", name: str = "root") -> str:
    """Return a CA of which one line can be said; that line is the third of the block."""
    return f"""\
resource "aws_acmpca_certificate_authority" "{name}" {{
  type = "ROOT"
  {line}
  certificate_authority_configuration {{
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {{
      common_name = "Root"
    }}
  }}
}}
"""


def nested(opening: str, closing: str, depth: int) -> str:
    return f"locals {{\n  a = {opening * depth}1{closing * depth}\n}}\n"


FAILURES: dict[str, tuple[str | bytes, str]] = {
    "twice the equals sign": ("locals {\n  a = = 1\n}\n", "main.tf:2:7: '=' cannot stand here"),
    "an unfinished value": ("locals {\n  a = 1 +\n}\n", "main.tf:2:10: this value is not finished"),
    "no value": ("locals {\n  a =\n}\n", "main.tf:2:6: a value is missing here"),
    "two on a line": ("locals {\n  a = 1 b = 2\n}\n", "main.tf:2:9: 'b' cannot stand here"),
    "two in a block of one line": ("locals { a = 1 b = 2 }\n", "main.tf:1:16: 'b' cannot stand here"),
    "two blocks on a line": (
        'variable "a" {} variable "b" {}\n',
        "main.tf:1:17: 'variable' cannot stand here: a block ends its line",
    ),
    "a label without a block": (
        'resource "a"\n',
        "main.tf:1:13: the end of the line cannot stand here: 'resource' needs '=' and a value, or labels and '{'",
    ),
    "a template as a label": (
        'resource "${a}" "b" {}\n',
        "main.tf:1:10: '\"${a}\"' cannot stand here: 'resource' needs '=' and a value, or labels and '{'",
    ),
    "a text that never ends": (
        'locals {\n  a = "x\n}\n',
        "main.tf:2:7: this text is never closed: '\"' is missing before the end of its line",
    ),
    "an interpolation that never ends": (
        'locals {\n  a = "${x"\n}\n',
        "main.tf:2:11: this text is never closed: '\"' is missing before the end of its line",
    ),
    "a block that never ends": ("locals {\n  a = 1\n", "main.tf:1:8: '{' is never closed"),
    "a heredoc that never ends": (
        "locals {\n  a = <<EOT\nx\n}\n",
        "main.tf:2:7: this heredoc is never closed: no line holds just 'EOT'",
    ),
    "a comment that never ends": ("/* x\nlocals {}\n", "main.tf:1:1: this comment is never closed: '*/' is missing"),
    "the wrong bracket": ("locals {\n  a = [1}\n", "main.tf:2:9: '}' cannot close the '[' of line 2"),
    "a bracket too many": ("locals {\n}\n}\n", "main.tf:3:1: '}' closes nothing"),
    "single quotes": (
        "locals {\n  a = 'x'\n}\n",
        "main.tf:2:7: ''' has no meaning in Terraform's language: text stands in \"double quotes\"",
    ),
    "a control character": (
        "locals {\n  a = \x01\n}\n",
        "main.tf:2:7: 'U+0001' has no meaning in Terraform's language",
    ),
    "an escape that is none": (
        'locals {\n  a = "\\x"\n}\n',
        "main.tf:2:8: '\\x' is no escape of Terraform's: \\n \\r \\t \\\" \\\\ \\uXXXX are",
    ),
    "half a surrogate pair": (
        'locals {\n  a = "\\ud800"\n}\n',
        "main.tf:2:8: '\\ud800' is no escape of Terraform's: \\n \\r \\t \\\" \\\\ \\uXXXX are",
    ),
    "no UTF-8": (b"locals {\n  a = \xff\n}\n", "main.tf:2:7: this byte (0xff) is no UTF-8: Terraform files are UTF-8"),
    "UTF-16": ("locals {}\n".encode("utf-16"), "main.tf:1:1: this byte (0xff) is no UTF-8: Terraform files are UTF-8"),
    "lists too deep": (nested("[", "]", 200), "main.tf:2:106: nested more than 100 levels deep: this is not read"),
    "templates too deep": (
        nested('"${', '}"', 200),
        "main.tf:2:308: nested more than 100 levels deep: this is not read",
    ),
    "blocks too deep": (
        "a {\n" * 200 + "}\n" * 200,
        "main.tf:101:3: nested more than 100 levels deep: this is not read",
    ),
    "a sum without end": (
        f"locals {{\n  a = {'1 + ' * 3000}1\n}}\n",
        "main.tf:2:7: this value is too long or too deeply nested: this is not read",
    ),
    "a resource without a name": (
        'resource "aws_acmpca_certificate_authority" {\n}\n',
        "main.tf:1:1: 'resource \"aws_acmpca_certificate_authority\"' has 1 labels, needed: its type and its name",
    ),
    "a provider that nobody sets up": (
        PROVIDER + authority("provider = aws.west"),
        "main.tf:7: no provider block sets up 'aws.west': add it, or correct its alias",
    ),
    "a provider that has to be evaluated": (
        PROVIDER + authority("provider = aws.west[each.key]"),
        "main.tf:7: which provider is meant cannot be told: write aws.ALIAS",
    ),
    "a value of no block": (
        "a = 1\n",
        "main.tf:1:1: 'a' stands outside of any block: values belong into 'locals', or a .tfvars",
    ),
    "an argument twice": (
        authority("type = 1"),
        "main.tf:3:3: 'type' is given twice, first in line 2: only one of them can be meant",
    ),
    "a resource twice": (
        authority() + authority(),
        (
            'main.tf:12:1: \'resource "aws_acmpca_certificate_authority" "root"\' is declared twice, first in '
            "main.tf:1: only one of them can be meant"
        ),
    ),
    "a local value twice": (
        "locals {\n  a = 1\n}\nlocals {\n  a = 1\n}\n",
        "main.tf:5:3: 'a' is given twice, first in main.tf:2: only one of them can be meant",
    ),
    "a provider twice": (
        PROVIDER + PROVIDER,
        (
            "main.tf:5:1: 'provider \"aws\"' is configured twice, first in main.tf:1: only one of them can be meant, "
            "unless each has an alias of its own"
        ),
    ),
    "a module that is not there": (
        'module "ca" {\n  source = "./nowhere"\n}\n',
        "main.tf:1:1: there is no directory './nowhere' for this module",
    ),
    "a module that calls itself": ('module "ca" {\n  source = "./"\n}\n', "main.tf:1:1: module 'ca' calls itself"),
    "no region": (authority(), "no provider block names a region: name it with '--region'"),
    "a provider without a region": (
        'provider "aws" {}\n' + authority(),
        "main.tf:1: this provider block names no region: name it with '--region'",
    ),
    "a region that is not known": (
        'provider "aws" {\n  region = var.region\n}\nvariable "region" {}\n' + authority(),
        (
            "main.tf:1: this provider block names no region (var.region has no value: give it with '--var-file'): name "
            "it with '--region'"
        ),
    ),
    "no account": (
        'provider "aws" {\n  region = "eu-west-1"\n}\n' + authority(),
        "main.tf:1: this provider block names no single account: name it with '--account-id'",
    ),
    "nothing of ours": (PROVIDER, NONE),
}
UNKNOWN = {
    "a variable without a value": ("var.x", 'variable "x" {}', "var.x has no value: give it with '--var-file'"),
    "no such variable": ("var.x", "", "there is no variable 'x'"),
    "no such local value": ("local.x", "", "there is no local.x"),
    "values in a circle": ("local.a", "locals {\n  a = local.b\n  b = local.a\n}", "it refers to itself"),
    "no such resource": ("aws_x.y.z", "", "there is no aws_x.y"),
    "a data source": (
        "data.aws_ssm_parameter.x.value",
        'data "aws_ssm_parameter" "x" {}',
        "data.aws_ssm_parameter.x.value is read from AWS",
    ),
    "what AWS chooses": (
        "aws_kms_key.x.arn",
        'resource "aws_kms_key" "x" {}',
        "aws_kms_key.x.arn is known only when it exists",
    ),
    "a function of the moment": ("timestamp()", "", "timestamp() is not evaluated here"),
    "a function that does not exist": ("nosuch(1)", "", "nosuch() is not evaluated here"),
    "a function that cannot": ('tonumber("x")', "", "tonumber() cannot be evaluated with these arguments"),
    "a for over what is not known": (
        "[for each in var.x : each]",
        'variable "x" {}',
        "var.x has no value: give it with '--var-file'",
    ),
    "two kinds of values": (
        'true ? { a = 1, b = "x" } : {}',
        "",
        "values of different kinds are made one here",
    ),
    "lists that look alike": (
        "tolist([1]) == [1]",
        "",
        "whether two lists or objects are equal depends on their types too",
    ),
    "a directive": ('"%{ if true }x%{ endif }"', "", "a template directive such as %{ if } is not evaluated here"),
    "too many digits": ("1 / 3", "", "'/' is not evaluated here"),
    "a workspace": ("terraform.workspace", "", "'terraform' has no meaning here"),
    "a file that is not there": ('file("nowhere.txt")', "", "'nowhere.txt' cannot be read as text"),
    "a file outside": ('file("/etc/passwd")', "", "a file outside of the configuration's directory is not read"),
    "a file outside, relative": (
        'file("${path.module}/../x")',
        "",
        "a file outside of the configuration's directory is not read",
    ),
}
HOW_MANY = {
    "count": ("count = var.x", "var.x has no value: give it with '--var-file'"),
    "for_each": ("for_each = toset([var.x])", "var.x has no value: give it with '--var-file'"),
    "for_each of a resource's": ("for_each = aws_kms_key.x.tags_all", "there is no aws_kms_key.x"),
    "count of no number": ('count = "a"', "'count' wants a number"),
    "count beyond reason": ("count = 1000000000", "'count' wants a number"),
    "for_each of a number": ("for_each = 1", "'for_each' wants an object or a set of texts"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failure(**options: str) -> str:
    with pytest.raises(Failure) as caught:
        run(".", Wanted("x"), **options)
    return str(caught.value)


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_no_terraform_is_refused_at_its_place(here: Path, name: str) -> None:
    content, message = FAILURES[name]
    (here / "main.tf").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert failure() == message


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_has_to_be_evaluated_is_said_and_never_made_up(
    here: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    value, more, reason = UNKNOWN[name]
    said = f"has to be evaluated, {reason}: {ADVICE}"
    (here / "main.tf").write_text(f"{PROVIDER}{authority(f'usage_mode = {value}')}{more}\n", encoding="utf-8")
    assert failure() == f"{NONE}. What was not taken:\n  {ROOT}: main.tf:7: 'usage_mode' {said}"
    (here / "main.tf").write_text(f"{PROVIDER}{authority(f'tags = {{ a = {value} }}')}{more}\n", encoding="utf-8")
    assert run(".", Wanted("x")) == 2
    out, err = capfd.readouterr()
    assert f"unknown: {ROOT}: main.tf:7: 'tags' {said}\n" in err
    assert "tags" not in out


@pytest.mark.parametrize("name", HOW_MANY)
def test_how_many_there_are_is_never_made_up(here: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    line, reason = HOW_MANY[name]
    text = f'{PROVIDER}variable "x" {{}}\n{authority(line)}{authority(name="other")}'
    (here / "main.tf").write_text(text, encoding="utf-8")
    assert run(".", Wanted("x")) == 2
    out, err = capfd.readouterr()
    assert f"unknown: {ROOT}: main.tf:6: how many there are cannot be told, {reason}: {ADVICE}\n" in err
    assert out.count("type: ROOT") == 1


def test_a_block_that_stands_twice_is_not_half_taken(here: Path) -> None:
    block = "revocation_configuration {}\n"
    (here / "main.tf").write_text(PROVIDER + authority(block * 2), encoding="utf-8")
    assert failure().endswith(
        f"{ROOT}: main.tf:5: 'revocation_configuration' has to be evaluated, this block, or one in it, stands more "
        f"than once: {ADVICE}"
    )


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("for_each = var.x\n    content {}", "var.x has no value: give it with '--var-file'"),
        ("for_each = 1\n    content {}", "'for_each' wants a list or an object"),
        ("for_each = [1]", "a dynamic block without 'for_each' and 'content'"),
    ],
)
def test_a_dynamic_block_that_cannot_be_written_out_is_said(here: Path, block: str, reason: str) -> None:
    line = f'dynamic "revocation_configuration" {{\n    {block}\n  }}'
    (here / "main.tf").write_text(f'{PROVIDER}variable "x" {{}}\n{authority(line)}', encoding="utf-8")
    assert failure() == (
        f"{NONE}. What was not taken:\n  {ROOT}: main.tf:6: 'revocation_configuration' has to be evaluated, {reason}: "
        f"{ADVICE}"
    )


def test_what_stands_for_an_arn_is_never_written(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = authority("tags = { parent = aws_acmpca_certificate_authority.other.arn }") + authority(name="other")
    (here / "main.tf").write_text(PROVIDER + text, encoding="utf-8")
    assert run(".", Wanted("x")) == 2
    out, err = capfd.readouterr()
    said = f"has to be evaluated, it holds what is known only when it exists: {ADVICE}"
    assert f"unknown: {ROOT}: main.tf:7: 'tags' {said}\n" in err
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
        (f"usage_mode = {ROOT.replace('root', 'other')}.arn", "usage_mode", "it"),
    ],
)
def test_what_stands_for_an_arn_leaves_its_ca_out_elsewhere(
    here: Path, capfd: pytest.CaptureFixture[str], line: str, name: str, holder: str
) -> None:
    (here / "main.tf").write_text(PROVIDER + authority(line) + authority(name="other"), encoding="utf-8")
    assert run(".", Wanted("x")) == 2
    out, err = capfd.readouterr()
    assert f"'{name}' has to be evaluated, {holder} holds what is known only when it exists: {ADVICE}\n" in err
    assert ("symbolic" in out, out.count("type: ROOT")) == (False, 1)


def test_what_is_no_mistake_is_read(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = "\ufeff" + (PROVIDER + authority("/* a */ enabled /* b */ = /* c */ true // d")).replace("\n", "\r\n")
    (here / "main.tf").write_bytes(text.encode())
    override = 'resource "aws_acmpca_certificate_authority" "root" {\n  tags = { by = "override" }\n}\n'
    (here / "late_override.tf").write_text(override, encoding="utf-8")
    assert run(".", Wanted("x")) == 0
    assert "tags: {by: override}" in capfd.readouterr().out


@pytest.mark.parametrize("name", ["main.tf.json", "main.tofu"])
def test_other_syntaxes_are_said(here: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    said = f"only files in Terraform's own language, '*.tf', are read: {ADVICE}"
    (here / name).write_text("{}", encoding="utf-8")
    assert failure() == f"{NONE}. What was not taken:\n  {name}: {said}"
    (here / "more.tf").write_text(PROVIDER + authority(), encoding="utf-8")
    assert run(".", Wanted("x")) == 2
    assert f"unknown: {name}: {said}\n" in capfd.readouterr().err


def test_values_too_deep_are_refused(here: Path) -> None:
    lines = "".join(f"  a{number} = local.a{number + 1}\n" for number in range(5000))
    text = f"{PROVIDER}{authority('tags = { a = local.a0 }')}locals {{\n{lines}}}\n"
    (here / "main.tf").write_text(text, encoding="utf-8")
    assert failure() == ".: values refer to each other too many levels deep: import from the state"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, ".: no '*.tf' in this directory: name the directory of a stack or a configuration"),
        ({"a.txt": "x"}, ".: no '*.tf' in this directory: name the directory of a stack or a configuration"),
        (
            {"main.tf": authority(), "a.auto.tfvars": "a = 1\na = 2\n"},
            "a.auto.tfvars:2:1: 'a' is given twice, first in line 1: only one of them can be meant",
        ),
        (
            {"main.tf": authority(), "terraform.tfvars": "a {\n}\n"},
            "terraform.tfvars:1:1: 'a' is a block: a file of values holds 'name = value'",
        ),
        (
            {"main.tf": authority(), "override.tf": authority(name="none")},
            (
                'override.tf:1:1: \'resource "aws_acmpca_certificate_authority" "none"\' overrides what no other '
                "file declares"
            ),
        ),
        (
            {"main.tf": 'module "a" {\n  source = "./a"\n}\n', "a/main.tf": 'module "b" {\n  source = "../"\n}\n'},
            "a/main.tf:1:1: module 'b' calls itself",
        ),
        (
            {"main.tf": 'module "a" {\n  source = "./a"\n}\n', "a/x.txt": ""},
            "a: no '*.tf' in this directory: name the directory of a stack or a configuration",
        ),
        ({"main.tf": authority(), "a.auto.tfvars.json": "{"}, "a.auto.tfvars.json: not a whole JSON document"),
        (
            {"main.tf": authority(), "a.auto.tfvars.json": "[]"},
            "a.auto.tfvars.json: a file of values holds one JSON object",
        ),
    ],
)
def test_a_directory_that_is_none_is_refused(here: Path, files: dict[str, str], message: str) -> None:
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


def test_a_directory_that_is_not_there_is_refused(here: Path) -> None:
    (here / "a.tf").write_text("", encoding="utf-8")
    for path, message in [
        ("a.tf", "this is a file, name the directory that holds it"),
        ("b", "there is no such directory"),
    ]:
        with pytest.raises(Failure) as caught:
            run(path, Wanted("x"))
        assert str(caught.value) == f"{path}: {message}"


def test_the_page_shows_failures_as_they_are() -> None:
    page = (REPOSITORY / "docs" / "import-hcl.md").read_text(encoding="utf-8").partition("## Failures")[2]
    shown = re.findall(r"^\| [^|`]+ \| `(.+)` \|$", page, re.MULTILINE)
    raised = {message for _, message in FAILURES.values()}
    elsewhere = ("cannot be read: ", "no '*.tf' in this directory", "overrides what no other file declares")
    others = [message for message in shown if message not in raised]
    assert len(shown) > len(others) > 0
    assert [message for message in others if not any(part in message for part in elsewhere)] == []

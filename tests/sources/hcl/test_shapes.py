"""Arguments that Terraform converts, and such as it would refuse: the first are read, the others never half taken."""

from pathlib import Path

import pytest

from pcaform.cli.commands.import_hcl import run
from pcaform.cli.import_options import ImportOptions
from sources.hcl.builders import authority

ADVICE = "import from the state instead, where it is known"
ROOT = "aws_acmpca_certificate_authority.root"


HEAD = f"""\
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}}
variable "x" {{}}
variable "off" {{
  type    = bool
  default = "0"
}}
{authority("other")}
"""


def imported(home: Path, line: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    (home / "main.tf").write_text(HEAD + authority("root", line), encoding="utf-8")
    code = run(str(home), ImportOptions("x"))
    out, err = capfd.readouterr()
    return code, out, err.replace(f"{home}/", "")


@pytest.mark.parametrize(
    ("line", "entry", "times"),
    [
        ('enabled = "0"', "enabled: false", 1),
        ('enabled = "false"', "enabled: false", 1),
        ("enabled = var.off", "enabled: false", 1),
        ('enabled = "1"', "enabled: false", 0),
        ("enabled = null", "enabled: false", 0),
        ('lifecycle {\n    prevent_destroy = "true"\n  }', "deletion_protection: false", 0),
        ('lifecycle {\n    prevent_destroy = "1"\n  }', "deletion_protection: false", 0),
        ('lifecycle {\n    prevent_destroy = "false"\n  }', "deletion_protection: false", 1),
        ("lifecycle {\n    prevent_destroy = false\n  }", "deletion_protection: false", 1),
        ("lifecycle {\n    prevent_destroy = null\n  }", "deletion_protection: false", 0),
    ],
)
def test_true_and_false_may_be_texts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, entry: str, times: int
) -> None:
    code, out, err = imported(tmp_path, line, capfd)
    assert (code, out.count(entry), out.count("type: ROOT")) == (0, times, 2), err


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        ('enabled = "maybe"', "enabled", "'enabled' wants true or false"),
        ("enabled = 0", "enabled", "'enabled' wants true or false"),
        ("enabled = [true]", "enabled", "'enabled' wants true or false"),
        (
            'revocation_configuration {\n    ocsp_configuration {\n      enabled = "yes"\n    }\n  }',
            "revocation_configuration",
            "'enabled' wants true or false",
        ),
        ('lifecycle {\n    prevent_destroy = "no"\n  }', "prevent_destroy", "'prevent_destroy' wants true or false"),
        (
            "lifecycle {\n    prevent_destroy = var.x\n  }",
            "prevent_destroy",
            "var.x has no value: give it with '--var-file'",
        ),
    ],
)
def test_what_is_neither_true_nor_false_leaves_its_ca_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, name: str, reason: str
) -> None:
    code, out, err = imported(tmp_path, line, capfd)
    assert (code, out.count("type: ROOT"), out.count("common_name: other")) == (2, 1, 1)
    assert f"unknown: {ROOT}: main.tf:" in err
    assert f": '{name}' has to be evaluated, {reason}: {ADVICE}\n" in err


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('tags = "x"', "it is no object"),
        ('tags = ["x"]', "it is no object"),
        ("timeouts = []", "it is no block"),
        ('timeouts = "x"', "it is no block"),
        ("timeouts = [1]", "it is no block"),
    ],
)
def test_tags_and_timeouts_of_another_shape_are_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, reason: str
) -> None:
    code, out, err = imported(tmp_path, line, capfd)
    number = (HEAD + authority("root", line)).splitlines().index(f"  {line}") + 1
    name = line.partition(" ")[0]
    said = f"unknown: {ROOT}: main.tf:{number}: '{name}' has to be evaluated, {reason}: {ADVICE}\n"
    assert said in err
    assert (code, out.count("type: ROOT"), name in out) == (2, 2, False)

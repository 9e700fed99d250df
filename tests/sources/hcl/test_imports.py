"""`import` blocks: an imported CA gets its ARN, or is left out with a note; it is never taken for a new one."""

from pathlib import Path

import pytest

from pcaform.cli.commands.import_hcl import command as import_hcl
from pcaform.cli.options import ImportOptions
from sources.hcl.builders import authority

AUTHORITY = "aws_acmpca_certificate_authority"
CERTIFICATE = "aws_acm_certificate"
ARN = f"arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/{'1' * 8}-1111-1111-1111-111111111111"
ADVICE = "import from the state instead, if there is one"
OTHER = "no resource has this address, only others with this name"


HEAD = f"""\
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}}
variable "x" {{}}
{authority("other")}
"""

INSTALLATION = f"""\
resource "aws_acmpca_certificate_authority_certificate" "child" {{
  certificate_authority_arn = {AUTHORITY}.child.arn
  certificate               = aws_acmpca_certificate.child.certificate
  certificate_chain         = aws_acmpca_certificate.child.certificate_chain
}}
"""
TREE = f"""\
{authority("root")}{authority("child").replace("ROOT", "SUBORDINATE")}
resource "aws_acmpca_certificate" "root" {{
  certificate_authority_arn   = {AUTHORITY}.root.arn
  certificate_signing_request = {AUTHORITY}.root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity {{
    type  = "YEARS"
    value = 10
  }}
}}
resource "aws_acmpca_certificate" "child" {{
  certificate_authority_arn   = {AUTHORITY}.root.arn
  certificate_signing_request = {AUTHORITY}.child.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity {{
    type  = "YEARS"
    value = 5
  }}
}}
{INSTALLATION}resource "aws_acmpca_permission" "root" {{
  certificate_authority_arn = {AUTHORITY}.root.arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}}
data "{AUTHORITY}" "elsewhere" {{
  arn = "{ARN}"
}}
"""


def imported(home: Path, text: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    (home / "main.tf").write_text(HEAD + text, encoding="utf-8")
    code = import_hcl(str(home), options=ImportOptions("x"))
    out, err = capfd.readouterr()
    return code, out, err.replace(f"{home}/", "")


@pytest.mark.parametrize(
    ("line", "block"),
    [
        ("", f'to = {AUTHORITY}.root\n  id = "{ARN}"'),
        ("", f'to = {AUTHORITY} . root # the root\n  id = "{ARN}"'),
        ("", f'to = {AUTHORITY}.root\n  identity = {{ arn = "{ARN}" }}'),
        ('for_each = toset(["a b"])', f'to = {AUTHORITY}.root["a b"]\n  id = "{ARN}"'),
        ("count = 1", f'to = {AUTHORITY}.root[ 0 ]\n  id = "{ARN}"'),
        (
            'for_each = toset(["a"])',
            f'for_each = {{ a = "{ARN}" }}\n  to = {AUTHORITY}.root[each.key]\n  id = each.value',
        ),
        (
            "count = 1",
            f'for_each = {{ a = {{ n = 0, i = "{ARN}" }}}}\n  to = {AUTHORITY}.root[each.value.n]\n  id = each.value.i',
        ),
    ],
)
def test_an_imported_ca_has_its_arn(tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, block: str) -> None:
    code, out, err = imported(tmp_path, f"{authority('root', line)}import {{\n  {block}\n}}\n", capfd)
    assert (code, out.count(f"arn: {ARN}"), out.count("activation: pending")) == (0, 1, 1), err


@pytest.mark.parametrize(
    ("line", "block", "note"),
    [
        ("", f"to = {AUTHORITY}.root\n  id = var.x", ("root", "var.x has no value (set it with '--var-file')")),
        ("", f"to = {AUTHORITY}.root\n  id = 1", ("root", "'id' is not an id or ARN")),
        ("", f'to = {AUTHORITY}.root\n  id = "root"', ("root", "'root' is not an ARN")),
        ("", f"to = {AUTHORITY}.root", ("root", "'id' is not an id or ARN")),
        ("", f'to = {AUTHORITY}.root\n  identity = {{ name = "x" }}', ("root", "'identity' is not an id or ARN")),
        (
            "",
            f"to = {AUTHORITY}.root\n  id = {AUTHORITY}.other.arn",
            ("root", "'id' has a value that is known only after creation"),
        ),
        (
            'for_each = toset(["a", "b"])',
            f"for_each = var.x\n  to = {AUTHORITY}.root[each.key]\n  id = each.value",
            ("root[each.key]", "var.x has no value (set it with '--var-file')"),
        ),
        (
            'for_each = toset(["a", "b"])',
            f'to = {AUTHORITY}.root[var.x]\n  id = "{ARN}"',
            ("root[var.x]", "'to' is not a resource address"),
        ),
        ('for_each = toset(["a"])', f'to = {AUTHORITY}.root["b"]\n  id = "{ARN}"', ('root["b"]', OTHER)),
        ("count = 1", f'to = {AUTHORITY}.root\n  id = "{ARN}"', ("root", OTHER)),
    ],
)
def test_a_ca_with_an_unclear_import_is_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, block: str, note: tuple[str, str]
) -> None:
    text = f"{authority('root', line)}import {{\n  {block}\n}}\n"
    code, out, err = imported(tmp_path, text, capfd)
    number = (HEAD + text).splitlines().index("import {") + 1
    address, why = note
    reason = f"main.tf:{number}: cannot evaluate this import: {why}; {ADVICE}"
    assert f"unknown: {AUTHORITY}.{address}: {reason}\n" in err
    assert (code, out.count("type: ROOT"), out.count("common_name: other")) == (2, 1, 1)


def test_a_certificate_with_an_unclear_import_is_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = f"""\
resource "{CERTIFICATE}" "web" {{
  domain_name               = "web.example.com"
  certificate_authority_arn = {AUTHORITY}.other.arn
}}
import {{
  to = {CERTIFICATE}.web
  id = var.x
}}
"""
    code, out, err = imported(tmp_path, text, capfd)
    assert f"unknown: {CERTIFICATE}.web: main.tf:" in err
    assert (code, "web.example.com" in out, "common_name: other" in out) == (2, False, True)


def test_resources_of_a_ca_that_is_left_out_have_no_symbolic_arn(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = TREE + f"import {{\n  to = {AUTHORITY}.root\n  id = var.x\n}}\n"
    code, out, err = imported(tmp_path, text, capfd)
    assert (code, "symbolic" in out, out.count("type: ")) == (2, False, 1), out
    assert f"unknown: {AUTHORITY}.child: main.tf:" in err
    assert "the CA or certificate that it refers to is left out" in err


def test_a_ca_whose_certificate_is_left_out_has_no_symbolic_one(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = imported(tmp_path, TREE.replace("value = 5", "value = var.x"), capfd)
    assert (code, "certificate of" in out, "common_name: root" in out, "common_name: child" in out) == (
        2,
        False,
        True,
        False,
    )
    assert f"unknown: {AUTHORITY}.child: main.tf:" in err


def test_an_import_without_an_address_is_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = imported(tmp_path, f'import {{\n  id = "{ARN}"\n}}\n', capfd)
    assert (code, "unknown: import: main.tf:" in err) == (2, True)


def test_two_imports_of_one_ca_leave_it_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Terraform 1.16 takes one from a module beside that of the root, and no file shows which one came first."""
    blocks = [f'import {{\n  to = {AUTHORITY}.root\n  id = "{arn}"\n}}\n' for arn in (ARN, ARN.replace("/1", "/2"))]
    code, out, err = imported(tmp_path, "".join([authority("root"), *blocks]), capfd)
    assert (code, "common_name: root" in out, "another block imports something else there" in err) == (2, False, True)
    code, out, _ = imported(tmp_path, "".join([authority("root"), blocks[0], blocks[0]]), capfd)
    assert (code, f"arn: {ARN}" in out) == (0, True)


def test_an_import_of_another_resource_is_not_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = imported(tmp_path, "import {\n  to = aws_vpc.main\n  id = var.x\n}\n", capfd)
    assert (code, "unknown" in err) == (0, False)


def test_a_ca_with_an_import_and_a_certificate_is_ambiguous(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No file shows whether the import was applied, and so whether a stack would create a second CA."""
    installed = INSTALLATION.replace("child", "root")
    text = f'{TREE}{installed}import {{\n  to = {AUTHORITY}.root\n  id = "{ARN}"\n}}\n'
    code, out, err = imported(tmp_path, text, capfd)
    assert (code, "validity: {type: YEARS, value: 10}" in out) == (2, True)
    assert err.startswith(f"ambiguous: {AUTHORITY}.root: the files import this CA and issue a certificate for it. ")

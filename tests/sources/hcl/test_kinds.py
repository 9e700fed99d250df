"""Kinds of configurations that people have and that once were read wrongly, or not at all."""

import json
from pathlib import Path

import pytest

from pcaform.cli.commands.import_hcl import command as import_hcl
from pcaform.cli.options import ImportOptions
from pcaform.core.problems import Failure
from sources.hcl.builders import authority

ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-4333-8444-555555555555"
PROVIDER = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'


pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(capfd: pytest.CaptureFixture[str], files: dict[str, str]) -> tuple[int, str, str]:
    """Import some files in the working directory; return exit code, spec and report."""
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    code = import_hcl(".", options=ImportOptions("x"))
    return code, *capfd.readouterr()


OPTIONAL = """\
variable "crl" {
  type    = object({ bucket = optional(object({ name = string })) })
  default = null
}
variable "cas" {
  type = map(object({ enabled = optional(bool, true), years = optional(number) }))
  default = { a = {}, b = { enabled = false } }
}
"""


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("enabled = var.crl != null ? (var.crl.bucket != null ? false : true) : false", "enabled: false"),
        ("enabled = [for each in var.cas : each.enabled][1]", "enabled: false"),
        ('enabled = var.cas["a"].years != null', "enabled: false"),
        ("tags = { count = var.crl != null ? (var.crl.bucket != null ? 1 : 0) : 0 }", "tags: {count: '0'}"),
        ("tags = { root = path.root, here = path.module }", "tags: {root: ., here: .}"),
        ('tags = { name = format("%s-%02d", "a", 7) }', "tags: {name: a-07}"),
        ('tags = { name = templatefile("t.tpl", { name = "b" }) }', "tags: {name: a b}"),
        ('tags = { is = fileexists("t.tpl") ? "yes" : "no" }', "tags: {is: 'yes'}"),
        ("lifecycle {\n    enabled = true\n  }", "common_name: root"),
        ("tags = { note = chomp(<<EOT\nnothing\n  EOT \t\n) }", "tags: {note: nothing}"),
    ],
)
def test_values_are_those_of_terraform(here: Path, capfd: pytest.CaptureFixture[str], line: str, entry: str) -> None:
    (here / "t.tpl").write_text("a ${name}", encoding="utf-8")
    code, out, err = imported(capfd, {"main.tf": PROVIDER + OPTIONAL + authority("root", line)})
    assert (code, entry in out) == (0, True), out + err


def test_an_unknown_tag_does_not_hide_the_others(capfd: pytest.CaptureFixture[str]) -> None:
    line = 'tags = merge({ team = "pki" }, { id = random_id.x.hex })'
    code, out, err = imported(capfd, {"main.tf": PROVIDER + authority("root", line) + 'resource "random_id" "x" {}\n'})
    assert (code, "tags: {team: pki}" in out) == (2, True)
    assert "unknown: aws_acmpca_certificate_authority.root: main.tf:6: cannot evaluate 'tags': random_id.x.hex" in err


def test_what_opentofu_does_not_enable_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    off = authority("off", "lifecycle {\n    enabled = false\n  }")
    unknown = authority("unknown", "lifecycle {\n    enabled = var.none\n  }") + 'variable "none" {}\n'
    _, out, err = imported(capfd, {"main.tf": PROVIDER + authority("root") + off + unknown})
    assert "unknown: aws_acmpca_certificate_authority.unknown: main.tf" in err
    assert (out.count("type: ROOT"), "off" in out) == (1, False)


def test_paths_and_files_of_modules_start_at_the_root_module(capfd: pytest.CaptureFixture[str]) -> None:
    line = 'tags = { at = path.module, text = file("${path.module}/a.txt") }'
    files = {"main.tf": PROVIDER + 'module "ca" {\n  source = "./modules/ca"\n}\n', "modules/ca/a.txt": "hello"}
    code, out, _ = imported(capfd, {**files, "modules/ca/main.tf": authority("root", line)})
    assert (code, "tags: {at: modules/ca, text: hello}" in out) == (0, True), out


def test_the_selected_workspace_is_known(capfd: pytest.CaptureFixture[str]) -> None:
    text = PROVIDER + authority("root", "tags = { env = terraform.workspace }")
    code, out, _ = imported(capfd, {"main.tf": text, ".terraform/environment": "prod"})
    assert (code, "tags: {env: prod}" in out) == (0, True)


def test_downloaded_modules_are_read(capfd: pytest.CaptureFixture[str]) -> None:
    call = 'module "ca" {\n  source = "git::https://example.com/ca.git"\n}\n'
    module = {"Key": "ca", "Source": "git::https://example.com/ca.git", "Dir": ".terraform/modules/ca"}
    with pytest.raises(Failure, match="not downloaded yet"):
        imported(capfd, {"main.tf": PROVIDER + call})
    listed = {".terraform/modules/modules.json": json.dumps({"Modules": [module]})}
    code, out, _ = imported(capfd, {**listed, ".terraform/modules/ca/main.tf": authority("root")})
    assert (code, "module.ca.aws_acmpca_certificate_authority.root:" in out) == (0, True)


def test_dead_links_are_skipped_and_named(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "gone.tf").symlink_to("nowhere.tf")
    (here / "gone.tofu").symlink_to("nowhere.tofu")
    (here / "gone.auto.tfvars").symlink_to("nowhere.tfvars")
    code, out, err = imported(capfd, {"main.tf": PROVIDER + authority("root")})
    assert (code, "common_name: root" in out) == (2, True)
    assert "unknown: gone.tf: a symbolic link to nothing" in err
    assert "unknown: gone.tofu: a symbolic link to nothing" in err


def test_an_import_id_may_have_a_region(capfd: pytest.CaptureFixture[str]) -> None:
    block = f'import {{\n  to = aws_acmpca_certificate_authority.root\n  id = "{ARN}@eu-west-1"\n}}\n'
    code, out, _ = imported(capfd, {"main.tf": PROVIDER + authority("root") + block})
    assert (code, f"arn: {ARN}\n" in out) == (0, True)


PERMISSION = f"""\
resource "aws_acmpca_permission" "acm" {{
  certificate_authority_arn = "{ARN}"
  principal                 = "acm.amazonaws.com"
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}}
"""
ANCHOR = f"""\
resource "aws_rolesanywhere_trust_anchor" "pki" {{
  source {{
    source_data {{
      acm_pca_arn = "{ARN}"
    }}
  }}
}}
"""


def test_a_ca_that_files_only_use_is_a_reference(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = imported(capfd, {"main.tf": PROVIDER + PERMISSION})
    assert code == 0
    assert f"managed: false\n    arn: {ARN}\n    permissions:\n" in out


def test_what_uses_a_ca_and_is_not_in_a_spec_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    note = "aws_rolesanywhere_trust_anchor.pki: main.tf:{}: its text names a private CA, and a spec has no field for it"
    with pytest.raises(Failure) as failure:
        imported(capfd, {"main.tf": ANCHOR.replace(f'"{ARN}"', "var.acm_pca_arn")})
    assert note.format(1) in str(failure.value)
    code, out, err = imported(capfd, {"main.tf": ANCHOR + PROVIDER})
    assert (code, f"managed: false, arn: '{ARN}'" in out, f"listed: {note.format(1)}" in err) == (0, True, True)
    code, _, err = imported(capfd, {"main.tf": PROVIDER + authority("root") + ANCHOR})
    assert (code, "listed: aws_rolesanywhere_trust_anchor.pki" in err) == (0, True)


def test_the_type_of_a_ca_has_a_default(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = imported(capfd, {"main.tf": PROVIDER + authority("sub").replace('type = "ROOT"', "")})
    assert (code, "type: SUBORDINATE" in out) == (0, True)


def test_later_files_of_variables_win(capfd: pytest.CaptureFixture[str]) -> None:
    variable = 'variable "x" {\n  default = "0"\n}\n'
    names = ["terraform.tfvars", "a.auto.tfvars", "b.auto.tfvars"]
    files = {name: f'x = "{name[0]}"' for name in names} | {"terraform.tfvars.json": '{"x": "j"}'}
    _, out, _ = imported(capfd, {"main.tf": PROVIDER + variable + authority("root", "tags = { x = var.x }"), **files})
    assert "tags: {x: b}" in out


IN_JSON = {
    "//": "a comment",
    "provider": {"aws": [{"region": "eu-west-1", "allowed_account_ids": ["123456789012"]}]},
    "variable": {"names": {"type": "set(string)", "default": ["web"]}},
    "locals": {"years": 5},
    "resource": {
        "aws_acmpca_certificate_authority": {
            "sub": {
                "for_each": "${var.names}",
                "type": "SUBORDINATE",
                "certificate_authority_configuration": {
                    "key_algorithm": "RSA_2048",
                    "signing_algorithm": "SHA256WITHRSA",
                    "subject": [{"common_name": "CA of ${each.key}"}],
                },
                "tags": {"years": "${local.years}"},
                "lifecycle": {"prevent_destroy": False},
            }
        },
        "aws_acmpca_permission": {
            "acm": {
                "certificate_authority_arn": '${aws_acmpca_certificate_authority.sub["web"].arn}',
                "principal": "acm.amazonaws.com",
                "actions": ["IssueCertificate", "GetCertificate", "ListPermissions"],
            }
        },
    },
    "import": {"to": 'aws_acmpca_certificate_authority.sub["web"]', "id": "${var.arn}"},
}


def test_files_in_json_are_read(capfd: pytest.CaptureFixture[str]) -> None:
    more = {"variable": {"arn": {"default": ARN}}}
    files = {"main.tf.json": json.dumps(IN_JSON), "arn.tf.json": json.dumps(more)}
    override = {"resource": {"aws_acmpca_certificate_authority": {"sub": {"enabled": False}}}}
    code, out, err = imported(capfd, {**files, "x_override.tf.json": json.dumps(override)})
    assert code == 0, err
    for entry in (f"arn: {ARN}", "common_name: CA of web", "acm.amazonaws.com", "enabled: false"):
        assert entry in out
    assert "tags: {years: '5'}" in out
    assert "deletion_protection: false" in out


@pytest.mark.parametrize("text", ["{", "[]", '{"resource": []}x', '{"resource": {"aws_acmpca_policy": 1}}'])
def test_invalid_json_is_refused(capfd: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(Failure, match=r"main\.tf\.json: "):
        imported(capfd, {"main.tf.json": text})

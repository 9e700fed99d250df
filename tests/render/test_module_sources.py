"""`render --modules`: what Terraform takes as a source, what it would read otherwise, and what is not pinned."""

from pathlib import Path

import pytest

from conftest import Render
from pcaform.core.problems import Failure
from pcaform.render.plan.module_call import parse_module_source

TAKEN = {
    "vendored": ("./modules/m", None, False),
    "shared": ("../modules/m", None, False),
    "../../pki/modules/": ("../../pki/modules/m", None, False),
    "/srv/modules": ("/srv/modules/m", None, False),
    "git::https://git.corp.example/pki.git//modules?ref=v3": (
        "git::https://git.corp.example/pki.git//modules/m?ref=v3",
        None,
        False,
    ),
    "git::ssh://git@git.corp.example/pki.git//modules?depth=1&ref=v3": (
        "git::ssh://git@git.corp.example/pki.git//modules/m?depth=1&ref=v3",
        None,
        False,
    ),
    "git::https://git.corp.example/pki.git//modules": ("git::https://git.corp.example/pki.git//modules/m", None, True),
    "git@github.com:corp/pki.git//modules?depth=1": ("git@github.com:corp/pki.git//modules/m?depth=1", None, True),
    "github.com/corp/pki//modules?ref=": ("github.com/corp/pki//modules/m?ref=", None, True),
    "bitbucket.org/corp/pki//modules": ("bitbucket.org/corp/pki//modules/m", None, True),
    "https://corp.example/pki.zip//modules": ("https://corp.example/pki.zip//modules/m", None, False),
    "s3::https://s3.eu-west-1.amazonaws.com/b/pki.zip//modules": (
        "s3::https://s3.eu-west-1.amazonaws.com/b/pki.zip//modules/m",
        None,
        False,
    ),
    "corp/pki/aws//modules@1.2.3": ("corp/pki/aws//modules/m", "1.2.3", False),
    "app.terraform.io/corp/pki/aws//modules@1.2.3-rc.1": (
        "app.terraform.io/corp/pki/aws//modules/m",
        "1.2.3-rc.1",
        False,
    ),
    "tfe.corp.example:8443/corp/pki/aws//m/n@0.1.0": ("tfe.corp.example:8443/corp/pki/aws//m/n/m", "0.1.0", False),
}
REFUSED = (
    *("", "modules", "Vendored", ".", "..", "org/pki", "~/modules", "app.terraform.io/org/pki", "org/pki/aws@1.2.3"),
    *("org/pki/aws//modules", "org/pki/aws//modules@", "org/pki/aws//modules@~> 1.2", "org/pki/aws//modules@latest"),
    *("org/pki/aws//@1.2.3", "org/pki/AWS//modules@1.2.3", "a/b/c/d/e//modules@1.2.3", "gitlab.com/corp/pki//m?ref=v1"),
    *("ftp::x", "svn::https://x//y", "git::", "corp/pki/aws//modules@1.2.3\n", "oci://x/y", "C:\\modules"),
)


@pytest.mark.parametrize("text", TAKEN)
def test_a_source_names_each_module(text: str) -> None:
    source = parse_module_source(text)
    assert (source.of("m"), source.version, source.is_unpinned) == TAKEN[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_terraform_would_read_otherwise_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="not a source of Terraform"):
        parse_module_source(text)


SPEC = """\
version: 1
stack: s
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  root: {type: ROOT, subject: {common_name: R}, key_algorithm: EC_prime256v1, validity: {type: YEARS, value: 9}}
"""


def test_a_registry_has_its_version_in_each_call(render: Render, tmp_path: Path) -> None:
    assert render(SPEC, "--modules", "app.terraform.io/corp/pki/aws//modules@1.2.3")[0] == 0
    written = (tmp_path / "out" / "s" / "certificate_authorities.tf").read_text(encoding="utf-8")
    source = '  source  = "app.terraform.io/corp/pki/aws//modules/private-ca"\n  version = "1.2.3"\n'
    assert source in written


def test_git_without_a_revision_is_said(render: Render) -> None:
    code, said = render(SPEC, "--modules", "git::https://git.corp.example/pki.git//modules")
    line = (
        "pcaform: 'git::https://git.corp.example/pki.git//modules' has no '?ref=TAG': whoever pushes there changes the "
        "modules of this stack\n"
    )
    assert (code, said.startswith(line)) == (0, True)

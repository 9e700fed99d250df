"""Private CAs as written without pcaform: the resources of the provider's examples, and no lifecycle block."""

from typing import Any

from pcaform.terraform.plan_json import Changes
from pcaform.terraform.runner import Terraform
from terraform_steps import apply_without_plan

_ACTIVATED = """
resource "aws_acmpca_certificate" "NAME" {
  certificate_authority_arn   = PARENT
  certificate_signing_request = aws_acmpca_certificate_authority.NAME.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:${data.aws_partition.current.partition}:acm-pca:::template/TEMPLATE/V1"

  validity {
    type  = "YEARS"
    value = YEARS
  }
}

resource "aws_acmpca_certificate_authority_certificate" "NAME" {
  certificate_authority_arn = aws_acmpca_certificate_authority.NAME.arn
  certificate               = aws_acmpca_certificate.NAME.certificate
  certificate_chain         = aws_acmpca_certificate.NAME.certificate_chain
}
"""
_AUTHORITY = """
resource "aws_acmpca_certificate_authority" "NAME" {
  type       = "TYPE"
  usage_mode = "GENERAL_PURPOSE"
  tags       = { tier = "NAME" }

  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"

    subject {
      common_name = "NAME"
    }
  }
REVOCATION}
"""
OCSP = """
  revocation_configuration {
    ocsp_configuration {
      enabled = true
    }
  }
"""
PERMISSION = """
resource "aws_acmpca_permission" "issuing" {
  certificate_authority_arn = aws_acmpca_certificate_authority_certificate.issuing.certificate_authority_arn
  principal                 = "acm.amazonaws.com"
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
}
"""
_TYPES = ("certificate_authority", "certificate", "certificate_authority_certificate", "permission")
_MOVES = "".join(
    f"moved {{\n  from = aws_acmpca_{kind}.signing\n  to   = aws_acmpca_{kind}.sealing\n}}\n" for kind in _TYPES
)
MOVED_ON = ('data "aws_partition"', f'{_MOVES}data "aws_partition"')
"""The edit that adds the moves of a second rename, with those of the first replaced."""
_BELOW = "SubordinateCACertificate_PathLen0"
_PARTITION = 'data "aws_partition" "current" {}\n'
_BRANCH = """
module "branch" {
  source     = "./branch"
  parent_arn = aws_acmpca_certificate_authority_certificate.root.certificate_authority_arn

  depends_on = [aws_acmpca_certificate_authority.root]
}
"""


def authority(name: str, parent: str, *, years: int, revocation: str = "") -> str:
    """Return a CA with its certificate and its installation, as three resources."""
    kind, template = ("ROOT", "RootCACertificate") if name in parent else ("SUBORDINATE", _BELOW)
    text = _AUTHORITY.replace("TYPE", kind).replace("REVOCATION", revocation)
    text += _ACTIVATED.replace("PARENT", parent).replace("TEMPLATE", template).replace("YEARS\n", f"{years}\n")
    return text.replace("NAME", name)


ISSUING = authority(
    "issuing",
    "aws_acmpca_certificate_authority_certificate.root.certificate_authority_arn",
    years=5,
    revocation=OCSP,
)
_ROOT = authority("root", "aws_acmpca_certificate_authority.root.arn", years=20)
MAIN = _PARTITION + _ROOT + ISSUING + PERMISSION + _BRANCH
BRANCH = 'variable "parent_arn" {\n  type = string\n}\n' + _PARTITION + authority("branch", "var.parent_arn", years=5)


class Plain:
    """A configuration that pcaform had no hand in, in a directory of its own."""

    def __init__(self, terraform: Terraform) -> None:
        self.terraform = terraform

    def apply(self) -> None:
        """Apply the configuration as it is first."""
        (self.terraform.directory / "branch").mkdir(parents=True)
        (self.terraform.directory / "branch" / "main.tf").write_text(BRANCH, encoding="utf-8")
        self._lay(MAIN)
        apply_without_plan(self.terraform)

    def plan(self, text: str) -> dict[str, Any]:
        """Return the plan of another configuration over the same state."""
        self._lay(text)
        return self.terraform.plan(self.terraform.directory / "tfplan")

    def _lay(self, text: str) -> None:
        (self.terraform.directory / "main.tf").write_text(text, encoding="utf-8")


def summary(found: Changes) -> str:
    """Return what Terraform's last line says of these changes, and how much it forgets, which that line leaves out."""
    every = [action for actions in found.values() for action in actions]
    counts = {"add": every.count("create"), "change": every.count("update"), "destroy": every.count("delete")}
    if "forget" in every:
        counts["forget"] = every.count("forget")
    return ", ".join(f"{count} to {word}" for word, count in counts.items()) if every else "no changes"

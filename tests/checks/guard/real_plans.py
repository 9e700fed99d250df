"""Plans that real Terraform makes of one stack on the sandbox: what a hazard looks like, and what its harmless twin."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.terraform.runner import Terraform, TerraformError
from terraform_steps import init_once

TEXT = (Path(__file__).parent / "spec.yaml").read_text(encoding="utf-8")
STACK = "guarded"
PERMISSION = "    permissions: [{principal: acm.amazonaws.com}]\n"
NARROWED = (
    "    permissions: [{principal: acm.amazonaws.com, actions: [GetCertificate, ListPermissions]}]\n"
    "    ignore: [{rule: partial-permission, reason: this is what the guard is to find}]\n"
)


@dataclass(frozen=True)
class Stack:
    """An applied stack with its state beside it, so that a copy of the directory is a stack of its own."""

    terraform: Terraform
    server: Sandbox
    name: str = STACK

    def planned(self, text: str, *arguments: str, edit: Callable[[Path], None] | None = None) -> dict[str, Any]:
        """Render a spec over a copy of the stack, edit the copy, and return its plan, whole or broken off."""
        out = self.terraform.directory.parent / f"copy-{len(list(self.terraform.directory.parent.iterdir()))}"
        shutil.copytree(self.terraform.directory, out / self.name, symlinks=True)
        render_to(text, out)
        if edit:
            edit(out / self.name)
        terraform = replace(self.terraform, directory=out / self.name)
        init_once(terraform)
        try:
            return terraform.plan(out / "tfplan", *arguments)
        except TerraformError:
            return terraform.show(out / "tfplan")


def render_to(text: str, out: Path) -> None:
    write(render(plan(load_valid_text(text.encode(), "spec.yaml"), source="spec.yaml")), out)


def hazards(stack: Stack) -> dict[str, Any]:
    """Return a plan that does all that must not happen; the CA `renewed` was renewed outside Terraform before."""
    text = without(TEXT, "leaving").replace("common_name: Renamed", "common_name: Renamed 2")
    text = edited(text, "reparented", "parent: root", "parent: other")
    text = edited(text, "narrowed", PERMISSION, NARROWED)
    text = edited(text, "silenced", PERMISSION, "")
    renew(stack.server, "Renewed")
    return stack.planned(text, "-replace=module.ca_root_certificate.aws_acmpca_certificate.this", edit=unprotect)


def broken_off(stack: Stack) -> dict[str, Any]:
    """Return the plan of an edit that `prevent_destroy` stops."""
    return stack.planned(TEXT.replace("common_name: Renamed", "common_name: Renamed 2"))


def twins(stack: Stack) -> dict[str, Any]:
    """Return a plan of the same kinds of edits, done as they should be: nothing at AWS is revoked or deleted."""
    text = without(TEXT, "leaving").replace("  renamed:\n", "  named-anew:\n").replace("{tier: root}", "{tier: top}")
    text += "  added:\n    type: SUBORDINATE\n    parent: root\n    subject: {common_name: Added}\n" + PERMISSION
    arn = created(stack.server, "Imported")

    def edit(directory: Path) -> None:
        """Forget one CA, move another, import a third, and give a fourth a second generation."""
        calls = directory / "certificate_authorities.tf"
        calls.write_text(second_generation(calls.read_text(encoding="utf-8"), "silenced"), encoding="utf-8")
        blocks = [FORGET.replace("NAME", name) for name in LEFT]
        blocks += [MOVE.replace("PART", part) for part in ("", "_certificate")]
        blocks.append(IMPORT.replace("ARN", arn))
        (directory / "more.tf").write_text("".join(blocks), encoding="utf-8")

    return stack.planned(text, edit=edit)


LEFT = ("ca_leaving", "ca_leaving_certificate", "acm_permission_leaving")
FORGET = """
removed {
  from = module.NAME
  lifecycle {
    destroy = false
  }
}
"""
MOVE = """
moved {
  from = module.ca_renamedPART
  to   = module.ca_named-anewPART
}
"""
IMPORT = """
import {
  to = aws_acmpca_certificate_authority.imported
  id = "ARN"
}
resource "aws_acmpca_certificate_authority" "imported" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {
      common_name = "Imported"
    }
  }
}
"""


def without(text: str, key: str) -> str:
    """Return a spec with one CA taken out."""
    return re.sub(rf"^  {key}:\n(    .*\n)+", "", text, flags=re.MULTILINE)


def edited(text: str, key: str, old: str, new: str) -> str:
    """Return a spec with one text replaced in the entry of one CA."""
    before, name, after = text.partition(f"  {key}:\n")
    assert old in after
    return before + name + after.replace(old, new, 1)


def unprotect(directory: Path) -> None:
    """Take the `lifecycle` blocks out of the vendored modules, as in a foreign stack that has none."""
    for path in directory.glob("modules/*/main.tf"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\n  lifecycle {\n.*?\n  }\n", "\n", text, flags=re.DOTALL), encoding="utf-8")


def second_generation(text: str, key: str) -> str:
    """Return module calls with one more certificate for a CA, which is installed in the first one's place."""
    name = f"ca_{key}_certificate"
    found = re.search(rf'^module "{name}" {{\n.*?^}}\n', text, flags=re.MULTILINE | re.DOTALL)
    assert found
    copy = found[0].replace(name, f"{name}_g2", 1)
    return text.replace(f"module.{name}.", f"module.{name}_g2.") + copy


def renew(server: Sandbox, common_name: str) -> None:
    """Issue and install a new certificate for a CA, outside Terraform."""
    client = server.client("acm-pca")
    arns = {name_of(ca): ca["Arn"] for ca in client.list_certificate_authorities()["CertificateAuthorities"]}
    csr = client.get_certificate_authority_csr(CertificateAuthorityArn=arns[common_name])["Csr"]
    issued = client.issue_certificate(
        CertificateAuthorityArn=arns["Root"],
        Csr=csr.encode(),
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn="arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1",
        Validity={"Type": "YEARS", "Value": 4},
    )["CertificateArn"]
    found = client.get_certificate(CertificateAuthorityArn=arns["Root"], CertificateArn=issued)
    client.import_certificate_authority_certificate(
        CertificateAuthorityArn=arns[common_name],
        Certificate=found["Certificate"].encode(),
        CertificateChain=found["CertificateChain"].encode(),
    )


def delete(server: Sandbox, common_name: str) -> None:
    """Delete a CA outside Terraform."""
    client = server.client("acm-pca")
    found = client.list_certificate_authorities()["CertificateAuthorities"]
    (arn,) = (ca["Arn"] for ca in found if name_of(ca) == common_name)
    client.delete_certificate_authority(CertificateAuthorityArn=arn)


def created(server: Sandbox, common_name: str) -> str:
    """Create a root CA outside Terraform and return its ARN."""
    configuration = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": common_name},
    }
    answer: Mapping[str, str] = server.client("acm-pca").create_certificate_authority(
        CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
    )
    return answer["CertificateAuthorityArn"]


def name_of(authority: Mapping[str, Any]) -> str:
    name: str = authority["CertificateAuthorityConfiguration"]["Subject"]["CommonName"]
    return name

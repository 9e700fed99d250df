"""The imports in the demo: an applied stack gives the same spec from its state, its files and the account.

A CA made outside Terraform is imported, rendered and adopted by the real commands, and left as it was.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.cli.account_session import read_inventory
from pcaform.cli.demo.stack import Stack, begin_act, require, run_pcaform, step
from pcaform.core import facts
from pcaform.importer.infer.infer import infer
from pcaform.importer.infer.keys import existing_keys
from pcaform.render.normal_form import differing_fields
from pcaform.sandbox.server import Sandbox
from pcaform.sources import tfstate
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_changes import is_empty
from pcaform.terraform.runner import Terraform, process_environment

_REGION = "us-east-1"
_NAME = "old-pki"
_ADOPTED = "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."
_ALGORITHM = "SHA256WITHECDSA"


def import_from_each_source(stack: Stack, server: Sandbox, spec: Spec, *, text: str) -> None:
    """Import from each source by itself, and into the spec that was rendered, where nothing may change."""
    state = stack.terraform.state_pull()
    with step("terraform state pull | pcaform import state -: the same spec") as notes:
        notes.append(_compare(tfstate.read(state, "the state"), spec))
    with step("pcaform import hcl: the same spec") as notes:
        notes.append(_compare(read(str(stack.terraform.directory), Options()), spec))
    with step("pcaform import aws: the same spec") as notes, process_environment({**os.environ, **server.environment}):
        notes.append(_compare(read_inventory(Caller(), Filters()), spec))
    with step("each of them --into the spec that was rendered: not a byte changes"):
        _import_into(stack, text=text, state=state)


def _compare(inventory: Inventory, spec: Spec) -> str:
    (imported,) = infer(inventory, stack=spec.stack, existing=existing_keys(spec))
    require(not imported.left_out, f"left out: {imported.left_out}")
    differing = differing_fields(spec, imported.spec, inventory.source.name)
    require(not differing, f"it differs: {differing}")
    notes = [f"; listed: {note.reason}" for note in imported.notes]
    return f"{len(inventory.resources)} resources; equal in every field that this source carries{''.join(notes)}"


def _import_into(stack: Stack, *, text: str, state: bytes) -> None:
    pulled = stack.scratch / "pulled.tfstate"
    pulled.write_bytes(state)
    sources = {"state": [str(pulled)], "hcl": [str(stack.terraform.directory.resolve())], "aws": []}
    for source, arguments in sources.items():
        path = stack.scratch / f"into-{source}.yaml"
        path.write_text(text, encoding="utf-8")
        command = ("import", source, *arguments, "--into", str(path))
        run_pcaform(*command, environment=stack.terraform.environment, directory=stack.scratch)
        require(path.read_text(encoding="utf-8") == text, f"import {source} changes the spec")


@dataclass(frozen=True, slots=True)
class _Adoption:
    """The stack that adopts, in its own directory, and the CA that it adopts."""

    terraform: Terraform
    home: Path
    acm_pca: Any
    arn: str

    def pcaform(self, *arguments: str) -> str:
        """Run a command in the directory that holds the stack."""
        return run_pcaform(*arguments, environment=self.terraform.environment, directory=self.home)

    def serial(self) -> str:
        """Return the serial number of the CA's certificate: another certificate would change it."""
        described = self.acm_pca.describe_certificate_authority(CertificateAuthorityArn=self.arn)
        return str(described["CertificateAuthority"]["Serial"])


def adopt(stack: Stack, server: Sandbox) -> None:
    """Play the act: nothing is added, changed or destroyed, and the CA keeps its certificate; raises StepFailed."""
    begin_act("A CA made outside Terraform")
    with step(f"boto3 creates a CA in {_REGION}, lets ACM renew from it, and creates a user with a policy") as notes:
        arn = _create_ca(server)
        notes.append(arn)
    home = stack.scratch / "adopted"
    home.mkdir()
    terraform = Terraform(stack.terraform.binary, home / _NAME, stack.terraform.environment)
    adoption = _Adoption(terraform, home, server.client("acm-pca", region=_REGION), arn)
    before = adoption.serial()
    _adopt(adoption)
    with step("the CA's certificate has the serial that it had") as notes:
        after = adoption.serial()
        require(after == before, f"{before} became {after}")
        notes.append(after)


def _create_ca(server: Sandbox) -> str:
    """Create an active root that permits ACM everything, and a user who issues from it, as the console does."""
    acm_pca = server.client("acm-pca", region=_REGION)
    settings = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": _ALGORITHM,
        "Subject": {"CommonName": "Old Root CA", "Organization": "Corp"},
    }
    arn = str(
        acm_pca.create_certificate_authority(
            CertificateAuthorityType="ROOT", CertificateAuthorityConfiguration=settings
        )["CertificateAuthorityArn"]
    )
    _activate(acm_pca, arn)
    acm_pca.create_permission(
        CertificateAuthorityArn=arn, Principal=facts.ACM_PRINCIPAL, Actions=sorted(facts.ALL_PERMISSION_ACTIONS)
    )
    iam = server.client("iam")
    iam.create_user(UserName="old-signer")
    actions = ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = iam.create_policy(PolicyName="old-signing", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="old-signer", PolicyArn=policy)
    return arn


def _activate(acm_pca: Any, arn: str) -> None:
    """Let a root sign itself, and install the certificate."""
    request = acm_pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"]
    issued = acm_pca.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=request.encode(),
        SigningAlgorithm=_ALGORITHM,
        TemplateArn=facts.template_arn(_REGION, "RootCACertificate/V1"),
        Validity={"Type": "YEARS", "Value": 10},
    )["CertificateArn"]
    certificate = acm_pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)["Certificate"]
    acm_pca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=certificate.encode())


def _adopt(adoption: _Adoption) -> None:
    """Write the spec of what exists and its stack, and adopt the CA."""
    spec = f"{_NAME}.yaml"
    with step(f"pcaform import aws --region {_REGION} --stack {_NAME} --out {spec}"):
        adoption.pcaform("import", "aws", "--region", _REGION, "--stack", _NAME, "--out", spec)
    with step(f"pcaform render {spec}; terraform init"):
        adoption.pcaform("render", spec, "--out", ".")
        adoption.terraform.init()
    plan = adoption.home / "adopt.tfplan"
    with step(f"pcaform adopt {_NAME}: proven in a copy, then pushed") as notes:
        notes.extend(adoption.pcaform("adopt", _NAME).splitlines()[-1:])
    with step("terraform plan imports the CA, and changes nothing") as notes:
        adoption.terraform.plan(plan)
        conclusion = adoption.terraform.conclusion(plan)
        require(conclusion == _ADOPTED, f"it says '{conclusion}'")
        notes.append(conclusion)
    with step("terraform apply; the next plan is empty"):
        adoption.terraform.apply(plan)
        require(is_empty(adoption.terraform.plan(plan)), "it is not")

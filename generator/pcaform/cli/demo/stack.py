"""The demo's stack: rendered from a spec, planned and applied by the real Terraform on the sandbox, and imported again.

Each step is one line with its time; the demo stops at the first step that fails. An applied stack gives the same spec
from its state, its files and the account; a CA made outside Terraform is imported, rendered and adopted by the real
commands, and left as it was.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pcaform.cli.account_session import read_inventory
from pcaform.core import console, facts
from pcaform.core.problems import Failure
from pcaform.importer.infer.infer import infer
from pcaform.importer.infer.keys import existing_keys
from pcaform.render.normal_form import differing_fields
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.sources import tfstate
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Changes, is_empty, list_changes
from pcaform.terraform.runner import Terraform, process_environment

_WORDS: Mapping[tuple[str, ...], str] = {("create",): "add", ("update",): "change", ("delete",): "destroy"}
_REGION = "us-east-1"
_NAME = "old-pki"
_ADOPTED = "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy."
_ALGORITHM = "SHA256WITHECDSA"


class StepFailed(Failure):
    """A step of the demo did not show what it should."""


def begin_act(title: str) -> None:
    """Print the title of an act."""
    console.print_styled(f"\n{console.style(title, '1')}")


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """Time one step and print how it ended; below it the lines that the block appends to the list."""
    notes: list[str] = []
    start = time.perf_counter()
    try:
        yield notes
    except Exception:
        console.print_styled(f"  {console.style('failed', '31')}  {title}")
        raise
    console.print_styled(f"  {console.style('ok', '32')} {time.perf_counter() - start:6.2f} s  {title}")
    for note in notes:
        console.print_status(f"               {note}")


def print_skipped(title: str, why: str) -> None:
    """Print that a step was not done, and why."""
    console.print_styled(f"  {console.style('left out', '33')}  {title}: {why}")


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - an assertion: require(a == b, "…")
    """Raise StepFailed with what was seen instead unless the condition is true."""
    if not condition:
        raise StepFailed(message)


def run_pcaform(*arguments: str, environment: Mapping[str, str], directory: Path, code: int = 0) -> str:
    """Run a command of pcaform in a child process and return its output; raises StepFailed for another exit code."""
    command = [sys.executable, "-m", "pcaform", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=dict(environment), capture_output=True, text=True, encoding="utf-8", check=False
    )
    require(done.returncode == code, f"exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack on the sandbox; plan files go to `scratch`, so that the stack holds only its own files."""

    terraform: Terraform
    scratch: Path

    def create(self, server: Sandbox, spec: Spec) -> None:
        """Initialise, validate, plan and apply; then show that a second plan is empty."""
        with step(f"terraform init ({self.terraform.version()})"):
            self.terraform.init(*_create_backend(server, (spec.terraform.backend or {}).get("s3")))
        with step("terraform validate"):
            self.terraform.validate()
        self.apply("terraform plan and apply: both CAs created and active")
        with step("a second plan is empty"):
            again = self.terraform.plan(self.scratch / "again.tfplan")
            require(is_empty(again), f"it is not: {list_changes(again)}")

    def apply(self, title: str, *, expected: Changes | None = None) -> None:
        """Plan and apply; where `expected` is given the plan must change exactly that."""
        with step(title) as notes:
            planned = self.terraform.plan(self.scratch / "next.tfplan")
            changes = list_changes(planned)
            require(expected is None or changes == expected, f"the plan changes {changes}, expected {expected}")
            counts = Counter(_WORDS.get(actions, "replace") for actions in changes.values())
            notes.append(", ".join(f"{count} to {word}" for word, count in counts.items()))
            self.terraform.apply(self.scratch / "next.tfplan")

    def outputs(self) -> dict[str, Any]:
        """Return the values of the stack's outputs."""
        outputs = self.terraform.show()["values"]["outputs"]
        return {name: output["value"] for name, output in outputs.items()}


def write_stack(text: str, out: Path, *, source: str) -> Spec:
    """Render a spec's text below `out` and return the spec."""
    spec = load_valid_text(text.encode(), source)
    write(render(plan(spec, source=source)), out)
    return spec


def _create_backend(server: Sandbox, settings: Mapping[str, Any] | None) -> list[str]:
    """Create the bucket of the state on the sandbox, and return the backend's settings for a local S3."""
    if settings is None:
        return []
    location = {"LocationConstraint": settings["region"]}
    server.client("s3").create_bucket(Bucket=settings["bucket"], CreateBucketConfiguration=location)
    return ["-backend-config=use_path_style=true", "-reconfigure"]


def import_from_each_source(stack: Stack, server: Sandbox, spec: Spec, *, text: str) -> None:
    """Import from each source by itself, and into the spec that was rendered, where nothing may change."""
    state = stack.terraform.state_pull()
    with step("terraform state pull | pcaform import state -: the same spec") as notes:
        notes.append(_compare(tfstate.read(state, "the state"), spec))
    with step("pcaform import hcl: the same spec") as notes:
        notes.append(_compare(read(str(stack.terraform.directory), Options()), spec))
    with step("pcaform import aws: the same spec") as notes, process_environment({**os.environ, **server.environment}):
        notes.append(_compare(read_inventory(Caller(), Filters()), spec))
    pulled = stack.scratch / "pulled.tfstate"
    pulled.write_bytes(state)
    sources = {"state": [str(pulled)], "hcl": [str(stack.terraform.directory.resolve())], "aws": []}
    with step("each of them --into the spec that was rendered: not a byte changes"):
        for source, arguments in sources.items():
            path = stack.scratch / f"into-{source}.yaml"
            path.write_text(text, encoding="utf-8")
            command = ("import", source, *arguments, "--into", str(path))
            run_pcaform(*command, environment=stack.terraform.environment, directory=stack.scratch)
            require(path.read_text(encoding="utf-8") == text, f"import {source} changes the spec")


def _compare(inventory: Inventory, spec: Spec) -> str:
    (imported,) = infer(inventory, stack=spec.stack, existing=existing_keys(spec))
    require(not imported.left_out, f"left out: {imported.left_out}")
    differing = differing_fields(spec, imported.spec, inventory.source.name)
    require(not differing, f"it differs: {differing}")
    notes = [f"; listed: {note.reason}" for note in imported.notes]
    return f"{len(inventory.resources)} resources; equal in every field that this source carries{''.join(notes)}"


def adopt(stack: Stack, server: Sandbox) -> None:
    """Play the act: nothing is added, changed or destroyed, and the CA keeps its certificate; raises StepFailed."""
    begin_act("A CA made outside Terraform")
    acm_pca = server.client("acm-pca", region=_REGION)
    with step(f"boto3 creates a CA in {_REGION}, lets ACM renew from it, and creates a user with a policy") as notes:
        arn = _create_ca(acm_pca, server.client("iam"))
        notes.append(arn)
    before = _serial(acm_pca, arn)
    home = stack.scratch / "adopted"
    home.mkdir()
    terraform = Terraform(stack.terraform.binary, home / _NAME, stack.terraform.environment)
    _adopt(terraform, partial(run_pcaform, environment=terraform.environment, directory=home), home / "adopt.tfplan")
    with step("the CA's certificate has the serial that it had") as notes:
        after = _serial(acm_pca, arn)
        require(after == before, f"{before} became {after}")
        notes.append(after)


def _serial(acm_pca: Any, arn: str) -> str:
    """Return the serial number of a CA's certificate: another certificate would change it."""
    return str(acm_pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]["Serial"])


def _create_ca(acm_pca: Any, iam: Any) -> str:
    """Create an active root that permits ACM everything, and a user who issues from it, as the console does."""
    subject = {"CommonName": "Old Root CA", "Organization": "Corp"}
    settings = {"KeyAlgorithm": "EC_prime256v1", "SigningAlgorithm": _ALGORITHM, "Subject": subject}
    created = acm_pca.create_certificate_authority(
        CertificateAuthorityType="ROOT", CertificateAuthorityConfiguration=settings
    )
    ca = {"CertificateAuthorityArn": str(created["CertificateAuthorityArn"])}
    issued = acm_pca.issue_certificate(
        **ca,
        Csr=acm_pca.get_certificate_authority_csr(**ca)["Csr"].encode(),
        SigningAlgorithm=_ALGORITHM,
        TemplateArn=facts.template_arn(_REGION, "RootCACertificate/V1"),
        Validity={"Type": "YEARS", "Value": 10},
    )["CertificateArn"]
    certificate = acm_pca.get_certificate(**ca, CertificateArn=issued)["Certificate"]
    acm_pca.import_certificate_authority_certificate(**ca, Certificate=certificate.encode())
    acm_pca.create_permission(**ca, Principal=facts.ACM_PRINCIPAL, Actions=sorted(facts.ALL_PERMISSION_ACTIONS))
    (arn,) = ca.values()
    actions = ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_user(UserName="old-signer")
    policy = iam.create_policy(PolicyName="old-signing", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="old-signer", PolicyArn=policy)
    return arn


def _adopt(terraform: Terraform, pcaform: Callable[..., str], plan: Path) -> None:
    spec = f"{_NAME}.yaml"
    with step(f"pcaform import aws --region {_REGION} --stack {_NAME} --out {spec}"):
        pcaform("import", "aws", "--region", _REGION, "--stack", _NAME, "--out", spec)
    with step(f"pcaform render {spec}; terraform init"):
        pcaform("render", spec, "--out", ".")
        terraform.init()
    with step(f"pcaform adopt {_NAME}: proven in a copy, then pushed") as notes:
        notes.extend(pcaform("adopt", _NAME).splitlines()[-1:])
    with step("terraform plan imports the CA, and changes nothing") as notes:
        terraform.plan(plan)
        notes.append(terraform.conclusion(plan))
        require(notes == [_ADOPTED], f"it says '{notes[0]}'")
    with step("terraform apply; the next plan is empty"):
        terraform.apply(plan)
        require(is_empty(terraform.plan(plan)), "it is not")

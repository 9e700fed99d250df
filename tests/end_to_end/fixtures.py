"""A stack as a user has it: rendered by the command, planned and applied by the real Terraform on the sandbox."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.cli.stacks import render_spec
from pcaform.render.plan.module_call import VENDORED, ModuleSource
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_checked, load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.terraform.plan_json import list_changes
from pcaform.terraform.runner import Terraform, find_binary
from terraform_steps import apply_without_plan, init_once, remaining_changes

ACCOUNT = "123456789012"
REGION = "eu-west-1"
NAME = "story"
HEAD = f"""\
version: 1
stack: {NAME}
aws: {{region: {REGION}, account_id: "{ACCOUNT}"}}
certificate_authority_defaults: {{key_algorithm: EC_prime256v1}}
"""

Changes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Stack:
    """One stack's directory and the account it lives in."""

    home: Path
    server: Sandbox
    terraform: Terraform

    def render(self, text: str, *, modules: ModuleSource = VENDORED) -> None:
        """Render a spec over the stack, as the command does; raises Invalid where it refuses."""
        path = self.home / "spec.yaml"
        path.write_text(HEAD + text, encoding="utf-8")
        write(render_spec((str(path), *load_checked(str(path))), self.home, modules=modules), self.home)

    def plan(self, text: str, *, modules: ModuleSource = VENDORED) -> Changes:
        """Render a spec and return what its plan changes, by address."""
        return list_changes(self.planned(text, modules=modules))

    def planned(self, text: str, *, modules: ModuleSource = VENDORED) -> dict[str, Any]:
        """Render a spec and return its plan."""
        self.render(text, modules=modules)
        init_once(self.terraform)
        return self.terraform.plan(self.home / "tfplan")

    def plan_anyway(self, text: str) -> Changes:
        """Plan a spec as if nothing had been rendered before, as in a pipeline that keeps no stack."""
        write(render(plan(load_valid_text((HEAD + text).encode(), "spec.yaml"), source="spec.yaml")), self.home)
        init_once(self.terraform)
        return list_changes(self.terraform.plan(self.home / "tfplan"))

    def restore(self, text: str) -> None:
        """Put the stack of an earlier spec back as if nothing had been rendered since."""
        shutil.rmtree(self.terraform.directory / "modules")
        for path in (*self.terraform.directory.glob("*.tf"), self.terraform.directory / ".pcaform.json"):
            path.unlink()
        self.render(text)

    def apply(self, text: str) -> Changes:
        """Do the same, and apply the plan."""
        found = self.plan(text)
        self.terraform.apply(self.home / "tfplan")
        return found

    def apply_without_plan(self, text: str) -> None:
        """Render a spec and apply it, for what comes after."""
        self.render(text)
        apply_without_plan(self.terraform)

    def remaining_changes(self, text: str) -> Changes:
        """Render a spec that is applied and return what its plan still changes, which is to be nothing."""
        self.render(text)
        init_once(self.terraform)
        return remaining_changes(self.terraform, self.home / "tfplan")

    def moves(self) -> dict[str, str]:
        """Return old address to new address of what the last plan moves."""
        found = self.terraform.show(self.home / "tfplan")["resource_changes"]
        return {change["previous_address"]: change["address"] for change in found if "previous_address" in change}

    def imports(self) -> dict[str, str]:
        """Return address to id of what the last plan imports."""
        found = self.terraform.show(self.home / "tfplan")["resource_changes"]
        return {each["address"]: each["change"]["importing"]["id"] for each in found if "importing" in each["change"]}

    def outputs(self) -> Mapping[str, Any]:
        """Return the stack's outputs by name."""
        found = self.terraform.show()["values"]["outputs"]
        return {name: output["value"] for name, output in found.items()}

    def status(self, common_name: str, *, region: str = REGION) -> str:
        """Return the status of a CA at AWS."""
        client = self.server.client("acm-pca", region=region)
        found = client.list_certificate_authorities()["CertificateAuthorities"]
        (status,) = (
            each["Status"]
            for each in found
            if each["CertificateAuthorityConfiguration"]["Subject"]["CommonName"] == common_name
        )
        return str(status)


@contextmanager
def started(home: Path, *, state: Path | None = None, iam: bool = False) -> Iterator[Stack]:
    """Start an account of its own for a stack below `home`; `state` keeps it, `iam` lets policies count."""
    with open_sandbox(account_id=ACCOUNT, region=REGION, state=state, iam=iam) as (server, environment):
        yield Stack(home, server, Terraform(find_binary(), home / NAME, environment))

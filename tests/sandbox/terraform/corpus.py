"""Terraform configurations applied stage by stage to one state, with their plans and the sandbox's CAs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.sandbox.server import Sandbox
from pcaform.terraform.plan_json import Changes
from pcaform.terraform.runner import Terraform, find_binary
from sandbox.conftest import ACCOUNT, REGION, csr
from terraform_steps import apply_without_plan, remaining_changes

STAGES = Path(__file__).parent
_LOCK = ".terraform.lock.hcl"

Values = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """An applied stage: its plan, what a second plan would change, the state's values, and the sandbox's CAs."""

    plan: dict[str, Any]
    remaining: Changes
    values: Values
    cas: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Corpus:
    """One directory of Terraform on a running sandbox."""

    server: Sandbox
    terraform: Terraform

    @property
    def directory(self) -> Path:
        """The directory of the configuration and the state."""
        return self.terraform.directory

    def plan_stages(self, *stages: str, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
        """Copy stages over the configuration and plan."""
        for stage in stages:
            shutil.copytree(STAGES / stage, self.directory, dirs_exist_ok=True)
        return self.terraform.plan(self.directory / "tfplan", *arguments)

    def apply_stages(self, *stages: str) -> Step:
        """Copy stages over the configuration, plan, apply, and plan again."""
        plan = self.plan_stages(*stages)
        self.terraform.apply(self.directory / "tfplan")
        values = self.values()
        return Step(plan, remaining_changes(self.terraform, self.directory / "tfplan"), values, self.cas())

    def apply_unplanned(self, stage: str) -> Values:
        """Copy a stage over the configuration, apply it without a plan file, and return the values in the state."""
        shutil.copytree(STAGES / stage, self.directory, dirs_exist_ok=True)
        apply_without_plan(self.terraform)
        return self.values()

    def values(self) -> Values:
        """Return the values in the state by address; addresses of data sources start with `data.`."""
        module = self.terraform.show().get("values", {}).get("root_module", {})
        return {resource["address"]: resource["values"] for resource in module.get("resources", [])}

    def cas(self) -> dict[str, dict[str, Any]]:
        """Describe the CAs of the sandbox by ARN, deleted ones too."""
        cas = self.server.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
        return {ca["Arn"]: ca for ca in cas}

    def copy_with_imports(self, directory: Path, imports: Mapping[str, str]) -> Corpus:
        """Return the same configuration with an empty state and import blocks: addresses -> identifiers."""
        shutil.copytree(self.directory, directory, ignore=shutil.ignore_patterns("*tfstate*", "tfplan"))
        blocks = [{"to": address, "id": identifier} for address, identifier in imports.items()]
        (directory / "imports.tf.json").write_text(json.dumps({"import": blocks}), encoding="utf-8")
        return Corpus(self.server, Terraform(self.terraform.binary, directory, self.terraform.environment))


@contextmanager
def start_corpus(directory: Path, terraform_init: Path) -> Iterator[Corpus]:
    """Start a sandbox and yield an empty configuration that uses the providers of an initialised directory."""
    directory.mkdir()
    shutil.copy(terraform_init / _LOCK, directory)
    for name in ("leaf", "other"):
        (directory / f"{name}.csr").write_bytes(csr(f"{name}.corp.example"))
    with open_sandbox(account_id=ACCOUNT, region=REGION) as (server, environment):
        environment["TF_DATA_DIR"] = str(terraform_init / ".terraform")
        yield Corpus(server, Terraform(find_binary(), directory, environment))


def replacements(plan: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the arguments that force each resource to be replaced, as dotted paths without indices."""
    return {
        change["address"]: {_dotted(path) for path in change["change"]["replace_paths"]}
        for change in plan["resource_changes"]
        if "replace_paths" in change["change"]
    }


def differences(plan: Mapping[str, Any], address: str) -> set[str]:
    """Return the top-level arguments in which a planned change differs from the state."""
    (change,) = (
        resource_change["change"]
        for resource_change in plan["resource_changes"]
        if resource_change["address"] == address
    )
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    return {name for name in before if name not in unknown and before[name] != after.get(name)}


def _dotted(path: list[str | int]) -> str:
    return ".".join(part for part in path if isinstance(part, str))

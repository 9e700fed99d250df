"""Terraform configurations laid out stage by stage over one state, and what Terraform and the sandbox say of each."""

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
from pcaform.terraform.runner import Terraform, find_binary
from sandbox.conftest import ACCOUNT, REGION, csr

STAGES = Path(__file__).parent
_LOCK = ".terraform.lock.hcl"

Values = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """A stage that was applied: its plan, the plan that followed, the state's values, and the CAs of the sandbox."""

    plan: dict[str, Any]
    again: dict[str, Any]
    values: Values
    authorities: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Corpus:
    """One directory of Terraform on a running sandbox."""

    server: Sandbox
    terraform: Terraform

    @property
    def directory(self) -> Path:
        """Where the configuration and the state are."""
        return self.terraform.directory

    def planned(self, *stages: str, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
        """Lay stages over what is there and plan."""
        for stage in stages:
            shutil.copytree(STAGES / stage, self.directory, dirs_exist_ok=True)
        return self.terraform.plan(self.directory / "tfplan", *arguments)

    def applied(self, *stages: str) -> Step:
        """Lay stages over what is there, plan, apply, and plan again."""
        plan = self.planned(*stages)
        self.terraform.apply(self.directory / "tfplan")
        values = self.values()
        return Step(plan, self.planned(), values, self.authorities())

    def values(self) -> Values:
        """Return the values in the state by address; data sources have their `data.` in front."""
        module = self.terraform.show().get("values", {}).get("root_module", {})
        return {resource["address"]: resource["values"] for resource in module.get("resources", [])}

    def authorities(self) -> dict[str, dict[str, Any]]:
        """Describe the CAs of the sandbox by ARN, deleted ones too."""
        listed = self.server.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
        return {authority["Arn"]: authority for authority in listed}

    def elsewhere(self, directory: Path, imports: Mapping[str, str]) -> Corpus:
        """Return the same configuration over an empty state, with imports: addresses -> identifiers."""
        shutil.copytree(self.directory, directory, ignore=shutil.ignore_patterns("*tfstate*", "tfplan"))
        blocks = [{"to": address, "id": identifier} for address, identifier in imports.items()]
        (directory / "imports.tf.json").write_text(json.dumps({"import": blocks}), encoding="utf-8")
        return Corpus(self.server, Terraform(self.terraform.binary, directory, self.terraform.environment))


@contextmanager
def corpus(directory: Path, initialised: Path) -> Iterator[Corpus]:
    """Start a sandbox and yield an empty directory on it that uses the providers of an initialised one."""
    directory.mkdir()
    shutil.copy(initialised / _LOCK, directory)
    for name in ("leaf", "other"):
        (directory / f"{name}.csr").write_bytes(csr(f"{name}.corp.example"))
    with open_sandbox(account_id=ACCOUNT, region=REGION) as (server, environment):
        environment["TF_DATA_DIR"] = str(initialised / ".terraform")
        yield Corpus(server, Terraform(find_binary(), directory, environment))


def replacements(plan: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return which arguments force which resources to be replaced, as dotted paths without indices."""
    return {
        change["address"]: {_dotted(path) for path in change["change"]["replace_paths"]}
        for change in plan["resource_changes"]
        if "replace_paths" in change["change"]
    }


def differences(plan: Mapping[str, Any], address: str) -> set[str]:
    """Return the top-level arguments in which a planned change differs from the state."""
    (change,) = (found["change"] for found in plan["resource_changes"] if found["address"] == address)
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    return {name for name in before if name not in unknown and before[name] != after.get(name)}


def _dotted(path: list[str | int]) -> str:
    return ".".join(part for part in path if isinstance(part, str))

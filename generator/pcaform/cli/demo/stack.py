"""The demo's stack: rendered from a spec text, planned and applied with the real Terraform against the sandbox."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.cli.demo.steps import require, step
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_changes import Changes, is_empty, list_changes
from pcaform.terraform.runner import Terraform

_WORDS: Mapping[tuple[str, ...], str] = {("create",): "add", ("update",): "change", ("delete",): "destroy"}


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack on the sandbox; plan files go to `scratch`, so that the stack holds only its own files."""

    terraform: Terraform
    scratch: Path

    def create(self, server: Sandbox, spec: Spec) -> None:
        """Initialise, validate, plan and apply; then show that a second plan is empty."""
        with step(f"terraform init ({self.terraform.version()})"):
            self.terraform.init(*_create_backend(server, spec))
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


def _create_backend(server: Sandbox, spec: Spec) -> list[str]:
    """Create the bucket of the state on the sandbox, and return the backend's settings for a local S3."""
    settings = (spec.terraform.backend or {}).get("s3")
    if settings is None:
        return []
    location = {"LocationConstraint": settings["region"]}
    server.client("s3").create_bucket(Bucket=settings["bucket"], CreateBucketConfiguration=location)
    return ["-backend-config=use_path_style=true", "-reconfigure"]

"""The demo's stack: rendered from a spec text, planned and applied by real Terraform against the sandbox, in steps.

Each step is one line with its time; the demo stops at the first step that fails.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_changes import Changes, is_empty, list_changes
from pcaform.terraform.runner import Terraform

_WORDS: Mapping[tuple[str, ...], str] = {("create",): "add", ("update",): "change", ("delete",): "destroy"}


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

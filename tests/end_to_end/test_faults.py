"""Terraform's real AWS provider on a sandbox with AWS's own rate limits, failing services and broken connections."""

from pathlib import Path

import pytest

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.terraform.plan_changes import is_empty
from pcaform.terraform.runner import Terraform, find_binary

pytestmark = pytest.mark.terraform
SPEC = Path(__file__).parent / "spec.yaml"


def test_apply_gets_through_trouble(tmp_path: Path) -> None:
    """Everything is made once, and a second plan is empty, though calls of every kind were refused on the way."""
    spec = load_valid_text(SPEC.read_bytes(), "spec.yaml")
    write(render(plan(spec, source="spec.yaml")), tmp_path)
    with (
        open_sandbox(account_id=spec.aws.account_id, region=spec.aws.region) as (server, environment),
        server.with_faults(seed=1, throttling=True, failures=0.1, resets=0.1) as counts,
    ):
        terraform = Terraform(find_binary(), tmp_path / spec.stack, environment)
        terraform.init()
        terraform.plan(tmp_path / "tfplan")
        terraform.apply(tmp_path / "tfplan")
        assert is_empty(terraform.plan(tmp_path / "again"))
        assert min(counts[kind] for kind in ("throttling", "failures", "resets")) > 0

"""One applied stack, read back from its state, a plan, its files and its account: each source gives what it carries."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from pcaform.cli.account_session import read_inventory
from pcaform.cli.import_result import write_result
from pcaform.cli.options import ImportOptions
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.importer.infer.infer import infer
from pcaform.importer.infer.keys import existing_keys
from pcaform.render.normal_form import differing_fields
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sources import tfplan, tfstate
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform.arguments import Source
from pcaform.terraform.runner import Terraform, find_binary
from terraform_steps import apply_without_plan

pytestmark = pytest.mark.terraform
TEXT = (Path(__file__).parent / "spec.yaml").read_text(encoding="utf-8")


SOURCES: tuple[Source, ...] = get_args(Source)


def looked_at(spec: Spec, source: Source) -> Spec:
    """Return what a source looks at of the spec; in an account, who may only list CAs uses none."""
    issuers = {key: issuer for key, issuer in spec.issuers.items() if source != "live" or key != "taken-over"}
    return spec.model_copy(update={"issuers": issuers})


@dataclass(frozen=True)
class Read:
    """What each source found of the one stack, and the spec it was rendered from."""

    spec: Spec
    found: dict[str, Inventory]


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Read:
    out = tmp_path_factory.mktemp("sources")
    spec = load_valid_text(TEXT.encode(), "spec.yaml")
    write(render(plan(spec, source="spec.yaml")), out)
    before = dict(os.environ)
    with open_sandbox(account_id=spec.aws.account_id, region=spec.aws.region) as (server, environment):
        terraform = Terraform(find_binary(), out / spec.stack, environment)
        apply_without_plan(terraform)
        os.environ.update(server.environment)
        try:
            live = read_inventory(Caller(), Filters())
        finally:
            os.environ.clear()
            os.environ.update(before)
        state = tfstate.read(terraform.state_pull(), "the state")
        planned = json.dumps(terraform.plan(out / "tfplan")).encode()
    found = {
        "state": state,
        "plan": tfplan.read(planned, "the plan", Options()),
        "hcl": read(str(strange(out / spec.stack)), Options()),
        "live": live,
    }
    return Read(spec, found)


def strange(stack: Path) -> Path:
    """Return a copy of a stack without anything that says that pcaform wrote it."""
    bare = stack.parent / "bare"
    shutil.copytree(stack, bare, ignore=shutil.ignore_patterns(".pcaform.json", ".terraform*"))
    (bare / "outputs.tf").unlink()
    for path in bare.rglob("*.tf"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.lstrip().startswith("#")), encoding="utf-8")
    return bare


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_gives_what_it_carries(everywhere: Read, source: Source) -> None:
    (found,) = infer(everywhere.found[source], stack="loop", existing=existing_keys(everywhere.spec))
    ours, theirs = (looked_at(each, source) for each in (everywhere.spec, found.spec))
    assert differing_fields(ours, theirs, source) == []


@pytest.mark.parametrize("source", SOURCES)
def test_an_import_into_the_spec_changes_nothing(
    everywhere: Read, tmp_path: Path, capfd: pytest.CaptureFixture[str], source: str
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert write_result(everywhere.found[source], ImportOptions(into=path, is_dry_run=True))
    assert capfd.readouterr().out == ""
    assert write_result(everywhere.found[source], ImportOptions(into=path))
    assert path.read_text(encoding="utf-8") == TEXT

"""One applied stack, read back from its state, its files and its account: each source gives what it carries."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcaform.cli.account_session import read_inventory
from pcaform.cli.import_options import ImportOptions
from pcaform.cli.import_result import write_result
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.importer.infer.existing_keys import existing_keys
from pcaform.importer.infer.infer import infer
from pcaform.importer.merge.carried_fields import by_hcl, by_live, by_state
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sources import tfstate
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.session import Caller
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform.runner import Terraform, find_binary

pytestmark = pytest.mark.terraform
TEXT = (Path(__file__).parent / "spec.yaml").read_text(encoding="utf-8")


def in_the_account(spec: Spec) -> dict[str, Any]:
    """Return what AWS carries of the spec; who may only list CAs uses none, so nobody looks at him."""
    issuers = {key: issuer for key, issuer in spec.issuers.items() if key != "taken-over"}
    return by_live(spec.model_copy(update={"issuers": issuers}))


CARRIED: dict[str, Callable[[Spec], dict[str, Any]]] = {"state": by_state, "hcl": by_hcl, "live": in_the_account}


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
        terraform.init()
        terraform.plan(out / "tfplan")
        terraform.apply(out / "tfplan")
        os.environ.update(server.environment)
        try:
            live = read_inventory(Caller(), Filters())
        finally:
            os.environ.clear()
            os.environ.update(before)
        state = tfstate.read(terraform.state_pull(), "the state")
    return Read(spec, {"state": state, "hcl": read(str(strange(out / spec.stack)), Options()), "live": live})


def strange(stack: Path) -> Path:
    """Return a copy of a stack without anything that says that pcaform wrote it."""
    bare = stack.parent / "bare"
    shutil.copytree(stack, bare, ignore=shutil.ignore_patterns(".pcaform.json", ".terraform*"))
    (bare / "outputs.tf").unlink()
    for path in bare.rglob("*.tf"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.lstrip().startswith("#")), encoding="utf-8")
    return bare


@pytest.mark.parametrize("source", CARRIED)
def test_each_source_gives_what_it_carries(everywhere: Read, source: str) -> None:
    (found,) = infer(everywhere.found[source], stack="loop", existing=existing_keys(everywhere.spec))
    carried = CARRIED[source]
    assert carried(found.spec) == carried(everywhere.spec)


@pytest.mark.parametrize("source", CARRIED)
def test_an_import_into_the_spec_changes_nothing(
    everywhere: Read, tmp_path: Path, capfd: pytest.CaptureFixture[str], source: str
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert write_result(everywhere.found[source], ImportOptions(into=path, is_dry_run=True))
    assert capfd.readouterr().out == ""
    assert write_result(everywhere.found[source], ImportOptions(into=path))
    assert path.read_text(encoding="utf-8") == TEXT

"""The import in the demo: an applied stack gives the same spec from its state, its files and the account."""

import os

from pcaform.cli.account_session import read_inventory
from pcaform.cli.demo.stack import Stack
from pcaform.cli.demo.steps import require, run_pcaform, step
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
from pcaform.terraform.runner import process_environment


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

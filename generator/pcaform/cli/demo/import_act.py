"""The way back in the demo: one applied stack read from its state, its files and the account gives one spec."""

import os
from collections.abc import Callable
from typing import Any

from pcaform.cli.account_session import read_inventory
from pcaform.cli.demo.commands import pcaform
from pcaform.cli.demo.stack import Stack
from pcaform.cli.demo.steps import holds, step
from pcaform.importer.infer.existing_keys import existing_keys
from pcaform.importer.infer.infer import infer
from pcaform.importer.merge.carried_fields import by_hcl, by_live, by_state
from pcaform.sandbox.server import Sandbox
from pcaform.sources import tfstate
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.session import Caller
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform.environment import process_environment

Carried = Callable[[Spec], dict[str, Any]]


def give_the_spec_back(stack: Stack, server: Sandbox, spec: Spec, *, text: str) -> None:
    """Import from each source by itself, and into the spec that was rendered, where nothing may change."""
    state = stack.terraform.state_pull()
    with step("terraform state pull | pcaform import state -: the same spec") as notes:
        notes.append(_same(tfstate.read(state, "the state"), spec, by_state))
    with step("pcaform import hcl: the same spec") as notes:
        notes.append(_same(read(str(stack.terraform.directory), Options()), spec, by_hcl))
    with step("pcaform import aws: the same spec") as notes, process_environment({**os.environ, **server.environment}):
        notes.append(_same(read_inventory(Caller(), Filters()), spec, by_live))
    with step("each of them --into the spec that was rendered: not a byte changes"):
        _into(stack, text=text, state=state)


def _same(found: Inventory, spec: Spec, carried: Carried) -> str:
    (back,) = infer(found, stack=spec.stack, existing=existing_keys(spec))
    holds(not back.left_out, f"left out: {back.left_out}")
    ours, theirs = carried(spec), carried(back.spec)
    holds(ours == theirs, f"it differs: {differences(ours, theirs)}")
    listed = [f"; listed: {note.reason}" for note in back.notes]
    return f"{len(found.resources)} resources; equal in every field that this source carries{''.join(listed)}"


def _into(stack: Stack, *, text: str, state: bytes) -> None:
    kept = stack.scratch / "pulled.tfstate"
    kept.write_bytes(state)
    sources = {"state": [str(kept)], "hcl": [str(stack.terraform.directory.resolve())], "aws": []}
    for source, arguments in sources.items():
        path = stack.scratch / f"into-{source}.yaml"
        path.write_text(text, encoding="utf-8")
        command = ("import", source, *arguments, "--into", str(path))
        pcaform(*command, environment=stack.terraform.environment, directory=stack.scratch)
        holds(path.read_text(encoding="utf-8") == text, f"import {source} changes the spec")


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Return a line for each place where two specs differ."""
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return [] if ours == theirs else [f"{at}: {ours!r} became {theirs!r}"]
    keys = sorted({*ours, *theirs})
    return [line for key in keys for line in differences(ours.get(key), theirs.get(key), f"{at}.{key}".lstrip("."))]

"""Everything that writes a file of the user, on a disk that is full: the file is as it was, and the message says why.

What else can interrupt a write is tested once, with the one writer (tests/core/test_files.py).
"""

import json
import os
import re
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adopt.test_finish import NEW, OLD
from adopt.test_finish import resource as resource_of
from importer.import_cases import SPEC, tagged
from importer.infer.state_builders import stacked
from pcaform.adopt.backend import Backend
from pcaform.adopt.report import Digests, Proof, Versions
from pcaform.cli.adopt_steps import finish_spec, write_proof
from pcaform.cli.import_result import write_result
from pcaform.cli.options import ImportOptions
from pcaform.render.write.write import write
from pcaform.sandbox.server import Sandbox
from pcaform.sources import tfstate
from pcaform.sources.aws.parallel import open_checkpoint
from pcaform.terraform.runner import Terraform
from render.write.builders import content_of, stack

ACCOUNT = "123456789012"
_ROOM = 8
"""Bytes that the disk still has for each file."""


@dataclass(frozen=True)
class Writer:
    """What writes a file: how the file came about, the write, and the end of the message."""

    prepare: Callable[[Path], object]
    write: Callable[[Path], object]
    advice: str


def save_checkpoint(path: Path) -> None:
    """Begin an import of an account."""
    with open_checkpoint(ACCOUNT, path):
        pass


def keep_state(path: Path) -> None:
    """Copy a state before it is changed."""
    backend = Backend(Terraform("terraform", path.parent, {}), path.parent)
    backend.save_copy(path.name, b'{"version": 4, "serial": 1}')


def prove(path: Path) -> None:
    """Write the proof of an adoption."""
    nothing: tuple[Any, ...] = ()
    write_proof(
        Proof(
            format_version="1.1",
            verdict="proven",
            step="not pushed",
            made_at="2026-01-01T00:00:00+00:00",
            stack="s",
            workspace="default",
            account_id=ACCOUNT,
            region="eu-west-1",
            accepted_classes=nothing,
            resources=nothing,
            outputs=nothing,
            reasons=nothing,
            warnings=nothing,
            digests=Digests(plan="", state_before="", state_after="", stack=""),
            versions=Versions(pcaform="1", terraform="1", provider="6"),
        ),
        path,
    )


def write_spec(path: Path) -> None:
    """Write a spec to import into."""
    path.write_text(SPEC, encoding="utf-8")


def import_tags(path: Path) -> None:
    """Import a state into a spec."""
    write_result(tfstate.read(stacked(*tagged({"a": "b"})), "-"), ImportOptions(into=path))


def write_moves(path: Path) -> None:
    """Write a spec with a move, and a stack with a stand-in for Terraform, whose state has absorbed the move."""
    path.write_text(f"{SPEC}moves:\n  {OLD}: {NEW}\n", encoding="utf-8")
    directory = path.parent.with_name("stack")
    (directory / ".terraform").mkdir(parents=True)
    state = {"version": 4, "serial": 3, "lineage": "L", "resources": [resource_of(NEW)]}
    (directory / "state").write_text(json.dumps(state), encoding="utf-8")
    (directory / "terraform").write_text(f"#!/bin/sh\ncat '{directory}/state'\n", encoding="utf-8")
    (directory / "terraform").chmod(0o755)
    for name in ("providers.tf", ".terraform.lock.hcl"):
        (directory / name).touch()


def finish(path: Path) -> None:
    """Take the move from the spec."""
    directory = path.parent.with_name("stack")
    os.environ["PCAFORM_TERRAFORM"] = str(directory / "terraform")
    finish_spec(str(path), directory)


def run_sandbox(path: Path) -> None:
    """Start and stop a sandbox that keeps its content."""
    with Sandbox(account_id=ACCOUNT, region="eu-west-1", state=path):
        pass


WRITERS = {
    "a checkpoint": Writer(save_checkpoint, save_checkpoint, "name another file"),
    "the copy of a state": Writer(keep_state, keep_state, "name another directory"),
    "a proof": Writer(prove, prove, "name another file"),
    "a spec that is imported into": Writer(
        lambda path: path.write_text(SPEC, encoding="utf-8"), import_tags, "it is unchanged"
    ),
    "a spec that is finished": Writer(write_moves, finish, "it is unchanged"),
    "the content of a sandbox": Writer(run_sandbox, run_sandbox, "the content of this sandbox was not saved"),
    "a stack": Writer(
        lambda path: write(stack(a_tf="a"), path.parent),
        lambda path: write(stack(a_tf="a long line"), path.parent),
        "fix this or choose another --out\nnothing was written there",
    ),
}


def in_child(action: Callable[[], object]) -> str:
    """Act in a child process and return the message of its failure."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        try:
            action()
        except Exception as error:  # noqa: BLE001 - all of them are told
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        message = file.read().decode()
    os.waitpid(child, 0)
    return message


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, writer: Writer) -> None:
    path = tmp_path / "home" / "file"
    path.parent.mkdir()
    assert in_child(lambda: writer.prepare(path)) == ""
    before = content_of(path.parent)

    def write_on_a_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, _ROOM))
        writer.write(path)

    message = in_child(write_on_a_full_disk)
    assert re.fullmatch(rf"{path.parent}/.*cannot be written: File too large; {writer.advice}", message)
    assert content_of(path.parent) == before != {}
    assert in_child(lambda: writer.write(path)) == ""


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_a_read_only_directory_leaves_the_file_as_it_was(tmp_path: Path, writer: Writer) -> None:
    """Also for root, which may write whatever the mode is."""
    path = tmp_path / "home" / "file"
    path.parent.mkdir()
    assert in_child(lambda: writer.prepare(path)) == ""
    before = content_of(path.parent)
    directories = [path.parent, *(each for each in path.parent.iterdir() if each.is_dir())]
    for directory in directories:
        directory.chmod(0o555)
    message = in_child(lambda: writer.write(path))
    for directory in directories:
        directory.chmod(0o755)
    assert message.startswith(f"{directories[-1]}: read-only; make it writable\n")
    assert content_of(path.parent) == before != {}

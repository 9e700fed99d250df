"""A write that is interrupted anywhere, killed or by a disk error: it leaves the old stack, the new one, or a tripwire.

Every system call that changes the disk is counted first; then the write is interrupted at each of them in turn.
"""

import errno
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conftest import Offline
from interruption import is_killed, list_calls, patch_calls, refusal
from pcaform.render.manifest import NAME, digest
from pcaform.render.plan.stack import plan
from pcaform.render.templates import Rendered, render
from pcaform.render.write import tripwire
from pcaform.render.write.comparison import compare
from pcaform.render.write.extra_files import STAGING
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from render.write.builders import content_of, is_whole, stack, stack_of

SPEC = """version: 1
stack: s
aws: {{region: eu-west-1, account_id: "123456789012"}}
certificate_authorities:
  root: {{type: ROOT, subject: {{common_name: R}}, key_algorithm: RSA_2048, validity: {{type: YEARS, value: 20}}}}
  {key}:
    type: SUBORDINATE
    parent: root
    subject: {{common_name: {key}}}
    key_algorithm: RSA_2048
    validity: {{type: YEARS, value: 5}}
"""


def rendered(key: str, *, add: str) -> Rendered:
    """Return the stack of a root and one CA below it, with one additional file."""
    files = render(plan(load_valid_text(SPEC.format(key=key).encode(), "s.yaml"), source="s.yaml")).files
    return stack_of({**{path: files[path] for path in files if path != NAME}, add: b"# more\n"})


NOTHING = Rendered("s", {})
OLD = rendered("one", add="x/y/old.tf")
NEW = rendered("two", add="changes.tf")
OTHER = stack(a_tf="a", changes_tf="c")
"""Another stack that a user renders after an interrupted render."""


def calls(before: Rendered | None, after: Rendered, out: Path) -> list[str]:
    """Return which calls a write makes."""
    if before:
        write(before, out)
    return list_calls(lambda: write(after, out))


def test_the_calls_are_counted(tmp_path: Path) -> None:
    """Otherwise the tests below would interrupt nothing; every new file is written, made durable and renamed."""
    found = calls(OLD, NEW, tmp_path)
    new = [path for path in NEW.files if OLD.files.get(path) != NEW.files[path]]
    assert found.count("write") == found.count("replace") == len(new) + 1
    assert found.count("fsync") > found.count("write")
    assert found.count("unlink") == 2
    assert found.count("rmdir") == 3


def test_the_order_of_a_write(tmp_path: Path) -> None:
    """Additions, moves and removals come before what depends on them; deletions and the manifest come last."""
    write(stack(a_tf="a", changes_tf="c", gone_tf="g", x__gone_tf="g"), tmp_path)
    found: list[str] = []

    def note(_: int, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name in ("replace", "unlink", "rmdir"):
                found.append(f"{name} {Path(arguments[-1]).relative_to(tmp_path / 's')}")
            return real(*arguments, **named)

        return call

    with patch_calls(note):
        write(stack(a_tf="A", changes_tf="C", new_tf="n", y__new_tf="n"), tmp_path)
    assert found == [
        f"replace {tripwire.NAME}",
        *("replace changes.tf", "replace new.tf", "replace y/new.tf"),
        "replace a.tf",
        *("unlink gone.tf", "unlink x/gone.tf", "rmdir x"),
        f"replace {NAME}",
        f"rmdir {STAGING}",
        f"unlink {tripwire.NAME}",
    ]


@pytest.mark.parametrize("before", [None, OLD], ids=["fresh", "changed"])
@pytest.mark.parametrize("healing", [NEW, OLD, OTHER], ids=["again", "back", "another"])
def test_a_kill_leaves_the_old_stack_or_the_new_or_the_tripwire(
    tmp_path: Path, before: Rendered | None, healing: Rendered
) -> None:
    for at in range(1, len(calls(before, NEW, tmp_path / "counted")) + 1):
        out = tmp_path / str(at)
        if before:
            write(before, out)
        assert is_killed(at, partial(write, NEW, out))
        assert is_whole(out / "s", before or NOTHING, NEW)
        write(healing, out)
        assert content_of(out / "s") == healing.files


def test_two_kills_in_a_row_with_different_specs_heal_as_well(tmp_path: Path) -> None:
    for at in range(1, len(calls(OLD, NEW, tmp_path / "counted")) + 1):
        out = tmp_path / str(at)
        write(OLD, out)
        assert is_killed(at, partial(write, NEW, out))
        is_killed(at, partial(write, OTHER, out))
        assert is_whole(out / "s", OLD, NEW, OTHER)
        write(OLD, out)
        assert content_of(out / "s") == OLD.files


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize("before", [None, OLD], ids=["fresh", "changed"])
def test_a_disk_error_is_reported_and_leaves_nothing_half_written(
    tmp_path: Path, code: int, before: Rendered | None
) -> None:
    number = len(calls(before, NEW, tmp_path / "counted"))
    for at in range(1, number + 1):
        out = tmp_path / str(at)
        if before:
            write(before, out)
        message = refusal(at, code, partial(write, NEW, out))
        left = content_of(out)
        assert not [path for path in left if STAGING in path]
        if message is None:
            assert content_of(out / "s") == NEW.files
        elif f"s/{tripwire.NAME}" in left:
            assert message.endswith("Terraform refuses it until pcaform render has run again")
        else:
            assert message.endswith("nothing was written there") or "cannot be read" in message
            assert content_of(out / "s") == (before or NOTHING).files
        write(NEW, out)
        assert content_of(out / "s") == NEW.files


def test_an_interrupt_leaves_the_tripwire_and_no_staging(tmp_path: Path) -> None:
    write(OLD, tmp_path)

    def interrupt(_: int, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        if name == "rmdir":
            raise KeyboardInterrupt
        return real

    with pytest.raises(KeyboardInterrupt), patch_calls(interrupt):
        write(NEW, tmp_path)
    assert (tmp_path / "s" / tripwire.NAME).is_file()


def test_a_tripwire_is_a_leftover_by_itself(tmp_path: Path) -> None:
    directory = write(OLD, tmp_path).directory
    (directory / tripwire.NAME).write_bytes(tripwire.serialize({}))
    (left,) = compare(OLD, directory).differences
    assert (left.path, left.reason) == (tripwire.NAME, "leftover")
    written = write(OLD, tmp_path)
    assert (written.changed, written.deleted) == ((), ())
    assert content_of(directory) == OLD.files


@pytest.mark.parametrize("path", ["../precious", ".terraform/precious", "terraform.tfstate"])
def test_a_tripwire_never_makes_it_delete_elsewhere(tmp_path: Path, path: str) -> None:
    directory = write(OLD, tmp_path).directory
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    (directory / path).write_bytes(b"precious")
    (directory / tripwire.NAME).write_bytes(tripwire.serialize({path: frozenset({digest(b"precious")})}))
    write(OLD, tmp_path)
    assert (directory / path).read_bytes() == b"precious"


@pytest.mark.terraform
@pytest.mark.parametrize("command", ["validate", "plan", "init"])
def test_terraform_refuses_the_tripwire_and_says_what_to_do(tmp_path: Path, offline: Offline, command: str) -> None:
    directory = write(stack(a_tf='resource "terraform_data" "x" {}\n'), tmp_path).directory
    terraform = offline(directory)
    terraform.init()
    terraform.validate()
    (directory / tripwire.NAME).write_bytes(tripwire.serialize({"a.tf": frozenset({"sha256:" + "0" * 64})}))
    asked = [terraform.binary, command, "-no-color", "-input=false"][: 3 if command == "validate" else 4]
    done = subprocess.run(asked, cwd=directory, env=dict(terraform.environment), capture_output=True, check=False)
    assert done.returncode == 1
    assert f"on {tripwire.NAME} line 1" in done.stderr.decode()
    assert tripwire.SENTENCE in done.stderr.decode()

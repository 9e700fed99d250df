"""Writing rendered files: completely, never over edited or foreign files, never outside the directory."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from conftest import EXAMPLE
from pcaform import __version__
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.manifest import NAME
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_file
from render.write.builders import content_of, stack, stack_of, tree

OLD = 1_000_000_000


def test_a_fresh_write_holds_exactly_what_was_rendered(tmp_path: Path) -> None:
    rendered = render(plan(load_file(str(EXAMPLE)), source="corp-pki.yaml"))
    written = write(rendered, tmp_path / "new" / "out")
    found = {path.relative_to(written.directory) for path in written.directory.rglob("*") if path.is_file()}
    assert {str(path) for path in found} == set(rendered.files) == set(written.changed)
    assert all((written.directory / path).read_bytes() == content for path, content in rendered.files.items())
    assert (written.directory, written.unchanged, written.deleted) == (tmp_path / "new" / "out" / "corp-pki", (), ())


def test_the_manifest_names_every_file_with_its_digest(tmp_path: Path) -> None:
    directory = write(render(plan(load_file(str(EXAMPLE)), source="corp-pki.yaml")), tmp_path).directory
    found = (directory / NAME).read_text(encoding="utf-8")
    read = json.loads(found)
    assert list(read) == ["files", "format_version", "pcaform_version", "items", "let_go", "moves"]
    assert list(read["files"]) == sorted(read["files"])
    assert all(f'    "{path}":\n      "{digest}"' in found for path, digest in read["files"].items())
    assert (read["format_version"], read["pcaform_version"]) == ("1.1", __version__)
    assert read["files"] == {
        str(path.relative_to(directory)): f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in directory.rglob("*")
        if path.is_file() and path.name != NAME
    }


def test_files_get_the_users_own_permissions(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        directory = write(stack(a_tf="a"), tmp_path).directory
    finally:
        os.umask(before)
    assert (directory / "a.tf").stat().st_mode & 0o777 == 0o664


def test_unchanged_files_keep_their_time(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    for path in directory.iterdir():
        os.utime(path, (OLD, OLD))
    again = write(stack(a_tf="a", b_tf="changed"), tmp_path)
    assert (again.changed, again.unchanged, again.deleted) == ((NAME, "b.tf"), ("a.tf",), ())
    assert (directory / "a.tf").stat().st_mtime == OLD
    assert (directory / "b.tf").stat().st_mtime > OLD


def test_an_edited_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    (directory / "b.tf").write_text("by\x1bhand", encoding="utf-8")
    with pytest.raises(Failure) as failure:
        write(stack(a_tf="new", b_tf="new\n", c_tf="new"), tmp_path)
    assert str(failure.value).splitlines() == [
        "these files were not written by pcaform, or were edited since:",
        f"  {directory}/b.tf",
        "--force would change them like this:",
        f"--- {directory}/b.tf",
        f"+++ {directory}/b.tf",
        "@@ -1 +1 @@",
        "-by\\x1bhand",
        r"\ No newline at end of file",
        "+new",
        "move them away, or use --force to discard their content; nothing was written there",
    ]
    assert tree(directory) == {"a.tf": "a", "b.tf": "by\x1bhand"}


def test_a_long_edit_is_shown_in_part(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a"), tmp_path).directory
    (directory / "a.tf").write_text("mine\n" * 1000, encoding="utf-8")
    with pytest.raises(Failure, match=r"(?s)(\n-mine){37}\n\.\.\. 965 more lines\nmove them away"):
        write(stack(a_tf="a"), tmp_path)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.tf").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match=r"not written by pcaform(.|\n)*s/a\.tf"):
        write(stack(a_tf="a", b_tf="b"), tmp_path)
    assert tree(tmp_path) == {"s/a.tf": "mine"}


def test_a_foreign_file_that_is_the_same_anyway_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.tf").write_text("a", encoding="utf-8")
    assert write(stack(a_tf="a"), tmp_path).unchanged == ("a.tf",)


def test_force_overwrites_and_deletes_what_was_edited(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    for name in ("a.tf", "b.tf"):
        (directory / name).write_text("by hand", encoding="utf-8")
    written = write(stack(a_tf="new"), tmp_path, force=True)
    assert (written.changed, written.deleted) == ((NAME, "a.tf"), ("b.tf",))
    assert tree(directory) == {"a.tf": "new"}


def test_a_leftover_goes_while_it_is_unedited(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    assert write(stack(a_tf="a"), tmp_path).deleted == ("b.tf",)
    assert tree(directory) == {"a.tf": "a"}


def test_an_edited_leftover_stays(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    (directory / "b.tf").write_text("by hand", encoding="utf-8")
    with pytest.raises(Failure, match=r"s/b\.tf"):
        write(stack(a_tf="new"), tmp_path)
    assert tree(directory) == {"a.tf": "a", "b.tf": "by hand"}


def test_a_leftover_that_is_already_deleted_is_accepted(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    (directory / "b.tf").unlink()
    assert write(stack(a_tf="a"), tmp_path).deleted == ()


def test_what_is_not_in_the_manifest_is_left_alone(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    others = {".terraform/providers/x": "p", ".terraform.lock.hcl": "l", "terraform.tfstate": "s", "mine.tf": "m"}
    for path, text in others.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")
    write(stack(a_tf="new"), tmp_path, force=True)
    assert tree(directory) == {"a.tf": "new", **others}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"files": []}',
        b'{"files": null}',
        b"\xff",
        b"[" * 100_000,
        b'{"format_version": "1.0", "files": {}, "items": {"certificate_authorities.x": {"identity": null}}}',
        b'{"format_version": "1.0", "files": {}}',
        b'{"format_version": "1.1", "files": {}, "items": {}, "moves": {}}',
        b'{"format_version": "1.1", "files": {}, "items": {}, "let_go": []}',
        b'{"files": {}, "items": {}}',
    ],
    ids=[
        *("empty", "broken", "list", "null", "other", "files a list", "files null", "not text", "deep"),
        *("identity null", "no items", "no history", "history a list", "no format"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_damaged_manifest_stops_everything(tmp_path: Path, content: bytes, *, force: bool) -> None:
    directory = write(stack(a_tf="a"), tmp_path).directory
    (directory / NAME).write_bytes(content)
    with pytest.raises(Failure, match="not a whole manifest of pcaform: restore it, for example from version control"):
        write(stack(a_tf="new"), tmp_path, force=force)
    assert tree(directory) == {"a.tf": "a"}


@pytest.mark.parametrize("version", ["2.0", "1.2", 1.1, None])
def test_a_manifest_of_another_format_is_not_read(tmp_path: Path, version: object) -> None:
    directory = write(stack(a_tf="a"), tmp_path).directory
    (directory / NAME).write_text(json.dumps({"format_version": version, "files": {}, "entries": {}}), encoding="utf-8")
    with pytest.raises(Failure, match=rf"has format {version}, and pcaform \S+ reads 1.0 and 1.1: use the pcaform"):
        write(stack(a_tf="new"), tmp_path, force=True)
    assert tree(directory) == {"a.tf": "a"}


STRANGE = ["../outside", "x/../../outside", "ABSOLUTE", ".", "", "a\0b", "x//y", "c:x", "a\\..\\..\\outside"]
KEPT = [".terraform/x", "x/.terraform/y", ".terraform.lock.hcl", "terraform.tfstate", "x.tfstate.backup", "a.tfvars"]


@pytest.mark.parametrize("path", STRANGE + KEPT)
@pytest.mark.parametrize("force", [False, True])
def test_a_manifest_that_names_what_is_never_ours(tmp_path: Path, path: str, *, force: bool) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious", encoding="utf-8")
    directory = write(stack(a_tf="a"), tmp_path).directory
    if path in KEPT:
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(b"precious")
    before = tree(tmp_path)
    named = str(outside) if path == "ABSOLUTE" else path
    (directory / NAME).write_bytes(manifest.serialize({named: b"precious"}, manifest.Record()))
    with pytest.raises(Failure, match=r"\.pcaform\.json: names .*, which pcaform never writes: restore it"):
        write(stack(a_tf="new"), tmp_path, force=force)
    assert tree(tmp_path) == before


def test_directories_that_become_empty_go_with_their_last_file(tmp_path: Path) -> None:
    write(stack(a_tf="a", x__y__b_tf="b", x__z__c_tf="c", m__d_tf="d", m__e_tf="e"), tmp_path)
    (tmp_path / "s" / "x" / "z" / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "s" / "empty").mkdir()
    write(stack(a_tf="a", m__d_tf="d"), tmp_path)
    assert tree(tmp_path / "s") == {"a.tf": "a", "m/d.tf": "d", "x/z/mine": "mine"}
    assert {path.name for path in (tmp_path / "s").rglob("*") if path.is_dir()} == {"empty", "m", "x", "z"}


def test_nothing_is_touched_where_nothing_changed(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", x__b_tf="b"), tmp_path).directory
    for path in (directory, *directory.rglob("*")):
        os.utime(path, (OLD, OLD))
    write(stack(a_tf="a", x__b_tf="b"), tmp_path)
    assert {path.stat().st_mtime for path in (directory, *directory.rglob("*"))} == {OLD}


def test_a_new_directory_and_a_leftover_of_the_same_name_change_places(tmp_path: Path) -> None:
    write(stack(x__a_tf="a"), tmp_path)
    write(stack(y__a_tf="a"), tmp_path)
    assert tree(tmp_path / "s") == {"y/a.tf": "a"}


def test_a_large_stack_is_written_whole(tmp_path: Path) -> None:
    content = {"a.tf": b"x" * 20_000_000, "b.tf": b""}
    write(stack_of(content), tmp_path)
    assert content_of(tmp_path / "s").items() >= content.items()


@pytest.mark.parametrize("blocked", ["", "s"])
def test_a_write_error_is_reported(tmp_path: Path, blocked: str) -> None:
    """A file where there must be a directory: this also fails for root."""
    place = tmp_path / "out" / blocked
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way", encoding="utf-8")
    with pytest.raises(Failure, match=WRITE_ERROR):
        write(stack(a_tf="a"), tmp_path / "out")


WRITE_ERROR = r"^/.*: cannot be written: .*; fix this or choose another --out\nnothing was written there$"


def test_a_read_only_file_system_is_reported() -> None:
    with pytest.raises(Failure, match=WRITE_ERROR):
        write(stack(a_tf="a"), Path("/proc/pcaform"))


def test_a_stack_directory_that_is_a_link_itself_is_the_users_choice(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "s").symlink_to(tmp_path / "elsewhere")
    write(stack(a_tf="a"), tmp_path)
    assert tree(tmp_path / "elsewhere") == {"a.tf": "a"}

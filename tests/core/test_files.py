"""The writer of files: whatever interrupts it, a file has its old content or its new one, and a failure says why."""

import errno
import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from interruption import is_killed, list_calls, refusal
from pcaform.core.files import resolve_target, write_file, write_target
from pcaform.core.problems import Failure

OLD, NEW = b"old content\n", b"new content, and more of it\n"
LATER = 2 * 3600


def write_private(path: Path) -> None:
    """Write a file that only its owner can read."""
    write_file(path, NEW, is_private=True)


def write_plain(path: Path) -> None:
    """Write a file for everybody."""
    write_file(path, NEW)


def write_known(path: Path) -> None:
    """Write a file whose content was read before."""
    write_target(resolve_target(path), NEW)


WRITERS = [write_private, write_plain, write_known]
pytestmark = pytest.mark.parametrize("writer", WRITERS)
Writer = Callable[[Path], None]


def prepare(directory: Path, before: bytes | None) -> Path:
    """Return the path to write in a new directory, with its content from before."""
    directory.mkdir()
    if before is not None:
        (directory / "file").write_bytes(before)
    return directory / "file"


def content_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


@pytest.mark.parametrize("before", [None, OLD], ids=["new", "replaced"])
def test_a_kill_leaves_the_old_content_or_the_new(tmp_path: Path, writer: Writer, before: bytes | None) -> None:
    """Later writes take away what the killed one left beside the file; nobody but the owner could read that."""
    made = list_calls(partial(writer, prepare(tmp_path / "counted", before)))
    assert {"open", "write", "fsync", "replace"} <= set(made)
    for at in range(1, len(made) + 1):
        path = prepare(tmp_path / str(at), before)
        assert is_killed(at, partial(writer, path))
        assert content_of(path) in (before, NEW)
        for left in path.parent.iterdir():
            assert left == path or writer is not write_private or stat.S_IMODE(left.stat().st_mode) == 0o600
            os.utime(left, (left.stat().st_atime, left.stat().st_mtime - LATER))
        write_file(path, b"the next")
        assert [each.read_bytes() for each in path.parent.iterdir()] == [b"the next"]


def test_what_another_writer_is_writing_stays(tmp_path: Path, writer: Writer) -> None:
    path = prepare(tmp_path / "x", OLD)
    others = path.with_name(".file.0123abcd.pcaform-new")
    others.write_bytes(b"half")
    writer(path)
    assert (path.read_bytes(), others.read_bytes()) == (NEW, b"half")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize("before", [None, OLD], ids=["new", "replaced"])
def test_a_disk_error_leaves_the_old_content_and_no_other_file(
    tmp_path: Path, writer: Writer, before: bytes | None, code: int
) -> None:
    for at in range(1, len(list_calls(partial(writer, prepare(tmp_path / "counted", before)))) + 1):
        path = prepare(tmp_path / str(at), before)
        message = refusal(at, code, partial(writer, path))
        after = content_of(path)
        assert message is None or message.startswith(f"{path}: ")
        if message is None or "a power cut may still undo it" in message:
            assert after == NEW
        else:
            assert "cannot be written: " in message
            assert after == before
        assert [each.name for each in path.parent.iterdir()] == ([] if after is None else ["file"])


@pytest.mark.parametrize("place", ["file", ""], ids=["file", "directory"])
def test_what_is_read_only_is_not_replaced(tmp_path: Path, writer: Writer, place: str) -> None:
    """Also for root, which may write whatever the mode is."""
    path = prepare(tmp_path / "x", OLD)
    mode = (path.parent / place).stat().st_mode
    (path.parent / place).chmod(mode & ~0o222)
    with pytest.raises(Failure, match=f"^{path.parent / place}: read-only; make it writable\n{path}: cannot be"):
        writer(path)
    (path.parent / place).chmod(mode)
    assert [each.read_bytes() for each in path.parent.iterdir()] == [OLD]


def test_a_link_is_followed_and_the_mode_kept_unless_private(tmp_path: Path, writer: Writer) -> None:
    path = prepare(tmp_path / "real", OLD)
    path.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(path)
    writer(link)
    assert link.is_symlink()
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == (0o600 if writer is write_private else 0o640)


def test_a_new_file_has_the_mode_of_the_users_choice(tmp_path: Path, writer: Writer) -> None:
    umask = os.umask(0o027)
    try:
        writer(tmp_path / "file")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == (0o600 if writer is write_private else 0o640)


def test_a_link_to_itself_and_a_directory_are_refused(tmp_path: Path, writer: Writer) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(Failure, match=r"loop: .*cannot be .*: the link points to itself"):
        writer(tmp_path / "loop")
    (tmp_path / "there").mkdir()
    with pytest.raises(Failure, match=r"there: .*directory"):
        writer(tmp_path / "there")


def test_a_pipe_is_written_as_it_is_where_nothing_was_read_of_it(tmp_path: Path, writer: Writer) -> None:
    """As `--proof /dev/fd/3` is; a spec must be a file."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    if writer is write_known:
        with pytest.raises(Failure, match="pipe: not a plain file"):
            writer(tmp_path / "pipe")
    else:
        writer(tmp_path / "pipe")
        assert os.read(reader, 100) == NEW
    os.close(reader)


def test_a_change_by_another_program_is_kept(tmp_path: Path, writer: Writer) -> None:
    """Only where the new content was made of the old one."""
    path = prepare(tmp_path / "x", OLD)
    target = resolve_target(path)
    path.write_bytes(b"theirs")
    if writer is write_known:
        with pytest.raises(Failure, match="was changed by another program: nothing was written, run it again"):
            write_target(target, NEW)
    else:
        writer(path)
    assert path.read_bytes() == (b"theirs" if writer is write_known else NEW)
    assert [each.name for each in path.parent.iterdir()] == ["file"]

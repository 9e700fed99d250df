"""`--check` and `--diff` report exactly what a write would do, with a diff that `patch` accepts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaform.render.manifest import NAME
from pcaform.render.write import diff
from pcaform.render.write.comparison import Difference, Owner, compare
from pcaform.render.write.diff import unified
from pcaform.render.write.write import write
from render.write.builders import content_of, stack


def test_every_reason(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b", c_tf="c", d_tf="d", e_tf="e", same_tf="s"), tmp_path).directory
    for name in ("b.tf", "d.tf", "stranger.tf"):
        (directory / name).write_text("by hand", encoding="utf-8")
    before = content_of(tmp_path)
    found = compare(stack(a_tf="new", b_tf="b", new_tf="n", e_tf="e", same_tf="s", stranger_tf="n"), directory)
    assert {each.path: each.reason for each in found.differences} == {
        NAME: "changed",
        "a.tf": "changed",
        "b.tf": "changed, edited since pcaform wrote it",
        "c.tf": "leftover",
        "d.tf": "leftover, edited since pcaform wrote it",
        "new.tf": "missing",
        "stranger.tf": "changed, not written by pcaform",
    }
    assert found.unchanged == ("e.tf", "same.tf")
    assert content_of(tmp_path) == before


def test_what_is_compared_is_what_a_write_does(tmp_path: Path) -> None:
    write(stack(a_tf="a", b_tf="b", c_tf="c"), tmp_path)
    new = stack(a_tf="a", b_tf="new", d_tf="d")
    found = compare(new, tmp_path / "s").differences
    written = write(new, tmp_path)
    assert {each.path for each in found if each.after is not None} == set(written.changed)
    assert {each.path for each in found if each.after is None} == set(written.deleted)
    assert compare(new, tmp_path / "s").differences == ()


def test_a_directory_that_is_not_there_lacks_everything(tmp_path: Path) -> None:
    found = compare(stack(a_tf="a"), tmp_path / "s")
    assert [(each.path, each.reason) for each in found.differences] == [(NAME, "missing"), ("a.tf", "missing")]
    assert list(tmp_path.iterdir()) == []


CONTENTS = [b"", b"a", b"a\n", b"a\nb", b"a\nb\n", b"\n", b"\n\n", b"a\r\nb\x0cc\n", "a\u2028b\n".encode(), b"-x\n+y\n"]


@pytest.mark.skipif(not shutil.which("patch"), reason="there is no `patch` on this machine")
@pytest.mark.parametrize("before", [None, *CONTENTS])
def test_patch_takes_the_diff(tmp_path: Path, before: bytes | None) -> None:
    place = tmp_path / "a.tf"
    (tmp_path / "other").touch()  # else patch deletes the directory along with its last file
    for after in [None, *CONTENTS]:
        if (before or b"") == (after or b""):
            continue
        place.unlink(missing_ok=True)
        if before is not None:
            place.write_bytes(before)
        text = "\n".join([*diff.diff_lines(Difference("a.tf", before, after, Owner.PCAFORM), tmp_path), ""])
        command = ["patch", "--binary", "--posix", "-E", str(place)]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout, text)
        assert (place.read_bytes() if place.exists() else b"") == (after or b"")


LINES = st.lists(st.sampled_from(["a", "b", "c", "x", "y", "z", *map(str, range(12))]), max_size=30)


def apply_hunks(before: list[str], hunks: list[str]) -> list[str]:
    """Apply a unified diff to a text by the rules of the format: each header must have the position of its hunk."""
    found, at = [], 0
    for line in hunks:
        if line.startswith("@@"):
            numbers = [int(number) for number in re.findall(r"-(\d+)(?:,(\d+))?", line)[0] if number]
            start = numbers[0] - (numbers[1:] != [0])
            found += before[at:start]
            at = start
        elif line.startswith("+"):
            found.append(line[1:])
        else:
            assert before[at] == line[1:]
            found += [line[1:]] if line[0] == " " else []
            at += 1
    return found + before[at:]


@given(LINES, LINES)
def test_a_diff_makes_the_one_text_from_the_other(before: list[str], after: list[str]) -> None:
    hunks = list(unified(before, after))
    assert apply_hunks(before, hunks) == after
    assert bool(hunks) == (before != after)


@given(st.lists(st.text("abc", max_size=3), max_size=30, unique=True), st.integers(0, 30))
def test_one_more_line_is_a_diff_of_one_line(before: list[str], place: int) -> None:
    found = list(unified(before, [*before[:place], "new", *before[place:]]))
    assert [line for line in found if line[0] in "+-"] == ["+new"]


def test_a_change_in_each_of_many_blocks_is_found_at_once() -> None:
    """Python's own matcher takes minutes for this; ten thousand blocks are a large stack with a new tag."""
    texts = [[line for n in range(10_000) for line in (f"module {n} {{", "  x = 1", tag, "}")] for tag in ("a", "b")]
    found = list(unified(*texts))
    assert (found.count("-a"), found.count("+b")) == (10_000, 10_000)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_nothing_in_a_file_reaches_the_terminal_as_a_command(before: bytes, after: bytes) -> None:
    found = diff.diff_lines(Difference("a", before, after, Owner.PCAFORM), Path("s"))
    assert all(re.fullmatch(r"(\x1b\[\d+m)?[^\x1b]*(\x1b\[0m)?", line) for line in map(diff.colour_line, found))
    assert re.sub(r"\x1b\[\d+m", "", "".join(map(diff.colour_line, found))).isprintable()


def test_colours_are_those_of_a_diff() -> None:
    found = ["--- a", "+++ b", "@@ -1 +1 @@", "-x", "+y", " z"]
    assert [line.partition("m")[0] for line in map(diff.colour_line, found)] == [
        *("\x1b[1", "\x1b[1", "\x1b[36", "\x1b[31", "\x1b[32"),
        " z",
    ]


@pytest.mark.parametrize(("number", "shown"), [(3, ["0", "1", "2"]), (4, ["0", "1", "2", "... 1 more lines"])])
def test_truncated_lines_have_a_count_of_the_rest(number: int, shown: list[str]) -> None:
    assert diff.truncate_lines([str(line) for line in range(number)], 3) == shown

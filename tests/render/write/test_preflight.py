"""Everything that blocks a stack is reported together, and then nothing is written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pcaform.core.problems import Failure
from pcaform.render.manifest import NAME
from pcaform.render.write import tripwire
from pcaform.render.write.comparison import compare
from pcaform.render.write.extra_files import STAGING
from pcaform.render.write.write import write
from render.write.builders import stack, tree

NEW = stack(a_tf="new", m__b_tf="new")
LINKS = ["a.tf", "m", "m/b.tf", "m/old.tf", NAME, tripwire.NAME, STAGING]


@pytest.mark.parametrize("place", LINKS)
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("outward", [False, True])
def test_a_link_in_the_stack_leads_nowhere(tmp_path: Path, place: str, *, force: bool, outward: bool) -> None:
    directory = write(stack(a_tf="a", m__b_tf="b", m__old_tf="old"), tmp_path).directory
    elsewhere = tmp_path / "elsewhere" if outward else directory / "elsewhere"
    original = directory / place
    if original.exists():
        original.rename(elsewhere)
    else:
        elsewhere.write_text("precious", encoding="utf-8")
    original.symlink_to(elsewhere)
    before = tree(tmp_path)
    with pytest.raises(
        Failure, match=rf"^{original}: a link; replace it by what it points to, .*\nnothing was written there$"
    ):
        write(NEW, tmp_path, force=force)
    assert tree(tmp_path) == before


def directory_for_a_file(directory: Path) -> str:
    (directory / "a.tf").mkdir(parents=True)
    return f"{directory}/a.tf: a directory, where there must be a file"


def file_for_a_directory(directory: Path) -> str:
    (directory / "m").write_text("mine", encoding="utf-8")
    return f"{directory}/m: a file, where there must be a directory"


def pipe_for_a_file(directory: Path) -> str:
    """Make a pipe, which cannot be read to its end."""
    os.mkfifo(directory / "a.tf")
    return f"{directory}/a.tf: not a plain file, where there must be a file"


def directory_for_the_tripwire(directory: Path) -> str:
    (directory / tripwire.NAME).mkdir()
    return f"{directory}/{tripwire.NAME}: a directory, where there must be a file"


def same_name_but_for_case(directory: Path) -> str:
    (directory / "A.tf").write_text("mine", encoding="utf-8")
    return f"{directory}/A.tf: differs only by case from 'a.tf', which pcaform writes; rename it"


def same_directory_but_for_case(directory: Path) -> str:
    (directory / "M").mkdir()
    return f"{directory}/M: differs only by case from 'm', which pcaform writes; rename it"


OBSTACLES = [
    directory_for_a_file,
    file_for_a_directory,
    pipe_for_a_file,
    directory_for_the_tripwire,
    same_name_but_for_case,
    same_directory_but_for_case,
]


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("force", [False, True])
def test_an_obstacle_stops_everything(tmp_path: Path, obstacle: Callable[[Path], str], *, force: bool) -> None:
    (tmp_path / "s").mkdir()
    message = obstacle(tmp_path / "s")
    before = tree(tmp_path)
    attempts: list[Callable[[], object]] = [
        lambda: write(NEW, tmp_path, force=force),
        lambda: compare(NEW, tmp_path / "s"),
    ]
    for attempt in attempts:
        with pytest.raises(Failure) as failure:
            attempt()
        assert str(failure.value) == f"{message}\nnothing was written there"
    assert tree(tmp_path) == before


def test_all_obstacles_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    messages = [directory_for_a_file(tmp_path / "s"), file_for_a_directory(tmp_path / "s")]
    with pytest.raises(Failure) as failure:
        write(NEW, tmp_path)
    assert set(messages) < set(str(failure.value).splitlines())


def test_two_rendered_names_that_are_one_on_some_disks(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"s/a\.tf: differs only by case from 'A\.tf', which pcaform writes"):
        write(stack(A_tf="one", a_tf="two"), tmp_path)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("place", ["", "a.tf", "m", "m/b.tf", "m/old.tf"])
@pytest.mark.parametrize("force", [False, True])
def test_what_is_read_only_stops_everything(tmp_path: Path, place: str, *, force: bool) -> None:
    """Also for root, which may write whatever the mode is: the write permission was removed on purpose."""
    directory = write(stack(a_tf="a", m__b_tf="b", m__old_tf="old"), tmp_path).directory
    before = tree(directory)
    mode = (directory / place).stat().st_mode
    (directory / place).chmod(mode & ~0o222)
    try:
        with pytest.raises(Failure, match=f"^{directory / place}: read-only; make it writable\nnothing was written"):
            write(NEW, tmp_path, force=force)
    finally:
        (directory / place).chmod(mode)
    assert tree(directory) == before


def test_read_only_files_that_do_not_change_are_accepted(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", b_tf="b"), tmp_path).directory
    (directory / "b.tf").chmod(0o444)
    assert write(stack(a_tf="new", b_tf="b"), tmp_path).unchanged == ("b.tf",)


def test_a_directory_in_place_of_a_leftover_is_foreign(tmp_path: Path) -> None:
    directory = write(stack(a_tf="a", old="old"), tmp_path).directory
    (directory / "old").unlink()
    (directory / "old").mkdir()
    (directory / "old" / "mine").write_text("mine", encoding="utf-8")
    assert write(stack(a_tf="a"), tmp_path).deleted == ()
    assert tree(directory) == {"a.tf": "a", "old/mine": "mine"}

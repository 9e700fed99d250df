"""Reads the files of a git revision: all of them, also those of submodules, whatever the environment says.

The revision is the merge base of the branch and its base, as in a pull request: changes that others merged since are
not part of the branch. What cannot be read is an error, or a path in `unread`, and never a file that did not exist.
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from posixpath import dirname, join, normpath

from pcaform.core import console
from pcaform.core.files import read_if_present
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure

_KEPT = ("GIT_CEILING", "GIT_DISCOVERY", "GIT_CONFIG", "GIT_EXEC_PATH", "GIT_SSH", "GIT_SSL", "GIT_ASKPASS")
"""Starts of the variables of git that are kept: none of them names another repository, index or history."""
_CEILING = "GIT_CEILING_DIRECTORIES"
"""Where git stops on its way upwards, which may be between two directories of a repository."""
_LINK, _SUBMODULE = "120000", "160000"
_MAX_LINKS = 8
_MANY_PATHS = 100
_SHA1 = 40


@dataclass(frozen=True, slots=True)
class GitFile:
    """A file at a commit: its path from the top directory, its mode, its object, and the repository that has it."""

    path: str
    mode: str
    object_id: str
    repository: Path


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the repository whose top directory is `top`; `name` is the revision as the user wrote it.

    `files` are all plain files by their path, and `links` the targets of links. `unread` are submodules that are not
    here, and links that lead out of the repository, with the reason; but only what is not there as it was.
    """

    name: str
    commit: str
    top: Path
    is_head: bool
    files: Mapping[str, GitFile]
    links: Mapping[str, str]
    unread: Mapping[str, str]

    def read(self, path: str) -> bytes:
        """Return a file's bytes, also through links; raises FileNotFoundError if it did not exist."""
        path = normpath(path)
        for _ in range(_MAX_LINKS):
            path = normpath(join(dirname(path), self.links[path])) if path in self.links else path
        if path not in self.files:
            raise FileNotFoundError(2, f"not in {self.name}")
        return next(content for _, content in read_files([self.files[path]]))


def read_files(files: Iterable[GitFile]) -> Iterator[tuple[GitFile, bytes]]:
    """Yield files with their bytes, those of one repository together; raises Failure for an object that is not here."""
    for repository, group in grouped((file.repository, file) for file in files).items():
        yield from zip(group, _read_objects(repository, [file.object_id for file in group]), strict=True)


def find_revision(name: str, paths: Sequence[Path]) -> Revision:
    """Return the merge base of a revision and HEAD in the one repository of the paths; raises Failure without one."""
    tops = _find_tops(paths)
    if len(tops) > 1:
        (one, first), (other, second), *_ = tops.items()
        message = f"{second} is in the repository {other}, {first} in {one}"
        raise Failure(f"{message}: check each alone, and no link from one to the other")
    (top,) = tops
    hint = "fetch it, with its history (in GitHub Actions 'fetch-depth: 0', in GitLab CI 'GIT_DEPTH: 0')"
    missing = f"git finds no common commit of '{name}' and HEAD: {hint}"
    if not name or name.startswith("-"):
        raise Failure(f"'{name}' is not a revision of git, such as 'origin/main'")
    resolved = _git(top, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")
    if b"is ambiguous" in resolved.stderr:
        raise Failure(f"'{name}' names several things in this repository: write 'refs/heads/…' or 'refs/remotes/…'")
    head = _git(top, "rev-parse", "--verify", "HEAD^{commit}")
    if resolved.returncode or head.returncode:
        raise Failure(missing, *_reason(resolved if resolved.returncode else head))
    base, head_commit = resolved.stdout.decode().strip(), head.stdout.decode().strip()
    bases = _git(top, "merge-base", "--all", base, head_commit)
    commits = bases.stdout.decode().split()
    if bases.returncode or not commits:
        raise Failure(missing, *_reason(bases))
    if len(commits) > 1:
        raise Failure(f"'{name}' and HEAD have several latest common commits: merge '{name}' into the branch first")
    if _is_cut(top, [base, head_commit], commits[0]):
        raise Failure(f"this clone is too shallow to tell where HEAD left '{name}': {hint}")
    return _build_revision(name, top, commits[0], head_commit)


def _is_cut(top: Path, tips: Sequence[str], base: str) -> bool:
    """Tell whether the history of a shallow clone ends between a common commit and the tips: it may not be the last."""
    shallow = top / os.fsdecode(_git(top, "rev-parse", "--git-path", "shallow").stdout.removesuffix(b"\n"))
    ends = {*(read_if_present(shallow) or b"").split()}
    return bool(ends) and not ends.isdisjoint(_git(top, "rev-list", *tips, "--not", base).stdout.split())


def _find_tops(paths: Iterable[Path]) -> dict[Path, Path]:
    """Return the top directory of each repository that files, and the links on the way to them, are in, with one."""
    tops: dict[Path, Path] = {}
    by_place: dict[Path, Path] = {}
    has_repository = cache(lambda link: _git(link, "rev-parse", "--git-dir").returncode == 0)
    directories = {directory: path for path in paths for directory in _directories(path, has_repository)}
    for directory, path in directories.items():
        place, real = _discover(directory), directory.resolve()
        if place not in by_place or not real.is_relative_to(by_place[place]):
            by_place[place] = _top(directory)
        tops[by_place[place]] = path
    return tops


def _discover(directory: Path) -> Path:
    """Return the nearest directory upwards in which git may find a repository: those below it are in the same one."""
    real = directory.resolve()
    if _CEILING not in os.environ:
        with suppress(OSError):
            device = real.stat().st_dev
            for each in takewhile(lambda each: each.stat().st_dev == device, (real, *real.parents)):
                if any(os.path.lexists(each / name) for name in (".git", "HEAD")):
                    return each
    return real


def _directories(path: Path, has_repository: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield the directory of a file, and of each link on the way to it that is in a repository as well."""
    absolute, real = Path(os.path.abspath(path)), Path(os.path.realpath(path))  # noqa: PTH100 - keeps the links
    for each in (absolute, *absolute.parents):
        if each.is_symlink() and has_repository(each.parent):
            yield each.parent
    yield real if real.is_dir() else real.parent


def _top(directory: Path) -> Path:
    """Return the top directory of a repository; that of the whole, for a submodule that was entered from outside."""
    result = _git(directory, "rev-parse", "--show-toplevel")
    if result.returncode:
        message = f"{directory}: not in a git repository with files, so there is no base: name the earlier spec itself"
        raise Failure(message, *_reason(result))
    top = Path(os.fsdecode(result.stdout.removesuffix(b"\n")))
    if not directory.resolve().is_relative_to(top):
        raise Failure(f"{directory}: git takes '{top}' for its top directory: check 'core.worktree'")
    whole = _git(top, "rev-parse", "--show-superproject-working-tree").stdout.removesuffix(b"\n")
    return _top(Path(os.fsdecode(whole))) if whole and not Path.cwd().is_relative_to(top) else top


def _build_revision(name: str, top: Path, commit: str, head: str) -> Revision:
    entries = list(_list_entries(top, commit, ""))
    files = {each.path: each for each in entries if each.mode not in (_LINK, _SUBMODULE)}
    targets = read_files(each for each in entries if each.mode == _LINK)
    links = {link.path: os.fsdecode(target) for link, target in targets}
    places = {*links, *files, *(str(parent) for path in files if links for parent in Path(path).parents)}
    unread = {
        path: f"a link to '{target}', which is not in the repository"
        for path, target in links.items()
        if normpath(join(dirname(path), target)) not in places and not _has_target(top / path, target)
    }
    for module in (each for each in entries if each.mode == _SUBMODULE):
        now = _git(top, "rev-parse", "--verify", "--end-of-options", f"{head}:{module.path}").stdout.decode().strip()
        if now != module.object_id or not (top / module.path).is_dir() or any((top / module.path).iterdir()):
            unread[module.path] = "a submodule whose commit is not here"
    return Revision(name, commit, top, commit == head, files, links, unread)


def _has_target(link: Path, target: str) -> bool:
    return link.is_symlink() and os.readlink(link) == target  # noqa: PTH115 - as it is written


def _list_entries(repository: Path, commit: str, prefix: str) -> Iterator[GitFile]:
    """Yield every entry of a commit's tree, with those of its submodules whose commits are here."""
    result = _git(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    if result.returncode:
        raise Failure(f"git cannot list the files of {commit}: fetch it as a whole", *_reason(result))
    for record in result.stdout.split(b"\0")[:-1]:
        facts, _, name = record.partition(b"\t")
        mode, _, object_id = facts.decode().split()
        path = join(prefix, os.fsdecode(name))
        inner = repository / os.fsdecode(name)
        if mode == _SUBMODULE and _has_commit(inner, object_id):
            yield from _list_entries(inner, object_id, path)
        else:
            yield GitFile(path, mode, object_id, repository)


def _has_commit(submodule: Path, commit: str) -> bool:
    is_own = submodule.is_dir() and _git(submodule, "rev-parse", "--show-cdup").stdout == b"\n"
    return is_own and _git(submodule, "cat-file", "-e", f"{commit}^{{tree}}").returncode == 0


def _read_objects(repository: Path, object_ids: Sequence[str]) -> Iterator[bytes]:
    """Yield the bytes of objects, from one process of git; raises Failure for one that is not here."""
    with tempfile.TemporaryFile() as requests:
        requests.write("".join(f"{each}\n" for each in object_ids).encode())
        requests.seek(0)
        command = _command(repository, "cat-file", "--batch")
        with subprocess.Popen(
            command, stdin=requests, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        ) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            for object_id in object_ids:
                header = process.stdout.readline().split()
                content = process.stdout.read(int(header[2]) + 1) if header[1:2] == [b"blob"] else b""
                if not content or len(content) != int(header[2]) + 1:
                    process.kill()
                    raise Failure(f"git does not have the object {object_id} of the base: fetch it as a whole")
                yield content[:-1]


def _reason(result: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Return the last line that git says, to be shown below our own."""
    lines = result.stderr.decode(errors="replace").strip().splitlines()
    return [f"  git: {line}" for line in lines[:1]]


def _command(directory: Path, *arguments: str) -> list[str]:
    return ["git", "--no-replace-objects", "-c", "core.warnAmbiguousRefs=true", "-C", str(directory), *arguments]


def _environment() -> dict[str, str]:
    """Return the environment without what names another repository, index or history than that of the files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_GRAFT_FILE": os.devnull}


def _git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    console.print_detail(f"run: git -C {directory} {' '.join(arguments)}")
    try:
        return subprocess.run(
            _command(directory, *arguments),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=_environment(),
        )
    except FileNotFoundError:
        raise Failure("git is not on PATH: name the earlier spec itself instead of '--base'") from None


def object_id(content: bytes, like: str) -> str:
    """Return the id that git gives a file's bytes, in the form of another id of the repository."""
    form = "sha1" if len(like) == _SHA1 else "sha256"
    return hashlib.new(form, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def list_changes(revision: Revision, paths: Sequence[str], *, unwatched: str) -> dict[str, str]:
    """Return the files that fit paths of git, and what happened to each since a revision: git's letter, or nothing.

    Files that git ignores are not among them, nor new ones in directories called `unwatched`. Of many paths, which git
    would compare with each file, it returns all files.
    """

    def run(*arguments: str) -> list[str]:
        result = _git(revision.top, *arguments, "--", *(paths if len(paths) <= _MANY_PATHS else ()))
        if result.returncode:
            raise Failure(f"git cannot list the files of {revision.top}", *_reason(result))
        return [os.fsdecode(each) for each in result.stdout.split(b"\0")[:-1]]

    changed = run("diff", "--no-renames", "--no-ext-diff", "--no-textconv", "--name-status", "-z", revision.commit)
    added = (path for path in run("ls-files", "-z", "-o", "--exclude-standard") if f"/{unwatched}/" not in path)
    there = {**dict.fromkeys(run("ls-files", "-z"), ""), **dict.fromkeys(added, "A")}
    return there | dict(zip(changed[1::2], changed[::2], strict=True))


def list_unchecked(top: Path) -> dict[str, str]:
    """Return the files that a sparse checkout leaves out, with their objects."""
    result = _git(top, "ls-files", "-z", "-t", "-s")
    records = (record.partition(b"\t") for record in result.stdout.split(b"\0") if record.startswith(b"S "))
    return {os.fsdecode(name): facts.split()[2].decode() for facts, _, name in records}

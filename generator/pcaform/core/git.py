"""Reads files at a revision with git, run in the directory of the files.

The revision is the merge base of the branch and its base, as in a pull request: changes that others merged since are
not part of the branch.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pcaform.core.files import SPEC_SUFFIXES, is_spec_file
from pcaform.core.problems import Failure


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the repository of a directory; `name` is the revision as the user wrote it."""

    name: str
    commit: str
    directory: Path

    def content(self, path: str) -> bytes | None:
        """Return a file's bytes at the commit, None if it did not exist; `path` is relative to the directory."""
        result = _git(self.directory, "show", f"{self.commit}:./{path}")
        return result.stdout if result.returncode == 0 else None

    def read(self, path: str) -> bytes:
        """Return a file's bytes; raises FileNotFoundError if it did not exist."""
        content = self.content(path)
        if content is None:
            raise FileNotFoundError(2, f"not in {self.name}")
        return content

    def files(self) -> list[str]:
        """Return each file of YAML below the directory at the commit, relative to the directory."""
        result = _git(self.directory, "ls-tree", "-r", "-z", "--name-only", self.commit, "--", ".")
        return [name for name in result.stdout.decode().split("\0") if is_spec_file(name)]

    def top(self) -> Path:
        """Return the top directory of the repository."""
        return Path(_git(self.directory, "rev-parse", "--show-toplevel").stdout.decode().strip())

    def naming(self, stack: str) -> list[str]:
        """Return the files of the repository that name a stack at the commit, relative to its top."""
        pattern = rf"^[\"']?stack[\"']?: *[\"']?{re.escape(stack)}[\"']? *(#.*)?$"
        paths = (f":(top,icase)*{suffix}" for suffix in SPEC_SUFFIXES)
        result = _git(self.directory, "grep", "-lzE", pattern, self.commit, "--", *paths)
        return [name.partition(":")[2] for name in result.stdout.decode().split("\0") if name]


def find_revision(name: str, directory: Path) -> Revision:
    """Return the merge base of a revision and HEAD; raises Failure if git cannot find it."""
    if _git(directory, "rev-parse", "--git-dir").returncode:
        raise Failure(f"{directory}: not in a git repository, so there is no '{name}': name the earlier spec itself")
    result = _git(directory, "merge-base", name, "HEAD")
    if result.returncode:
        raise Failure(
            f"git finds no common commit of '{name}' and HEAD: fetch it, with its history "
            "(in GitHub Actions 'fetch-depth: 0', in GitLab CI 'GIT_DEPTH: 0')"
        )
    return Revision(name, result.stdout.decode().strip(), directory)


def _git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise Failure("git is not on PATH: name the earlier spec itself instead of '--base'") from None

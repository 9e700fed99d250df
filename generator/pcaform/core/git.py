"""Files as they were at a revision: git, asked in the directory that the files are in.

Compared is with where the branch left the base, as a pull request shows it: what others merged since is not the
branch's doing.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pcaform.core.problems import Failure

_YAML = ("*.yaml", "*.yml")


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the repository that a directory is in; `name` is how the user named it."""

    name: str
    commit: str
    directory: Path

    def content(self, path: str) -> bytes | None:
        """Return a file's bytes as of the commit, None where it was not there; `path` is relative to the directory."""
        done = _git(self.directory, "show", f"{self.commit}:./{path}")
        return done.stdout if done.returncode == 0 else None

    def text(self, path: str) -> str:
        """Return the text of a file; raises FileNotFoundError where it was not there, ValueError where it is none."""
        found = self.content(path)
        if found is None:
            raise FileNotFoundError(2, f"not in {self.name}")
        return found.decode("ascii")

    def files(self) -> list[str]:
        """Return each `*.yaml` below the directory as of the commit, relative to it, as a directory of now is read."""
        done = _git(self.directory, "ls-tree", "-r", "-z", "--name-only", self.commit, "--", ".")
        return [name for name in done.stdout.decode().split("\0") if name.endswith(".yaml")]

    def top(self) -> Path:
        """Return the directory that the repository is in."""
        return Path(_git(self.directory, "rev-parse", "--show-toplevel").stdout.decode().strip())

    def naming(self, stack: str) -> list[str]:
        """Return the files of the repository that named a stack, relative to its top."""
        pattern = rf"^[\"']?stack[\"']?: *[\"']?{re.escape(stack)}[\"']? *(#.*)?$"
        done = _git(self.directory, "grep", "-lzE", pattern, self.commit, "--", *(f":(top){each}" for each in _YAML))
        return [name.partition(":")[2] for name in done.stdout.decode().split("\0") if name]


def find_revision(name: str, directory: Path) -> Revision:
    """Return where the branch left a revision; raises Failure where git cannot tell."""
    if _git(directory, "rev-parse", "--git-dir").returncode:
        raise Failure(f"{directory}: in no git repository, so there is no '{name}': name the earlier spec itself")
    found = _git(directory, "merge-base", name, "HEAD")
    if found.returncode:
        raise Failure(
            f"git knows no commit that '{name}' and the present one have in common: fetch it, with its history "
            "(in GitHub Actions 'fetch-depth: 0', in GitLab CI 'GIT_DEPTH: 0')"
        )
    return Revision(name, found.stdout.decode().strip(), directory)


def _git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise Failure("there is no git on PATH: name the earlier spec itself in place of '--base'") from None

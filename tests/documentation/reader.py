"""A reader of a page: a directory, a shell, and the sandbox that the page opens."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import Run
from documentation.pages import Block, blocks, commands, compare, edit
from pcaform.cli.sandbox_process import open_sandbox

_PLAIN = re.compile(r"pcaform [^|;&<>$\"'*()]*")
_SANDBOX = re.compile(r"pcaform sandbox(?P<iam> --iam)? -- bash")
_CHECKSUMS = re.compile(r"^  hashes = \[\n(?:.*\n)*?  \]\n", re.MULTILINE)


@dataclass(frozen=True)
class Reader:
    """Follows one page; `environment` is that of the sandbox, which the shell of the page has."""

    home: Path
    environment: Mapping[str, str]
    pcaform: Run

    def follow(self, page: Path) -> None:
        """Do what a page says, from its first block to its last, and compare what it shows."""
        outputs = []
        for block in blocks(page.read_text(encoding="utf-8")):
            if block.language == "console":
                outputs += [(*each, self.type(each[0], each[1])) for each in commands(block)]
            elif not block.reason:
                self._write(block)
        compare(page, outputs)

    def _write(self, block: Block) -> None:
        assert block.title, f"a block says what it is: a title, 'console', or why it is not run:\n{block.body}"
        path = self.home / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        text = edit(path.read_text(encoding="utf-8"), block.body) if block.language == "diff" else block.body
        path.write_text(text, encoding="utf-8")

    def type(self, command: str, shown: str = "") -> str:
        """Run a command and return all that it prints. It may fail only where the page shows how."""
        if _SANDBOX.fullmatch(command):
            return ""  # the page's reader is in it from the start
        if _PLAIN.fullmatch(command):
            done = self.pcaform(*shlex.split(command)[1:], cwd=self.home, env=self.environment)
            output, code = done.stdout + done.stderr, done.returncode
        else:
            run = ["bash", "-o", "pipefail", "-c", command]
            shell = subprocess.run(
                run, cwd=self.home, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
            output, code = shell.stdout.decode(), shell.returncode
        if command.startswith("terraform") and command.endswith(" init"):
            self._trust_providers()
        assert code == 0 or shown or "PCAFORM_UPDATE_GOLDEN" in os.environ, f"$ {command}\n{output}"
        return output.replace(f"{self.home}/", "")

    def _trust_providers(self) -> None:
        """Take the checksums out of lock files: with them each command reads all 700 MB of the provider again."""
        for lock in self.home.rglob(".terraform.lock.hcl"):
            lock.write_text(_CHECKSUMS.sub("", lock.read_text(encoding="utf-8")), encoding="utf-8")


@contextmanager
def reader(page: Path, home: Path, pcaform: Run) -> Iterator[Reader]:
    """Yield the reader of a page, in the sandbox that its first command opens: with `--iam`, policies count there."""
    found = _SANDBOX.search(page.read_text(encoding="utf-8"))
    with open_sandbox(account_id="123456789012", region="eu-west-1", iam=bool(found and found["iam"])) as (_, given):
        path = os.pathsep.join([str(Path(sys.executable).parent), given.get("PATH", os.defpath)])
        author = {
            f"GIT_{who}_{what}": "reader@corp.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        own = {"PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "120", "AWS_PAGER": "", **author}
        yield Reader(home, {**given, **own}, pcaform)

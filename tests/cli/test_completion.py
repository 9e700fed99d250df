"""`pcaform completion`, in real shells behind a terminal: what the program is called with after tabs."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from conftest import REQUIRE, Run
from terminal import type_into

SHELLS = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], "source <(pcaform completion bash)"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; source <(pcaform completion zsh)"),
    "fish": (["fish", "--no-config", "-i"], "pcaform completion fish | source"),
}
TYPED = {
    "pcaform rend\tcorp\t--ou\tstacks": "<render> <corp-pki.yaml> <--out> <stacks>",
    "pcaform audit --form\thtm\t": "<audit> <--format> <html>",
    "pcaform schema gua\t": "<schema> <guard>",
    "pcaform import aw\t--status DISA\t--into corp\t": "<import> <aws> <--status> <DISABLED> <--into> <corp-pki.yaml>",
    "pcaform explain ca-templ\t": "<explain> <ca-template>",
}
PROGRAM = """\
#!/bin/sh
case "$_PCAFORM_COMPLETE$1" in ?*_*|completion) exec {python} -m pcaform "$@";; esac
printf 'called:'; printf ' <%s>' "$@"; echo .
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes(tmp_path: Path, shell: str) -> None:
    command, load = SHELLS[shell]
    if shutil.which(shell) is None:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{REQUIRE}=1, and there is no {shell}: .ci/run installs it", pytrace=False)
        pytest.skip(f"there is no {shell} here")
    program, work = tmp_path / "bin" / "pcaform", tmp_path / "work"
    for directory in (program.parent, work):
        directory.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    (work / "corp-pki.yaml").touch()
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(work), "TERM": "dumb"}
    lines = "".join(f"{line}\n" for line in (load, *TYPED, "exit"))
    shown = type_into(command, lines, work, environment)
    for line, words in TYPED.items():
        assert f"called: {words}." in shown, (line, shown)


def test_an_unknown_shell_is_named(pcaform: Run) -> None:
    done = pcaform("completion", "tcsh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr

"""The files of `adopt --emit`: they call the binary that proved the state, and are readable by their owner only."""

import stat
from pathlib import Path

import pytest

from pcaform.adopt.backend import emit
from pcaform.terraform.runner import Terraform


@pytest.mark.parametrize("name", ["terraform", "tofu"])
def test_commands_and_script_call_the_proving_binary(tmp_path: Path, name: str) -> None:
    stack, out = tmp_path / "a stack", tmp_path / "out"
    commands = emit(out, b"{}", Terraform(f"/opt/bin/{name}", stack, {}), workspace="default")
    assert commands == (
        f"{name} -chdir='{stack}' state push {out / 'adopted.tfstate'}",
        f"{name} -chdir='{stack}' plan",
    )
    lines = (out / "push.sh").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "-chdir" in line] == [
        f'{name} -chdir="${{1:?the directory of the stack}}" state push "$here/adopted.tfstate"',
        f'{name} -chdir="$1" plan',
    ]
    assert [stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()] == [0o600, 0o600]

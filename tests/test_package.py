"""The wheel, installed in an empty environment away from the checkout, does what the checkout does."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import EXAMPLE, ROOT, Run


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, let `make install` install it, and return the program that it links."""
    away = tmp_path_factory.mktemp("away")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", away, ROOT, cwd=away)
    (wheel,) = away.glob("*.whl")
    done = run("make", "install", f"PYTHON={sys.executable}", f"PREFIX={away / 'mine'}", f"WHAT={wheel}", cwd=ROOT)
    assert f"add {away}/mine/bin to your PATH" in done
    return away / "mine" / "bin" / "pcaform"


def test_installed_program_renders_the_same_bytes(installed: Path, pcaform: Run, tmp_path: Path) -> None:
    run(installed, "render", EXAMPLE, "--out", tmp_path / "installed", cwd=tmp_path)
    assert pcaform("render", EXAMPLE, "--out", tmp_path / "checkout").returncode == 0
    trees = [
        {path.relative_to(top): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
        for top in (tmp_path / "installed", tmp_path / "checkout")
    ]
    assert trees[0] == trees[1]
    assert trees[0]


def test_sandbox_without_its_extra_says_what_to_install(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed, "sandbox", "--", "true"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pcaform[sandbox]" in done.stderr

"""Configurations in the style of public modules and of the provider's documentation, each with its spec.

`spec.yaml` and `report.txt` are reviewed by a person; PCAFORM_UPDATE_GOLDEN=1 rewrites them.
"""

import os
import shutil
from pathlib import Path

import pytest

from conftest import Offline, Run
from pcaform.rules.load import load_text

STYLES = {path.name: path for path in sorted((Path(__file__).parent / "styles").iterdir()) if path.is_dir()}
OPTIONS = {"provider-docs": ("--region", "eu-west-1", "--account-id", "123456789012")}
"""Options for values that the files of a style do not have."""


@pytest.mark.parametrize("name", STYLES)
def test_a_configuration_becomes_its_spec(pcaform: Run, name: str) -> None:
    home = STYLES[name]
    done = pcaform("import", "hcl", ".", "--stack", "pki", *OPTIONS.get(name, ()), cwd=home)
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        (home / "spec.yaml").write_text(done.stdout, encoding="utf-8")
        (home / "report.txt").write_text(done.stderr, encoding="utf-8")
    assert done.stdout == (home / "spec.yaml").read_text(encoding="utf-8")
    assert done.stderr == (home / "report.txt").read_text(encoding="utf-8")
    assert done.returncode == (
        2 if any(kind in done.stderr for kind in ("unknown: ", "left out: ", "ignored: ")) else 0
    )
    problems = load_text(done.stdout.encode(), "spec.yaml", directory=home).problems
    assert {problem.rule for problem in problems} <= {"key-strength"}
    assert "symbolic" not in done.stdout


@pytest.mark.terraform
@pytest.mark.parametrize("name", [name for name in STYLES if name != "elsewhere"])
def test_terraform_accepts_the_configuration(offline: Offline, tmp_path: Path, name: str) -> None:
    """Examples must be valid."""
    shutil.copytree(STYLES[name], tmp_path / name)
    runner = offline(tmp_path / name)
    runner.init("-backend=false")
    runner.validate()

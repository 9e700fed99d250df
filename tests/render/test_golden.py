"""Golden trees: the files that a spec renders to, byte for byte, and whether real Terraform accepts them."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, Offline
from pcaform.render import templates
from pcaform.render.manifest import NAME
from pcaform.render.plan.stack import plan
from pcaform.render.write.write import write
from pcaform.rules.load import load_file

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in (HERE / "cases").glob("*.yaml"))
UPDATE = os.environ.get("PCAFORM_UPDATE_GOLDEN") == "1"


def rendered(case: str) -> templates.Rendered:
    source = f"{case}.yaml"
    return templates.render(plan(load_file(str(HERE / "cases" / source)), source=source))


@pytest.mark.parametrize("case", CASES)
def test_tree_is_as_reviewed(case: str) -> None:
    golden = HERE / "golden" / case
    own = {name: text for name, text in rendered(case).files.items() if name.endswith(".tf") and "/" not in name}
    if UPDATE:
        for path in golden.glob("*.tf"):
            path.unlink()
        golden.mkdir(parents=True, exist_ok=True)
        for name, text in own.items():
            (golden / name).write_bytes(text)
    assert {path.name: path.read_bytes() for path in golden.iterdir()} == own


@pytest.mark.parametrize("case", CASES)
def test_two_renders_are_byte_identical(case: str) -> None:
    assert rendered(case) == rendered(case)


@pytest.mark.parametrize("case", CASES)
def test_modules_are_vendored_whole(case: str) -> None:
    copies = {path: text for path, text in rendered(case).files.items() if path.startswith("modules/")}
    assert copies
    for path, text in copies.items():
        assert text == (ROOT / path).read_bytes()


def test_manifest_names_every_other_file() -> None:
    stack = rendered("corp-pki")
    remembered = json.loads(stack.files[NAME])
    assert set(remembered["files"]) == set(stack.files) - {NAME}
    assert remembered["format_version"] == "1.0"


@pytest.mark.terraform
@pytest.mark.parametrize("case", CASES)
def test_terraform_accepts_the_tree(case: str, tmp_path: Path, offline: Offline) -> None:
    written = write(rendered(case), tmp_path)
    terraform = offline(written.directory)
    fmt = [terraform.binary, "fmt", "-check", "-diff", "-recursive"]
    done = subprocess.run(fmt, cwd=tmp_path, env=dict(terraform.environment), capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    terraform.init("-backend=false")
    terraform.validate()

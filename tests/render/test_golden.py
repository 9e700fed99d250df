"""Golden trees: the files that a spec renders to, byte for byte, and whether real Terraform accepts them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, Offline, Run
from pcaform import __version__
from pcaform.render import templates
from pcaform.render.manifest import NAME
from pcaform.render.plan.stack import plan
from pcaform.render.write.write import write
from pcaform.rules.load import load_file
from render.write.builders import content_of

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in (HERE / "cases").glob("*.yaml"))
UPDATE = os.environ.get("PCAFORM_UPDATE_GOLDEN") == "1"


def rendered(case: str) -> templates.Rendered:
    source = f"{case}.yaml"
    return templates.render(plan(load_file(str(HERE / "cases" / source)), source=source))


def reviewed(case: str) -> dict[str, bytes]:
    """Return the files to review; copies of modules stand in `modules/`, and the manifest has the digest of each."""
    files = {path: text for path, text in rendered(case).files.items() if not path.startswith("modules/")}
    return {**files, NAME: files[NAME].replace(f'"{__version__}"'.encode(), b'"VERSION"')}


@pytest.mark.parametrize("case", CASES)
def test_tree_is_as_reviewed(case: str) -> None:
    golden = HERE / "golden" / case
    files = reviewed(case)
    if UPDATE:
        shutil.rmtree(golden, ignore_errors=True)
        for path, text in files.items():
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_bytes(text)
    assert content_of(golden) == files


def test_every_process_renders_the_same_bytes(interpreter: Run, tmp_path: Path) -> None:
    """Whatever the order of its sets is, which the hash seed decides."""
    specs = [f"{case}.yaml" for case in CASES]
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed}
        done = interpreter("render", *specs, "--out", tmp_path / seed, cwd=HERE / "cases", env=environment)
        assert done.returncode == 0, done.stderr
    every = {f"{case}/{path}": text for case in CASES for path, text in rendered(case).files.items()}
    assert content_of(tmp_path / "1") == content_of(tmp_path / "2") == every


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
    assert remembered["format_version"] == "1.1"


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

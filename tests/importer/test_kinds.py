"""Each kind of file that public configurations have and that an import once read wrongly, with its spec and report.

docs/import-corpus.md names the configurations. `spec.yaml` (missing where nothing is printed) and `report.txt`, whose
first line is the exit code, are reviewed by a person; PCAFORM_UPDATE_GOLDEN=1 rewrites them.
"""

import os
from pathlib import Path

import pytest

from conftest import Run
from pcaform.rules.load import load_text

HOME = Path(__file__).parent / "kinds"
KINDS = {path.name: path for path in sorted(HOME.iterdir()) if path.is_dir()}
PLACE = ("--region", "us-east-1", "--account-id", "123456789012")
"""What none of the files says, as in most public modules."""


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_becomes_its_spec_and_report(pcaform: Run, name: str) -> None:
    home = KINDS[name]
    kind = next((each for each in ("state", "plan") if (home / f"{each}.json").exists()), "hcl")
    source = (kind, "." if kind == "hcl" else f"{kind}.json", *(() if kind == "state" else PLACE))
    done = pcaform("import", *source, "--stack", "pki", cwd=home)
    said = f"exit {done.returncode}\n{done.stderr}"
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        (home / "report.txt").write_text(said, encoding="utf-8")
        (home / "spec.yaml").unlink(missing_ok=True)
        if done.stdout:
            (home / "spec.yaml").write_text(done.stdout, encoding="utf-8")
    expected = home / "spec.yaml"
    assert said == (home / "report.txt").read_text(encoding="utf-8")
    assert done.stdout == (expected.read_text(encoding="utf-8") if expected.exists() else "")
    if done.stdout:
        assert load_text(done.stdout.encode(), "spec.yaml", directory=home).problems == ()

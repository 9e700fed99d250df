"""`pcaform init`: each shape is a spec without problems, with the user's answers in it, that real Terraform accepts."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import Offline, Run
from pcaform.core.files import packaged_directory

SHAPES = sorted(path.stem for path in (packaged_directory("templates") / "specs").glob("*.yaml"))
ACCOUNT, ARN = (
    "210987654321",
    "arn:aws:acm-pca:eu-central-1:210987654321:certificate-authority/{}-2222-3333-4444-555555555555",
)
ANSWERS = ("--account-id", ACCOUNT, "--region", "eu-central-1", "--arn", ARN.format("99999999"))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_no_problem_and_keeps_its_comments(pcaform: Run, tmp_path: Path, shape: str) -> None:
    done = pcaform("init", "--shape", shape, *ANSWERS, "--organization", "A: 'B'", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.endswith(
        "next: pcaform graph corp-pki.yaml; pcaform render corp-pki.yaml --out stacks; then 'terraform init' in "
        "stacks/corp-pki\n"
    )
    text = (tmp_path / "corp-pki.yaml").read_text(encoding="utf-8")
    assert not [each for each in ("123456789012", "eu-west-1", "Corp", "11111111") if each in text.split("\n", 4)[4]]
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line]
    original = (packaged_directory("templates") / "specs" / f"{shape}.yaml").read_text(encoding="utf-8")
    assert comments == [line.partition("#")[2] for line in original.splitlines() if "#" in line]
    checked = pcaform("validate", "corp-pki.yaml", "--strict", cwd=tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "1 spec: no problems\n"), checked.stdout


@pytest.mark.terraform
@pytest.mark.parametrize("shape", SHAPES)
def test_terraform_accepts_the_stack_of_a_shape(pcaform: Run, tmp_path: Path, offline: Offline, shape: str) -> None:
    assert pcaform("init", "--shape", shape, *ANSWERS, cwd=tmp_path).returncode == 0
    assert pcaform("render", "corp-pki.yaml", "--out", "stacks", cwd=tmp_path).returncode == 0
    terraform = offline(tmp_path / "stacks" / "corp-pki")
    terraform.init("-backend=false")
    terraform.validate()


def test_a_file_that_exists_is_kept(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "corp-pki.yaml").write_text("mine", encoding="utf-8")
    done = pcaform("init", "--shape", "acm", *ANSWERS, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "pcaform: corp-pki.yaml: already exists: give another file, or --force to overwrite it\n",
    )
    assert (tmp_path / "corp-pki.yaml").read_text(encoding="utf-8") == "mine"
    assert pcaform("init", "--shape", "acm", *ANSWERS, "--force", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--region", "eu-west-1"], "pcaform: --account-id is missing, and there is no terminal to ask on\n"),
        (["--account-id", "12", "--region", "eu-west-1"], "'account_id' is '12', allowed: 12 digits"),
        (["--shape", "reference", "--account-id", ACCOUNT, "--region", "eu-west-1"], "--arn is missing"),
    ],
)
def test_nothing_is_written_without_valid_answers(
    pcaform: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = pcaform("init", *arguments, cwd=tmp_path, env={"AWS_REGION": ""})
    assert done.returncode == 1
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_no_option_says_is_asked_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "AWS_REGION")}
    command = [sys.executable, "-m", "pcaform", "init", "--region", "eu-central-1"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, f"two-regions\npki\n{ACCOUNT}\nMüller\n".encode())
        assert process.wait(timeout=60) == 0
    os.close(ours)
    text = (tmp_path / "pki.yaml").read_text(encoding="utf-8")
    assert f'account_id: "{ACCOUNT}"' in text
    assert "common_name: Müller Issuing CA 2, organization: Müller" in text


def test_the_schema_that_the_first_lines_name_accepts_the_spec(pcaform: Run, tmp_path: Path) -> None:
    assert pcaform("init", "--shape", "acm", *ANSWERS, cwd=tmp_path).returncode == 0
    modeline, how, *_ = (tmp_path / "corp-pki.yaml").read_text(encoding="utf-8").splitlines()
    assert modeline == f"# yaml-language-server: $schema={how.rpartition(' > ')[2]}"
    command = how.partition(": pcaform ")[2].partition(" > ")[0]
    schema = json.loads(pcaform(*command.split()).stdout)
    spec = yaml.safe_load((tmp_path / "corp-pki.yaml").read_text(encoding="utf-8"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(spec)) == []
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({**spec, "isuers": {}})) != []

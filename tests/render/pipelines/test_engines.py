"""`pcaform pipeline`: the files that it writes, by published schemas and a linter, and what it refuses."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, Run

PAGES = ROOT / "docs" / "pipelines"
PROGRAMS = Path(sys.executable).parent
DIGEST = "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"
ROLES = ("--plan-role", "pki-plan", "--apply-role", "pki-apply")
PINS = {
    "github": ("--terraform", f"1.11.4@{DIGEST}", "--requirements", "pcaform-requirements.txt"),
    "gitlab": ("--image", f"registry.corp.example/pki-tools@sha256:{DIGEST}"),
    "atlantis": ("--repository", "github.com/corp/pki"),
}
PINNED = f"""\
pcaform==0.1.0 \\
    --hash=sha256:{DIGEST}
    # via nothing
PyYAML==6.0.2 ; python_version > '3' --hash=sha256:{DIGEST}
"""
SPEC = """\
version: 1
stack: {stack}
aws: {{region: {region}, account_id: "{account}"}}
certificate_authorities:
  root: {{type: ROOT, subject: {{common_name: R}}, key_algorithm: EC_prime256v1, validity: {{type: YEARS, value: 9}}}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the top of a repository with the specs of the example."""
    shutil.copytree(ROOT / "examples/fleet", tmp_path / "specs")
    (tmp_path / "pcaform-requirements.txt").write_text(PINNED, encoding="utf-8")
    return tmp_path


def pipeline(pcaform: Run, home: Path, engine: str, *options: str) -> tuple[int, str]:
    done = pcaform("pipeline", engine, "specs", *ROLES, *(options or PINS[engine]), cwd=home)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("engine", PINS)
def test_example_in_the_documentation_is_what_the_command_writes(pcaform: Run, home: Path, engine: str) -> None:
    assert pipeline(pcaform, home, engine)[0] == 0
    written = {
        path.relative_to(home / f".{engine}"): path for path in (home / f".{engine}").rglob("*") if path.is_file()
    }
    del written[Path(".pcaform.json")]
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        shutil.rmtree(PAGES / engine, ignore_errors=True)
        for name, path in written.items():
            (PAGES / engine / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, PAGES / engine / name)
    kept = {path.relative_to(PAGES / engine): path for path in (PAGES / engine).rglob("*") if path.is_file()}
    assert sorted(kept) == sorted(written)
    for name, path in written.items():
        assert path.read_text(encoding="utf-8") == kept[name].read_text(encoding="utf-8")


def check(*arguments: object) -> None:
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_of_their_published_shapes(pcaform: Run, tmp_path: Path) -> None:
    of_github, of_gitlab = PAGES / "github", PAGES / "gitlab"
    done = pcaform("stacks", ROOT / "examples/fleet", "--format", "gitlab")
    (tmp_path / "jobs.yml").write_text(done.stdout, encoding="utf-8")
    schema = (PROGRAMS / "check-jsonschema", "--builtin-schema")
    check(*schema, "vendor.github-workflows", *sorted(of_github.glob("workflows/*.yml")))
    check(*schema, "vendor.github-actions", *of_github.glob("actions/*/action.yml"))
    gitlab = (*sorted(of_gitlab.glob("*.yml")), tmp_path / "jobs.yml")
    check(*schema, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", *gitlab)


def test_zizmor_finds_nothing_in_the_workflows_of_github(tmp_path: Path) -> None:
    shutil.copytree(PAGES / "github", tmp_path / ".github")
    check(PROGRAMS / "zizmor", "--offline", "--min-severity", "medium", "--persona", "pedantic", tmp_path)


def read(path: str) -> Any:
    return yaml.safe_load((PAGES / path).read_text(encoding="utf-8"))


def test_atlantis_files_have_only_keys_that_atlantis_documents() -> None:
    """Atlantis publishes no schema: https://www.runatlantis.io/docs/server-side-repo-config.html#reference."""
    server, repository = read("atlantis/repos.yaml"), read("atlantis/atlantis.yaml")
    assert set(server) == {"repos", "workflows", "policies"}
    assert set(server["repos"][0]) <= {
        *("id", "branch", "repo_config_file", "workflow", "apply_requirements", "plan_requirements"),
        *("allowed_overrides", "allow_custom_workflows", "policy_check", "custom_policy_check"),
    }
    assert set(server["workflows"]["pcaform"]) <= {"plan", "apply", "policy_check"}
    assert set(repository) <= {
        "version",
        "parallel_plan",
        "parallel_apply",
        "abort_on_execution_order_fail",
        "projects",
    }
    assert set(repository["projects"][0]) <= {"name", "dir", "execution_order_group", "depends_on", "autoplan"}


def test_no_value_of_a_run_is_text_of_a_script() -> None:
    """What a branch or a spec is named stands in the environment only, and every foreign action is a commit."""
    for path in (PAGES / "github").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        steps = [step for job in yaml.safe_load(text).get("jobs", {}).values() for step in job.get("steps", ())]
        assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
        used = re.findall(r"uses: (\S+)(.*)", text)
        assert [
            each for each in used if not re.fullmatch(r"\./\.github/\S+|\S+@[0-9a-f]{40} # v[0-9.]+", "".join(each))
        ] == []


@pytest.mark.parametrize(
    ("engine", "options", "said"),
    [
        ("github", ("--terraform", "1.11.4", "--requirements", "pcaform-requirements.txt"), "github needs --terraform"),
        ("github", PINS["github"][:2], "github needs --requirements"),
        ("gitlab", ("--image", "tools:1"), "gitlab needs --image"),
        ("gitlab", PINS["github"], "--terraform has no meaning for gitlab, which needs --image"),
        ("github", (*PINS["github"], "--stacks", "/stacks"), "'/stacks': a pipeline needs paths below the top"),
        ("github", (*PINS["github"], "--stacks", "../stacks"), "'../stacks': a pipeline needs paths below the top"),
        ("github", (*PINS["github"], "--branch", "x${{ github.token }}"), "only letters, digits and"),
        ("gitlab", (*PINS["gitlab"], "--stacks", "a b"), "'a b': in a pipeline, only letters"),
        ("github", (*PINS["github"], "--stacks=--check"), "'--check': in a pipeline, only letters"),
        ("gitlab", (*PINS["gitlab"], "--branch=--force"), "'--force': in a pipeline, only letters"),
        ("github", (*PINS["github"], "--branch", "rel+"), "--branch 'rel+': ':', '+' and '?' are not allowed"),
        ("atlantis", ("--repository", "/.*/"), "atlantis needs --repository"),
    ],
)
def test_what_is_not_pinned_or_not_safe_is_refused(
    pcaform: Run, home: Path, engine: str, options: tuple[str, ...], said: str
) -> None:
    code, text = pipeline(pcaform, home, engine, *options)
    assert (code, said in text, (home / f".{engine}").exists()) == (1, True, False), text


@pytest.mark.parametrize(
    ("requirements", "said"),
    [
        ("pcaform==0.1.0\n", "not pinned by version and SHA-256: pcaform==0.1.0"),
        (f"pcaform>=0.1 --hash=sha256:{DIGEST}\n", "not pinned by version and SHA-256: pcaform>=0.1"),
        (f"{PINNED}--extra-index-url https://x.example\n", "not pinned by version and SHA-256: --extra-index-url"),
        (f"PyYAML==6.0.2 --hash=sha256:{DIGEST}\n", "pcaform itself is not in it"),
        (f"pcaform-tools==0.1.0 --hash=sha256:{DIGEST}\n", "pcaform itself is not in it"),
    ],
)
def test_requirements_without_hashes_are_refused(pcaform: Run, home: Path, requirements: str, said: str) -> None:
    (home / "pcaform-requirements.txt").write_text(requirements, encoding="utf-8")
    code, text = pipeline(pcaform, home, "github")
    assert (code, said in text) == (1, True), text


def test_files_are_owned_as_those_of_a_stack_are(pcaform: Run, home: Path) -> None:
    workflows = home / ".github/workflows"
    workflows.mkdir(parents=True)
    (workflows / "other.yml").write_text("name: other\n", encoding="utf-8")
    (workflows / "pcaform.yml").write_text("name: mine\n", encoding="utf-8")
    code, text = pipeline(pcaform, home, "github")
    assert (code, ".github/workflows/pcaform.yml" in text, "not written by pcaform" in text) == (1, True, True), text
    (workflows / "pcaform.yml").unlink()
    assert pipeline(pcaform, home, "github")[0] == 0
    for stack in ("apps/eu-west-1", "security/eu-west-1", "security/us-east-1"):
        (home / "stacks" / stack).mkdir(parents=True)
        (home / "stacks" / stack / ".terraform.lock.hcl").touch()
    assert pipeline(pcaform, home, "github", *PINS["github"], "--check") == (0, ".github: fresh, 4 unchanged\n")
    edited = (workflows / "pcaform.yml").read_text(encoding="utf-8").replace("queue", "pull_request_target")
    (workflows / "pcaform.yml").write_text(f"{edited}# more\n", encoding="utf-8")
    code, text = pipeline(pcaform, home, "github", *PINS["github"], "--check")
    assert (code, "pcaform.yml: changed, edited since pcaform wrote it" in text) == (2, True), text
    assert pipeline(pcaform, home, "github")[0] == 1
    assert (workflows / "pcaform.yml").read_text(encoding="utf-8").endswith("# more\n")
    assert pipeline(pcaform, home, "github", *PINS["github"], "--force")[0] == 0
    (home / "stacks/security/eu-west-1/.terraform.lock.hcl").unlink()
    code, text = pipeline(pcaform, home, "github", *PINS["github"], "--check")
    assert (code, "stacks/security/eu-west-1: no .terraform.lock.hcl" in text) == (2, True), text


def test_many_stacks_are_several_matrices_of_one_stack_a_job(pcaform: Run, home: Path) -> None:
    """Two accounts, a region of another partition, and more stacks than one matrix takes."""
    shutil.rmtree(home / "specs")
    (home / "specs").mkdir()
    for number in range(300):
        region, account = ("us-gov-west-1", "2" * 12) if number == 299 else ("eu-west-1", "1" * 12)
        text = SPEC.format(stack=f"s{number:03}", region=region, account=account)
        (home / f"specs/s{number:03}.yaml").write_text(text, encoding="utf-8")
    assert pipeline(pcaform, home, "github")[0] == 0
    jobs = yaml.safe_load((home / ".github/workflows/pcaform.yml").read_text(encoding="utf-8"))["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "check": None,
        "stacks_0_0": ["check"],
        "stacks_0_1": ["check"],
    }
    lines = pcaform("stacks", "specs", "--format", "matrix", cwd=home).stdout.splitlines()
    matrices = {name: json.loads(value) for name, _, value in (line.partition("=") for line in lines)}
    assert {name: len(entries) for name, entries in matrices.items()} == {"matrix_0_0": 256, "matrix_0_1": 44}
    assert matrices["matrix_0_1"][-1] == {
        "name": "s299",
        "stack": "s299",
        "spec": "specs/s299.yaml",
        "partition": "aws-us-gov",
        "account_id": "2" * 12,
        "region": "us-gov-west-1",
        "audit": True,
    }
    assert [entry["stack"] for entries in matrices.values() for entry in entries if entry["audit"]] == ["s000", "s299"]


def test_a_spec_with_errors_writes_no_pipeline(pcaform: Run, home: Path) -> None:
    (home / "specs/bad.yaml").write_text("version: 1\nstack: bad\n", encoding="utf-8")
    code, text = pipeline(pcaform, home, "gitlab")
    assert (code, "specs/bad.yaml:" in text, (home / ".gitlab").exists()) == (1, True, False), text

"""`pcaform lock`: the ARNs that references between stacks need, from outputs, states and accounts."""

import json
from pathlib import Path

import pytest

from checks.audit.faulty_account import named
from checks.guard.git_histories import Repository
from conftest import Run
from sources.aws.conftest import ACCOUNT, REGION, live
from spec.reference_specs import LOCKED, OTHER, OUTPUTS, ROOT, change, write_fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Repository:
    return write_fleet(tmp_path)


def test_the_lock_file_has_what_outputs_and_states_say(pcaform: Run, fleet: Repository) -> None:
    fleet.delete("pcaform.lock.json")

    def lock(*options: str) -> tuple[int, str]:
        done = pcaform("lock", "specs", *options, cwd=fleet.home)
        return done.returncode, done.stderr

    missing = (
        "'root' of 'security' is not found, and 'apps/web' needs it: apply that stack, then give '--states DIR' with "
        "its state or outputs, or '--live'"
    )
    assert lock() == (2, f"pcaform.lock.json: {missing}\npcaform.lock.json: unchanged\n")
    fleet.write("outputs/security.json", json.dumps(OUTPUTS))
    assert lock("--states", "outputs", "--check") == (2, "pcaform.lock.json: would be written\n")
    assert lock("--states", "outputs") == (0, "pcaform.lock.json: written\n")
    assert (fleet.home / "pcaform.lock.json").read_text(encoding="utf-8") == LOCKED
    assert lock() == (0, "pcaform.lock.json: unchanged\n")
    fleet.write(
        "stacks/security/terraform.tfstate", json.dumps({"version": 4, "outputs": OUTPUTS}).replace(ROOT, OTHER)
    )
    code, said = lock("--states", "stacks")
    assert (code, said.splitlines()[0]) == (
        2,
        (
            f"pcaform.lock.json: 'root' of 'security' is '{OTHER}', but '{ROOT}' is locked: with '--replace', what "
            "uses it is of the other CA from then on"
        ),
    )
    assert (fleet.home / "pcaform.lock.json").read_text(encoding="utf-8") == LOCKED
    assert lock("--states", "stacks", "--replace") == (0, "pcaform.lock.json: written\n")
    assert OTHER in (fleet.home / "pcaform.lock.json").read_text(encoding="utf-8")


def test_the_lock_file_has_what_the_account_has(pcaform: Run, fleet: Repository) -> None:
    fleet.delete("pcaform.lock.json")
    change("base.yaml", 'account_id: "123456789012", region: eu-west-1', f'account_id: "{ACCOUNT}", region: {REGION}')(
        fleet
    )
    with live() as account:
        arn = account.pki.root(days=7300, **named("Root"))
        done = pcaform("lock", "specs", "--live", cwd=fleet.home, env=account.environment)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "pcaform.lock.json: written")
    assert (
        json.loads((fleet.home / "pcaform.lock.json").read_text(encoding="utf-8"))["stacks"]["security"]["root"]["arn"]
        == arn
    )


def test_a_ca_of_another_account_is_locked(pcaform: Run, fleet: Repository) -> None:
    fleet.delete("pcaform.lock.json")
    change(
        "specs/security.yaml", "certificate_authorities:", "aws: {account_id: '210987654321'}\ncertificate_authorities:"
    )(fleet)
    fleet.write("outputs/security.json", json.dumps(OUTPUTS).replace("123456789012", "210987654321"))
    assert pcaform("lock", "specs", "--states", "outputs", cwd=fleet.home).returncode == 0
    assert pcaform("validate", "specs", cwd=fleet.home).returncode == 0
    change("pcaform.lock.json", "210987654321", "123456789012")(fleet)
    assert "account_id is '123456789012' for this" in pcaform("validate", "specs", cwd=fleet.home).stdout


def test_what_is_locked_is_not_forgotten_with_an_empty_file(pcaform: Run, fleet: Repository) -> None:
    fleet.write("pcaform.lock.json", "")
    fleet.write("outputs/security.json", json.dumps(OUTPUTS))
    done = pcaform("lock", "specs", "--states", "outputs", cwd=fleet.home)
    assert (done.returncode, "delete an empty lock file to write it anew" in done.stderr) == (1, True)
    assert (fleet.home / "pcaform.lock.json").read_bytes() == b""


def test_sources_that_disagree_are_refused(pcaform: Run, fleet: Repository) -> None:
    fleet.delete("pcaform.lock.json")
    fleet.write("states/security.json", json.dumps(OUTPUTS))
    fleet.write("states/security.tfstate", json.dumps({"version": 4, "outputs": OUTPUTS}).replace(ROOT, OTHER))
    done = pcaform("lock", "specs", "--states", "states", cwd=fleet.home)
    assert (done.returncode, "have several ARNs for one CA" in done.stderr) == (1, True)
    assert not (fleet.home / "pcaform.lock.json").exists()


WRONG = {
    "another partition": (
        json.dumps(OUTPUTS).replace("arn:aws:", "arn:aws-cn:"),
        "is not 'root' of the stack 'security', which is in account 123456789012, eu-west-1: name its own state",
    ),
    "another account": (
        json.dumps(OUTPUTS).replace("123456789012", "210987654321"),
        "is not 'root' of the stack 'security', which is in account 123456789012, eu-west-1: name its own state",
    ),
    "no outputs": (
        "{}",
        "there is no 'certificate_authority_arns' in it: give a state, or the output of 'terraform output -json'",
    ),
    "no ARN": (json.dumps(OUTPUTS).replace(ROOT, "arn"), "the output for 'root' is 'arn', not the ARN of a private CA"),
    "no JSON": ("x", "there is no 'certificate_authority_arns' in it"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_source_of_arns_is_refused(pcaform: Run, fleet: Repository, name: str) -> None:
    content, said = WRONG[name]
    fleet.write("states/security.json", content)
    done = pcaform("lock", "specs", "--states", "states", cwd=fleet.home)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert (fleet.home / "pcaform.lock.json").read_text(encoding="utf-8") == LOCKED

"""Failures before planning: each has one message and changes nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adopt import doc_page
from adopt.fixtures import spec
from conftest import Run
from end_to_end.fixtures import ACCOUNT, REGION
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import Pki

OTHER = "210987654321"
GONE = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {{\n  version = "{}"\n}}\n'


@dataclass(frozen=True)
class Account:
    """An account with one CA, and stacks with only the files of an initialised one."""

    server: Sandbox
    environment: dict[str, str]
    pki: Pki
    root: str

    def stack(
        self, pcaform: Run, home: Path, *, account_id: str = ACCOUNT, arn: str = "", version: str = "5.100.0"
    ) -> Path:
        """Render a stack of one CA, add the files of `terraform init`, and return its directory."""
        text = spec({"root": arn or self.root, "issuing": "", "overseas": "", "partner": ""}, "root")
        head = f'version: 1\nstack: corp-pki\naws: {{region: {REGION}, account_id: "{account_id}"}}\n'
        (home / "corp-pki.yaml").write_text(head + text.replace(ACCOUNT, account_id), encoding="utf-8")
        done = pcaform("render", home / "corp-pki.yaml", "--out", home)
        assert done.returncode == 0, done.stderr
        (home / "corp-pki" / ".terraform").mkdir()
        (home / "corp-pki" / ".terraform.lock.hcl").write_text(LOCK.format(version), encoding="utf-8")
        return home / "corp-pki"


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with open_sandbox(account_id=ACCOUNT, region=REGION, iam=True) as (server, environment):
        pki = Pki(server.client("acm-pca"))
        root = pki.root(configuration={"Subject": {"CommonName": "Old Root", "Country": "DE"}})
        yield Account(server, environment, pki, root)


def run_refused(account: Account, pcaform: Run, stack: Path, *arguments: str | Path, **environment: str) -> str:
    """Adopt a stack; return its one failure message, and check that the page has it too."""
    before = {path: path.read_bytes() for path in stack.rglob("*") if path.is_file()}
    done = pcaform("adopt", stack, *arguments, env={**account.environment, **environment})
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert before == {path: path.read_bytes() for path in stack.rglob("*") if path.is_file()}
    (line,) = done.stderr.splitlines()
    message = line.removeprefix("pcaform: ")
    home = stack if stack.name != "corp-pki" else stack.parent
    doc_page.check_refusal(re.sub(r"aws (6.0.0|7.0.0): .*: run", f"aws 5.99.1: {OUTSIDE}: run", message), home)
    return message


def test_directory_must_be_an_initialised_stack(account: Account, pcaform: Run, tmp_path: Path) -> None:
    missing = tmp_path / "corp-pki"
    assert run_refused(account, pcaform, missing) == f"{missing}: there is no such directory: name a rendered stack"
    assert (
        run_refused(account, pcaform, tmp_path) == f"{tmp_path}: there is no providers.tf in it: name a rendered stack"
    )
    stack = account.stack(pcaform, tmp_path)
    (stack / ".terraform.lock.hcl").unlink()
    assert (
        run_refused(account, pcaform, stack)
        == f"{stack}: it is not initialised: run 'terraform init' there first, or give --init"
    )


OUTSIDE = "stacks take releases from 5.100.0 on, and before 7.0.0"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("5.99.1", OUTSIDE),
        ("6.0.0", "it loses the identity of resources (issue 43221); 6.1.0 mends it"),
        ("7.0.0", OUTSIDE),
    ],
)
def test_unsupported_provider_is_refused(
    account: Account, pcaform: Run, tmp_path: Path, version: str, reason: str
) -> None:
    stack = account.stack(pcaform, tmp_path, version=version)
    assert run_refused(account, pcaform, stack) == (
        f"{stack}/.terraform.lock.hcl: provider aws {version}: {reason}: run 'terraform init -upgrade'"
    )


def test_caller_must_be_of_the_stacks_account(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack = account.stack(pcaform, tmp_path, account_id=OTHER)
    assert run_refused(account, pcaform, stack) == (
        f"the credentials are of account {ACCOUNT}, but the stack is for account {OTHER}, region {REGION}: "
        "use that account's credentials"
    )


def test_expired_credentials_are_reported(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack = account.stack(pcaform, tmp_path)
    with account.server.inject_faults(expiry={"sts:*": 1.0}):
        assert "the credentials expired (ExpiredToken): log in again" in run_refused(account, pcaform, stack)


def test_a_ca_must_be_where_the_stack_works(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack = account.stack(pcaform, tmp_path)
    changes = stack / "changes.tf"
    changes.write_text(changes.read_text("utf-8").replace(f":{REGION}:", ":ap-south-1:"), encoding="utf-8")
    elsewhere = account.root.replace(f":{REGION}:", ":ap-south-1:")
    assert run_refused(account, pcaform, stack) == (
        f"{elsewhere}: no provider of the stack covers this CA (account {ACCOUNT}, region {REGION}): "
        "correct the spec and render"
    )


def test_a_ca_that_is_not_there_is_run_refused(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack = account.stack(pcaform, tmp_path, arn=GONE)
    assert (
        run_refused(account, pcaform, stack)
        == f"{GONE}: AWS has no such CA in this account: correct its 'arn' in the spec"
    )


def test_a_deleted_ca_is_run_refused(account: Account, pcaform: Run, tmp_path: Path) -> None:
    arn = account.pki.root()
    account.pki.disable(arn)
    account.pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)
    stack = account.stack(pcaform, tmp_path, arn=arn)
    assert run_refused(account, pcaform, stack) == (
        f"{arn}: this CA is deleted: restore it (aws acm-pca restore-certificate-authority), or remove it from the spec"
    )


def test_denied_is_not_absent(account: Account, pcaform: Run, tmp_path: Path) -> None:
    iam = account.server.client("iam")
    iam.create_user(UserName="blind")
    statement = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="blind", PolicyName="x", PolicyDocument=document)
    key = iam.create_access_key(UserName="blind")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    message = run_refused(account, pcaform, account.stack(pcaform, tmp_path), **keys)
    assert message.startswith(f"the CAs of account {ACCOUNT}, region {REGION}: ")
    assert "ListCertificateAuthorities" in message


def test_stack_must_match_the_spec(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack, file = account.stack(pcaform, tmp_path), tmp_path / "corp-pki.yaml"
    file.write_text(file.read_text("utf-8") + "    tags: {team: pki}\n", encoding="utf-8")
    message = run_refused(account, pcaform, stack, "--spec", file)
    assert message.startswith(f"{stack}: this is not what {file} renders to (")
    assert message.endswith("): render it first")


def test_states_inside_the_stack_are_refused(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack = account.stack(pcaform, tmp_path)
    message = f"{stack / 'kept'}: this is inside the stack, where states do not belong: name another directory"
    assert run_refused(account, pcaform, stack, "--keep", stack / "kept") == message
    assert run_refused(account, pcaform, stack, "--emit", stack / "kept") == message


def test_unwritable_backup_is_refused(account: Account, pcaform: Run, tmp_path: Path) -> None:
    stack = account.stack(pcaform, tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    below = tmp_path / "file" / "kept"
    assert (
        run_refused(account, pcaform, stack, "--keep", below) == f"{below}: no state can be kept there: Not a directory"
    )


@pytest.mark.parametrize(
    "options", [("--emit", "x", "--dry-run"), ("--emit", "x", "--recreate"), ("--finish", "x.yaml", "--dry-run")]
)
def test_contradicting_options_are_refused(
    account: Account, pcaform: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    stack = account.stack(pcaform, tmp_path)
    assert ": give one " in run_refused(account, pcaform, stack, *options)

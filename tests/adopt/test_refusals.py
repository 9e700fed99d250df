"""What stops adopting before anything is planned: each with one message, and with nothing changed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adopt import doc_page as pages
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
class World:
    """An account with one CA, and stacks that only look initialised."""

    server: Sandbox
    environment: dict[str, str]
    pki: Pki
    root: str

    def stack(
        self, pcaform: Run, home: Path, *, account: str = ACCOUNT, arn: str = "", version: str = "5.100.0"
    ) -> Path:
        """Render a stack of one CA and put beside it what `terraform init` leaves; return its directory."""
        text = spec({"root": arn or self.root, "issuing": "", "overseas": "", "partner": ""}, "root")
        head = f'version: 1\nstack: corp-pki\naws: {{region: {REGION}, account_id: "{account}"}}\n'
        (home / "corp-pki.yaml").write_text(head + text.replace(ACCOUNT, account), encoding="utf-8")
        done = pcaform("render", home / "corp-pki.yaml", "--out", home)
        assert done.returncode == 0, done.stderr
        (home / "corp-pki" / ".terraform").mkdir()
        (home / "corp-pki" / ".terraform.lock.hcl").write_text(LOCK.format(version), encoding="utf-8")
        return home / "corp-pki"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_sandbox(account_id=ACCOUNT, region=REGION, iam=True) as (server, environment):
        pki = Pki(server.client("acm-pca"))
        root = pki.root(configuration={"Subject": {"CommonName": "Old Root", "Country": "DE"}})
        yield World(server, environment, pki, root)


def refused(world: World, pcaform: Run, stack: Path, *arguments: str | Path, **environment: str) -> str:
    """Adopt a stack, and return the one message that it stops with, which the page has too."""
    before = {path: path.read_bytes() for path in stack.rglob("*") if path.is_file()}
    done = pcaform("adopt", stack, *arguments, env={**world.environment, **environment})
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert before == {path: path.read_bytes() for path in stack.rglob("*") if path.is_file()}
    (line,) = done.stderr.splitlines()
    said = line.removeprefix("pcaform: ")
    home = stack if stack.name != "corp-pki" else stack.parent
    pages.check_refusal(re.sub(r"aws is (6.0.0|7.0.0)", "aws is 5.99.1", said), home)
    return said


def test_a_directory_must_be_an_initialised_stack(world: World, pcaform: Run, tmp_path: Path) -> None:
    missing = tmp_path / "corp-pki"
    assert refused(world, pcaform, missing) == f"{missing}: there is no such directory: name a rendered stack"
    assert refused(world, pcaform, tmp_path) == f"{tmp_path}: there is no providers.tf in it: name a rendered stack"
    stack = world.stack(pcaform, tmp_path)
    (stack / ".terraform.lock.hcl").unlink()
    assert refused(world, pcaform, stack) == f"{stack}: it is not initialised: run 'terraform init' there first"


@pytest.mark.parametrize("version", ["5.99.1", "6.0.0", "7.0.0"])
def test_a_provider_that_pcaform_does_not_know_is_refused(
    world: World, pcaform: Run, tmp_path: Path, version: str
) -> None:
    stack = world.stack(pcaform, tmp_path, version=version)
    assert refused(world, pcaform, stack) == (
        f"{stack}/.terraform.lock.hcl: provider aws is {version}, and adopting takes 5.100 up to 6.x without 6.0.0: "
        "run 'terraform init -upgrade'"
    )


def test_the_caller_must_be_of_the_account_of_the_stack(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack = world.stack(pcaform, tmp_path, account=OTHER)
    assert refused(world, pcaform, stack) == (
        f"the caller is of account {ACCOUNT}, and the stack is for account {OTHER}, region {REGION}: "
        "select credentials of that account"
    )


def test_expired_credentials_are_named(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack = world.stack(pcaform, tmp_path)
    with world.server.inject_faults(expiry={"sts:*": 1.0}):
        assert "the credentials expired (ExpiredToken): log in again" in refused(world, pcaform, stack)


def test_a_ca_must_be_where_the_stack_works(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack = world.stack(pcaform, tmp_path)
    changes = stack / "changes.tf"
    changes.write_text(changes.read_text("utf-8").replace(f":{REGION}:", ":ap-south-1:"), encoding="utf-8")
    elsewhere = world.root.replace(f":{REGION}:", ":ap-south-1:")
    assert refused(world, pcaform, stack) == (
        f"{elsewhere}: this CA is in none of the stack's places (account {ACCOUNT}, region {REGION}): "
        "correct the spec and render"
    )


def test_a_ca_that_is_not_there_is_refused(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack = world.stack(pcaform, tmp_path, arn=GONE)
    assert (
        refused(world, pcaform, stack) == f"{GONE}: AWS has no such CA in this account: correct its 'arn' in the spec"
    )


def test_a_deleted_ca_is_refused(world: World, pcaform: Run, tmp_path: Path) -> None:
    arn = world.pki.root()
    world.pki.disable(arn)
    world.pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)
    stack = world.stack(pcaform, tmp_path, arn=arn)
    assert refused(world, pcaform, stack) == (
        f"{arn}: this CA is deleted: restore it (aws acm-pca restore-certificate-authority), or take it out of the spec"
    )


def test_denied_is_not_absent(world: World, pcaform: Run, tmp_path: Path) -> None:
    iam = world.server.client("iam")
    iam.create_user(UserName="blind")
    statement = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="blind", PolicyName="x", PolicyDocument=document)
    key = iam.create_access_key(UserName="blind")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    said = refused(world, pcaform, world.stack(pcaform, tmp_path), **keys)
    assert said.startswith(f"the CAs of account {ACCOUNT}, region {REGION}: ")
    assert "ListCertificateAuthorities" in said


def test_the_stack_must_be_of_the_spec(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack, file = world.stack(pcaform, tmp_path), tmp_path / "corp-pki.yaml"
    file.write_text(file.read_text("utf-8") + "    tags: {team: pki}\n", encoding="utf-8")
    said = refused(world, pcaform, stack, "--spec", file)
    assert said.startswith(f"{stack}: this is not what {file} renders to (")
    assert said.endswith("): render it first")


def test_states_do_not_belong_into_the_stack(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack = world.stack(pcaform, tmp_path)
    said = f"{stack / 'kept'}: this is inside the stack, where states do not belong: name another directory"
    assert refused(world, pcaform, stack, "--keep", stack / "kept") == said
    assert refused(world, pcaform, stack, "--emit", stack / "kept") == said


def test_a_backup_that_cannot_be_written_stops_everything(world: World, pcaform: Run, tmp_path: Path) -> None:
    stack = world.stack(pcaform, tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    below = tmp_path / "file" / "kept"
    assert refused(world, pcaform, stack, "--keep", below) == f"{below}: no state can be kept there: Not a directory"


@pytest.mark.parametrize(
    "options", [("--emit", "x", "--dry-run"), ("--emit", "x", "--recreate"), ("--finish", "x.yaml", "--dry-run")]
)
def test_options_that_contradict_each_other_are_refused(
    world: World, pcaform: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    stack = world.stack(pcaform, tmp_path)
    assert "give one of them" in refused(world, pcaform, stack, *options)

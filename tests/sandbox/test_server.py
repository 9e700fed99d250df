"""Starting, stopping, identity and isolation from the caller's machine."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox, SandboxError
from sandbox.conftest import ACCOUNT, REGION, Pki, expect_error

OTHER = "999988887777"
# Each would break or redirect a client that reads its environment.
HOSTILE = {
    "AWS_PROFILE": "no-such-profile",
    "AWS_DEFAULT_PROFILE": "no-such-profile",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/no/such/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/no/such/credentials",
    "AWS_CA_BUNDLE": "/no/such/bundle.pem",
    "REQUESTS_CA_BUNDLE": "/no/such/bundle.pem",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "AWS_DATA_PATH": "/no/such/models",
    "AWS_REGION": "ap-south-1",
    "AWS_DEFAULT_REGION": "ap-south-1",
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SESSION_TOKEN": "token",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_MAX_ATTEMPTS": "nonsense",
    "AWS_RETRY_MODE": "nonsense",
}


def identity(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.client("sts").get_caller_identity())


@pytest.mark.parametrize("name", HOSTILE)
def test_no_variable_reaches_a_client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, HOSTILE[name])
    client = sandbox.client("sts")
    assert client.meta.region_name == REGION
    assert sandbox.is_sandbox_identity(client.get_caller_identity())


def test_no_file_reaches_a_client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[default]\nregion = ap-south-1\nendpoint_url = http://127.0.0.1:9\nbroken")
    (folder / "credentials").write_text("[default]\naws_access_key_id = AKIAREALREALREALREAL\nbroken")
    model = folder / "models" / "sts" / "2011-06-15"
    model.mkdir(parents=True)
    (model / "service-2.json").write_text("{}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("botocore.loaders.Loader.CUSTOMER_DATA_PATH", str(folder / "models"))
    assert sandbox.is_sandbox_identity(identity(sandbox))


def test_a_server_starts_in_a_hostile_environment() -> None:
    script = (
        "import os\n"
        "from pcaform.sandbox.server import Sandbox\n"
        "before = dict(os.environ)\n"
        f"with Sandbox(account_id='{ACCOUNT}', region='{REGION}') as sandbox:\n"
        "    assert sandbox.is_sandbox_identity(sandbox.client('sts').get_caller_identity())\n"
        "    client = sandbox.client('acm-pca')\n"
        "    assert client.list_certificate_authorities()['CertificateAuthorities'] == []\n"
        "    assert sandbox.client('iam').list_users()['Users'] == []\n"
        "assert dict(os.environ) == before\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | HOSTILE | {"MOTO_ACCOUNT_ID": OTHER},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_importing_the_package_costs_nothing() -> None:
    script = "import sys, pcaform.sandbox; print(sorted({'moto', 'boto3', 'flask'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_importing_the_server_does_not_import_moto() -> None:
    script = "import sys, pcaform.sandbox.server; print('moto' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_a_missing_moto_is_an_expected_failure() -> None:
    script = (
        "import sys\n"
        "sys.modules['moto'] = None\n"
        "from pcaform.sandbox.server import Sandbox, SandboxError\n"
        "for attempt in range(2):\n"
        "    try:\n"
        f"        Sandbox(account_id='{ACCOUNT}', region='{REGION}').__enter__()\n"
        "    except SandboxError as error:\n"
        "        print(error)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.count("install pcaform[sandbox]") == 2


def test_the_environment_is_enough_for_a_child(sandbox: Sandbox) -> None:
    script = "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity()))"
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | sandbox.environment
    result = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert sandbox.is_sandbox_identity(json.loads(result.stdout))
    assert set(sandbox.environment) == {
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    }


def test_the_identity_is_this_servers(sandbox: Sandbox) -> None:
    answer = identity(sandbox)
    assert answer["Account"] == ACCOUNT
    assert sandbox.is_sandbox_identity(answer)
    assert not sandbox.is_sandbox_identity(answer | {"Account": OTHER})
    assert not sandbox.is_sandbox_identity(answer | {"UserId": "AIDAEXAMPLE"})
    assert not sandbox.is_sandbox_identity({})


def test_unknown_keys_land_in_the_account(sandbox: Sandbox) -> None:
    client = sandbox.client("sts", access_key_id="nobody-knows-this", secret_access_key="x")
    answer = client.get_caller_identity()
    assert answer["Account"] == ACCOUNT
    assert sandbox.is_sandbox_identity(answer)


def test_users_and_roles_of_the_sandbox_are_its_identities(sandbox: Sandbox) -> None:
    iam, sts = sandbox.client("iam"), sandbox.client("sts")
    iam.create_user(UserName="alice")
    made = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = sandbox.client(
        "sts", access_key_id=made["AccessKeyId"], secret_access_key=made["SecretAccessKey"]
    ).get_caller_identity()
    assert alice["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert sandbox.is_sandbox_identity(alice)
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/far", RoleSessionName="session")["Credentials"]
    far = sandbox.client(
        "sts", access_key_id=role["AccessKeyId"], secret_access_key=role["SecretAccessKey"]
    ).get_caller_identity()
    assert far["Account"] == OTHER
    assert not sandbox.is_sandbox_identity(far)


def test_regions_have_their_own_cas(sandbox: Sandbox) -> None:
    there = sandbox.client("acm-pca", region="us-west-2")
    arn = Pki(there).create()
    assert arn.startswith("arn:aws:acm-pca:us-west-2:")
    here = sandbox.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
    assert arn not in {ca["Arn"] for ca in here}


def test_requests_stay_off_the_terminal(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    identity(sandbox)
    assert capfd.readouterr() == ("", "")


class _Waiting(logging.Handler):
    """Collect a record of the server's thread, which logs after it has answered."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.text = ""
        self.arrived = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()
        self.arrived.set()


def test_a_failing_handler_is_logged_and_not_printed(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    waiting = _Waiting()
    logging.getLogger("pcaform.sandbox").addHandler(waiting)
    with expect_error("500"):
        sandbox.client("sqs").start_message_move_task(SourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:x")
    assert waiting.arrived.wait(5)
    logging.getLogger("pcaform.sandbox").removeHandler(waiting)
    assert "NotImplementedError" in waiting.text
    assert capfd.readouterr() == ("", "")


def test_only_one_sandbox_runs_in_a_process(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="already running"), Sandbox(account_id=ACCOUNT, region=REGION):
        pass
    assert sandbox.is_sandbox_identity(identity(sandbox))

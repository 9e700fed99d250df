"""`pcaform sandbox -- CMD` as a process: its signals, its exit code, and the account of the directory it starts in."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from conftest import EXAMPLE, ROOT, Run

SANDBOX = (sys.executable, "-m", "pcaform", "sandbox")
ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]
LONG = 300
"""Seconds that no test waits: what takes so long is ended, or the test fails at its limit."""
LIMIT = 40


@contextmanager
def started(script: str, *options: str | Path, shell: str = "sh", trap: str = ":") -> Iterator[subprocess.Popen[str]]:
    """Run a script in a sandbox, away from any terminal, and wait until it has set its trap and said that it is up."""
    command = [*SANDBOX, *map(str, options), "--", shell, "-c", f"{trap}; echo up; {script}"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        yield process


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit code and the rest of the output, which ends with the last process that could write to it."""
    output, _ = process.communicate(timeout=LIMIT)
    return process.returncode, output


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize(
    ("shell", "script"), [("bash", f"sleep {LONG}; echo done"), ("sh", f"sleep {LONG} & sleep {LONG + 1}; echo done")]
)
def test_a_signal_ends_the_command_and_its_children(number: signal.Signals, shell: str, script: str) -> None:
    with started(script, shell=shell) as process:
        process.send_signal(number)
        assert end(process) == (128 + number, "")


@pytest.mark.parametrize("number", ENDING)
def test_the_command_decides_how_it_ends(number: signal.Signals) -> None:
    """Twice at once is one signal: `timeout` signals the process, then its group."""
    trap = f"trap 'echo bye; exit 9' {number.name.removeprefix('SIG')}"
    with started("while :; do sleep 0.1; done", trap=trap) as process:
        process.send_signal(number)
        process.send_signal(number)
        assert end(process) == (9, "bye\n")


def test_a_command_that_ignores_signals_is_killed_by_the_second() -> None:
    with started("while :; do echo tick; sleep 0.4; done", trap="trap '' TERM") as process:
        assert process.stdout
        process.send_signal(signal.SIGTERM)
        assert [process.stdout.readline() for _ in range(6)] == ["tick\n"] * 6
        process.send_signal(signal.SIGTERM)
        code, _ = end(process)
        assert code == 128 + signal.SIGKILL


def test_a_signal_that_the_caller_ignores_is_not_forwarded() -> None:
    """As with nohup."""
    command = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *SANDBOX, "--", "sh", "-c", f"echo up; sleep {LONG}"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert end(process) == (128 + signal.SIGTERM, "")


def test_a_signal_while_it_starts_ends_it(tmp_path: Path) -> None:
    """Nothing stays behind: no process, and no directory of its own."""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    for number in (signal.SIGTERM, signal.SIGHUP):
        command = [*SANDBOX, "--shell", "bash"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr
            assert "a local AWS" in process.stderr.readline()
            process.send_signal(number)
            process.communicate(timeout=LIMIT)
        assert process.returncode == 128 + signal.SIGINT
        assert list(tmp_path.iterdir()) == []


def test_the_content_is_kept_when_the_command_is_ended(tmp_path: Path) -> None:
    make = "import boto3; boto3.client('iam').create_user(UserName='kept')"
    script = f'{sys.executable} -c "{make}"; echo made; sleep {LONG}'
    with started(script, "--state", tmp_path / "state") as process:
        assert process.stdout
        assert process.stdout.readline() == "made\n"
        process.send_signal(signal.SIGTERM)
        assert end(process)[0] == 128 + signal.SIGTERM
    assert b'"kept"' in (tmp_path / "state").read_bytes()


@pytest.mark.parametrize(("typed", "printed", "code"), [("hello\n", "got hello", 0), ("\x03", "", 130)])
def test_at_a_terminal_the_command_reads_what_is_typed(typed: str, printed: str, code: int) -> None:
    child, terminal = pty.fork()
    if not child:
        os.chdir(ROOT)
        command = [*SANDBOX, "--", "sh", "-c", "echo up; read -r word; echo got $word"]
        os.execv(SANDBOX[0], command)  # noqa: S606 - what a shell would start
    output = ""
    with os.fdopen(terminal, "r+b", buffering=0) as stream:
        while "up" not in output:
            output += stream.read(1).decode()
        stream.write(typed.encode())
        with suppress(OSError):  # the terminal ends with its last process
            while more := stream.read(100):
                output += more.decode()
    _, status = os.waitpid(child, 0)
    assert (os.waitstatus_to_exitcode(status), printed in output) == (code, True)


SHOW = "echo $AWS_REGION $(python -c \"import boto3; print(boto3.client('sts').get_caller_identity()['Account'])\")"
OWN = """\
variable "region" {
  default = "ap-south-1"
}

provider "aws" {
  region              = var.region
  allowed_account_ids = ["000011112222"]
}

provider "aws" {
  alias  = "other"
  region = "us-east-1"
}
"""


def show_account(pcaform: Run, directory: Path, *options: str) -> tuple[str, str]:
    """Return region and account as a command sees them, and what was said."""
    script = SHOW.replace("python", sys.executable, 1)
    done = pcaform("sandbox", *options, "--", "sh", "-c", script, cwd=directory)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_the_account_is_that_of_the_stack_in_the_directory(pcaform: Run, tmp_path: Path) -> None:
    spec = EXAMPLE.read_text(encoding="utf-8").replace("123456789012", "210987654321").replace("eu-west-1", "us-east-2")
    assert pcaform("render", "-", "--out", tmp_path, stdin=spec.encode()).returncode == 0
    (directory,) = tmp_path.iterdir()
    note = "from the stack in this directory; '--account' and '--region' choose others\n"
    assert show_account(pcaform, directory) == (
        "us-east-2 210987654321",
        f"account 210987654321 and region us-east-2: {note}",
    )
    assert show_account(pcaform, directory, "--region", "eu-north-1", "--account", "333333333333") == (
        "eu-north-1 333333333333",
        "",
    )


def test_the_account_is_that_of_the_files_own_provider(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(OWN, encoding="utf-8")
    shown, said = show_account(pcaform, tmp_path, "--account", "333333333333")
    assert (shown, said.partition(":")[0]) == ("ap-south-1 333333333333", "region ap-south-1")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"main.tf": 'resource "null_resource" "x" {'},
        {"main.tf": 'provider "aws" {\n  region = data.aws_region.x.name\n}\n'},
        {"main.tf": 'provider "aws" {\n  allowed_account_ids = ["12"]\n}\n'},
        {".pcaform.json": "{"},
        {".pcaform.json": json.dumps({"format_version": "9"})},
    ],
)
def test_a_directory_that_tells_no_account_has_the_usual_one(
    pcaform: Run, tmp_path: Path, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert show_account(pcaform, tmp_path) == ("eu-west-1 123456789012", "")


@pytest.mark.parametrize("account_id", ["12", "1234567890123", "12345678901x", ""])
def test_an_account_id_has_twelve_digits(pcaform: Run, account_id: str) -> None:
    done = pcaform("sandbox", "--account", account_id, "--", "true")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"--account: '{account_id}' is not an account id, which has 12 digits" in done.stderr


def test_a_profile_that_does_not_exist_does_not_matter(pcaform: Run) -> None:
    """Neither to the sandbox nor to the command: Private CA, ACM, IAM, S3 and KMS answer."""
    script = (
        "import boto3\n"
        "pca = boto3.client('acm-pca')\n"
        "subject = {'CommonName': 'x'}\n"
        "configuration = {'KeyAlgorithm': 'EC_prime256v1', 'SigningAlgorithm': 'SHA256WITHECDSA', 'Subject': subject}\n"
        "arn = pca.create_certificate_authority(CertificateAuthorityConfiguration=configuration,"
        " CertificateAuthorityType='ROOT')['CertificateAuthorityArn']\n"
        "boto3.client('acm').request_certificate(DomainName='x.example', CertificateAuthorityArn=arn)\n"
        "boto3.client('iam').create_user(UserName='u')\n"
        "boto3.client('s3', region_name='us-east-1').create_bucket(Bucket='b.dotted.example')\n"
        "boto3.client('kms').create_key()\n"
        "print('all')\n"
    )
    missing = {"AWS_PROFILE": "missing", "AWS_DEFAULT_PROFILE": "missing"}
    done = pcaform("sandbox", "--iam", "--", sys.executable, "-c", script, env=missing)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all\n", "")

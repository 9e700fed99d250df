"""The command line as a user sees it: exit codes, one clear line per mistake, nothing half-written."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import EXAMPLE, ROOT, Run


@pytest.fixture(scope="module")
def pcaform(interpreter: Run) -> Run:
    """Start each run as a user does: that is what this module is about."""
    return interpreter


INVALID_SPECS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "spec.yaml:1:1: the file is empty: a spec starts with 'version: 1'; "),
    "not YAML": (b"version: 1\nstack: [a", "spec.yaml:2:8: not valid YAML: a '[' that is not closed, or a missing ','"),
    "wrong version": (EXAMPLE.read_bytes().replace(b"version: 1", b"version: 2"), "spec.yaml:3:10: 'version' is 2"),
    "unknown key": (
        EXAMPLE.read_bytes().replace(b"stack:", b"stak:"),
        "spec.yaml:4:1: unknown key 'stak' (did you mean 'stack'?)",
    ),
    "unknown parent": (
        EXAMPLE.read_bytes().replace(b"parent: root", b"parent: rot"),
        "the parent 'rot' is not in this spec (did you mean 'root'?)",
    ),
}


@pytest.mark.parametrize("mistake", INVALID_SPECS)
def test_an_invalid_spec_gives_one_line_and_writes_nothing(pcaform: Run, tmp_path: Path, mistake: str) -> None:
    content, message = INVALID_SPECS[mistake]
    (tmp_path / "spec.yaml").write_bytes(content)
    done = pcaform("render", "spec.yaml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("spec.yaml:") == 1 or mistake == "unknown key"
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("missing.yaml", "missing.yaml: there is no such file"),
        (".", ".: there is no '*.yaml' or '*.yml' below this directory"),
    ],
)
def test_a_spec_that_cannot_be_read(pcaform: Run, tmp_path: Path, spec: str, message: str) -> None:
    done = pcaform("render", spec, "--out", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, f"pcaform: {message}\n")


def test_out_that_cannot_be_written_says_what_to_do(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = pcaform("render", EXAMPLE, "--out", tmp_path / "file")
    assert done.returncode == 1
    assert "choose another --out" in done.stderr
    assert "Traceback" not in done.stderr


def test_render_reports_what_it_wrote_and_reads_stdin(pcaform: Run, tmp_path: Path) -> None:
    first = pcaform("render", "-", "--out", tmp_path, stdin=EXAMPLE.read_bytes())
    again = pcaform("render", "-", "--out", tmp_path, stdin=EXAMPLE.read_bytes())
    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stderr.endswith("corp-pki: 23 written\n")
    assert again.stderr.endswith("corp-pki: 23 unchanged\n")
    assert first.stdout == ""
    assert "from standard input" in (tmp_path / "corp-pki" / "outputs.tf").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["rendr"], ["render"], ["render", "x"], ["sandbox", "--port", "x"], ["--no"]])
def test_bad_usage_is_exit_1(pcaform: Run, arguments: list[str]) -> None:
    done = pcaform(*arguments)
    assert done.returncode == 1
    assert "Try 'pcaform " in done.stderr


def test_help_and_version_are_results(pcaform: Run) -> None:
    assert "Check before you apply:" in pcaform("--help").stdout
    assert pcaform("--version").stdout.startswith("pcaform ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["render", "--help"],
        ["import", "state", "--help"],
        ["validate", "--help"],
        ["schema", "--help"],
        ["guard", "--help"],
        ["report", "--help"],
        ["sandbox", "--help"],
        ["demo", "--help"],
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom pcaform.cli.main import main\nmain(sys.argv[1:])\n"
        "print(sorted({'boto3', 'moto', 'hcl2', 'jinja2', 'cryptography', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_validate_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pcaform.cli.main import main\nassert main(['validate', sys.argv[1]]) == 0\n"
        "print(sorted({'boto3', 'botocore', 'moto', 'hcl2', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, EXAMPLE], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_port_that_is_taken(pcaform: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = pcaform("sandbox", "--port", str(port), "--", "true")
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "choose another port" in done.stderr


def test_sandbox_runs_a_command_in_the_hermetic_environment(pcaform: Run) -> None:
    hostile = {
        "AWS_PROFILE": "no-such-profile",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_CA_BUNDLE": "/nonexistent",
        "TF_CLI_ARGS_plan": "-destroy",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    ask = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    done = pcaform("sandbox", "--account", "000000000042", "--", sys.executable, "-c", ask, env=hostile)
    assert (done.returncode, done.stdout) == (0, "000000000042\n")
    shown = pcaform("sandbox", "--", "env", env=hostile).stdout
    assert not [name for name in hostile if f"\n{name}=" in f"\n{shown}"]


def test_sandbox_gives_the_commands_exit_code(pcaform: Run) -> None:
    assert pcaform("sandbox", "--", "sh", "-c", "exit 7").returncode == 7
    missing = pcaform("sandbox", "--", "no-such-command")
    assert (missing.returncode, "there is no command 'no-such-command'" in missing.stderr) == (1, True)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_sandbox_stops_on_a_signal(end: signal.Signals) -> None:
    command = [sys.executable, "-m", "pcaform", "sandbox"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = next(line for line in process.stdout if "AWS_ENDPOINT_URL" in line).split("=", 1)[1].strip()
        process.send_signal(end)
        _, stderr = process.communicate()
    assert process.returncode == 130
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) != 0


def test_import_of_an_invalid_state(pcaform: Run) -> None:
    done = pcaform("import", "state", "-", "--stack", "x", stdin=b"{")
    assert done.returncode == 1
    assert done.stderr.startswith("pcaform: <stdin>: not a complete JSON document")


def test_demo_without_terraform_does_what_it_can(pcaform: Run, without_terraform: dict[str, str]) -> None:
    done = pcaform("demo", env=without_terraform)
    assert done.returncode == 0
    assert "pcaform render" in done.stderr
    assert "left out" in done.stderr
    assert "neither terraform nor tofu is on PATH" in done.stderr


def test_demo_with_a_terraform_that_fails(pcaform: Run, tmp_path: Path) -> None:
    failing = tmp_path / "terraform"
    failing.write_text("#!/bin/sh\necho 'Terraform v9'\n[ \"$1\" = version ] || { echo 'no disk left' >&2; exit 1; }\n")
    failing.chmod(0o755)
    done = pcaform("demo", env={"PCAFORM_TERRAFORM": str(failing)})
    assert done.returncode == 1
    assert "terraform init failed" in done.stderr
    assert "no disk left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terraform_that_is_not_there_is_named(pcaform: Run) -> None:
    done = pcaform("demo", env={"PCAFORM_TERRAFORM": "/nonexistent/terraform"})
    assert "PCAFORM_TERRAFORM names '/nonexistent/terraform'" in done.stderr


@pytest.mark.terraform
def test_demo_succeeds_and_cannot_leave_the_sandbox(pcaform: Run, tmp_path: Path) -> None:
    """Inherited settings that point elsewhere change nothing; the stack stays where --keep says, clean to fmt."""
    hostile = {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_ACM_PCA": "http://127.0.0.1:1",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "TF_CLI_ARGS_apply": "-no-such-option",
        "TF_WORKSPACE": "production",
        "TF_CLI_CONFIG_FILE": "/nonexistent/terraform.rc",
    }
    done = pcaform("demo", "--keep", tmp_path / "demo", env=hostile)
    assert done.returncode == 0, done.stderr
    for line in (
        "it all holds",
        "PCA_ACCESS_DENIED",
        "1 to destroy",
        "pcaform guard --spec refuses the change",
        "pcaform guard refuses Terraform's plan of it\n               permission-destroyed: ACM may no longer renew",
        "pcaform import state -: the same spec",
        "pcaform import hcl: the same spec",
        "pcaform import aws: the same spec",
        "not a byte changes",
        "no-renewal: CA Corp Issuing CA 1: 1 managed certificate will not renew",
        "1 to import, 3 taken over, 0 to add, 0 to change, 0 to destroy",
        "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.",
        "the CA's certificate has the serial that it had",
    ):
        assert line in done.stderr
    terraform = shutil.which("terraform") or shutil.which("tofu")
    assert terraform
    fmt = [terraform, "fmt", "-check", "-recursive", str(tmp_path / "demo")]
    assert subprocess.run(fmt, capture_output=True, check=False).returncode == 0


@pytest.mark.terraform
def test_demo_that_is_interrupted_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pcaform", "demo", "--keep", str(tmp_path / "demo")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "terraform init" in line)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not list_children(str(tmp_path))


def list_children(directory: str) -> list[str]:
    """Return the processes that work in or below a directory; a child may take a moment to end."""
    deadline = time.monotonic() + 10
    links = ["?"]
    while links and time.monotonic() < deadline:
        candidates = Path("/proc").glob("[0-9]*/cwd")
        links = [str(link) for link in candidates if link.is_symlink() and _target(link).startswith(directory)]
    return links


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""

"""The lines that `pcaform sandbox` prints, in the syntax of every shell."""

from __future__ import annotations

import pytest

from pcaform.sandbox.shell_exports import SHELLS, detect_shell, format_exports

ENVIRONMENT = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}


@pytest.mark.parametrize(
    ("shell", "lines"),
    [
        ("bash", ["export AWS_ENDPOINT_URL=http://127.0.0.1:4566", "export AWS_REGION=eu-west-1"]),
        ("zsh", ["export AWS_ENDPOINT_URL=http://127.0.0.1:4566", "export AWS_REGION=eu-west-1"]),
        ("fish", ["set -gx AWS_ENDPOINT_URL http://127.0.0.1:4566", "set -gx AWS_REGION eu-west-1"]),
        ("powershell", ['$Env:AWS_ENDPOINT_URL = "http://127.0.0.1:4566"', '$Env:AWS_REGION = "eu-west-1"']),
    ],
)
def test_each_shell_reads_its_own_words(shell: str, lines: list[str]) -> None:
    assert shell in SHELLS
    assert format_exports(ENVIRONMENT, shell=shell).splitlines() == lines


@pytest.mark.parametrize(
    ("environment", "shell"),
    [
        ({"SHELL": "/usr/bin/fish"}, "fish"),
        ({"SHELL": "/bin/zsh", "PSModulePath": "x"}, "zsh"),
        ({"SHELL": "/bin/dash"}, "bash"),
        ({"PSModulePath": "x"}, "powershell"),
        ({}, "bash"),
    ],
)
def test_the_callers_shell_is_guessed(environment: dict[str, str], shell: str) -> None:
    assert detect_shell(environment) == shell

"""Runs the program's own commands in the demo, as a user types them: child processes that reach only the sandbox."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pcaform.cli.demo.steps import require


def run_pcaform(*arguments: str, environment: Mapping[str, str], directory: Path, code: int = 0) -> str:
    """Run a command in a directory and return its output; raises StepFailed for another exit code."""
    command = [sys.executable, "-m", "pcaform", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=dict(environment), capture_output=True, text=True, encoding="utf-8", check=False
    )
    require(done.returncode == code, f"exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout

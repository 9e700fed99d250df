"""The program's own commands in the demo, as a person types them: child processes, which reach the sandbox alone."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pcaform.cli.demo.steps import holds


def pcaform(*arguments: str, environment: Mapping[str, str], directory: Path, code: int = 0) -> str:
    """Run a command in a directory and return what it prints; raises DoesNotHold where it ends with another code."""
    command = [sys.executable, "-m", "pcaform", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=dict(environment), capture_output=True, text=True, encoding="utf-8", check=False
    )
    holds(done.returncode == code, f"exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout

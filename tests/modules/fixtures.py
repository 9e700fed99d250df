"""The modules as a person has them who uses no generator: a directory with calls in it, and the modules beside it."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import hcl2

from conftest import ROOT

MODULES = ROOT / "modules"
UNPROTECTED = "-unprotected"
NAMES = sorted(path.name for path in MODULES.iterdir() if path.is_dir() and not path.name.endswith(UNPROTECTED))
PROTECTED = [name for name in NAMES if (MODULES / f"{name}{UNPROTECTED}").is_dir()]
_EXAMPLE = re.compile(r"^```hcl\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def example(module: str) -> str:
    """Return the example in a module's README."""
    page = (MODULES / module / "README.md").read_text(encoding="utf-8")
    (found,) = _EXAMPLE.findall(page)
    return str(found)


def lay_out(directory: Path, files: Mapping[str, str]) -> None:
    """Write files into a directory that has the modules in it."""
    if not (directory / "modules").is_dir():
        shutil.copytree(MODULES, directory / "modules")
        shutil.copy(MODULES / "private-ca" / "versions.tf", directory)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")


def labels(module: str, file: str, kind: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the label of each block of a kind in a module's file, with the messages of its validations."""
    for block in hcl2.loads((MODULES / module / file).read_text(encoding="utf-8"))[kind]:
        for label, body in block.items():
            messages = [each["error_message"].strip('"') for each in body.get("validation", [])]
            yield label.strip('"'), messages

"""The modules as a person has them who uses no generator: a directory with calls in it, and the modules beside it."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import hcl2

from conftest import ROOT
from pcaform import __version__
from pcaform.terraform.module_names import UNPROTECTED, original

MODULES = ROOT / "modules"
NAMES = sorted(path.name for path in MODULES.iterdir() if path.is_dir() and original(path.name) == path.name)
PROTECTED = [name for name in NAMES if (MODULES / f"{name}{UNPROTECTED}").is_dir()]
VERSION = f"v{__version__}"
ADDRESS = "git::https://github.com/pcaform/pcaform.git//modules"
_SOURCE = re.compile(r'= "\.\./\.\.(?:/\.\./(?P<other>[a-z-]+))?"')
_RIGHT = re.compile(r"`([a-z0-9-]+:[A-Za-z0-9]+)`")
_EXAMPLE = re.compile(r"^```hcl\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def example(module: str) -> str:
    """Return the example in a module's README."""
    return in_page((MODULES / module / "README.md").read_text(encoding="utf-8"))


def in_page(page: str) -> str:
    """Return the only piece of Terraform in a page."""
    (found,) = _EXAMPLE.findall(page)
    return str(found)


def local(text: str) -> str:
    """Return an example with the modules beside it, for what is not about where they come from."""
    return text.replace(ADDRESS, "./modules").replace(f"?ref={VERSION}", "")


def pinned(text: str, module: str) -> str:
    """Return a module's example as somebody writes it who has no checkout."""
    return _SOURCE.sub(lambda found: f'= "{ADDRESS}/{found["other"] or module}?ref={VERSION}"', text)


def rights(modules: Iterable[str]) -> list[str]:
    """Return the IAM actions that the modules' READMEs list."""
    pages = [(MODULES / module / "README.md").read_text(encoding="utf-8") for module in modules]
    parts = [page.partition("<!-- generated: rights -->")[2].partition("<!-- generated: end -->")[0] for page in pages]
    return sorted({action for part in parts for action in _RIGHT.findall(part)})


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

"""Stack plan -> the text of every file, through the templates; nothing is written here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pcaform.core import assets
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.plan.stack import StackPlan
from pcaform.terraform import hcl_writer

MODULES = "modules"
_MODULE_SUFFIX = ".tf"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A stack as text: its directory's name and its files, path to bytes, the manifest among them."""

    name: str
    files: Mapping[str, bytes]


def render(plan: StackPlan) -> Rendered:
    """Return every file of the stack; the same plan gives the same bytes."""
    environment = _environment()
    header = hcl_writer.comment(
        f"Written by pcaform from {plan.source}. Do not edit: change that file and render again."
    )
    files = {}
    for file in plan.files:
        body = environment.get_template(file.template).render(**file.values)
        files[file.path] = f"{header}\n\n{body.strip()}\n".encode()
    files |= {path: f"{text.strip()}\n".encode() for path, text in plan.texts.items()}
    for module in plan.modules:
        files |= _module(module)
    return Rendered(plan.name, {**files, manifest.NAME: manifest.text(files, plan.items)})


def shared_modules(stacks: Collection[str]) -> Rendered:
    """Return all modules as one tree of its own, for the named stacks, which share it."""
    if MODULES in stacks:
        raise Failure(f"a stack called '{MODULES}' cannot lie beside the shared modules: rename it")
    names = sorted(path.name for path in assets.directory(MODULES).iterdir() if path.is_dir())
    files = {path.removeprefix(f"{MODULES}/"): text for name in names for path, text in _module(name).items()}
    return Rendered(MODULES, {**files, manifest.NAME: manifest.text(files, {})})


@cache
def _environment() -> Environment:
    """Return the Jinja2 environment; HCL is escaped by the filters, which every output of a template must name."""
    environment = Environment(  # noqa: S701 - autoescape is for HTML; the filters below are our escaping
        loader=FileSystemLoader(assets.directory("templates")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "hcl": hcl_writer.expression,
        "attributes": hcl_writer.attributes,
        "block": _block,
        "key": hcl_writer.key,
    }
    return environment


def _block(values: Mapping[str, Any], level: int) -> str:
    """Return the body of a nested block; on one line where it is empty, as `terraform fmt` has it."""
    return f"{{\n{hcl_writer.attributes(values, level + 1)}\n{'  ' * level}}}" if values else "{}"


def _module(name: str) -> dict[str, bytes]:
    """Return the vendored copy of a module: its Terraform files only."""
    directory = assets.directory(MODULES) / name
    found = sorted(path for path in directory.iterdir() if path.suffix == _MODULE_SUFFIX)
    return {f"{MODULES}/{name}/{path.name}": path.read_bytes() for path in found}

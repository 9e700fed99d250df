"""Stack plan -> the text of every file, rendered with the templates; this module writes nothing to disk."""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pcaform.core.files import packaged_directory
from pcaform.core.problems import Failure
from pcaform.core.unicode import visible
from pcaform.render import manifest
from pcaform.render.plan.stack import StackPlan
from pcaform.terraform import hcl_writer

MODULES = "modules"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A stack as text: the name of its directory, and its files (path -> bytes) including the manifest."""

    name: str
    files: Mapping[str, bytes]
    extra_files: tuple[str, ...] | None = ()
    """The files of others that are accepted; None where there may be any, beside modules that stacks share."""
    has_neighbours: bool = False
    """Whether what else is in its directory is no business of pcaform, as the other workflows of a repository are."""


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
    files |= {path: text.encode() for path, text in plan.texts.items()}
    for module in plan.modules:
        files |= _read_module(module)
    return Rendered(plan.name, {**files, manifest.NAME: manifest.serialize(files, plan.record)}, plan.extra_files)


def shared_modules(stacks: Collection[str]) -> Rendered:
    """Return the tree of all modules, which the named stacks share."""
    if MODULES in stacks:
        raise Failure(f"a stack named '{MODULES}' cannot be beside the shared modules: rename the stack")
    names = sorted(path.name for path in packaged_directory(MODULES).iterdir() if path.is_dir())
    files = {path.removeprefix(f"{MODULES}/"): text for name in names for path, text in _read_module(name).items()}
    return Rendered(MODULES, {**files, manifest.NAME: manifest.serialize(files, manifest.Record())}, None)


def render_page(**values: Any) -> str:
    """Return the HTML page of a report. Foreign text in `values` stays text, and nothing but its own script runs."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    page = Environment(
        loader=FileSystemLoader(directory := packaged_directory("templates") / "report"),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) or not isinstance(value, str) else visible(value),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name, file in (("style", "page.css"), ("script", "page.js")):
        content = (directory / file).read_bytes()
        digest = b64encode(hashlib.sha256(content).digest()).decode()
        values |= {name: content.decode(), f"{name}_hash": f"'sha256-{digest}'"}
    return f"{page.get_template('page.html').render(**values).strip()}\n"


def pipeline_environment(engine: str, filters: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Return the environment of an engine's templates, with marks that no engine uses, and their names."""
    root = packaged_directory("templates") / "pipelines" / engine
    environment = _open(root, "[[ ]]", "[% %]")
    environment.filters |= filters
    return environment, sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def _open(root: Path, variable: str = "{{ }}", block: str = "{% %}") -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    marks = (*variable.split(), *block.split())
    return Environment(  # noqa: S701 - autoescape is for HTML; filters are our escaping
        loader=FileSystemLoader(root),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string=marks[0],
        variable_end_string=marks[1],
        block_start_string=marks[2],
        block_end_string=marks[3],
    )


@cache
def _environment() -> Any:
    """Return the Jinja2 environment; its filters escape HCL, and every output of a template must use one of them."""
    environment = _open(packaged_directory("templates"))
    environment.filters |= {
        "hcl": hcl_writer.expression,
        "attributes": hcl_writer.attributes,
        "block": _format_block,
        "key": hcl_writer.key,
    }
    return environment


def _format_block(values: Mapping[str, Any], level: int) -> str:
    """Return the body of a nested block; an empty one is on one line, as `terraform fmt` writes it."""
    return f"{{\n{hcl_writer.attributes(values, level + 1)}\n{'  ' * level}}}" if values else "{}"


def _read_module(name: str) -> dict[str, bytes]:
    """Return the vendored copy of a module: its Terraform files only."""
    directory = packaged_directory(MODULES) / name
    paths = sorted(path for path in directory.iterdir() if path.suffix == ".tf")
    return {f"{MODULES}/{name}/{path.name}": path.read_bytes() for path in paths}

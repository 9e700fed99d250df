"""Generates the examples and tables in the READMEs of the Terraform modules."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import module_rights

from pcaform import __version__
from pcaform.terraform.module_names import original

MODULES = Path(__file__).parent.parent / "modules"
ADDRESS = "git::https://github.com/pcaform/pcaform.git//modules"
_SOURCE = re.compile(r'= "\.\./\.\.(?:/\.\./(?P<other>[a-z-]+))?"')


def names() -> list[str]:
    """Return the names of the modules without the generated copies."""
    return sorted(path.name for path in MODULES.iterdir() if path.is_dir() and original(path.name) == path.name)


def blocks(module: str, file: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each block of a kind in a module's file: its last label, and its body with strings still quoted."""
    for block in hcl2.loads((MODULES / module / file).read_text(encoding="utf-8")).get(kind, []):
        label, body = next(iter(block.items()))
        while len(body) == 1 and next(iter(body)).startswith('"'):
            label, body = next(iter(body.items()))
        yield _text(label), body


def example(module: str) -> str:
    """Return a module's first example as a user writes it who has no checkout: with sources that are pinned."""
    text = next(iter(sorted(MODULES.glob(f"{module}/examples/*/main.tf")))).read_text(encoding="utf-8")
    pinned = _SOURCE.sub(lambda found: f'= "{ADDRESS}/{found["other"] or module}?ref=v{__version__}"', text)
    return f"```hcl\n{pinned}```"


def rights_table(module: str) -> str:
    """Return the actions that a module's resources need, those of the modules that it calls included."""
    called = [_text(body["source"]).removeprefix("../") for _, body in blocks(module, "main.tf", "module")]
    return module_rights.table(kind for name in (module, *called) for kind in _resource_types(name))


def _resource_types(module: str) -> Iterator[str]:
    source = hcl2.loads((MODULES / module / "main.tf").read_text(encoding="utf-8"))
    yield from (_text(kind) for block in source.get("resource", []) for kind in block)


def input_table(module: str) -> str:
    """Return a row for each variable: description, type, default, and validation of values."""
    rows = [_input_row(name, body) for name, body in blocks(module, "variables.tf", "variable")]
    head = ["| input | what it is | type | default | checked |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _input_row(name: str, body: dict[str, Any]) -> str:
    type_ = _code(body["type"].removeprefix("${").removesuffix("}") if "${" in body["type"] else body["type"])
    default = _code(_default(body["default"])) if "default" in body else "required"
    checked = "<br>".join(_text(each["error_message"]) for each in body.get("validation", []))
    return _row(_code(name), _text(body["description"]), type_, default, checked)


def _default(value: Any) -> str:
    """Return a default as HCL; python-hcl2 keeps the quotes of strings."""
    if isinstance(value, list):
        return f"[{', '.join(map(_default, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def output_table(module: str) -> str:
    """Return a row for each output."""
    rows = [_row(_code(name), _text(body["description"])) for name, body in blocks(module, "outputs.tf", "output")]
    return "\n".join(["| output | what it is |", "| --- | --- |", *rows])


def _row(*cells: str) -> str:
    escaped = [cell.replace("|", r"\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _code(text: str) -> str:
    return f"`{text}`"


def _text(literal: str) -> str:
    return str(json.loads(literal))

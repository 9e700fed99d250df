"""Generates the tables in the READMEs of the Terraform modules, and the unprotected copies of modules."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2

MODULES = Path(__file__).parent.parent / "modules"
SUFFIX = "-unprotected"
OVERRIDE = "unprotected_override.tf"
PROTECTED = "prevent_destroy"


def names() -> list[str]:
    """Return the names of the modules without the generated copies."""
    return sorted(path.name for path in MODULES.iterdir() if path.is_dir() and not path.name.endswith(SUFFIX))


def blocks(module: str, file: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each block of a kind in a module's file: its last label, and its body with strings still quoted."""
    for block in hcl2.loads((MODULES / module / file).read_text(encoding="utf-8")).get(kind, []):
        label, body = next(iter(block.items()))
        while len(body) == 1 and next(iter(body)).startswith('"'):
            label, body = next(iter(body.items()))
        yield _text(label), body


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


def protected(module: str) -> list[str]:
    """Return the override of each block of a module that Terraform refuses to destroy, of its calls too."""
    source = hcl2.loads((MODULES / module / "main.tf").read_text(encoding="utf-8"))
    overrides = [
        f"resource {kind} {name} {{\n  lifecycle {{\n    {PROTECTED} = false\n  }}\n}}"
        for block in source.get("resource", [])
        for kind, named in block.items()
        for name, body in named.items()
        if any(lifecycle.get(PROTECTED) for lifecycle in body.get("lifecycle", []))
    ]
    calls = [(name, _text(body["source"])) for block in source.get("module", []) for name, body in block.items()]
    return overrides + [
        f'module {name} {{\n  source = "{called}{SUFFIX}"\n}}'
        for name, called in calls
        if protected(called.removeprefix("../"))
    ]


def copies() -> dict[Path, str]:
    """Return every file of the unprotected copies, of all modules that protect something."""
    found = {}
    for module in names():
        if overrides := protected(module):
            copy = MODULES / f"{module}{SUFFIX}"
            found |= {copy / path.name: path.read_text(encoding="utf-8") for path in (MODULES / module).glob("*.tf")}
            found[copy / OVERRIDE] = _override(module, overrides)
            found[copy / "README.md"] = _copy_page(module)
    return found


def _override(module: str, overrides: list[str]) -> str:
    head = f"# The only difference from {module}: Terraform may destroy what is protected there."
    return "\n\n".join([head, *overrides]) + "\n"


def _copy_page(module: str) -> str:
    return (
        f"# {module}{SUFFIX}\n\n"
        f"The module [{module}](../{module}/README.md) with one difference: Terraform may destroy what is protected\n"
        "there. Written by `make docs`; change the original.\n"
    )


def stray_copies() -> list[Path]:
    """Return files in the copies that are no longer generated."""
    generated = copies()
    files = sorted(path for path in MODULES.glob(f"*{SUFFIX}/*") if path.is_file())
    return [path for path in files if path not in generated]

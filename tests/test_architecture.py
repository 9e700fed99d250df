"""Who may import the heavy libraries, and how long modules and functions are."""

import ast
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "generator" / "pcaform"
CONFINED = {
    "typer": {f"cli.{path.stem}" for path in (PACKAGE / "cli").glob("[!_]*.py")},
    "jinja2": {"render.templates"},
    "yaml": {"spec.yaml_reader", "spec.yaml_writer", "spec.yaml_edit.nodes"},
    "hcl2": {"sources.hcl.parser"},
    "boto3": {"sources.aws.session"},
    "moto": set(),
}
"""Which modules outside the sandbox may import a library."""
WRITTEN = [
    path for part in ("generator", "tests", "docs", "benchmarks") for path in sorted((ROOT / part).rglob("*.py"))
]
"""Every Python module that a person writes."""
LONGEST_MODULE, LONGEST_FUNCTION = 350, 50
"""In lines; a module with its docstring, a function from its `def` on."""


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[-1] not in ("__init__", "__main__"):
            found[".".join(parts)] = path
    return found


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("library", CONFINED)
def test_heavy_libraries_stay_where_they_belong(library: str) -> None:
    users = {
        name
        for name, path in modules().items()
        if not name.startswith("sandbox.") and any(found.split(".")[0] == library for found in imports(path))
    }
    assert users <= CONFINED[library]


def test_no_module_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def functions(path: Path) -> dict[str, int]:
    """Return the functions of a module, each by its place, with how many lines it has."""
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_function_is_too_long() -> None:
    lengths = {name: length for path in WRITTEN for name, length in functions(path).items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}

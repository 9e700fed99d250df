"""The rooms and what each may import, where the heavy libraries belong, and how long modules and functions are."""

import ast
import functools
import re
from functools import cache
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "generator" / "pcaform"
CONFINED = {
    "typer": {"cli.main", "cli.help", "cli.options"}
    | {f"cli.commands.{name}" for name in ("completion", "explain", "import_aws", "init", "sandbox")},
    "jinja2": {"render.templates"},
    "yaml": {"spec.yaml_reader", "spec.yaml_writer", "spec.yaml_edit.nodes"},
    "lark": {"sources.hcl.compiler"},
    "hcl2": set(),
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


@functools.cache
def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[-1] not in ("__init__", "__main__"):
            found[".".join(parts)] = path
    return found


@functools.cache
@cache
def imports(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


@cache
def rooms() -> frozenset[str]:
    return frozenset(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@functools.cache
def imported_rooms(path: Path) -> set[str]:
    """Return the rooms that a module imports anything from, inside functions as well."""
    parts = {tuple(name.split(".")[:2]) for name in imports(path)}
    return {part[1] for part in parts if len(part) > 1 and part[0] == "pcaform"} & rooms()


def room_graph() -> dict[str, set[str]]:
    """Return for each room the other rooms that its modules import."""
    return {
        room: {name for path in (PACKAGE / room).rglob("*.py") for name in imported_rooms(path)} - {room}
        for room in rooms()
    }


def documented_rooms() -> dict[str, set[str]]:
    """Return the table of ARCHITECTURE.md, from top to bottom: a room and the rooms it may import."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*) \|$", text.split("## Rooms")[1].split("\n## ")[0], re.MULTILINE)
    names = [room for room, _ in rows]
    return {
        room: set(names) - {room} if cell == "all others" else set(re.findall(r"`(\w+)`", cell)) for room, cell in rows
    }


def test_there_are_twelve_rooms_and_nothing_beside_them() -> None:
    assert len(rooms()) == 12
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_the_table_of_rooms_is_what_the_code_imports() -> None:
    assert documented_rooms() == room_graph()


def test_no_room_imports_upward() -> None:
    table = documented_rooms()
    position = {room: index for index, room in enumerate(table)}
    assert [(room, other) for room in table for other in table[room] if position[other] <= position[room]] == []


def test_architecture_page_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 120


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


@pytest.mark.parametrize("name", ["permanent_deletion_time_in_days", "early_renewal_duration"])
def test_a_plain_argument_is_written_in_few_places(name: str) -> None:
    named = {path for path in PACKAGE.rglob("*.py") if name in path.read_text(encoding="utf-8")}
    places = {path for path in named if not {"rules", "spec_rules"} & set(path.relative_to(PACKAGE).parts)}
    assert {path.parent.name for path in places} == {"spec", "terraform"}
    assert len(places) == 2

"""The folder of rules is uniform: every file has one shape, every rule is registered by being there, ids are unique."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import TypeGuard

import pytest

from conftest import ROOT
from pcaform.rules.catalog import RULES

PACKAGE = ROOT / "generator" / "pcaform"
FOLDER = PACKAGE / "rules" / "spec_rules"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix == ".py" and path.name != "__init__.py")
GUARD = PACKAGE / "checks" / "guard"
"""Its rules have ids of their own, two of which are also those of a rule of specs: the same template in both."""


def decorators(node: ast.stmt) -> list[str]:
    """Return the names of a function's decorators."""
    return [ast.unparse(each).partition("(")[0] for each in getattr(node, "decorator_list", ())]


def is_rule(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and decorators(node) in (["error"], ["warning"])


def shape(node: ast.stmt) -> str:
    """Return which part of a file of rules a statement is; anything else is named by its kind."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "import"
    if is_rule(node):
        return "rule"
    if isinstance(node, ast.FunctionDef) and node.name.startswith("_") and not node.decorator_list:
        return "private function"
    if isinstance(node, ast.Assign) and all(ast.unparse(each).startswith("_") for each in node.targets):
        return "private constant"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return "docstring"
    return f"{type(node).__name__} in line {node.lineno}"


def texts(path: Path) -> list[str]:
    """Return the texts in a module, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described]
    return [node.value for node in constants if isinstance(node.value, str)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_rules_has_the_same_shape(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shapes = [shape(node) for node in tree.body]
    assert set(shapes) <= {"docstring", "import", "private constant", "rule", "private function"}
    assert "rule" in shapes
    assert (ast.get_docstring(tree) or "").startswith("Rules about ")


def test_every_rule_is_registered_by_being_there_in_the_order_of_files_and_definitions() -> None:
    written = [
        node.name for path in FILES for node in ast.parse(path.read_text(encoding="utf-8")).body if is_rule(node)
    ]
    assert [rule.check.__name__ for rule in RULES] == written


def test_every_rule_has_an_id_of_its_own_and_a_text() -> None:
    assert [name for name, count in Counter(rule.id for rule in RULES).items() if count > 1] == []
    for rule in RULES:
        assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.id)
        assert re.fullmatch(r"[A-Z`].*\.", rule.text), rule.id
        assert rule.source == "" or rule.source.startswith("https://"), rule.id


def test_every_id_is_written_once() -> None:
    """One-word ids are also keys of a spec, such as 'tags', and are not looked for."""
    modules = [path for path in PACKAGE.rglob("*.py") if GUARD not in path.parents]
    words = Counter(
        word for path in modules for text in texts(path) for word in re.findall(r"[a-z]+(?:-[a-z]+)+", text)
    )
    assert {rule.id: words[rule.id] for rule in RULES if "-" in rule.id and words[rule.id] != 1} == {}

"""The shape of a folder of rules: what each file may hold, and which rules are written in it."""

import ast
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

from conftest import ROOT

PACKAGE = ROOT / "generator" / "pcaform"
PARTS = {"docstring", "import", "private constant", "rule", "private function"}
"""What a file of rules may hold."""


def files(folder: str) -> list[Path]:
    """Return the files of a folder of rules."""
    return sorted(path for path in (PACKAGE / folder).iterdir() if path.suffix == ".py" and path.name != "__init__.py")


def decorators(node: ast.stmt) -> list[str]:
    """Return the names of a function's decorators."""
    return [ast.unparse(each).partition("(")[0] for each in getattr(node, "decorator_list", ())]


def is_rule(node: ast.stmt, names: Sequence[str]) -> TypeGuard[ast.FunctionDef]:
    """Tell whether a statement is a rule: a function with one decorator, which has one of these names."""
    return isinstance(node, ast.FunctionDef) and len(decorators(node)) == 1 and decorators(node)[0] in names


def part(node: ast.stmt, names: Sequence[str]) -> str:
    """Return which part of a file of rules a statement is; anything else is named by its kind and line."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "import"
    if is_rule(node, names):
        return "rule"
    if isinstance(node, ast.FunctionDef) and node.name.startswith("_") and not node.decorator_list:
        return "private function"
    if isinstance(node, ast.Assign) and all(ast.unparse(each).startswith(("_", "(_")) for each in node.targets):
        return "private constant"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return "docstring"
    return f"{type(node).__name__} in line {node.lineno}"


def check_shape(path: Path, names: Sequence[str]) -> None:
    """Demand that a file holds rules, what they share, and nothing else."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = [part(node, names) for node in tree.body]
    assert set(parts) <= PARTS
    assert "rule" in parts
    assert (ast.get_docstring(tree) or "").startswith("Rules about ")


def written_rules(folder: str, names: Sequence[str]) -> list[str]:
    """Return the functions in a folder that are rules: files in alphabetical order, functions as defined."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files(folder)]
    return [node.name for tree in trees for node in tree.body if is_rule(node, names)]


def literals(path: Path) -> list[str]:
    """Return the texts in a module, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [node.value for node in constants if isinstance(node.value, str)]


def count_ids(*, without: Path) -> Counter[str]:
    """Count all hyphenated words in the texts of the program, as ids are, but for one folder."""
    modules = [path for path in PACKAGE.rglob("*.py") if without not in path.parents]
    return Counter(word for path in modules for text in literals(path) for word in _hyphenated(text))


def _hyphenated(text: str) -> list[str]:
    return re.findall(r"(?<![\w-])[a-z]+(?:-[a-z]+)+(?![\w-])", text)

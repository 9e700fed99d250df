"""Every rule of the guard is one whole object in the file of its kind, and its id is written in that one place."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import pcaform
from pcaform.checks.guard import rules
from pcaform.checks.guard.rule import Rule, all_rules, rules_for, waivable_rules
from pcaform.checks.guard.verdict import rank
from pcaform.rules.load import RULES as SPEC_RULES

PROGRAM = Path(pcaform.__file__).parent
FILES = sorted(path for path in Path(rules.__file__).parent.glob("*.py") if path.name != "__init__.py")
EACH = pytest.mark.parametrize("rule", all_rules().values(), ids=lambda rule: rule.id)
GUARD = PROGRAM / "checks" / "guard"


def strings(*, of_guard: bool) -> Counter[str]:
    """Count the string constants of the guard, or of the rest; the demo names the rule that it expects, as users do."""
    paths = (path for path in PROGRAM.rglob("*.py") if path.is_relative_to(GUARD) == of_guard and path.stem != "demo")
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return Counter(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@EACH
def test_rule_is_whole(rule: Rule) -> None:
    assert rule.types
    assert rule.change
    assert rule.text
    assert rule.source.startswith(("https://", "docs/"))
    assert rule.check.__doc__
    assert rule.id == rule.check.__name__.replace("_", "-")
    assert rule in rules_for(rule.types[0])


def test_an_id_is_written_once() -> None:
    """Two ids are also those of rules about specs, which have a registry of their own."""
    of_guard, of_others = strings(of_guard=True), strings(of_guard=False)
    assert {name: of_guard[name] for name in all_rules()} == dict.fromkeys(all_rules(), 1)
    assert {name for name in all_rules() if of_others[name]} == set(all_rules()) & {each.id for each in SPEC_RULES}


def test_rules_are_sorted_by_level_and_file() -> None:
    order = [(rank(rule.level), rule.check.__module__) for rule in all_rules().values()]
    assert order == sorted(order)
    assert set(all_rules()) - set(waivable_rules()) == {"waiver-expired"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rule_files_have_one_shape(path: Path) -> None:
    """A docstring, imports, constants, the rules, then the private functions that they use."""
    shape = [part(node) for node in ast.parse(path.read_text(encoding="utf-8")).body]
    assert [shape[0], "rule" in shape] == ["docstring", True]
    assert shape == sorted(shape, key=["docstring", "import", "constant", "rule", "function"].index)


def part(node: ast.stmt) -> str:
    """Return what a statement of a rule file is."""
    if isinstance(node, ast.FunctionDef):
        is_rule = any(isinstance(each, ast.Call) and ast.unparse(each.func) == "rule" for each in node.decorator_list)
        return "rule" if is_rule else "function" if node.name.startswith("_") else "public function"
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "import"
    return "docstring" if isinstance(node, ast.Expr) and node.lineno == 1 else "constant"

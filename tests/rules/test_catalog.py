"""All files of spec rules have one shape, every rule is registered by being there, and an id is written once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT
from pcaform.rules.load import RULES
from pcaform.rules.together import OF_FILES
from rules.folder_shape import PACKAGE, check_shape, count_ids, files, written_rules

FOLDER = "rules/spec_rules"
DECORATORS = ("error", "warning", "practice")
GUARD = PACKAGE / "checks" / "guard"
"""Its rules have ids of their own, three of which are also those of a spec rule: the same thing is wrong."""


@pytest.mark.parametrize("path", files(FOLDER), ids=lambda path: path.stem)
def test_every_file_of_rules_has_the_same_shape(path: Path) -> None:
    check_shape(path, DECORATORS)


def test_every_rule_is_registered_by_being_there_in_the_order_of_files_and_definitions() -> None:
    assert [rule.check.__name__ for rule in RULES] == written_rules(FOLDER, DECORATORS)


def test_every_rule_has_an_id_of_its_own_and_a_text() -> None:
    assert [name for name, count in Counter(rule.id for rule in RULES).items() if count > 1] == []
    for rule in RULES:
        assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.id)
        assert re.fullmatch(r"[A-Z`].*\.", rule.text), rule.id
        assert rule.source == "" or rule.source.startswith("https://"), rule.id


def test_every_rule_that_can_be_printed_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    modules = [path.read_text(encoding="utf-8") for part in ("spec", "rules", "render") for path in python_files(part)]
    written = {name for text in modules for name in re.findall(r"""(?:\brule=|RULE = |Finding\()"([a-z-]+)\"""", text)}
    assert set(OF_FILES) - {"stack-twice", "shared-arn"} <= written
    ids = written | set(OF_FILES) | {rule.id for rule in RULES}
    assert [name for name in sorted(ids) if f"| [`{name}`](" not in page and f"| `{name}` |" not in page] == []


def python_files(part: str) -> list[Path]:
    """Return the modules of a part of the program."""
    return sorted((PACKAGE / part).rglob("*.py"))


def test_every_id_is_written_once() -> None:
    """One-word ids are also keys of a spec, such as 'tags', and are not looked for."""
    counts = count_ids(without=GUARD)
    assert {rule.id: counts[rule.id] for rule in RULES if "-" in rule.id and counts[rule.id] != 1} == {}

"""All files of the audit's rules have one shape, every rule is registered by being there, and an id is written once."""

import re
from pathlib import Path

import pytest

from pcaform.checks.audit.check import RULES
from rules.folder_shape import PACKAGE, check_shape, count_ids, files, written_rules

FOLDER = "checks/audit/rules"
DECORATORS = ("rule",)


@pytest.mark.parametrize("path", files(FOLDER), ids=lambda path: path.stem)
def test_every_file_of_rules_has_the_same_shape(path: Path) -> None:
    check_shape(path, DECORATORS)


def test_every_rule_is_registered_by_being_there_in_the_order_of_files_and_definitions() -> None:
    assert [rule.check.__name__ for rule in RULES] == written_rules(FOLDER, DECORATORS)


def test_every_rule_has_an_id_that_is_written_once_a_text_and_a_source() -> None:
    counts = count_ids(without=PACKAGE / "checks" / "guard")
    assert {rule.id: counts[rule.id] for rule in RULES if counts[rule.id] != 1} == {}
    for rule in RULES:
        assert re.fullmatch(r"[A-Z].*\.", rule.text), rule.id
        assert rule.source.startswith("https://docs.aws.amazon.com/"), rule.id

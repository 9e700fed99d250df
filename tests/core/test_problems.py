"""The one line format and its order: what every stage's findings look like to a person."""

import pytest

from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.formats.text import format_findings
from pcaform.core.problems import Failure, Invalid

HERE = Finding("some-rule", "", "something is wrong", location=Location("spec.yaml", 3, 5))


def at(line: int, column: int, *, path: str = "spec.yaml", message: str = "m", rule: str = "r") -> Finding:
    return Finding(rule, "", message, location=Location(path, line, column))


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (HERE, "spec.yaml:3:5: something is wrong [some-rule]"),
        (
            Finding("r", "", "m", severity=Severity.WARNING, location=Location("spec.yaml", 3, 5)),
            "spec.yaml:3:5: warning: m [r]",
        ),
        (at(0, 0, path="state.json"), "state.json: m [r]"),
        (at(1, 1, path="<stdin>"), "<stdin>:1:1: m [r]"),
    ],
)
def test_one_line(problem: Finding, line: str) -> None:
    assert str(problem) == line
    assert format_findings([problem]) == line


@pytest.mark.parametrize(
    ("source", "column", "shown", "caret"),
    [
        ("key: value", 1, "key: value", "^"),
        ("key: value", 6, "key: value", "     ^"),
        ("key: value", 11, "key: value", "          ^"),
        ("\tkey: value", 2, " key: value", " ^"),
        ("key: value   ", 6, "key: value", "     ^"),
        ("a: \x1b[31m\u202e", 4, "a: \\x1b[31m\\u202e", "   ^"),
        ("a\x1b: \x1b[31m", 3, "a\\x1b: \\x1b[31m", "     ^"),
        ("é: ü", 4, "é: ü", "   ^"),
        ("x" * 120, 120, "x" * 120, " " * 119 + "^"),
        ("a" * 100 + "b" * 100, 101, "a" * 60 + "b" * 60, " " * 60 + "^"),
        ("b" + "a" * 199, 1, "b" + "a" * 119, "^"),
        ("a" * 199 + "b", 200, "a" * 60 + "b", " " * 60 + "^"),
    ],
)
def test_the_caret_stands_below_the_column(source: str, column: int, shown: str, caret: str) -> None:
    problem = Finding("r", "", "m", location=Location("spec.yaml", 7, column, source))
    assert format_findings([problem]).split("\n") == [f"spec.yaml:7:{column}: m [r]", f"  {shown}", f"  {caret}"]


def test_problems_are_sorted_by_place_and_by_number_not_by_letter() -> None:
    inorder = [
        at(2, 1, path="a.yaml"),
        at(1, 9),
        at(2, 1, message="a"),
        at(2, 1, message="b", rule="a"),
        at(2, 1, message="b", rule="b"),
        at(2, 10),
        at(10, 1),
    ]
    assert Invalid(inorder[::-1]).problems == inorder


def test_a_failure_shows_all_its_problems() -> None:
    assert str(Invalid([at(2, 1), at(1, 1)])) == "spec.yaml:1:1: m [r]\nspec.yaml:2:1: m [r]"
    assert Invalid([HERE]).problems == [HERE]
    assert isinstance(Invalid([HERE]), Failure)

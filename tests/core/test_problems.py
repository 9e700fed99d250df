"""The one line format and its order: what every stage's findings look like to a person."""

import pytest

from pcaform.core.problems import Failure, Invalid, Problem, Severity

HERE = Problem("spec.yaml", 3, 5, "something is wrong", "some-rule")


def at(line: int, column: int, *, path: str = "spec.yaml", message: str = "m", rule: str = "r") -> Problem:
    return Problem(path, line, column, message, rule)


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (HERE, "spec.yaml:3:5: something is wrong [some-rule]"),
        (
            Problem("spec.yaml", 3, 5, "m", "r", severity=Severity.WARNING),
            "spec.yaml:3:5: warning: m [r]",
        ),
        (Problem("state.json", 0, 0, "m", "r"), "state.json: m [r]"),
        (Problem("<stdin>", 1, 1, "m", "r"), "<stdin>:1:1: m [r]"),
    ],
)
def test_one_line(problem: Problem, line: str) -> None:
    assert str(problem) == line
    assert problem.with_source() == line


@pytest.mark.parametrize(
    ("source", "column", "shown", "caret"),
    [
        ("key: value", 1, "key: value", "^"),
        ("key: value", 6, "key: value", "     ^"),
        ("key: value", 11, "key: value", "          ^"),
        ("\tkey: value", 2, " key: value", " ^"),
        ("key: value   ", 6, "key: value", "     ^"),
        ("a: \x1b[31m\u202e", 4, "a: \N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}", "   ^"),
        ("é: ü", 4, "é: ü", "   ^"),
        ("x" * 120, 120, "x" * 120, " " * 119 + "^"),
        ("a" * 100 + "b" * 100, 101, "a" * 60 + "b" * 60, " " * 60 + "^"),
        ("b" + "a" * 199, 1, "b" + "a" * 119, "^"),
        ("a" * 199 + "b", 200, "a" * 60 + "b", " " * 60 + "^"),
    ],
)
def test_the_caret_stands_below_the_column(source: str, column: int, shown: str, caret: str) -> None:
    problem = Problem("spec.yaml", 7, column, "m", "r", source=source)
    assert problem.with_source().split("\n") == [f"spec.yaml:7:{column}: m [r]", f"  {shown}", f"  {caret}"]


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
    assert Invalid.one(HERE).problems == [HERE]
    assert isinstance(Invalid.one(HERE), Failure)

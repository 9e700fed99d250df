"""Wildcards against a tiny reference, and patterns that were made to take for ever."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yaml_strategies  # noqa: F401 - it says how many examples are drawn, without a deadline
from iam.evaluator import reference
from pcaform.iam.evaluator.patterns import is_action, is_arn, is_like, is_resource

TEXTS = st.text(alphabet="ab:*?\n", max_size=8)
PATTERNS = st.text(alphabet="ab:*?", max_size=8)


def short_arns(alphabet: str) -> st.SearchStrategy[str]:
    return st.lists(st.text(alphabet=alphabet, max_size=3), min_size=4, max_size=8).map(":".join)


@given(TEXTS, PATTERNS)
def test_a_text_matches_as_the_reference_does(value: str, pattern: str) -> None:
    assert is_like(value, pattern, {}) is reference.like(value, pattern)
    assert is_action(value, pattern) is reference.like(value, pattern)


@given(short_arns("ab"), short_arns("ab*?"))
def test_arns_match_as_the_reference_does(value: str, pattern: str) -> None:
    assert is_arn(value, pattern, {}) is reference.arn(value, pattern)
    assert is_resource(value, pattern, {}) is reference.resource(value, pattern)


@given(value=st.text(max_size=6))
def test_a_variable_matches_its_value_and_nothing_else(value: str) -> None:
    context = {"x:y": (value,)}
    assert is_like(value, "${x:y}", context) is bool(value)
    assert not is_like(f"{value}.", "${x:y}", context)


def test_a_variable_brings_no_further_fields() -> None:
    context = {"x:y": ("eu-west-1:111122223333",)}
    assert not is_arn("arn:aws:sns:eu-west-1:111122223333:a", "arn:aws:sns:${x:y}:a", context)
    assert not is_resource("arn:aws:sns:eu-west-1:111122223333:a", "arn:aws:sns:${x:y}:a", context)


@pytest.mark.parametrize("fields", [1, 20, 400])
@pytest.mark.parametrize("piece", ["*a", "*:", "*?a", "*a*:", "?*"])
def test_no_pattern_takes_long(piece: str, fields: int) -> None:
    value = ":".join(["a" * (2000 // fields)] * fields)
    pattern = f"arn:{piece * 200}b"
    started = time.perf_counter()
    assert not is_like(value, pattern, {})
    assert not is_arn(value, pattern, {})
    assert not is_resource(f"arn:{value}", pattern, {})
    assert not is_action(value, pattern)
    assert time.perf_counter() - started < 5

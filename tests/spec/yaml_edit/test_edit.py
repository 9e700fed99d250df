"""Data in any layout, changed anywhere: it reads as wanted, what did not change keeps its bytes, comments stay."""

import copy
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pcaform.spec.yaml_edit.edit import edit
from pcaform.spec.yaml_edit.splices import Unwritable
from pcaform.spec.yaml_reader import parse
from spec.yaml_edit.strategies import Written, written
from yaml_strategies import texts

KEYS = st.sampled_from(["a", "b", "c", "tags", "x y", "no", "1", "q: r"]) | texts(min_size=1, max_size=8)
LEAVES = texts(max_size=12) | st.sampled_from(["l1\nl2\n", "x\n", "\n", "x\n\n", True, False, None, 7, "07", "ä ö"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10
)
DATA = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Draw another version of data: most of it the same, here and there a value changed, added or taken out."""
    kind = draw(st.integers(1, 12))
    if kind == 1:
        return draw(VALUES)
    if isinstance(value, dict):
        found = {key: draw(changed(each)) for key, each in value.items() if draw(st.integers(1, 8)) > 1}
        return found if draw(st.integers(1, 6)) > 1 else {**found, draw(KEYS): draw(VALUES)}
    if isinstance(value, list):
        items = [draw(changed(each)) for each in value if draw(st.integers(1, 8)) > 1]
        if draw(st.integers(1, 6)) == 1:
            items.insert(draw(st.integers(0, len(items))), draw(VALUES))
        return items
    return draw(LEAVES) if kind == 2 else value


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], Written, dict[str, Any]]:
    data = draw(DATA)
    text = draw(written(data))
    wanted = {key: draw(changed(each)) for key, each in data.items() if draw(st.integers(1, 8)) > 1}
    if draw(st.integers(1, 6)) == 1:
        wanted[draw(KEYS)] = draw(VALUES)
    return data, text, wanted


BLANK_LINE_BEHIND = Written('a: ""  # no. 1 ä\n\nb: 1\n', comments=1, chunks=((("b",), "b: 1\n"),))


@example(({"a": "", "b": 1}, BLANK_LINE_BEHIND, {"a": ["\n", "x\n\n"], "b": 1}))
@given(cases())
def test_what_is_wanted_is_written_and_nothing_else_is_touched(case: Any) -> None:
    data, text, wanted = case
    assert parse(text.text.encode(), "x").data == data
    result = edit(text.text, wanted)
    assert parse(result.encode(), "x").data == wanted
    assert sorted(re.findall(r"# no\. \d+ ä", result)) == sorted(f"# no. {n + 1} ä" for n in range(text.comments))
    for path, chunk in text.chunks:
        old, new = _at(data, path), _at(wanted, path)
        if repr(old) == repr(new):
            assert chunk.rstrip("\r\n") in result
    breaks = set(re.findall(r"\r\n|\n", result))
    assert len(breaks) <= 1 or breaks == set(re.findall(r"\r\n|\n", text.text))


@given(DATA.flatmap(written))
def test_nothing_wanted_changes_no_byte(text: Written) -> None:
    assert edit(text.text, copy.deepcopy(parse(text.text.encode(), "x").data)) == text.text


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(data, dict) or step not in data:
            return object()
        data = data[step]
    return data


@pytest.mark.parametrize(
    ("text", "wanted", "path"),
    [
        ("a: {b: 1}\n", {"a": {"b": 1.5}}, "a.b"),
        ("a: {b: 1}\n", {"a": {"b": 1, "c": 1.5}}, "a.c"),
        ("a: {b: 1}\n", {"a": {"b": {"c": "\udc00"}}}, "a.b"),
        ("a: 1\nb: 2\n", {"b": "\udc00"}, "a"),
        ("a: 1\nb: 2\n", {"a": 1, "b": 2, "c": "\udc00"}, "c"),
    ],
    ids=["a number", "a new number", "a text", "beside what goes", "a new text"],
)
def test_what_yaml_of_a_spec_cannot_say_is_refused_with_its_path(text: str, wanted: Any, path: str) -> None:
    with pytest.raises(Unwritable, match=f"^'{path}' cannot be changed in place$"):
        edit(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("a:\n- - x\n  - y # why\n- z\n", [["x"], "z"], "a:\n- - x\n  # why\n- z\n"),
        ("a:\n- - x\n  - y\n- z\n", [["y"], "z"], "a:\n- [y]\n- z\n"),
        ("a:\n- - x\n  - y\n- z\n", [["x", "q"], "z"], "a:\n- - x\n  - q\n- z\n"),
    ],
    ids=["the second goes", "the first goes", "the second changes"],
)
def test_list_that_begins_on_the_line_of_another(text: str, wanted: Any, expected: str) -> None:
    assert edit(text, {"a": wanted}) == expected

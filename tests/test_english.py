"""Messages and pages are plain English: short sentences, without words that a reader has to read twice."""

import re
import sys
from functools import cache

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs"))
from messages import messages

LONGEST = 40
AVOIDED = {
    r"(?<!there )\bis no (?!longer|more\b|\{)": "is not a",
    r"\bstands? for\b": "means",
    r"\b(somebody|whom|(?<!left-)unsaid)\b": "someone, who, undeclared",
    r"\b(one|spec|policy|name|address|text) of before\b": "earlier",
    r"\b(and|or) (its|their) like\b": "such as",
    r"\bshall\b": "must, or will",
    r"\btold (of|from)\b": "reported, distinguished",
    r"\b(e\.g|i\.e|etc|via)\b\.?": "for example, that is, and so on, through",
}
"""Pattern -> what to write instead."""
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "modules").glob("*/README.md"))]


@cache
def sentences() -> list[tuple[str, str]]:
    found = list(messages())
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$|^\|.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        plain = (" ".join(re.sub(r"`[^`]*`", "CODE", paragraph).split()) for paragraph in prose.split("\n\n"))
        found += [(str(page.relative_to(ROOT)), paragraph) for paragraph in plain]
    return found


@pytest.mark.parametrize("pattern", AVOIDED)
def test_uncommon_words_are_avoided(pattern: str) -> None:
    found = [(place, text) for place, text in sentences() if re.search(pattern, text, re.IGNORECASE)]
    assert found == [], f"write {AVOIDED[pattern]!r} instead"


def test_no_sentence_of_a_message_is_long() -> None:
    prose = ((place, text) for place, text in messages() if re.search(r"[a-z]", text) and not text.startswith("#!"))
    words = {(place, part): len(part.split()) for place, text in prose for part in re.split(r"[.:;] ", text)}
    assert {each: count for each, count in words.items() if count > LONGEST and "_" not in each[1]} == {}

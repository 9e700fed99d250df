"""One corpus through its life on the real provider: made, changed, replaced, imported and destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pcaform.changes import changes, is_empty
from sandbox.terraform.corpus import Corpus, Step, corpus, differences, replacements

pytestmark = pytest.mark.terraform


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, initialised: Path) -> Iterator[Corpus]:
    with corpus(tmp_path_factory.mktemp("story") / "stack", initialised) as found:
        yield found


@pytest.fixture(scope="module")
def before(story: Corpus) -> Step:
    return story.applied("before")


@pytest.fixture(scope="module")
def after(story: Corpus, before: Step) -> Step:
    assert before
    return story.applied("after")


def test_a_second_plan_is_empty(before: Step, after: Step) -> None:
    assert changes(before.again) == {}
    assert changes(after.again) == {}


def test_x(after: Step, story: Corpus, tmp_path: Path) -> None:
    import pprint
    imports = {a: v["id"] for a, v in after.values.items() if not a.startswith(("data.", "aws_acmpca_permission"))}
    other = story.elsewhere(tmp_path / "x", imports)
    p = other.planned()
    for a, c in changes(p).items():
        print(a, c, c != ("create",) and differences(p, a), replacements(p).get(a))
    p = other.planned("kept")
    for a, c in changes(p).items():
        print(a, c, c != ("create",) and differences(p, a), replacements(p).get(a))
    print({a: (v.get("status")) for a, v in after.values.items() if "acm_cert" in a})
    p = story.planned(arguments=("-destroy",))
    story.terraform.apply(story.directory / "tfplan")
    for c in story.authorities().values():
        print(c["CertificateAuthorityConfiguration"]["Subject"], c["Status"], c.get("RestorableUntil"))
    assert 0

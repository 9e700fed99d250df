"""The container recipe, which no machine of ours builds: what can be said of it without an engine."""

import re

from conftest import ROOT

RECIPE = ROOT / "docs" / "container" / "Dockerfile"
KNOWN = {"FROM", "RUN", "COPY", "USER", "WORKDIR", "CMD"}


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", RECIPE.read_text(encoding="utf-8"))
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line and line[0] != "#"]


def test_recipe_has_only_instructions_that_exist_and_does_not_end_as_root() -> None:
    assert {name for name, _ in instructions()} == KNOWN
    assert [rest for name, rest in instructions() if name == "USER"][-1] != "root"
    assert [rest for name, rest in instructions() if name == "FROM" and not re.match(r"[\w/.-]+:[\w.-]+", rest)] == []


def test_recipe_copies_all_that_the_package_is_built_of() -> None:
    copied = {
        part for name, rest in instructions() if name == "COPY" and "--from" not in rest for part in rest.split()[:-1]
    }
    assert [name for name in sorted(copied) if not (ROOT / name).exists()] == []
    build = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = {"generator", *re.findall(r'^(\w+) = "pcaform/', build, re.MULTILINE), "README.md", "LICENSE"}
    assert copied == named | {"pyproject.toml"}

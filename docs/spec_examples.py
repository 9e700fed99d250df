"""For each section of docs/spec.md: an example, cut out of spec-example.yaml, and the rules that are broken in it."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml
from reference_pages import CASES, page_of_rule

from pcaform.rules.load import load_text
from pcaform.spec.fields import list_paths, read_models

EXAMPLE = Path(__file__).parent / "spec-example.yaml"
_POSITION = re.compile(r"^\S+\.err\.yaml:(\d+):(\d+): .*\[([a-z-]+)\]$", re.MULTILINE)


def example(paths: tuple[str, ...], model: Mapping[str, Any]) -> str:
    """Return the example of a section: the longest of those that spec-example.yaml has."""
    found = max((text for path in paths for text in _cut(path, model)), key=len, default="")
    return f"```yaml\n{found}```\n" if found else ""


def errors(paths: tuple[str, ...]) -> str:
    """Return the links to the rules that are broken in a section."""
    links = [f"[{rule}]({page_of_rule()[rule]})" for rule in _broken().get(paths[0], ()) if rule in page_of_rule()]
    return f"\nCommon errors: {', '.join(links)}\n" if links else ""


def _cut(path: str, model: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of each thing at a path that has the keys by which the model is told from others."""
    required = set(model.get("required", ()))
    constants = {name: field["const"] for name, field in model.get("properties", {}).items() if "const" in field}
    for place, key, node in _walk(_example()):
        value = yaml.load(yaml.serialize(node), yaml.BaseLoader)  # noqa: S506 - our own file, and all of it as text
        if place != path or not isinstance(value, dict) or not required <= set(value):
            continue
        if all(yaml.safe_load(value[name]) == constants[name] for name in required & set(constants)):
            yield _lines(key or node, node)


def _lines(first: yaml.Node, last: yaml.Node) -> str:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    end = last.end_mark.line + (1 if lines[last.end_mark.line :] and last.end_mark.column and last.flow_style else 0)
    return dedent("".join(lines[first.start_mark.line : end])).rstrip() + "\n"


@cache
def _example() -> yaml.Node:
    """Return the example as nodes; raises ValueError if pcaform finds an error in it."""
    text = EXAMPLE.read_text(encoding="utf-8")
    checked = re.sub(r"activation: #.*\n.*\n.*\n", "activation: pending\n", text)  # its certificates are no files
    if problems := load_text(checked.encode(), EXAMPLE.name, directory=EXAMPLE.parent).problems:
        raise ValueError(str(problems))
    return yaml.compose(text, yaml.BaseLoader)


def _walk(node: yaml.Node, place: str = "") -> Iterator[tuple[str, yaml.Node | None, yaml.Node]]:
    """Yield everything in a document: its path as models have it, its key, and itself."""
    paths = {path for paths in list_paths(*read_models()).values() for path in paths}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            named = f"{place}.{key.value}".lstrip(".")
            below = f"{place}.*" if f"{place}.*" in paths else named
            yield below, key, value
            yield from _walk(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield f"{place}[]", None, each
            yield from _walk(each, f"{place}[]")


@cache
def _broken() -> dict[str, list[str]]:
    """Return the rules whose bad examples are wrong in a section, by its path: the innermost that has a table."""
    paths = [path for paths in list_paths(*read_models()).values() for path in paths]
    found: dict[str, list[str]] = {}
    for output in sorted(CASES.glob("*.err.out")):
        document = yaml.compose(output.with_suffix(".yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
        places = {}
        for place, key, node in _walk(document):
            for mark in (each.start_mark for each in (key, node) if each):
                places[mark.line + 1, mark.column + 1] = place
        for line, column, rule in _POSITION.findall(output.read_text(encoding="utf-8")):
            place = places.get((int(line), int(column)), "")
            around = [path for path in paths if f"{place}.".startswith(f"{path}.") or place.startswith(f"{path}[")]
            if around and rule not in found.setdefault(inner := max(around, key=len), []):
                found[inner].append(rule)
    return found

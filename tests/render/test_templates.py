"""Templates place values and make none: every output names its filter, so that no text reaches a file unwritten."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from conftest import ROOT
from pcaform.render.plan.stack import PlannedFile, StackPlan
from pcaform.render.templates import render
from yaml_strategies import AWKWARD

FILTERS = {"hcl", "attributes", "block", "key"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))
ALLOWED = (nodes.Output, nodes.For, nodes.If)
"""What a template consists of: anything else (macros, includes, calls) could carry text past the filters."""


def statements(body: list[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield every statement of a template, those inside loops and conditions too."""
    for statement in body:
        yield statement
        for inner in ("body", "elif_", "else_"):
            yield from statements(getattr(statement, inner, []))


def unfiltered(source: str) -> list[str]:
    """Return what a template puts out without ending in one of the filters, and statements that are not allowed."""
    found = []
    for statement in statements(Environment(autoescape=True).parse(source).body):
        if not isinstance(statement, ALLOWED):
            found.append(f"{statement.lineno}: {type(statement).__name__}")
        for node in statement.nodes if isinstance(statement, nodes.Output) else []:
            if isinstance(node, nodes.TemplateData) or (isinstance(node, nodes.Filter) and node.name in FILTERS):
                continue
            found.append(f"{node.lineno}: {node}")
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_output_ends_in_a_filter(path: Path) -> None:
    assert unfiltered(path.read_text(encoding="utf-8")) == []


def test_there_are_templates() -> None:
    assert len(TEMPLATES) >= 4


@pytest.mark.parametrize(
    "source",
    [
        "{{ x }}",
        "{{ x | upper }}",
        "{{ x | hcl | safe }}",
        "{{ (x | hcl) ~ y }}",
        "{{ x | hcl if x else y }}",
        "{% for x in y %}{% if x %}{% else %}{{ x }}{% endif %}{% endfor %}",
        "{% macro a(x) %}{{ x | hcl }}{% endmacro %}{{ a(1) | hcl }}",
        "{% include 'a' %}",
        "{% set x %}a{% endset %}",
        "{% filter upper %}a{% endfilter %}",
    ],
)
def test_the_walk_finds_what_it_looks_for(source: str) -> None:
    assert unfiltered(source)


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}", "{# x #}", "{%- endfor %}", *AWKWARD])
def test_text_is_no_template(text: str) -> None:
    """Values, and the name of the spec in the header, come out as one line each, whatever stands in them."""
    output = {"name": "x", "arguments": {"description": text}}
    planned = StackPlan("s", text, (PlannedFile("a.tf", "outputs.tf.j2", {"outputs": [output]}),), ())
    lines = render(planned).files["a.tf"].decode().split("\n")
    assert [line.split(" ")[0] for line in lines] == ["#", "", "output", "", "}", ""]
    assert "49" not in "".join(lines)

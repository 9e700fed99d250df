"""Templates only place values: every output must end in a filter, so that no text reaches a file unescaped."""

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
OF_PIPELINES = sorted(path for path in (ROOT / "templates/pipelines").rglob("*") if path.is_file())
WORDS = {"word", "words", "called", "listed", "pattern", "role"}
PLAIN, MARKED = Environment(autoescape=True), Environment("[%", "%]", "[[", "]]", autoescape=True)
ALLOWED = (nodes.Output, nodes.For, nodes.If)
"""The nodes of a template; anything else (macros, includes, calls) could bypass the filters."""


def statements(body: list[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield every statement of a template, including those inside loops and conditions."""
    for statement in body:
        yield statement
        for inner in ("body", "elif_", "else_"):
            yield from statements(getattr(statement, inner, []))


def unfiltered(source: str, filters: set[str] = FILTERS, environment: Environment = PLAIN) -> list[str]:
    """Return the outputs of a template that do not end in one of the filters, and statements that are not allowed."""
    violations = []
    for statement in statements(environment.parse(source).body):
        if not isinstance(statement, ALLOWED):
            violations.append(f"{statement.lineno}: {type(statement).__name__}")
        for node in statement.nodes if isinstance(statement, nodes.Output) else []:
            if isinstance(node, nodes.TemplateData) or (isinstance(node, nodes.Filter) and node.name in filters):
                continue
            violations.append(f"{node.lineno}: {node}")
    return violations


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_output_ends_in_a_filter(path: Path) -> None:
    assert unfiltered(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", OF_PIPELINES, ids=lambda path: path.name)
def test_every_output_in_a_pipeline_is_checked(path: Path) -> None:
    assert unfiltered(path.read_text(encoding="utf-8"), WORDS, MARKED) == []


def test_there_are_templates() -> None:
    assert (len(TEMPLATES) >= 4, len(OF_PIPELINES)) == (True, 8)


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
def test_unfiltered_output_is_found(source: str) -> None:
    assert unfiltered(source)


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}", "{# x #}", "{%- endfor %}", *AWKWARD])
def test_text_is_not_a_template(text: str) -> None:
    """Values, and the spec's name in the header, are one line each, whatever text they contain."""
    output = {"name": "x", "arguments": {"description": text}}
    planned = StackPlan("s", text, (PlannedFile("a.tf", "outputs.tf.j2", {"outputs": [output]}),), ())
    lines = render(planned).files["a.tf"].decode().split("\n")
    assert [line.split(" ")[0] for line in lines] == ["#", "", "output", "", "}", ""]
    assert "49" not in "".join(lines)

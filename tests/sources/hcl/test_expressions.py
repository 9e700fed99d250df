"""Expressions evaluated by pcaform and by Terraform: the values are the same, or ours is unknown."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from conftest import Offline
from pcaform.core.problems import Failure
from pcaform.sources.hcl.blocks import evaluate
from pcaform.sources.hcl.module_loader import parse_module
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.values import Unknown, first_unknown
from pcaform.terraform.hcl_writer import expression
from sources.hcl.expressions import KNOWN, NAMES, UNKNOWN
from yaml_strategies import drawn, texts, values

BRACKETS = (("[", "]"), ("(", ")"), ("{", "}"))


def split_table(table: str) -> list[str]:
    """Return the expressions of a table: one a line, a heredoc or brackets over several."""
    found: list[str] = []
    for line in table.split("\n"):
        last = found[-1] if found else ""
        is_open = last.count("EOT") == 1 or any(last.count(opening) > last.count(end) for opening, end in BRACKETS)
        if is_open:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def evaluate_here(text: str) -> Any:
    """Return the value of an expression; Unknown if pcaform cannot evaluate or parse it."""
    try:
        module = parse_module({"main.tf": f"{NAMES}locals {{\nx = {text}\n}}\n".encode()})
    except Failure as failure:
        return Unknown(str(failure))
    found = evaluate(module.locals["x"], ModuleScope(module, "", {}, {}, lambda _: Unknown("none")))
    return first_unknown(found) or found


def evaluate_in_terraform(terraform: Offline, directory: Path, expressions: list[str]) -> list[Any]:
    """Return Terraform's value of each expression; None for an error or a value known only after apply."""
    lines = "".join(
        f'output "x{number}" {{\n  value = try(jsonencode([\n{text}\n]), "null")\n}}\n'
        for number, text in enumerate(expressions)
    )
    (directory / "main.tf").write_text(NAMES + lines, encoding="utf-8")
    runner = terraform(directory)
    runner.init()
    outputs = runner.plan(directory / "tfplan")["planned_values"]["outputs"]
    texts_ = [outputs[f"x{number}"].get("value") for number in range(len(expressions))]
    return [None if text is None else json.loads(text) for text in texts_]


def to_json(value: Any) -> Any:
    """Return a value after a round trip through JSON."""
    return json.loads(json.dumps([value]))


@st.composite
def drawn_expressions(draw: st.DrawFn) -> str:
    text = draw(
        st.sampled_from(
            [each for each in split_table(KNOWN) + split_table(UNKNOWN) if "EOT" not in each and "#" not in each]
        )
    )
    functions = ["jsonencode", "tostring", "length", "sort", "reverse", "keys", "values", "upper", "flatten", "toset"]
    functions += ["distinct", "compact", "tolist", "tonumber", "trimspace", "one", "jsondecode", "max", "chomp"]
    for _ in range(draw(st.integers(1, 3))):
        other = draw(st.sampled_from(["1", '"a"', "true", "[]", "local.list", "local.object", "0.5", "-1"]))
        made = [f"{draw(st.sampled_from(functions))}({text})", f"({text}) == ({other})", f"[{text}, {other}]"]
        made += [f'"<${{{text}}}>"', f"try({text}, {other})", f"({text})[0]", f"{{ a = {text} }}.a", f"({text}).b"]
        made += [f"[for x in {text} : x]", f"({text}) + ({other})", f"(true ? {text} : {other})"]
        made += [f"concat({text}, {other})", f"contains({text}, {other})", f"merge({text}, {other})", f"({text})[*]"]
        made += [f"element({text}, {other})", f"lookup({text}, {other}, 1)", f"join({other}, {text})"]
        text = draw(st.sampled_from(made))
    return text


@pytest.mark.terraform
def test_expressions_have_the_same_value_in_terraform(offline: Offline, tmp_path: Path) -> None:
    known, unknown = split_table(KNOWN), split_table(UNKNOWN)
    literals = [expression(value) for value in drawn(values(normal=True), 100)]
    literals += [expression(text) for text in drawn(texts(), 100)]
    made = drawn(drawn_expressions(), 600)
    expressions = [*known, *unknown, *literals, *made]
    terraform_values = evaluate_in_terraform(offline, tmp_path, expressions)
    wrong = []
    for number, (text, value) in enumerate(zip(expressions, terraform_values, strict=True)):
        value_here = evaluate_here(text)
        # what Terraform rejects was never applied, so our value does not matter
        is_required = number < len(known) or len(known) + len(unknown) <= number < len(expressions) - len(made)
        if isinstance(value_here, Unknown):
            if is_required:
                wrong.append((text, value_here.reason, value))
        elif (value is not None and to_json(value_here) != value) or len(known) <= number < len(known) + len(unknown):
            wrong.append((text, value_here, value))
    assert wrong == [], "\n".join(map(repr, wrong))

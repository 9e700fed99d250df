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
from yaml_strategies import drawn, texts, values

NAMES = """\
locals {
  text   = "Größe"
  list   = ["b", "a", "b"]
  object = { b = 1, a = { deep = [true, null] } }
  empty  = []
  set    = toset(["y", "x"])
  nested = [[1, [2]], [], [3]]
}
"""
KNOWN = r"""
1 + 2 * 3 - 4
-(3) + 10 % 4
28 / 2
1.5 + 0.25
0.1 + 0.2
1e3
!true || false && true
1 == 1 ? "same" : "other"
1 == "1"
true == 1
[1] == [true]
{ a = 1 } == { a = 2 }
[1, 2] != [1]
1 < 2 && 3 >= 3
true ? 1 : "x"
false ? 1 : true ? "x" : "y"
true ? [1] : []
true ? [{ a = 1, b = "x" }] : []
true ? { a = 1, b = "x" } : { a = 2, b = "y" }
true ? { a = 1 } : { b = 2 }
true ? { a = "x", b = ["y"] } : { a = "z", b = [] }
true ? null : 1
false ? {} : { a = 1 }
true ? toset(["b", "a"]) : toset(["x"])
distinct([1, "1", 2])
tolist([1, "x", null])
toset([2, "b", 2])
tomap({ a = 1, b = "x" })
coalesce(null, 1, "x")
concat([1, "x"], [2])
concat([1, "x"], local.list)
"a ${1 + 1} ${true} ${local.text}"
"$${x} %%{y} $ % \" \\ \n \t é \U0001f600"
"${local.object.b}"
"  ${~ "x" ~}  "
local.list[1]
local.list["1"]
local.list.0
local.object["a"].deep[0]
local.object.a.deep.*
local.nested[*]
[for each in local.list : "${each}!"]
[for index, each in local.list : "${index}${each}" if each == "b"]
{ for key, value in local.object : upper(key) => key if key != "b" }
{ for each in local.list : each => "x"... }
{ for each in local.set : each => each }
{ for key, value in local.set : key => value }
[for key, value in true ? local.set : toset([]) : key]
[for key, value in local.set[*] : key]
[for key, value in toset([10, 9, 2.5]) : key]
[for key, value in toset([true, false]) : key]
[for key, value in distinct(local.set) : key]
{ (local.text) = 1, "a b" = 2, c : 3 }
{ a = 1, a = 2 }
jsonencode(local.object)
jsonencode({ b = "<&>\u2028", a = [1, 2.5, true, null] })
jsondecode("{\"a\": [1, 2.5, null]}")
merge(local.object, { c = 3 }, null)
lookup(local.object, "b", 9)
lookup({ a = "x" }, "z", "none")
flatten(local.nested)
concat(local.list, ["z"], local.empty)
toset(["b", "a", "b"])
tolist(["b", "a"])
tomap({ a = "x" })
tostring(5)
tonumber("5.50")
tobool("true")
tobool("1")
tobool("0")
distinct(local.list)
compact(["a", "", "b"])
sort(local.list)
reverse(local.list)
keys(local.object)
values({ b = 1, a = 2 })
length(local.list)
length(local.object)
length("abc")
contains(local.list, "b")
element(local.list, 4)
one(["x"])
one([])
zipmap(["a", "b"], [1, 2])
join("-", ["a", "b"], ["c"])
split(",", "a,,b")
split(",", "")
lower("ABC")
upper("abc")
replace("a.b.c", ".", "-")
trimspace("  a b \n")
trimprefix("abc", "a")
trimsuffix("abc", "c")
startswith("abc", "ab")
endswith("abc", "bc")
chomp("a\r\n\n")
max(1, 5, 3)
min(1, 5, 3)
coalesce("", "a")
"e\u0301" == "\u00e9"
jsondecode("\"e\\u0301\"")
"e${"\u0301"}"
try(local.object.none, "fallback")
can(local.object.none)
try(local.list[7], local.list[0])
<<EOT
  plain "quoted" \n
    ${local.text} $${kept}
EOT
<<-EOT
    two
      ${1}

    lines
EOT
[<<-EOT
  in a list
  EOT
, 2]
[
  1, # a comment
  /* another */ 2,
  // and one more
]
(
  1
  +
  2
)
"${
  1
}"
length(
  local
  .list
  ,
)
[
  for index, each in local.list
  : each
  if index > 0
]
{
  for key, value in local.object :
  key
  => "x"
  if key != "b"
}
{

  a = 1

  b = [
    2
  ], c = 3
  for_each = { in = 4
    d = 5 }
}
local.list[
  1
]
(1 + 2) * 3
"${"nested ${"quotes"}"}"
""".strip()
UNKNOWN = r"""
1 / 3
"${10 / 4}"
[1] == tolist([1])
{ a = 1 } == { a = 1 }
contains([[1]], [1])
true ? ["b", "a", "b"] : toset(["x"])
true ? [1, "x"] : ["x", 1]
true ? { a = 1, b = "x" } : { a = 2, b = "y", c = "z" }
true ? { a = 1, b = "x" } : {}
true ? { a = 1 } : tomap({ a = null, b = "x" })
true ? [[1]] : [["x"], ["y"]]
tolist([{ a = 1 }, { a = "x" }])
concat(tolist([1]), ["x"])
12345678901234567890.5
1e400
max("10", "9")
sort([10, 9])
length("e\u0301")
upper("ß")
max(true, 1)
lookup(["a"], 0, 1)
lookup(tomap({ a = "x" }), "z", 1)
compact([0])
tolist("abc")
local.list[-1]
tonumber("1_000")
tonumber("nan")
jsondecode("NaN")
element(local.list, -1)
reverse("abc")
uuid()
timestamp()
"%{ if true }x%{ endif }"
formatlist("%s", local.list)
""".strip()


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

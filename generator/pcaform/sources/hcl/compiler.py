"""Compiles an expression to code: a function from its slots and a scope to its value.

The grammar is that of python-hcl2; nothing else uses that library. Building the parse tables of its whole grammar takes
over a second. Here it gets our tokens, without templates and most line breaks (see `expressions`), and is reduced to
what these can be: that takes 0.1 s, and nothing is cached on disk.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.operators import apply_binary, apply_unary, to_boolean, to_string
from pcaform.sources.hcl.templates import Template
from pcaform.sources.hcl.type_conversion import Set, sample_of_choice, unify_choice
from pcaform.sources.hcl.values import SPLAT, NestedScope, Scope, Unknown, traverse

NAME, INTEGER, FLOAT = "NAME", "INT_LITERAL", "FLOAT_LITERAL"
STRING, TEMPLATE = "STRING_CHARS", "TEMPLATE_STRING"
_SLOTS = frozenset({NAME, INTEGER, FLOAT, STRING, TEMPLATE})
"""The tokens of a shape that stand for a value, with their names in the grammar; the others stand for themselves."""
_PATTERNS = {"=": "EQ", ":": "COLON", "\n": "NL_OR_COMMENT"}
"""The names of tokens that are patterns in the grammar."""
_LITERALS = {"true": True, "false": False, "null": None}
_TRAVERSALS = {"get_attr_expr_term", "index_expr_term", "attr_splat_expr_term", "full_splat_expr_term"}
_RULE = re.compile(r"^(?=[?!]?[a-z])", re.MULTILINE)
"""Start of a rule: rules have lower-case names, terminals upper-case ones."""
_LINE_BREAK = "new_line_or_comment"
_RULES_WITH_BREAKS = ("object", _LINE_BREAK)
"""Rules in which line breaks stay: in an object they separate its items."""
_CACHE_SIZE = 4096

Slots = tuple[Any, ...]
Code = Callable[[Slots, Scope], Any]


class ParseError(Exception):
    """A shape is not an expression; `index` is that of its first unexpected token."""

    def __init__(self, index: int) -> None:
        self.index = index
        super().__init__(index)


@lru_cache(_CACHE_SIZE)
def compile_expression(shape: tuple[str, ...]) -> Code:
    """Return the code of an expression's shape; raises ParseError."""
    from lark.exceptions import UnexpectedToken

    try:
        return _compile(_parser().parse(shape))
    except UnexpectedToken as error:
        raise ParseError(len(shape) if error.token.type == "$END" else error.token.start_pos or 0) from None


@cache
def _parser() -> Any:
    from lark import Lark, Token
    from lark.lexer import Lexer

    class Tokens(Lexer):  # type: ignore[misc] # lark has no types
        """Names tokens as the grammar does; the value of a slot is its number."""

        def __init__(self, conf: Any) -> None:
            fixed = {each.pattern.value: each.name for each in conf.terminals if each.pattern.type == "str"}
            self.names = {**fixed, **_PATTERNS}

        def lex(self, shape: Any) -> Iterator[Any]:
            number = 0
            for index, text in enumerate(shape):
                yield Token(self.names.get(text, text), str(number) if text in _SLOTS else text, index)
                number += text in _SLOTS

    library = find_spec("hcl2")
    grammar = Path(str(library and library.origin)).with_name("hcl2.lark").read_text(encoding="utf-8")
    return Lark("".join(map(_reduce_rule, _RULE.split(grammar))), parser="lalr", start="expression", lexer=Tokens)


def _reduce_rule(rule: str) -> str:
    """Return a rule of the grammar without what never gets to the parser."""
    name = rule.partition(":")[0].strip(" ?!")
    if name == "string":
        return f"string: {STRING}\n"
    return rule if name in _RULES_WITH_BREAKS else rule.replace(f"{_LINE_BREAK}?", "")


def _compile(node: Any) -> Code:
    """Return the code of a node, by the name of its grammar rule."""
    return _RULES.get(node.data, _unsupported)(node)


def _term(node: Any) -> Code:
    (inner,) = _nodes(node)
    return _traversal(inner, ()) if inner.data in _TRAVERSALS else _compile(inner)


def _identifier(node: Any) -> Code:
    number = int(node.children[0])
    return lambda slots, scope: scope.resolve(slots[number], ())


def _literal(node: Any) -> Code:
    value = _LITERALS[node.children[0]]
    return lambda _slots, _scope: value


def _slot(node: Any) -> Code:
    number = int(node.children[0])
    return lambda slots, _scope: slots[number]


def _template(node: Any) -> Code:
    number = int(node.children[0])
    return lambda slots, scope: render_template(slots[number], scope)


def _tuple(node: Any) -> Code:
    items = [_compile(item) for item in _nodes(node)]
    return lambda slots, scope: [item(slots, scope) for item in items]


def _object(node: Any) -> Code:
    pairs = [_nodes(pair) for pair in _nodes(node)]
    codes = [(_key(key.children[0]), _compile(value)) for key, value in pairs]

    def run(slots: Slots, scope: Scope) -> Any:
        items = [(key(slots, scope), value(slots, scope)) for key, value in codes]
        # `providers` has references as keys
        return _build_object([(getattr(key, "path", key), value) for key, value in items], groups=False)

    return run


def _key(node: Any) -> Code:
    """Return the code of an object's key: a bare word means itself."""
    word = _without_wrapper(node)
    if word.data in ("keyword", "literal_value"):
        text = str(word.children[0])
        return lambda _slots, _scope: text
    return _slot(word) if word.data == "identifier" else _compile(node)


def _function_call(node: Any) -> Code:
    names = [int(each.children[0]) for each in _nodes(node) if each.data == "identifier"]
    lists = [each for each in _nodes(node) if each.data == "arguments"]
    arguments = [_compile(argument) for each in lists for argument in _nodes(each)]
    spreads = any(map(_has_ellipsis, lists))

    def run(slots: Slots, scope: Scope) -> Any:
        values = [argument(slots, scope) for argument in arguments]
        if spreads:
            *values, last = values
            values += last if isinstance(last, list) else [Unknown("'...' needs a list")]
        return scope.call("::".join([slots[number] for number in names]), values)

    return run


def _conditional(node: Any) -> Code:
    condition, then, otherwise = map(_compile, _nodes(node))

    def run(slots: Slots, scope: Scope) -> Any:
        chosen = to_boolean(condition(slots, scope))
        if isinstance(chosen, bool):
            branch, other = (then, otherwise) if chosen else (otherwise, then)
            return unify_choice(branch(slots, scope), other(slots, scope))
        if not isinstance(chosen, Unknown):
            return Unknown("a condition must be true or false")
        return replace(chosen, sample=sample_of_choice(then(slots, scope), otherwise(slots, scope)))

    return run


def _binary(node: Any) -> Code:
    left, term = _nodes(node)
    sign, right = _nodes(term)
    first, second, operator = _compile(left), _compile(right), str(sign.children[0])
    return lambda slots, scope: apply_binary(operator, first(slots, scope), second(slots, scope))


def _unary(node: Any) -> Code:
    sign, inner = str(node.children[0]), _compile(_nodes(node)[-1])
    return lambda slots, scope: apply_unary(sign, inner(slots, scope))


def _for(node: Any) -> Code:
    intro, *inner = _nodes(node)
    condition = _compile(_nodes(inner.pop())[-1]) if inner[-1].data == "for_cond" else None
    *names, last = _nodes(intro)
    numbers, collection = [int(name.children[0]) for name in names], _compile(last)
    bodies, groups = [_compile(body) for body in inner], _has_ellipsis(node)

    def run(slots: Slots, scope: Scope) -> Any:
        values = collection(slots, scope)
        if not isinstance(values, list | dict):
            return values if isinstance(values, Unknown) else Unknown("'for' needs a list or an object")
        items = []
        for key, value in iterate_pairs(values):
            bound = (value,) if len(numbers) == 1 else (key, value)
            nested = NestedScope(scope, {slots[number]: item for number, item in zip(numbers, bound, strict=True)})
            is_included = condition(slots, nested) if condition else True
            if isinstance(is_included, Unknown):
                return is_included
            if is_included is True:
                items.append([body(slots, nested) for body in bodies])
        return [item for (item,) in items] if len(bodies) == 1 else _build_object(items, groups=groups)

    return run


def _traversal(node: Any, after: tuple[Code, ...]) -> Code:
    """Return the code of a traversal, whose steps are collected from its end."""
    base, *rest = _nodes(node)
    steps = tuple(step for child in rest for step in _steps(child)) + after
    inner = _without_wrapper(base)
    if inner.data in _TRAVERSALS:
        return _traversal(inner, steps)
    if inner.data == "identifier":
        root = int(inner.children[0])
        return lambda slots, scope: scope.resolve(slots[root], tuple([step(slots, scope) for step in steps]))
    start = _compile(base)
    return lambda slots, scope: traverse(start(slots, scope), [step(slots, scope) for step in steps])


def _steps(node: Any) -> Iterator[Code]:
    if node.data in ("attr_splat", "full_splat"):
        yield lambda _slots, _scope: SPLAT
        for child in _nodes(node):
            yield from _steps(child)
    elif node.data == "short_index":
        number = int(node.children[-1])
        yield lambda slots, _scope: slots[number]
    else:
        yield (_slot if node.data == "get_attr" else _compile)(_nodes(node)[0])


_RULES: Mapping[str, Callable[[Any], Code]] = {
    "expr_term": _term,
    "identifier": _identifier,
    "literal_value": _literal,
    **dict.fromkeys(("int_lit", "float_lit", "string"), _slot),
    "template_string": _template,
    "tuple": _tuple,
    "object": _object,
    "function_call": _function_call,
    "conditional": _conditional,
    "binary_op": _binary,
    "unary_op": _unary,
    **dict.fromkeys(("for_tuple_expr", "for_object_expr"), _for),
}


def _nodes(node: Any) -> list[Any]:
    """Return a node's children without line breaks and tokens."""
    return [child for child in node.children if getattr(child, "data", _LINE_BREAK) != _LINE_BREAK]


def _without_wrapper(node: Any) -> Any:
    """Return what an `expr_term` wraps, unless it is in parentheses; another node unchanged."""
    return node.children[0] if node.data == "expr_term" and len(node.children) == 1 else node


def _has_ellipsis(node: Any) -> bool:
    return "..." in node.children


def _unsupported(_node: Any) -> Code:
    return lambda _slots, _scope: Unknown("pcaform does not evaluate this kind of expression")


def render_template(template: Template, scope: Scope) -> Any:
    """Return a template's text; a template of a single interpolation returns its value unconverted."""
    if None in template.parts:
        return Unknown("pcaform does not evaluate template directives such as %{ if }")
    values = [part if isinstance(part, str) else part.code(part.slots, scope) for part in template.parts]
    if len(values) == 1:
        return values[0]
    texts = [to_string(value) for value in values]
    return next((text for text in texts if isinstance(text, Unknown)), None) or nfc("".join(texts))


def iterate_pairs(values: Any) -> list[tuple[Any, Any]]:
    """Return keys and values in Terraform's iteration order; the keys of an object are sorted.

    A set's keys are its values.
    """
    if isinstance(values, Set):
        return [(value, value) for value in values]
    return sorted(values.items()) if isinstance(values, dict) else list(enumerate(values))


def _build_object(items: Iterable[Sequence[Any]], *, groups: bool) -> Any:
    result: dict[str, Any] = {}
    for key, value in items:
        name = to_string(key)
        if isinstance(name, Unknown):
            return name
        if groups:
            result.setdefault(name, []).append(value)
        else:
            result[name] = value
    return result

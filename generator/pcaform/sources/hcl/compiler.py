"""Compiles an expression to code: a function from its slots and a scope to its value.

The grammar is that of python-hcl2; nothing else calls that library. Building the parse tables of its whole grammar
takes over a second. Blocks, templates and most line breaks never reach it (see `expressions`), so it is reduced to the
rest: that takes 0.1 s, and nothing is cached on disk.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.operators import apply_binary, apply_unary, to_boolean, to_string
from pcaform.sources.hcl.templates import Template
from pcaform.sources.hcl.type_conversion import Set, sample_of_choice, unify_choice
from pcaform.sources.hcl.values import SPLAT, NestedScope, Scope, Unknown, traverse

NAME = "n0"
"""The placeholder of a name that is a slot; names that stay in the shape have no digits."""

_LITERALS = {"true": True, "false": False, "null": None}
_TRAVERSALS = {"get_attr_expr_term", "index_expr_term", "attr_splat_expr_term", "full_splat_expr_term"}
_RULE = re.compile(r"^(?=[?!]?[a-z])", re.MULTILINE)
"""Start of a rule: rules have lower-case names, terminals upper-case ones."""
_LINE_BREAK = "new_line_or_comment"
_RULES_WITH_BREAKS = ("object", _LINE_BREAK)
"""Rules in which line breaks stay: in an object they separate its items."""
_REMOVED_RULES = ("heredoc_template", "heredoc_template_trim", "template_string")
"""Rules for templates and heredocs: only plain strings are left when the parser gets an expression."""


Slots = tuple[Any, ...]
Code = Callable[[Slots, Scope], Any]


class ParseError(Exception):
    """A text is not an expression; `offset` is its first unexpected character."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


def compile_expression(shape: str) -> Code:
    """Return the code of an expression's shape; raises ParseError.

    Its strings must be plain, and line breaks may occur only between the items of an object.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

    try:
        root = _parser().parse(shape)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        raise ParseError(len(shape) if is_end else error.pos_in_stream or 0) from None
    except UnexpectedInput:
        raise ParseError(len(shape)) from None
    positions = sorted({token.start_pos for token in _iterate_tokens(root) if _is_slot(token)})
    return _Compiler({position: number for number, position in enumerate(positions)}).code(root)


@cache
def _parser() -> Any:
    from hcl2 import parser
    from hcl2.postlexer import PostLexer
    from lark import Lark

    grammar = Path(parser.__file__).with_name("hcl2.lark").read_text(encoding="utf-8")
    reduced = "".join(map(_reduce_rule, _RULE.split(grammar)))
    return Lark(reduced, parser="lalr", start="expression", propagate_positions=True, postlex=PostLexer())


def _reduce_rule(rule: str) -> str:
    """Return a rule of the grammar, empty if it is not needed; rules that a new version of python-hcl2 renames stay."""
    name = rule.partition(":")[0].strip(" ?!")
    if name in _REMOVED_RULES:
        return ""
    if name == "string_part":
        return "string_part: STRING_CHARS\n"
    if name == "expr_term":
        return "\n".join(line for line in rule.split("\n") if line.strip(" |") not in _REMOVED_RULES)
    return rule if name in _RULES_WITH_BREAKS else rule.replace(f"{_LINE_BREAK}?", "")


def _iterate_tokens(node: Any) -> Iterator[Any]:
    if not hasattr(node, "children"):
        yield node
        return
    for child in node.children:
        if node.data != "short_index":
            yield from _iterate_tokens(child)


def _is_slot(token: Any) -> bool:
    kinds = ("STRING_CHARS", "INT_LITERAL", "FLOAT_LITERAL")
    return token.type in kinds or (token.type == "NAME" and token == NAME)


@dataclass(frozen=True, slots=True)
class _Compiler:
    slots: Mapping[int, int]
    """By the position of each placeholder token: the number of its slot."""

    def code(self, node: Any) -> Code:
        """Return the code of a node; the method is chosen by the name of its grammar rule."""
        code: Code = getattr(self, f"_{node.data}", _unsupported)(node)
        return code

    def _expr_term(self, node: Any) -> Code:
        (inner,) = _nodes(node)
        return self._compile_traversal(inner, ()) if inner.data in _TRAVERSALS else self.code(inner)

    def _identifier(self, node: Any) -> Code:
        name = self._compile_name(node)
        return lambda slots, scope: scope.resolve(name(slots), ())

    def _literal_value(self, node: Any) -> Code:
        value = _LITERALS[str(node.children[0])]
        return lambda _slots, _scope: value

    def _int_lit(self, node: Any) -> Code:
        number = self.slots[node.children[0].start_pos]
        return lambda slots, _scope: slots[number]

    _float_lit = _int_lit

    def _string(self, node: Any) -> Code:
        (part,) = _nodes(node)
        number = self.slots[part.children[0].start_pos]

        def run(slots: Slots, scope: Scope) -> Any:
            value = slots[number]
            return render_template(value, scope) if isinstance(value, Template) else value

        return run

    def _tuple(self, node: Any) -> Code:
        items = [self.code(item) for item in _nodes(node)]
        return lambda slots, scope: [item(slots, scope) for item in items]

    def _object(self, node: Any) -> Code:
        pairs = [_nodes(pair) for pair in _nodes(node)]
        codes = [(self._compile_key(key.children[0]), self.code(value)) for key, value in pairs]

        def run(slots: Slots, scope: Scope) -> Any:
            result = {}
            for key, value in codes:
                named = key(slots, scope)
                name = to_string(getattr(named, "path", named))  # a reference: `providers` has such keys
                if isinstance(name, Unknown):
                    return name
                result[name] = value(slots, scope)
            return result

        return run

    def _compile_key(self, node: Any) -> Code:
        """Return the code of an object's key: a bare word means itself."""
        word = _without_wrapper(node)
        if word.data in ("identifier", "keyword", "literal_value"):
            name = self._compile_name(word)
            return lambda slots, _scope: name(slots)
        return self.code(node)

    def _function_call(self, node: Any) -> Code:
        names = [self._compile_name(each) for each in _nodes(node) if each.data == "identifier"]
        lists = [each for each in _nodes(node) if each.data == "arguments"]
        arguments = [self.code(argument) for each in lists for argument in _nodes(each)]
        spreads = any(map(_has_ellipsis, lists))

        def run(slots: Slots, scope: Scope) -> Any:
            values = [argument(slots, scope) for argument in arguments]
            if spreads:
                *values, last = values
                values += last if isinstance(last, list) else [Unknown("'...' needs a list")]
            return scope.call("::".join(name(slots) for name in names), values)

        return run

    def _conditional(self, node: Any) -> Code:
        condition, then, otherwise = map(self.code, _nodes(node))

        def run(slots: Slots, scope: Scope) -> Any:
            chosen = to_boolean(condition(slots, scope))
            if isinstance(chosen, bool):
                branch, other = (then, otherwise) if chosen else (otherwise, then)
                return unify_choice(branch(slots, scope), other(slots, scope))
            if not isinstance(chosen, Unknown):
                return Unknown("a condition must be true or false")
            return replace(chosen, sample=sample_of_choice(then(slots, scope), otherwise(slots, scope)))

        return run

    def _binary_op(self, node: Any) -> Code:
        left, term = _nodes(node)
        sign, right = _nodes(term)
        first, second = self.code(left), self.code(right)
        operator = str(sign.children[0]).strip()
        return lambda slots, scope: apply_binary(operator, first(slots, scope), second(slots, scope))

    def _unary_op(self, node: Any) -> Code:
        sign, inner = str(node.children[0]).strip(), self.code(_nodes(node)[-1])
        return lambda slots, scope: apply_unary(sign, inner(slots, scope))

    def _for_object_expr(self, node: Any) -> Code:
        intro, *bodies = _nodes(node)
        condition = self.code(_nodes(bodies.pop())[-1]) if bodies[-1].data == "for_cond" else None
        *names, collection = _nodes(intro)
        return _compile_for(
            [self._compile_name(name) for name in names],
            self.code(collection),
            [self.code(body) for body in bodies],
            condition,
            groups=_has_ellipsis(node),
        )

    _for_tuple_expr = _for_object_expr

    def _compile_traversal(self, node: Any, after: tuple[Code, ...]) -> Code:
        """Return the code of a traversal, whose steps are collected from its end."""
        base, *rest = _nodes(node)
        steps = tuple(step for child in rest for step in self._compile_steps(child)) + after
        inner = _without_wrapper(base)
        if inner.data in _TRAVERSALS:
            return self._compile_traversal(inner, steps)
        if inner.data == "identifier":
            root = self._compile_name(inner)
            return lambda slots, scope: scope.resolve(root(slots), tuple([step(slots, scope) for step in steps]))
        start = self.code(base)
        return lambda slots, scope: traverse(start(slots, scope), [step(slots, scope) for step in steps])

    def _compile_steps(self, node: Any) -> Iterator[Code]:
        if node.data in ("attr_splat", "full_splat"):
            yield lambda _slots, _scope: SPLAT
            for child in _nodes(node):
                yield from self._compile_steps(child)
        elif node.data == "get_attr":
            name = self._compile_name(node.children[-1])
            yield lambda slots, _scope: name(slots)
        elif node.data == "short_index":
            number = int(node.children[-1])
            yield lambda _slots, _scope: number
        else:
            yield self.code(_nodes(node)[0])

    def _compile_name(self, node: Any) -> Callable[[Slots], str]:
        token = node.children[0]
        if token.start_pos in self.slots:
            number = self.slots[token.start_pos]
            return lambda slots: str(slots[number])
        text = str(token)
        return lambda _slots: text


def _parts(node: Any) -> list[Any]:
    """Return a node's children without line breaks."""
    return [child for child in node.children if getattr(child, "data", "") != _LINE_BREAK]


def _nodes(node: Any) -> list[Any]:
    """Return a node's children without line breaks and tokens."""
    return [child for child in _parts(node) if hasattr(child, "data")]


def _without_wrapper(node: Any) -> Any:
    """Return what an `expr_term` wraps, unless it is in parentheses; another node unchanged."""
    parts = _parts(node)
    return parts[0] if node.data == "expr_term" and len(parts) == 1 and hasattr(parts[0], "data") else node


def _has_ellipsis(node: Any) -> bool:
    return any(getattr(child, "type", "") == "ELLIPSIS" for child in node.children)


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


def _compile_for(
    names: list[Callable[[Slots], str]], collection: Code, bodies: list[Code], condition: Code | None, *, groups: bool
) -> Code:
    def run(slots: Slots, scope: Scope) -> Any:
        values = collection(slots, scope)
        if not isinstance(values, list | Mapping):
            return values if isinstance(values, Unknown) else Unknown("'for' needs a list or an object")
        items = []
        for key, value in iterate_pairs(values):
            bound = (value,) if len(names) == 1 else (key, value)
            inner = NestedScope(scope, {name(slots): item for name, item in zip(names, bound, strict=True)})
            is_included = condition(slots, inner) if condition else True
            if isinstance(is_included, Unknown):
                return is_included
            if is_included is True:
                items.append([body(slots, inner) for body in bodies])
        return [item for (item,) in items] if len(bodies) == 1 else _build_object(items, groups=groups)

    return run


def iterate_pairs(values: Any) -> list[tuple[Any, Any]]:
    """Return keys and values in Terraform's iteration order; the keys of an object are sorted.

    A set's keys are its values.
    """
    if isinstance(values, Set):
        return [(value, value) for value in values]
    return sorted(values.items()) if isinstance(values, Mapping) else list(enumerate(values))


def _build_object(items: list[list[Any]], *, groups: bool) -> Any:
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

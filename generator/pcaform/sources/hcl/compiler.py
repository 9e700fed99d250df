"""Compiles the parse tree of an expression to code: a function from its slots and a scope to its value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.operators import apply_binary, apply_unary, to_string
from pcaform.sources.hcl.parser import parse
from pcaform.sources.hcl.templates import Template
from pcaform.sources.hcl.traversal import SPLAT, traverse
from pcaform.sources.hcl.type_unification import Set, unify_choice
from pcaform.sources.hcl.unknown import Unknown

NAME = "n0"
"""The placeholder of a name that is a slot; names that stay in the shape have no digits."""

_LITERALS = {"true": True, "false": False, "null": None}
_SPLATS = {"attr_splat_expr_term", "full_splat_expr_term"}
_TRAVERSALS = {"get_attr_expr_term", "index_expr_term", *_SPLATS}


class Scope(Protocol):
    """Resolves the names of an expression."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return the value of a path, such as `var.name` or `module.x.arn`."""

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return the result of one of Terraform's functions."""

    def with_names(self, names: Mapping[str, Any]) -> "Scope":
        """Return a child scope with additional names."""


Code = Callable[[tuple[Any, ...], Scope], Any]


def compile_expression(shape: str) -> Code:
    """Return the code of an expression's shape; raises ParseError."""
    root = parse(shape)
    return _Compiler(_number_slots(root)).code(root)


def _number_slots(root: Any) -> dict[int, int]:
    """Return the slot number of each placeholder token, by the token's position."""
    positions = sorted({token.start_pos for token in _iterate_tokens(root) if _is_slot(token)})
    return {position: number for number, position in enumerate(positions)}


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

    def code(self, node: Any) -> Code:
        """Return the code of a node; the method is chosen by the name of its grammar rule."""
        children = _children(node)
        code: Code | None = getattr(self, f"_{node.data}", _unsupported)(children)
        return code or _unsupported(children)

    def _expr_term(self, children: list[Any]) -> Code:
        (inner,) = [child for child in children if hasattr(child, "data")]
        return self._compile_traversal(inner, ()) if inner.data in _TRAVERSALS else self.code(inner)

    def _identifier(self, children: list[Any]) -> Code:
        name = self._compile_name(children[0])
        return lambda slots, scope: scope.resolve(name(slots), ())

    def _literal_value(self, children: list[Any]) -> Code:
        value = _LITERALS[str(children[0])]
        return lambda _slots, _scope: value

    def _int_lit(self, children: list[Any]) -> Code:
        number = self.slots[children[0].start_pos]
        return lambda slots, _scope: slots[number]

    _float_lit = _int_lit

    def _string(self, children: list[Any]) -> Code:
        (part,) = [child for child in children if hasattr(child, "data")]
        return self._compile_template(part.children[0])

    def _compile_template(self, token: Any) -> Code:
        number = self.slots[token.start_pos]

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            value = slots[number]
            return _render_template(value, scope) if isinstance(value, Template) else value

        return run

    def _tuple(self, children: list[Any]) -> Code:
        items = [self.code(child) for child in children if hasattr(child, "data")]
        return lambda slots, scope: [item(slots, scope) for item in items]

    def _object(self, children: list[Any]) -> Code:
        pairs = [self._compile_pair(_children(child)) for child in children if hasattr(child, "data")]

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            result = {}
            for key, value in pairs:
                named = key(slots, scope)
                name = to_string(getattr(named, "path", named))  # a reference: `providers` has such keys
                if isinstance(name, Unknown):
                    return name
                result[name] = value(slots, scope)
            return result

        return run

    def _compile_pair(self, children: list[Any]) -> tuple[Code, Code]:
        key, value = (child for child in children if hasattr(child, "data"))
        return self._compile_key(key.children[0]), self.code(value)

    def _compile_key(self, node: Any) -> Code:
        """Return the code of an object's key: a bare word means itself."""
        inner = [child for child in _children(node) if hasattr(child, "data")]
        word = inner[0] if node.data == "expr_term" and len(inner) == len(_children(node)) == 1 else node
        if word.data in ("identifier", "keyword", "literal_value"):
            name = self._compile_name(word.children[0])
            return lambda slots, _scope: name(slots)
        return self.code(node)

    def _function_call(self, children: list[Any]) -> Code:
        nodes = [child for child in children if hasattr(child, "data")]
        names = [self._compile_name(node.children[0]) for node in nodes if node.data == "identifier"]
        argument_nodes = [child for node in nodes if node.data == "arguments" for child in _children(node)]
        arguments = [self.code(child) for child in argument_nodes if hasattr(child, "data")]
        spreads = any(getattr(child, "type", "") == "ELLIPSIS" for child in argument_nodes)

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            values = [argument(slots, scope) for argument in arguments]
            if spreads:
                *values, last = values
                values += last if isinstance(last, list) else [Unknown("'...' needs a list")]
            return scope.call("::".join(name(slots) for name in names), values)

        return run

    def _conditional(self, children: list[Any]) -> Code:
        condition, then, otherwise = (self.code(child) for child in children if hasattr(child, "data"))

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            chosen = condition(slots, scope)
            if not isinstance(chosen, bool):
                return chosen if isinstance(chosen, Unknown) else Unknown("a condition must be true or false")
            branch, other = (then, otherwise) if chosen else (otherwise, then)
            return unify_choice(branch(slots, scope), other(slots, scope))

        return run

    def _binary_op(self, children: list[Any]) -> Code:
        left, term = (child for child in children if hasattr(child, "data"))
        sign, right = (child for child in _children(term) if hasattr(child, "data"))
        first, second = self.code(left), self.code(right)
        operator = str(sign.children[0]).strip()
        return lambda slots, scope: apply_binary(operator, first(slots, scope), second(slots, scope))

    def _unary_op(self, children: list[Any]) -> Code:
        sign, inner = str(children[0]).strip(), self.code(children[-1])
        return lambda slots, scope: apply_unary(sign, inner(slots, scope))

    def _for_tuple_expr(self, children: list[Any]) -> Code:
        return _compile_for(
            self._compile_intro(children),
            self._compile_bodies(children),
            self._compile_condition(children),
            groups=False,
        )

    def _for_object_expr(self, children: list[Any]) -> Code:
        groups = any(getattr(child, "type", "") == "ELLIPSIS" for child in children)
        return _compile_for(
            self._compile_intro(children),
            self._compile_bodies(children),
            self._compile_condition(children),
            groups=groups,
        )

    def _compile_intro(self, children: list[Any]) -> tuple[list[Callable[[tuple[Any, ...]], str]], Code]:
        (intro,) = [child for child in children if getattr(child, "data", "") == "for_intro"]
        nodes = [child for child in _children(intro) if hasattr(child, "data")]
        return [self._compile_name(node.children[0]) for node in nodes[:-1]], self.code(nodes[-1])

    def _compile_bodies(self, children: list[Any]) -> list[Code]:
        skipped = ("for_intro", "for_cond")
        return [self.code(child) for child in children if hasattr(child, "data") and child.data not in skipped]

    def _compile_condition(self, children: list[Any]) -> Code | None:
        conditions = [child for child in children if getattr(child, "data", "") == "for_cond"]
        return self.code(_children(conditions[0])[-1]) if conditions else None

    def _compile_traversal(self, node: Any, after: tuple[Code, ...]) -> Code:
        """Return the code of a traversal, whose steps are collected from its end."""
        base, *rest = (child for child in _children(node) if hasattr(child, "data"))
        steps = tuple(step for child in rest for step in self._compile_steps(child)) + after
        inner = [child for child in _children(base) if hasattr(child, "data")]
        if base.data == "expr_term" and len(inner) == len(_children(base)) == 1:
            if inner[0].data in _TRAVERSALS:
                return self._compile_traversal(inner[0], steps)
            if inner[0].data == "identifier":
                return _compile_path(self._compile_name(inner[0].children[0]), steps)
        start = self.code(base)
        return lambda slots, scope: traverse(start(slots, scope), [step(slots, scope) for step in steps])

    def _compile_steps(self, node: Any) -> Iterator[Code]:
        if node.data in ("attr_splat", "full_splat"):
            yield lambda _slots, _scope: SPLAT
            for child in _children(node):
                if hasattr(child, "data"):
                    yield from self._compile_steps(child)
        elif node.data == "get_attr":
            name = self._compile_name(node.children[-1].children[0])
            yield lambda slots, _scope: name(slots)
        elif node.data == "short_index":
            number = int(node.children[-1])
            yield lambda _slots, _scope: number
        else:
            yield self.code(next(child for child in _children(node) if hasattr(child, "data")))

    def _compile_name(self, token: Any) -> Callable[[tuple[Any, ...]], str]:
        if token.start_pos in self.slots:
            number = self.slots[token.start_pos]
            return lambda slots: str(slots[number])
        text = str(token)
        return lambda _slots: text


def _children(node: Any) -> list[Any]:
    """Return a node's children without line breaks."""
    return [child for child in node.children if getattr(child, "data", "") != "new_line_or_comment"]


def _unsupported(_nodes: list[Any]) -> Code:
    return lambda _slots, _scope: Unknown("pcaform does not evaluate this kind of expression")


def _compile_path(root: Callable[[tuple[Any, ...]], str], steps: tuple[Code, ...]) -> Code:
    return lambda slots, scope: scope.resolve(root(slots), tuple([step(slots, scope) for step in steps]))


def _render_template(template: Template, scope: Scope) -> Any:
    """Return a template's text; a template of a single interpolation returns its value unconverted."""
    if template.parts == (None,) or None in template.parts:
        return Unknown("pcaform does not evaluate template directives such as %{ if }")
    values = [part if isinstance(part, str) else part.code(part.slots, scope) for part in template.parts]
    if len(values) == 1:
        return values[0]
    texts = [to_string(value) for value in values]
    return next((text for text in texts if isinstance(text, Unknown)), None) or nfc("".join(texts))


def _compile_for(
    intro: tuple[list[Callable[[tuple[Any, ...]], str]], Code],
    bodies: list[Code],
    condition: Code | None,
    *,
    groups: bool,
) -> Code:
    names, collection = intro

    def run(slots: tuple[Any, ...], scope: Scope) -> Any:
        values = collection(slots, scope)
        if not isinstance(values, list | Mapping):
            return values if isinstance(values, Unknown) else Unknown("'for' needs a list or an object")
        items = []
        for key, value in iterate_pairs(values):
            bound = (value,) if len(names) == 1 else (key, value)
            inner = scope.with_names({name(slots): item for name, item in zip(names, bound, strict=True)})
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

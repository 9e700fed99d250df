"""The parse tree of an expression -> code: a function from what was taken out of it, and a scope, to its value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.operators import as_text, binary, unary
from pcaform.sources.hcl.parser import tree
from pcaform.sources.hcl.templates import Template
from pcaform.sources.hcl.traversal import SPLAT, step_into
from pcaform.sources.hcl.type_unification import Set, of_one_kind
from pcaform.sources.hcl.unknown import Unknown

NAME = "n0"
"""What stands for a name that was taken out; no name that is left in holds a digit."""

_LITERALS = {"true": True, "false": False, "null": None}
_SPLATS = {"attr_splat_expr_term", "full_splat_expr_term"}
_TRAVERSALS = {"get_attr_expr_term", "index_expr_term", *_SPLATS}


class Scope(Protocol):
    """What names mean where an expression stands."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return what a path means, such as `var.name` or `module.x.arn`."""

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return what one of Terraform's functions makes of its arguments."""

    def with_names(self, names: Mapping[str, Any]) -> "Scope":
        """Return this scope with a few more names in it."""


Code = Callable[[tuple[Any, ...], Scope], Any]


def compile_expression(shape: str) -> Code:
    """Return the code of an expression's shape; raises Unparsable."""
    root = tree(shape)
    return _Compiler(_slots(root)).code(root)


def _slots(root: Any) -> dict[int, int]:
    """Return the number of each token that stands for something taken out, by the token's position."""
    taken = sorted({token.start_pos for token in _tokens(root) if _is_taken(token)})
    return {position: number for number, position in enumerate(taken)}


def _tokens(node: Any) -> Iterator[Any]:
    if not hasattr(node, "children"):
        yield node
        return
    for child in node.children:
        if node.data != "short_index":
            yield from _tokens(child)


def _is_taken(token: Any) -> bool:
    kinds = ("STRING_CHARS", "INT_LITERAL", "FLOAT_LITERAL")
    return token.type in kinds or (token.type == "NAME" and token == NAME)


@dataclass(frozen=True, slots=True)
class _Compiler:
    slots: Mapping[int, int]

    def code(self, node: Any) -> Code:
        """Return the code of any node of the tree."""
        children = _meaningful(node)
        made: Code | None = getattr(self, f"_{node.data}", _unread)(children)
        return made or _unread(children)

    def _expr_term(self, children: list[Any]) -> Code:
        (inner,) = [child for child in children if hasattr(child, "data")]
        return self._traversal(inner, ()) if inner.data in _TRAVERSALS else self.code(inner)

    def _identifier(self, children: list[Any]) -> Code:
        name = self._name(children[0])
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
        return self._template(part.children[0])

    def _template(self, token: Any) -> Code:
        number = self.slots[token.start_pos]

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            value = slots[number]
            return _filled(value, scope) if isinstance(value, Template) else value

        return run

    def _tuple(self, children: list[Any]) -> Code:
        items = [self.code(child) for child in children if hasattr(child, "data")]
        return lambda slots, scope: [item(slots, scope) for item in items]

    def _object(self, children: list[Any]) -> Code:
        pairs = [self._pair(_meaningful(child)) for child in children if hasattr(child, "data")]

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            found = {}
            for key, value in pairs:
                named = key(slots, scope)
                name = as_text(getattr(named, "path", named))  # a reference: `providers` has such keys
                if isinstance(name, Unknown):
                    return name
                found[name] = value(slots, scope)
            return found

        return run

    def _pair(self, children: list[Any]) -> tuple[Code, Code]:
        key, value = (child for child in children if hasattr(child, "data"))
        return self._key(key.children[0]), self.code(value)

    def _key(self, node: Any) -> Code:
        """Return the code of an object's key: a bare word means itself."""
        inner = [child for child in _meaningful(node) if hasattr(child, "data")]
        word = inner[0] if node.data == "expr_term" and len(inner) == len(_meaningful(node)) == 1 else node
        if word.data in ("identifier", "keyword", "literal_value"):
            name = self._name(word.children[0])
            return lambda slots, _scope: name(slots)
        return self.code(node)

    def _function_call(self, children: list[Any]) -> Code:
        nodes = [child for child in children if hasattr(child, "data")]
        names = [self._name(node.children[0]) for node in nodes if node.data == "identifier"]
        given = [child for node in nodes if node.data == "arguments" for child in _meaningful(node)]
        arguments = [self.code(child) for child in given if hasattr(child, "data")]
        spreads = any(getattr(child, "type", "") == "ELLIPSIS" for child in given)

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            values = [argument(slots, scope) for argument in arguments]
            if spreads:
                *values, last = values
                values += last if isinstance(last, list) else [Unknown("'...' wants a list")]
            return scope.call("::".join(name(slots) for name in names), values)

        return run

    def _conditional(self, children: list[Any]) -> Code:
        condition, then, otherwise = (self.code(child) for child in children if hasattr(child, "data"))

        def run(slots: tuple[Any, ...], scope: Scope) -> Any:
            chosen = condition(slots, scope)
            if not isinstance(chosen, bool):
                return chosen if isinstance(chosen, Unknown) else Unknown("a condition wants true or false")
            taken, other = (then, otherwise) if chosen else (otherwise, then)
            return of_one_kind(taken(slots, scope), other(slots, scope))

        return run

    def _binary_op(self, children: list[Any]) -> Code:
        left, term = (child for child in children if hasattr(child, "data"))
        sign, right = (child for child in _meaningful(term) if hasattr(child, "data"))
        first, second = self.code(left), self.code(right)
        written = str(sign.children[0]).strip()
        return lambda slots, scope: binary(written, first(slots, scope), second(slots, scope))

    def _unary_op(self, children: list[Any]) -> Code:
        sign, inner = str(children[0]).strip(), self.code(children[-1])
        return lambda slots, scope: unary(sign, inner(slots, scope))

    def _for_tuple_expr(self, children: list[Any]) -> Code:
        return _for(self._intro(children), self._bodies(children), self._condition(children), groups=False)

    def _for_object_expr(self, children: list[Any]) -> Code:
        groups = any(getattr(child, "type", "") == "ELLIPSIS" for child in children)
        return _for(self._intro(children), self._bodies(children), self._condition(children), groups=groups)

    def _intro(self, children: list[Any]) -> tuple[list[Callable[[tuple[Any, ...]], str]], Code]:
        (intro,) = [child for child in children if getattr(child, "data", "") == "for_intro"]
        nodes = [child for child in _meaningful(intro) if hasattr(child, "data")]
        return [self._name(node.children[0]) for node in nodes[:-1]], self.code(nodes[-1])

    def _bodies(self, children: list[Any]) -> list[Code]:
        skipped = ("for_intro", "for_cond")
        return [self.code(child) for child in children if hasattr(child, "data") and child.data not in skipped]

    def _condition(self, children: list[Any]) -> Code | None:
        found = [child for child in children if getattr(child, "data", "") == "for_cond"]
        return self.code(_meaningful(found[0])[-1]) if found else None

    def _traversal(self, node: Any, after: tuple[Code, ...]) -> Code:
        """Return the code of a path, steps collected from its end."""
        base, *rest = (child for child in _meaningful(node) if hasattr(child, "data"))
        steps = tuple(step for child in rest for step in self._steps(child)) + after
        inner = [child for child in _meaningful(base) if hasattr(child, "data")]
        if base.data == "expr_term" and len(inner) == len(_meaningful(base)) == 1:
            if inner[0].data in _TRAVERSALS:
                return self._traversal(inner[0], steps)
            if inner[0].data == "identifier":
                return _path(self._name(inner[0].children[0]), steps)
        start = self.code(base)
        return lambda slots, scope: step_into(start(slots, scope), [step(slots, scope) for step in steps])

    def _steps(self, node: Any) -> Iterator[Code]:
        if node.data in ("attr_splat", "full_splat"):
            yield lambda _slots, _scope: SPLAT
            for child in _meaningful(node):
                if hasattr(child, "data"):
                    yield from self._steps(child)
        elif node.data == "get_attr":
            name = self._name(node.children[-1].children[0])
            yield lambda slots, _scope: name(slots)
        elif node.data == "short_index":
            number = int(node.children[-1])
            yield lambda _slots, _scope: number
        else:
            yield self.code(next(child for child in _meaningful(node) if hasattr(child, "data")))

    def _name(self, token: Any) -> Callable[[tuple[Any, ...]], str]:
        if token.start_pos in self.slots:
            number = self.slots[token.start_pos]
            return lambda slots: str(slots[number])
        text = str(token)
        return lambda _slots: text


def _meaningful(node: Any) -> list[Any]:
    """Return a node's children without the blank lines between them."""
    return [child for child in node.children if getattr(child, "data", "") != "new_line_or_comment"]


def _unread(_children: list[Any]) -> Code:
    return lambda _slots, _scope: Unknown("this form of expression is not evaluated here")


def _path(root: Callable[[tuple[Any, ...]], str], steps: tuple[Code, ...]) -> Code:
    return lambda slots, scope: scope.resolve(root(slots), tuple([step(slots, scope) for step in steps]))


def _filled(template: Template, scope: Scope) -> Any:
    """Return a template's text; one that is nothing but an expression is that expression's value."""
    if template.pieces == (None,) or None in template.pieces:
        return Unknown("a template directive such as %{ if } is not evaluated here")
    values = [piece if isinstance(piece, str) else piece.code(piece.slots, scope) for piece in template.pieces]
    if len(values) == 1:
        return values[0]
    texts = [as_text(value) for value in values]
    return next((text for text in texts if isinstance(text, Unknown)), None) or nfc("".join(texts))


def _for(
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
            return values if isinstance(values, Unknown) else Unknown("'for' wants a list or an object")
        made = []
        for key, value in pairs_of(values):
            bound = (value,) if len(names) == 1 else (key, value)
            inner = scope.with_names({name(slots): each for name, each in zip(names, bound, strict=True)})
            wanted = condition(slots, inner) if condition else True
            if isinstance(wanted, Unknown):
                return wanted
            if wanted is True:
                made.append([body(slots, inner) for body in bodies])
        return [item for (item,) in made] if len(bodies) == 1 else _object_of(made, groups=groups)

    return run


def pairs_of(values: Any) -> list[tuple[Any, Any]]:
    """Return keys and values in the order in which Terraform goes through them: an object by its sorted keys.

    A set's keys are its values.
    """
    if isinstance(values, Set):
        return [(value, value) for value in values]
    return sorted(values.items()) if isinstance(values, Mapping) else list(enumerate(values))


def _object_of(made: list[list[Any]], *, groups: bool) -> Any:
    found: dict[str, Any] = {}
    for key, value in made:
        name = as_text(key)
        if isinstance(name, Unknown):
            return name
        if groups:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found

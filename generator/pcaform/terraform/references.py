"""What the expressions of a plan's configuration refer to, followed through variables and outputs of modules.

A plan in JSON names what an expression refers to and not what it does with it; locals are not in it at all. Format:
https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

_KEY = r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'
_ADDRESS = re.compile(
    rf"(?P<scope>(?:module\.[\w-]+(?:{_KEY})?\.)*)(?P<name>(?:data\.)?[\w-]+\.[\w-]+)(?P<key>{_KEY})?(?P<rest>.*)"
)
_CALL = re.compile(rf"module\.(?P<name>[\w-]+)(?P<key>{_KEY})?\.")
_OUTPUT = re.compile(rf"module\.(?P<name>[\w-]+)(?P<key>{_KEY})?(?:\.(?P<output>[\w-]+))?$")
_ITERATED = ("each.key", "count.index")
_DEPTH = 16
"""Modules that are followed."""


@dataclass(frozen=True, eq=False)
class Expressions:
    """The expressions of a configuration, by the address of the resource instance that has them."""

    root: Mapping[str, Any]
    _by_scope: dict[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def of(self, address: str) -> Mapping[str, Any]:
        """Return the expressions of a resource by argument, empty where the configuration has none."""
        return self._resource(address).get("expressions") or {}

    def mentioned(self, address: str, names: Collection[str] = ()) -> tuple[str, ...]:
        """Return what arguments of a resource refer to, all without `names`, blocks and `for_each` included.

        What cannot be followed is left out.
        """
        resource, found = self._resource(address), list[str]()
        expressions = resource.get("expressions") or {}
        pending = [each for name, each in expressions.items() if name in names or not names]
        pending.append(resource.get("for_each_expression") if "each." in str(pending) else None)
        while pending:
            value = pending.pop()
            pending += value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
            if isinstance(value, Mapping) and "references" in value:
                parts = ({"references": [each]} for each in _whole(value["references"], ""))
                found += (each for part in parts for each in self.targets(part, address) or ())
        return tuple(found)

    def provider(self, address: str) -> str:
        """Return the key of the provider block of a resource, in the plan's list of them."""
        return str(self._resource(address).get("provider_config_key", ""))

    def provisioners(self, address: str) -> list[Mapping[str, Any]]:
        """Return the expressions in a resource's provisioners."""
        blocks = (block.get("expressions") or {} for block in self._resource(address).get("provisioners") or ())
        return [each for block in blocks for each in block.values() if isinstance(each, Mapping)]

    def _resource(self, address: str) -> Mapping[str, Any]:
        """Return what the configuration has of a resource; each module is looked through once."""
        match = _ADDRESS.match(address)
        if match is None:
            return {}
        scope = match["scope"]
        if scope not in self._by_scope:
            resources = self._module(scope).get("resources") or ()
            self._by_scope[scope] = {each["address"]: each for each in resources}
        return self._by_scope[scope].get(match["name"], {})

    def targets(
        self, expression: Any, address: str, *, each: Any = None, depth: int = _DEPTH
    ) -> tuple[str, ...] | None:
        """Return what an expression at an address refers to, attributes included; None where that is not shown.

        `each` is the expression of the `for_each` that the expression is in, by default that of the resource.
        """
        match = _ADDRESS.match(address)
        if not isinstance(expression, Mapping) or match is None or not depth:
            return None
        found: list[str] = []
        for name in _whole(expression.get("references") or (), match["key"] or ""):
            element = _element(name, each or self._resource(address).get("for_each_expression"), match["key"])
            targets = self._target(element or name, match["scope"], depth - 1)
            if targets is None:
                return None
            found += targets
        return tuple(found)

    def _target(self, name: str, scope: str, depth: int) -> tuple[str, ...] | None:
        output, calls = _OUTPUT.match(name), list(_CALL.finditer(scope))
        if output is not None:
            inner = f"{scope}module.{output['name']}{output['key'] or ''}."
            value = (self._module(inner).get("outputs") or {}).get(output["output"]) or {}
            return self.targets(value.get("expression"), f"{inner}x.x", depth=depth)
        if name.startswith("var."):
            if not calls:
                return None
            outer, last = scope[: calls[-1].start()], calls[-1]
            call = (self._module(outer).get("module_calls") or {}).get(last["name"]) or {}
            expression = (call.get("expressions") or {}).get(re.split(r"[.\[]", name)[1], {})  # else a default
            each = call.get("for_each_expression")
            return self.targets(expression, f"{outer}x.x{last['key'] or ''}", each=each, depth=depth)
        if name.startswith(("local.", "each.", "count.", "self.", "path.", "terraform.")):
            return None
        target = _ADDRESS.match(scope + name)
        argument = self.of(target[0]).get(target["rest"].removeprefix(".")) if target else None
        return (self.targets(argument, scope + name, depth=depth) if argument else None) or (scope + name,)

    def _module(self, scope: str) -> Mapping[str, Any]:
        module = self.root
        for call in _CALL.finditer(scope):
            calls = module.get("module_calls") or {}
            module = (calls.get(call["name"]) or {}).get("module") or {}
        return module


def split_target(target: str) -> tuple[str, str]:
    """Return the address of a resource, and the attribute of it that an expression refers to, or nothing."""
    match = _ADDRESS.match(target)
    return (target[: match.start("rest")], match["rest"].removeprefix(".")) if match else (target, "")


def _element(name: str, each: Any, key: str | None) -> str | None:
    """Return the instance that `each.value` is of, where the `for_each` is all instances of a resource or module."""
    references = _whole((each or {}).get("references") or (), "")
    is_whole = len(references) == 1 and re.fullmatch(r"(?!(?:var|local|each)\.)[\w-]+\.[\w-]+", references[0])
    is_element = name.startswith("each.value") and key and is_whole
    return f"{references[0]}{key}{name.removeprefix('each.value')}" if is_element else None


def _whole(references: Any, key: str) -> list[str]:
    """Return references without those that others contain; one that is indexed by the own key gets it."""
    names = [each for each in references if isinstance(each, str)]
    kept = [
        name
        for index, name in enumerate(names)
        if index == 0 or not re.match(rf"{re.escape(name)}[.\[]", names[index - 1])
    ]
    others = [name for name in kept if name not in _ITERATED]
    return [f"{others[0]}{key}"] if key and len(others) == 1 and len(kept) > 1 else kept

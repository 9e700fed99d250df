"""The core of policy evaluation a second time, tiny and slow: what the documentation says, word by word."""

from __future__ import annotations

from functools import cache
from typing import Any


def like(value: str, pattern: str) -> bool:
    """Try every length for each star."""

    @cache
    def rest(at: int, part: int) -> bool:
        if part == len(pattern):
            return at == len(value)
        if pattern[part] == "*":
            return any(rest(later, part + 1) for later in range(at, len(value) + 1))
        return at < len(value) and pattern[part] in ("?", value[at]) and rest(at + 1, part + 1)

    return rest(0, 0)


def resource(value: str, pattern: str) -> bool:
    """Match field by field; one that ends with a star may take further fields, and fields left out match anything."""
    fields, wanted = value.split(":"), pattern.split(":", 5)

    @cache
    def rest(at: int, part: int) -> bool:
        if part == len(wanted):
            return True
        if part == 5:
            return at < len(fields) and like(":".join(fields[at:]), wanted[5])
        if at == len(fields) or not like(fields[at], wanted[part]):
            return False
        is_open = wanted[part].endswith("*")
        return any(rest(later, part + 1) for later in (range(at + 1, len(fields) + 1) if is_open else (at + 1,)))

    return pattern == "*" or rest(0, 0)


def arn(value: str, pattern: str) -> bool:
    """Match each of the six fields by itself."""
    fields, wanted = value.split(":", 5), pattern.split(":", 5)
    return len(fields) == len(wanted) == 6 and all(map(like, fields, wanted))


def action(value: str, pattern: str) -> bool:
    """Match whatever the case."""
    return like(value.lower(), pattern.lower())


def applies(statement: dict[str, Any], request: dict[str, Any], names: set[str]) -> bool:
    """Look at the elements in turn; `names` are those under which a resource's policy may speak of the caller."""
    fits = [
        any(match(request[element.lower()], pattern) for pattern in statement[element])
        if element in statement
        else not any(match(request[element.lower()], pattern) for pattern in statement[f"Not{element}"])
        for element, match in (("Action", action), ("Resource", resource))
    ]
    return all(fits) and ("Principal" not in statement or bool(names & set(statement["Principal"]["AWS"])))


def decide(world: dict[str, Any]) -> str:
    """Decide a world whose statements have no conditions and no variables."""
    request = world["request"]
    me, role, account = request["principal"], request["role"], request["principal"].split(":")[4]
    everyone = {"*", me, role, account, f"arn:aws:iam::{account}:root"}

    def says(effect: str, kind: str, names: set[str] = everyone) -> bool:
        found = (statement for statement in world[kind] or [] if applies(statement, request, names))
        return any(statement["Effect"] == effect for statement in found)

    if any(says("Deny", kind) for kind in ("identity", "boundary", "session", "resource")):
        return "explicit deny"
    is_home = request["owner"] == account
    if is_home and says("Allow", "resource", {"*", me}):
        return "allow"
    has_grant = says("Allow", "identity") or (is_home and says("Allow", "resource", {role}))
    is_within = all(world[kind] is None or says("Allow", kind) for kind in ("boundary", "session"))
    is_let_in = is_home or says("Allow", "resource")
    return "allow" if has_grant and is_within and is_let_in else "implicit deny"

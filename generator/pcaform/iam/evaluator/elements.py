"""The elements of a statement, read strictly: what cannot be judged is an error, never silently no match.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_grammar.html,
access-analyzer-reference-policy-checks.html (what is an error), reference_policies_elements_principal.html.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.iam.evaluator.conditions import Condition, condition
from pcaform.iam.evaluator.patterns import are_variables_well_formed

Text = Callable[[str], str]
"""From a text of a policy to the pattern that it is, which depends on the policy's version."""

_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")


class PolicyError(Failure):
    """A document that is no policy; the message says where and why."""


def one_of(
    data: Mapping[str, Any], name: str, where: str, *, is_required: bool = True
) -> tuple[tuple[str, ...] | None, bool]:
    """Return the texts of element `name` or of its Not form, None for neither, and whether it is the Not form."""
    given = [form for form in (name, f"Not{name}") if form in data]
    if len(given) > 1 or (is_required and not given):
        raise PolicyError(f"{where} needs one of {name} and Not{name}")
    if not given:
        return None, False
    return _texts(data[given[0]], f"{where}, {given[0]}", str), given[0] != name


def resources(data: Mapping[str, Any], where: str, text: Text) -> tuple[tuple[str, ...] | None, bool]:
    """Return the patterns of Resource or NotResource as `one_of` does; only a statement with principals needs none."""
    has_principal = "Principal" in data or "NotPrincipal" in data
    found, is_excluded = one_of(data, "Resource", where, is_required=not has_principal)
    patterns = None if found is None else tuple(map(text, found))
    for pattern in patterns or ():
        if not (pattern == "*" or pattern.startswith("arn:")) or not are_variables_well_formed(pattern):
            raise PolicyError(f"{where} has the resource '{pattern}', which is neither '*' nor an ARN")
    return patterns, is_excluded


def principals(data: Mapping[str, Any], where: str) -> tuple[Mapping[str, tuple[str, ...]] | None, bool]:
    """Return the names of Principal or NotPrincipal by kind, None for neither, and whether it is NotPrincipal."""
    given = [form for form in ("Principal", "NotPrincipal") if form in data]
    if not given:
        return None, False
    if len(given) > 1:
        raise PolicyError(f"{where} has both Principal and NotPrincipal")
    if given[0] == "NotPrincipal" and data.get("Effect") == "Allow":
        raise PolicyError(f"{where} allows with NotPrincipal, which AWS does not support")
    value = {"AWS": "*"} if data[given[0]] == "*" else data[given[0]]
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where} has a principal that is neither '*' nor an object")
    return {kind: _names(kind, names, f"{where}, {given[0]}") for kind, names in value.items()}, given[0] != "Principal"


def conditions(data: Any, where: str, text: Text) -> tuple[Condition, ...]:
    """Return what the Condition element demands, one condition for each key of each operator."""
    if not isinstance(data, Mapping) or not all(isinstance(block, Mapping) for block in data.values()):
        raise PolicyError(f"{where} has a condition that is not an object of objects")
    return tuple(
        _condition(name, key, tuple(map(text, _texts(values, f"{where}, {name} {key}", str | int | float))), where)
        for name, block in data.items()
        for key, values in _distinct(block, f"{where}, {name}").items()
    )


def _condition(name: str, key: str, values: tuple[str, ...], where: str) -> Condition:
    try:
        made = condition(name, key, values)
    except ValueError as error:
        raise PolicyError(f"{where} has the value '{error}' for '{key}', which {name} cannot read") from None
    if made is None:
        raise PolicyError(f"{where} has the unknown condition operator '{name}'")
    return made


def _distinct(block: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if len({key.lower() for key in block}) < len(block):
        raise PolicyError(f"{where} has a condition key twice, in upper and lower case")
    return block


def _names(kind: str, value: Any, where: str) -> tuple[str, ...]:
    names = _texts(value, f"{where} {kind}", str)
    if kind not in _PRINCIPALS:
        raise PolicyError(f"{where} has the kind '{kind}', allowed: {', '.join(_PRINCIPALS)}")
    for name in names:
        if ("*" in name or "?" in name) and (kind, name) != ("AWS", "*"):
            raise PolicyError(f"{where} has '{name}', but a wildcard never matches a part of a name")
    return names


def _texts(value: Any, where: str, kind: Any) -> tuple[str, ...]:
    """Return one value or a list of them as texts; to conditions, JSON's numbers and booleans are texts."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, kind) for item in items):
        raise PolicyError(f"{where} holds something that is no text")
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)

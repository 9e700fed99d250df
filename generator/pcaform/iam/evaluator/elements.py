"""Reads the elements of a statement strictly: what cannot be evaluated is an error, never silently no match.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_grammar.html,
access-analyzer-reference-policy-checks.html (what is an error), reference_policies_elements_principal.html.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.iam.evaluator.conditions import Condition, build_condition
from pcaform.iam.evaluator.patterns import are_variables_well_formed

ToPattern = Callable[[str], str]
"""From a text of a policy to its pattern, which depends on the policy's version."""

_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")


class PolicyError(Failure):
    """An invalid policy document; the message has the location and the reason."""


def read_element(
    data: Mapping[str, Any], name: str, where: str, *, is_required: bool = True
) -> tuple[tuple[str, ...] | None, bool]:
    """Return the texts of element `name` or of its Not element, None for neither, and whether it is the Not element."""
    present = [element for element in (name, f"Not{name}") if element in data]
    if len(present) > 1 or (is_required and not present):
        raise PolicyError(f"{where} needs one of {name} and Not{name}")
    if not present:
        return None, False
    return _read_texts(data[present[0]], f"{where}, {present[0]}", str), present[0] != name


def read_resources(data: Mapping[str, Any], where: str, to_pattern: ToPattern) -> tuple[tuple[str, ...] | None, bool]:
    """Return the patterns of Resource or NotResource like `read_element`; optional in a statement with principals."""
    has_principal = "Principal" in data or "NotPrincipal" in data
    texts, is_excluded = read_element(data, "Resource", where, is_required=not has_principal)
    patterns = None if texts is None else tuple(map(to_pattern, texts))
    for pattern in patterns or ():
        if not (pattern == "*" or pattern.startswith("arn:")) or not are_variables_well_formed(pattern):
            raise PolicyError(f"{where} has the resource '{pattern}', which is neither '*' nor an ARN")
    return patterns, is_excluded


def read_principals(data: Mapping[str, Any], where: str) -> tuple[Mapping[str, tuple[str, ...]] | None, bool]:
    """Return the names of Principal or NotPrincipal by kind, None for neither, and whether it is NotPrincipal."""
    present = [element for element in ("Principal", "NotPrincipal") if element in data]
    if not present:
        return None, False
    if len(present) > 1:
        raise PolicyError(f"{where} has both Principal and NotPrincipal")
    element = present[0]
    if element == "NotPrincipal" and data.get("Effect") == "Allow":
        raise PolicyError(f"{where} allows with NotPrincipal, which AWS does not support")
    value = {"AWS": "*"} if data[element] == "*" else data[element]
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where} has a principal that is neither '*' nor an object")
    principals = {kind: _read_names(kind, names, f"{where}, {element}") for kind, names in value.items()}
    return principals, element != "Principal"


def read_conditions(data: Any, where: str, to_pattern: ToPattern) -> tuple[Condition, ...]:
    """Return the conditions of the Condition element, one for each key of each operator."""
    if not isinstance(data, Mapping) or not all(isinstance(block, Mapping) for block in data.values()):
        raise PolicyError(f"{where} has a condition that is not an object of objects")
    return tuple(
        _read_condition(
            name,
            key,
            tuple(map(to_pattern, _read_texts(values, f"{where}, {name} {key}", str | int | float))),
            where,
        )
        for name, block in data.items()
        for key, values in _refuse_duplicate_keys(block, f"{where}, {name}").items()
    )


def _read_condition(name: str, key: str, values: tuple[str, ...], where: str) -> Condition:
    try:
        condition = build_condition(name, key, values)
    except ValueError as error:
        raise PolicyError(f"{where} has the value '{error}' for '{key}', which {name} cannot read") from None
    if condition is None:
        raise PolicyError(f"{where} has the unknown condition operator '{name}'")
    return condition


def _refuse_duplicate_keys(block: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if len({key.lower() for key in block}) < len(block):
        raise PolicyError(f"{where} has a condition key twice, in upper and lower case")
    return block


def _read_names(kind: str, value: Any, where: str) -> tuple[str, ...]:
    names = _read_texts(value, f"{where} {kind}", str)
    if kind not in _PRINCIPALS:
        raise PolicyError(f"{where} has the kind '{kind}', allowed: {', '.join(_PRINCIPALS)}")
    for name in names:
        if ("*" in name or "?" in name) and (kind, name) != ("AWS", "*"):
            raise PolicyError(f"{where} has '{name}', but a wildcard never matches a part of a name")
    return names


def _read_texts(value: Any, where: str, kind: Any) -> tuple[str, ...]:
    """Return one value or a list of values as texts; in conditions, JSON's numbers and booleans are texts too."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, kind) for item in items):
        raise PolicyError(f"{where} has a value that is not text")
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)

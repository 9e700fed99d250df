"""Policy documents as values: every statement with its elements, whichever way the document spells them.

A document has one statement or a list, and an element one value or a list. Reading is the same for everybody; what IAM
would refuse beyond the shape `read_document` refuses: what cannot be evaluated is an error, never silently no match.
Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_grammar.html,
access-analyzer-reference-policy-checks.html (what is an error), reference_policies_elements_principal.html.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pcaform.core.problems import Failure
from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.patterns import Context, are_variables_well_formed, is_action, is_resource

_BLOCKS = frozenset(("Version", "Id", "Statement"))
_ELEMENTS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
)
ANYONE = "*"
"""The kind and the name of a principal that is written `*` alone; `{"AWS": "*"}` means the same."""
Texts = tuple[str, ...]
Principals = tuple[tuple[str, str], ...]
_VERSION_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_VERSION_WITH_VARIABLES, "2008-10-17")
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_PARTITION = re.compile(r"^arn:[^:]+:")
_DOLLAR = re.compile(r"\$(?=\{)")


class PolicyError(Failure, ValueError):
    """An invalid policy document; the message has the location and the reason."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; an element that is absent is None, which is not the same as one with no values.

    Principals are pairs of kind (AWS, Service, Federated, CanonicalUser, or ANYONE) and name.
    """

    sid: str
    effect: str
    actions: Texts | None = None
    not_actions: Texts | None = None
    resources: Texts | None = None
    not_resources: Texts | None = None
    principals: Principals | None = None
    not_principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def is_allow(self) -> bool:
        """Tell whether it allows, rather than denies."""
        return self.effect == "Allow"

    @property
    def is_resource_based(self) -> bool:
        """Tell whether it says whom it is about, as only resource-based policies do."""
        return self.principals is not None or self.not_principals is not None

    def matches_action(self, action: str) -> bool:
        """Tell whether it is about an action: one of its patterns matches it, or none of NotAction."""
        return _matches(lambda pattern: is_action(action, pattern), self.actions, self.not_actions)

    def matches_resource(self, resource: str, context: Context) -> bool:
        """Tell whether it is about a resource; one with neither Resource nor NotResource is about the policy's own."""
        return self._is_of_own or _matches(
            lambda pattern: is_resource(resource, pattern, context), self.resources, self.not_resources
        )

    @property
    def _is_of_own(self) -> bool:
        return self.resources is None and self.not_resources is None

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Tell whether action, resource and conditions all match; principals are checked by `match_principal`."""
        return (
            self.matches_action(action)
            and self.matches_resource(resource, context)
            and all(condition.is_met(context) for condition in self.conditions)
        )

    def is_about(self, action: str, resource: str) -> bool:
        """Tell whether it is about an action on a resource of the partition `aws`, whichever partition it writes."""
        named = [_PARTITION.sub("arn:aws:", each) for each in self.resources or self.not_resources or ()]
        is_named = any(is_resource(resource, each, {}) for each in named)
        return self.matches_action(action) and (self._is_of_own or is_named == (self.not_resources is None))

    def names_action(self, action: str) -> bool:
        """Tell whether it has an action as it is, whatever its case; no pattern is matched."""
        return action.lower() in map(str.lower, self.actions or ())

    def principals_of(self, kind: str) -> list[str]:
        """Return the names of its principals of a kind; `*` alone is of the kind AWS."""
        return [name for each, name in self.principals or () if each == kind or (each == ANYONE and kind == "AWS")]

    def values_of(self, operator: str, key: str) -> list[str]:
        """Return the values of a condition, whose key ignores case; none if there is no such condition."""
        return [
            value
            for each in self.conditions
            if each.operator == operator and each.key == key.lower()
            for value in each.values
        ]


def _matches(match: Callable[[str], bool], patterns: Texts | None, excluded: Texts | None) -> bool:
    """Tell whether an element, or its Not element, matches; an empty list matches nothing."""
    if patterns is not None:
        return any(map(match, patterns))
    return excluded is not None and not any(map(match, excluded))


@dataclass(frozen=True, slots=True)
class Document:
    """A policy: its name (an ARN or another, for messages), its statements, and the elements beside them."""

    name: str
    statements: tuple[Statement, ...]
    version: Any = None
    id: Any = None

    def only(self, effect: str) -> Self:
        """Return the policy with its statements of one effect."""
        return replace(self, statements=tuple(each for each in self.statements if each.effect == effect))


def read_statements(document: Any, name: str = "") -> tuple[Statement, ...]:
    """Return the statements of a policy, JSON text or data; raises PolicyError for anything else."""
    return read_policy(document, name).statements


def read_policy(document: Any, name: str = "") -> Document:
    """Return a policy, JSON text or data; raises PolicyError with the policy and the statement for anything else."""
    if isinstance(document, Document):
        return document
    where = f"policy '{name}'" if name else "the policy"
    data = _parse_json(document, where) if isinstance(document, str) else document
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    _refuse_unknown(data, _BLOCKS, where)
    statements = enumerate(as_list(data.get("Statement")), start=1)
    read = tuple(_read_statement(each, f"{where}, statement {number}") for number, each in statements)
    return Document(name, read, data.get("Version"), data.get("Id"))


def _read_statement(data: Any, where: str) -> Statement:
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    _refuse_unknown(data, _ELEMENTS, where)
    if data.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where} has the effect '{data.get('Effect')}', allowed: Allow, Deny")

    actions, not_actions, resources, not_resources = (
        _read_texts(data[element], f"{where}, {element}", str) if element in data else None
        for element in ("Action", "NotAction", "Resource", "NotResource")
    )
    principals, excluded = (_read_principals(data, element, where) for element in ("Principal", "NotPrincipal"))
    conditions = tuple(_read_conditions(data.get("Condition", {}), where))
    sid, effect = str(data.get("Sid", "")), data["Effect"]
    return Statement(sid, effect, actions, not_actions, resources, not_resources, principals, excluded, conditions)


def _read_principals(data: Mapping[str, Any], element: str, where: str) -> Principals | None:
    value = data.get(element)
    if element not in data or value == ANYONE:
        return ((ANYONE, ANYONE),) if element in data else None
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where} has a principal that is neither '*' nor an object")
    return tuple(
        (kind, name) for kind, names in value.items() for name in _read_texts(names, f"{where}, {element} {kind}", str)
    )


def _read_conditions(data: Any, where: str) -> Iterator[Condition]:
    if not isinstance(data, Mapping) or not all(isinstance(block, Mapping) for block in data.values()):
        raise PolicyError(f"{where} has a condition that is not an object of objects")
    for operator, block in data.items():
        if len({key.lower() for key in block}) < len(block):
            raise PolicyError(f"{where}, {operator} has a condition key twice, in upper and lower case")
        for key, values in block.items():
            texts = _read_texts(values, f"{where}, {operator} {key}", str | int | float)
            yield Condition(operator, key, texts)


def _read_texts(value: Any, where: str, kind: Any) -> Texts:
    items = as_list(value)
    if not all(isinstance(item, kind) for item in items):
        raise PolicyError(f"{where} has a value that is not text")
    return tuple(item if isinstance(item, str) else json.dumps(item) for item in items)


def as_list(value: Any) -> list[Any]:
    """Return a value as a list; documents may write a single value without one."""
    return value if isinstance(value, list) else [value]


def _parse_json(text: str, where: str) -> Any:
    def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        duplicates = sorted({key for key in keys if keys.count(key) > 1})
        if duplicates:
            raise PolicyError(f"{where} has an element twice: {', '.join(duplicates)}")
        return dict(pairs)

    def refuse_constant(constant: str) -> None:
        raise PolicyError(f"{where} is not JSON: {constant}")

    try:
        return json.loads(text, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
    except PolicyError:
        raise
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{where} is not JSON: {error}") from None


def _refuse_unknown(data: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(map(str, data.keys() - known))
    if unknown:
        raise PolicyError(f"{where} has unknown elements: {', '.join(unknown)}")


def read_document(document: str | Mapping[str, Any], name: str) -> Document:
    """Read a policy from JSON text or data; raises PolicyError with the policy and the statement."""
    policy, where = read_policy(document, name), f"policy '{name}'"
    version = _VERSIONS[1] if policy.version is None else policy.version
    if version not in _VERSIONS:
        raise PolicyError(f"{where} has the version '{version}', allowed: {', '.join(_VERSIONS)}")
    statements = policy.statements
    if version != _VERSION_WITH_VARIABLES:
        statements = tuple(map(_escape_variables, statements))
    for number, statement in enumerate(statements, start=1):
        _check_statement(statement, f"{where}, statement {number}")
    return replace(policy, statements=statements)


def _check_statement(statement: Statement, where: str) -> None:
    """Raise PolicyError for what IAM refuses; Resource or NotResource is optional in a statement with principals."""
    if (statement.actions is None) is (statement.not_actions is None):
        raise PolicyError(f"{where} needs one of Action and NotAction")
    present: list[Texts] = [each for each in (statement.resources, statement.not_resources) if each is not None]
    if len(present) > 1 or not (present or statement.is_resource_based):
        raise PolicyError(f"{where} needs one of Resource and NotResource")
    for pattern in present[0] if present else ():
        if not (pattern == "*" or pattern.startswith("arn:")) or not are_variables_well_formed(pattern):
            raise PolicyError(f"{where} has the resource '{pattern}', which is neither '*' nor an ARN")
    if statement.principals is not None and statement.not_principals is not None:
        raise PolicyError(f"{where} has both Principal and NotPrincipal")
    if statement.not_principals is not None and statement.is_allow:
        raise PolicyError(f"{where} allows with NotPrincipal, which AWS does not support")
    for element, names in (("Principal", statement.principals), ("NotPrincipal", statement.not_principals)):
        _check_principals(names or (), f"{where}, {element}")
    for error in filter(None, (each.find_error() for each in statement.conditions)):
        raise PolicyError(f"{where} has {error}")


def _check_principals(principals: Principals, where: str) -> None:
    for kind, name in principals:
        if kind not in (*_KINDS, ANYONE):
            raise PolicyError(f"{where} {kind} has the kind '{kind}', allowed: {', '.join(_KINDS)}")
        if ("*" in name or "?" in name) and not (kind in ("AWS", ANYONE) and name == ANYONE):
            raise PolicyError(f"{where} {kind} has '{name}', but a wildcard never matches a part of a name")


def _escape_variables(statement: Statement) -> Statement:
    """Return a statement of policy version 2008-10-17 with texts as patterns: `${` does not start a variable there."""

    def escape(texts: Texts) -> Texts:
        return tuple(_DOLLAR.sub("${$}", text) for text in texts)

    return replace(
        statement,
        resources=statement.resources and escape(statement.resources),
        not_resources=statement.not_resources and escape(statement.not_resources),
        conditions=tuple(replace(each, values=escape(each.values)) for each in statement.conditions),
    )

"""A policy document -> its statements, read strictly: what cannot be judged is an error, never silently no match.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.iam.conditions import Condition, condition
from pcaform.iam.patterns import Context, is_action, is_resource
from pcaform.problems import Failure

_VERSION_WITH_VARIABLES = "2012-10-17"
_VERSIONS = (_VERSION_WITH_VARIABLES, "2008-10-17")
_ELEMENTS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
)
_DOLLAR = re.compile(r"\$(?=\{)")


class PolicyError(Failure):
    """A document that is no policy; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; of each pair only one is given. `principals` None is an identity policy's statement.

    `principals` maps AWS, Service, Federated and CanonicalUser to names; `Principal: "*"` is everyone: {"AWS": ("*",)}.
    """

    sid: str
    is_allow: bool
    actions: tuple[str, ...]
    are_actions_excluded: bool
    resources: tuple[str, ...]
    are_resources_excluded: bool
    conditions: tuple[Condition, ...]
    principals: Mapping[str, tuple[str, ...]] | None = None
    are_principals_excluded: bool = False

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Tell whether action, resource and conditions all fit; principals are judged elsewhere.

        A trust policy has no resource, and counts for the role that it hangs on.
        """
        is_for_action = any(is_action(action, pattern) for pattern in self.actions)
        is_for_resource = any(is_resource(resource, pattern, context) for pattern in self.resources)
        return (
            is_for_action is not self.are_actions_excluded
            and (not self.resources or is_for_resource is not self.are_resources_excluded)
            and all(found.is_met(context) for found in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A policy's statements; `name` is for messages, an ARN or a name."""

    name: str
    statements: tuple[Statement, ...]


def read_document(document: str | Mapping[str, Any], name: str) -> Document:
    """Read a policy from JSON text or data; raises PolicyError, which names the policy and the statement."""
    try:
        data = json.loads(document) if isinstance(document, str) else document
    except ValueError as error:
        raise PolicyError(f"policy '{name}' is not JSON: {error}") from None
    if not isinstance(data, Mapping):
        raise PolicyError(f"policy '{name}' is not an object")
    version = data.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise PolicyError(f"policy '{name}' has the version '{version}', allowed: {', '.join(_VERSIONS)}")
    has_variables = version == _VERSION_WITH_VARIABLES
    found = data.get("Statement")
    items = found if isinstance(found, list) else [found]
    return Document(
        name,
        tuple(
            _statement(item, f"policy '{name}', statement {number}", has_variables=has_variables)
            for number, item in enumerate(items, start=1)
        ),
    )


def _statement(data: Any, where: str, *, has_variables: bool) -> Statement:
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where} is not an object")
    unknown = sorted(map(str, data.keys() - _ELEMENTS))
    if unknown:
        raise PolicyError(f"{where} has unknown elements: {', '.join(unknown)}")
    if data.get("Effect") not in {"Allow", "Deny"}:
        raise PolicyError(f"{where} has the effect '{data.get('Effect')}', allowed: Allow, Deny")
    actions, not_actions = _either(data, "Action", where)
    resources, not_resources = _either(data, "Resource", where, is_required=False)
    principals, not_principals = _principals(data, where)
    literal = (lambda text: text) if has_variables else (lambda text: _DOLLAR.sub("${$}", text))
    return Statement(
        sid=str(data.get("Sid", "")),
        is_allow=data["Effect"] == "Allow",
        actions=actions,
        are_actions_excluded=not_actions,
        resources=tuple(map(literal, resources)),
        are_resources_excluded=not_resources,
        conditions=_conditions(data.get("Condition", {}), where, literal),
        principals=principals,
        are_principals_excluded=not_principals,
    )


def _either(
    data: Mapping[str, Any], name: str, where: str, *, is_required: bool = True
) -> tuple[tuple[str, ...], bool]:
    """Return the values of `name` or of its Not form, and whether it is the Not form."""
    given = [form for form in (name, f"Not{name}") if form in data]
    if len(given) > 1 or (is_required and not given):
        raise PolicyError(f"{where} needs one of {name} and Not{name}")
    return (_texts(data[given[0]], f"{where}, {given[0]}"), given[0] != name) if given else ((), False)


def _principals(data: Mapping[str, Any], where: str) -> tuple[Mapping[str, tuple[str, ...]] | None, bool]:
    given = [form for form in ("Principal", "NotPrincipal") if form in data]
    if not given:
        return None, False
    if len(given) > 1:
        raise PolicyError(f"{where} has both Principal and NotPrincipal")
    value = data[given[0]]
    if value == "*":
        value = {"AWS": "*"}
    if not isinstance(value, Mapping):
        raise PolicyError(f"{where} has a principal that is neither '*' nor an object")
    found = {str(kind): _texts(names, f"{where}, {given[0]} {kind}") for kind, names in value.items()}
    return found, given[0] == "NotPrincipal"


def _conditions(data: Any, where: str, literal: Any) -> tuple[Condition, ...]:
    if not isinstance(data, Mapping) or not all(isinstance(block, Mapping) for block in data.values()):
        raise PolicyError(f"{where} has a condition that is not an object of objects")
    found = []
    for name, block in data.items():
        for key, values in block.items():
            made = condition(name, key, tuple(map(literal, _texts(values, f"{where}, {name} {key}"))))
            if made is None:
                raise PolicyError(f"{where} has the unknown condition operator '{name}'")
            found.append(made)
    return tuple(found)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    """Return one value or a list of them as texts; JSON's numbers and booleans are texts to IAM."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float) for item in items):
        raise PolicyError(f"{where} holds something that is no text")
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)

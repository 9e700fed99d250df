"""Who a policy with principals lets in: a role's trust policy, or a CA's own policy -> who is new, and who is gone.

Which conditions narrow everybody down to somebody:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html and, for tokens of GitHub and the like,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from pcaform.core.facts import TEMPLATES
from pcaform.iam.actions import ISSUE
from pcaform.iam.evaluator.documents import read_document
from pcaform.iam.evaluator.patterns import is_action, is_like
from pcaform.iam.evaluator.principals import account_of
from pcaform.iam.normalize import as_list, normalized_statements
from pcaform.iam.policies.oidc_subjects import is_untrusted_subject

_ACCOUNTS = frozenset(("aws:principalaccount", "aws:sourceaccount"))
_ARNS = frozenset(("aws:principalarn", "aws:sourcearn"))
_ORGANIZATIONS = frozenset(("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"))
_OF_EVERYBODY = frozenset(
    ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
)
"""Providers that AWS knows by name, where anybody can register; their keys tell the application, or the user."""
_ANYBODY = "*"
_OIDC = ":oidc-provider/"
_TEMPLATE = "acm-pca:templatearn"
_ARN_FIELDS = 6
_MOST = 1000
Conditions = frozenset[tuple[str, str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Grantee:
    """Somebody who is let in: the kind and name in the policy, for which action, and under which conditions."""

    kind: str
    name: str
    action: str
    conditions: Conditions

    def __str__(self) -> str:
        """Name them as a person would; conditions are told, since they are half of it."""
        who = "everybody" if self.name == _ANYBODY else f"{self.name}"
        told = [f"{operator} {key} {', '.join(sorted(values))}" for operator, key, values in sorted(self.conditions)]
        return f"{who}{' if ' + ' and '.join(told) if told else ''}"

    @property
    def is_named(self) -> bool:
        """Tell whether the name alone says who it is: an account, a user, a role, or a service."""
        return self.name != _ANYBODY and self.kind != "Federated"

    @property
    def may_make_authorities(self) -> bool:
        """Tell whether they may issue the certificate of a CA: no condition names other templates only."""
        named = [found for found in self.conditions if found[1].lower() == _TEMPLATE and not _can_be_missed(found[0])]
        return is_action(ISSUE, self.action) and all(any(map(_makes_authority, values)) for _, _, values in named)

    @property
    def is_anybody(self) -> bool:
        """Tell whether no condition says who it may be."""
        if self.name == _ANYBODY:
            return not any(map(_names_somebody, self.conditions))
        if _OIDC in self.name:
            return not any(_names_subject(found) for found in self.conditions)
        return self.name in _OF_EVERYBODY and not any(map(_names_application, self.conditions))


def grantees(text: str, name: str) -> tuple[Grantee, ...]:
    """Return whom a policy lets in; raises PolicyError for one that IAM would refuse."""
    read_document(text, name)
    return tuple(_grantees(json.loads(text), "Allow"))


def denied_principals(text: str) -> frozenset[str]:
    """Return what a policy denies, in one form for every spelling."""
    return normalized_statements([{"Statement": list(_statements(json.loads(text), "Deny"))}])


def added_grantees(before: tuple[Grantee, ...], after: tuple[Grantee, ...]) -> tuple[Grantee, ...]:
    """Return who is let in and was not, or is under conditions that were narrower."""
    return tuple(new for new in after if not any(_covers(old, new) for old in before))


def removed_grantees(before: tuple[Grantee, ...], after: tuple[Grantee, ...]) -> tuple[Grantee, ...]:
    """Return who was let in and is not any more, or only under narrower conditions."""
    return added_grantees(after, before)


def describe(found: Sequence[Grantee], others: Sequence[Grantee] = ()) -> str:
    """Name them; the conditions are told where they are what differs, or say who it may be."""
    known = {each.name for each in others}
    told = [str(each) if each.name in known or each.is_anybody or not each.is_named else each.name for each in found]
    return "; ".join(dict.fromkeys(told))


def _covers(old: Grantee, new: Grantee) -> bool:
    """Tell whether all that one statement lets in was let in by another before."""
    is_same = old.kind == new.kind and (old.name == _ANYBODY or _spelled(old.name) == _spelled(new.name))
    is_among = is_same and is_action(new.action, old.action)
    return is_among and all(_is_kept(one, new.conditions) for one in old.conditions)


def _spelled(name: str) -> str:
    """Return one spelling for a whole account, which AWS writes in two ways."""
    return account_of(name) or name


def _is_kept(condition: tuple[str, str, frozenset[str]], conditions: Conditions) -> bool:
    """Tell whether a condition still holds, with the same values or, where it lists what may be, fewer."""
    operator, key, values = condition
    for other, other_key, found in conditions:
        if (other, other_key) == (operator, key):
            return values <= found if "Not" in operator else all(_is_among(one, values, operator) for one in found)
    return False


def _is_among(value: str, patterns: frozenset[str], operator: str) -> bool:
    """Tell whether all that a value stands for was let in by one of the patterns of before."""
    if value in patterns or "Like" not in operator:
        return value in patterns
    samples = [value.replace("*", sample).replace("?", "x") for sample in ("", "x", "x:x/xx")]
    return any(all(is_like(sample, pattern, {}) for sample in samples) for pattern in patterns)


def _can_be_missed(operator: str) -> bool:
    """Tell whether a condition keeps nobody out by naming somebody: a request without the key meets it."""
    return "Not" in operator or "IfExists" in operator or operator == "Null" or operator.startswith("ForAllValues:")


def _names_somebody(condition: tuple[str, str, frozenset[str]]) -> bool:
    """Tell whether a condition says of which accounts or organization a caller must be."""
    operator, key, values = condition
    part = _PARTS.get(key.lower())
    return part is not None and not _can_be_missed(operator) and all(_is_said(part(value)) for value in values)


def _names_subject(condition: tuple[str, str, frozenset[str]]) -> bool:
    operator, key, values = condition
    is_subject = key.lower().endswith(":sub") and not _can_be_missed(operator)
    return is_subject and not any(map(is_untrusted_subject, values))


def _names_application(condition: tuple[str, str, frozenset[str]]) -> bool:
    operator, key, values = condition
    is_own = key.lower().partition(":")[0] in _OF_EVERYBODY and not key.lower().endswith(":amr")
    return is_own and not _can_be_missed(operator) and all(map(_is_said, values))


def _is_said(text: str) -> bool:
    """Tell whether a text is one text: no wildcard and no variable, whose value is the caller's."""
    return bool(text) and not re.search(r"[*?]|\$\{", text)


def _makes_authority(pattern: str) -> bool:
    """Tell whether a template, or a pattern of some, is of CA certificates."""
    name = pattern.rpartition("template/")[2]
    return "CACertificate" in name or any("CACertificate" in each and is_like(each, name, {}) for each in TEMPLATES)


def _account_of(arn: str) -> str:
    """Return what of an ARN says whose it is: its account, or the name of what has none there, such as a bucket."""
    fields = arn.split(":", 5)
    return (fields[4] or fields[5]) if len(fields) == _ARN_FIELDS else ""


_PARTS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(_ACCOUNTS, str),
    **dict.fromkeys(_ARNS, _account_of),
    **dict.fromkeys(_ORGANIZATIONS, lambda path: path.split("/")[0]),
}
"""Key -> the part of its values that says who it is."""


def _grantees(document: Any, effect: str) -> Iterator[Grantee]:
    for statement in _statements(document, effect):
        found = statement.get("Principal")
        principals = {"AWS": [_ANYBODY]} if found == _ANYBODY else found or {}
        named = [(kind, name) for kind, names in principals.items() for name in _texts(names)]
        actions = _texts(statement.get("Action", _ANYBODY))
        for (kind, name), action, conditions in product(named, actions, _conditions(statement.get("Condition", {}))):
            yield Grantee(kind, name, action, conditions)


def _statements(document: Any, effect: str) -> Iterator[Any]:
    for statement in as_list(document.get("Statement", [])):
        if statement.get("Effect") == effect:
            yield statement


def _conditions(block: Mapping[str, Mapping[str, Any]]) -> list[Conditions]:
    """Return what conditions ask for: each value alone where one of them is enough, unless that were too many."""
    axes = []
    for operator, keys in block.items():
        for key, values in keys.items():
            texts = frozenset(_texts(values))
            together = (
                [texts] if "Not" in operator or ":" in operator else [frozenset((each,)) for each in sorted(texts)]
            )
            axes.append([(operator, key, each) for each in together])
    if prod(map(len, axes)) > _MOST:
        return [frozenset((operator, key, frozenset(_texts(block[operator][key]))) for (operator, key, _), *_ in axes)]
    return [frozenset(each) for each in product(*axes)]


def _texts(value: Any) -> list[str]:
    return [str(each) for each in as_list(value)]

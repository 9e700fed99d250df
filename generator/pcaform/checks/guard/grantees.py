"""Compares who is granted access by a policy with principals: a role's trust policy, or a CA's resource policy.

Which conditions restrict a wildcard principal:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html and, for tokens of GitHub and the like,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from pcaform.core.facts import TEMPLATES
from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import Statement, read_document, read_policy, read_statements
from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.evaluate import account_of
from pcaform.iam.evaluator.patterns import is_action, is_like
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.trust_policy import is_untrusted_subject

_ACCOUNTS = frozenset(("aws:principalaccount", "aws:sourceaccount"))
_ARNS = frozenset(("aws:principalarn", "aws:sourcearn"))
_ORGANIZATIONS = frozenset(("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"))
_PUBLIC_PROVIDERS = frozenset(
    ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
)
"""Providers that AWS knows by name, where anyone can register; their keys name the application, or the user."""
_ANYONE = "*"
_OIDC = ":oidc-provider/"
_TEMPLATE = "acm-pca:templatearn"
_ARN_FIELDS = 6
_MOST = 1000
Conditions = frozenset[tuple[str, str, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Grantee:
    """A principal that is granted access: kind and name in the policy, the action, and the conditions."""

    kind: str
    name: str
    action: str
    conditions: Conditions

    def __str__(self) -> str:
        """Return the name of the principal with its conditions."""
        who = "everyone" if self.name == _ANYONE else f"{self.name}"
        conditions = [
            f"{operator} {key} {', '.join(sorted(values))}" for operator, key, values in sorted(self.conditions)
        ]
        return f"{who}{' if ' + ' and '.join(conditions) if conditions else ''}"

    @property
    def is_named(self) -> bool:
        """Tell whether the name alone says who it is: an account, a user, a role, or a service."""
        return self.name != _ANYONE and self.kind != "Federated"

    @property
    def may_issue_ca_certificates(self) -> bool:
        """Tell whether it may issue CA certificates: no condition restricts it to other templates."""
        templates = [values for operator, key, values in self.conditions if _is_on_template(operator, key)]
        return is_action(ISSUE, self.action) and all(any(map(_is_ca_template, values)) for values in templates)

    @property
    def is_anyone(self) -> bool:
        """Tell whether no condition restricts who it is."""
        if self.name == _ANYONE:
            return not any(map(_names_account, self.conditions))
        if _OIDC in self.name:
            return not any(map(_names_subject, self.conditions))
        return self.name in _PUBLIC_PROVIDERS and not any(map(_names_application, self.conditions))


def grantees(text: str, name: str) -> tuple[Grantee, ...]:
    """Return who is granted access by a policy; raises PolicyError for a policy that IAM would refuse."""
    read_document(text, name)
    return tuple(grantee for each in read_statements(text, name) if each.is_allow for grantee in _grantees(each))


def denied_principals(text: str) -> frozenset[str]:
    """Return the Deny statements of a policy, normalized."""
    return normalized_statements([replace(read_policy(text).only("Deny"), version=None, id=None)])


def added_grantees(before: tuple[Grantee, ...], after: tuple[Grantee, ...]) -> tuple[Grantee, ...]:
    """Return who is newly granted access, or under wider conditions."""
    return tuple(new for new in after if not any(_covers(old, new) for old in before))


def removed_grantees(before: tuple[Grantee, ...], after: tuple[Grantee, ...]) -> tuple[Grantee, ...]:
    """Return who is no longer granted access, or only under narrower conditions."""
    return added_grantees(after, before)


def describe(found: Sequence[Grantee], others: Sequence[Grantee] = ()) -> str:
    """Return their names, with conditions if those differ from `others` or say who it is."""
    names = {each.name for each in others}
    lines = [str(each) if each.name in names or each.is_anyone or not each.is_named else each.name for each in found]
    return "; ".join(dict.fromkeys(lines))


def _covers(old: Grantee, new: Grantee) -> bool:
    """Tell whether everything that one grantee may do was granted to another before."""
    is_same = old.kind == new.kind and (
        old.name == _ANYONE or _normalize_account(old.name) == _normalize_account(new.name)
    )
    is_among = is_same and is_action(new.action, old.action)
    return is_among and all(_still_holds(one, new.conditions) for one in old.conditions)


def _normalize_account(name: str) -> str:
    """Return the account id for a whole account, which AWS writes in two ways."""
    return account_of(name) or name


def _still_holds(condition: tuple[str, str, frozenset[str]], conditions: Conditions) -> bool:
    """Tell whether a condition still holds, with the same values or, if it lists allowed values, fewer."""
    operator, key, values = condition
    for other, other_key, new_values in conditions:
        if (other, other_key) == (operator, key):
            return values <= new_values if "Not" in operator else _are_among(new_values, values, operator)
    return False


def _are_among(values: frozenset[str], patterns: frozenset[str], operator: str) -> bool:
    return all(_is_among(value, patterns, operator) for value in values)


def _is_among(value: str, patterns: frozenset[str], operator: str) -> bool:
    """Tell whether everything that a value matches was matched by one of the patterns before."""
    if value in patterns or "Like" not in operator:
        return value in patterns
    samples = [value.replace("*", sample).replace("?", "x") for sample in ("", "x", "x:x/xx")]
    return any(all(is_like(sample, pattern, {}) for sample in samples) for pattern in patterns)


def _can_be_missed(operator: str) -> bool:
    """Tell whether a request without the key meets a condition, so that the condition excludes no one by name."""
    return "Not" in operator or "IfExists" in operator or operator == "Null" or operator.startswith("ForAllValues:")


def _names_account(condition: tuple[str, str, frozenset[str]]) -> bool:
    """Tell whether a condition names the accounts or the organization of the caller."""
    operator, key, values = condition
    part = _PARTS.get(key.lower())
    return part is not None and not _can_be_missed(operator) and all(_is_literal(part(value)) for value in values)


def _names_subject(condition: tuple[str, str, frozenset[str]]) -> bool:
    operator, key, values = condition
    is_subject = key.lower().endswith(":sub") and not _can_be_missed(operator)
    return is_subject and not any(map(is_untrusted_subject, values))


def _names_application(condition: tuple[str, str, frozenset[str]]) -> bool:
    operator, key, values = condition
    is_own = key.lower().partition(":")[0] in _PUBLIC_PROVIDERS and not key.lower().endswith(":amr")
    return is_own and not _can_be_missed(operator) and all(map(_is_literal, values))


def _is_literal(text: str) -> bool:
    """Tell whether a text has no wildcard, and no variable, whose value the caller decides."""
    return bool(text) and not re.search(r"[*?]|\$\{", text)


def _is_on_template(operator: str, key: str) -> bool:
    return key.lower() == _TEMPLATE and not _can_be_missed(operator)


def _is_ca_template(pattern: str) -> bool:
    """Tell whether a template, or a pattern of templates, is for CA certificates."""
    name = pattern.rpartition("template/")[2]
    return "CACertificate" in name or any("CACertificate" in each and is_like(each, name, {}) for each in TEMPLATES)


def _account_of(arn: str) -> str:
    """Return the owner in an ARN: its account, or the name of a resource without one, such as a bucket."""
    fields = arn.split(":", 5)
    return (fields[4] or fields[5]) if len(fields) == _ARN_FIELDS else ""


_PARTS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(_ACCOUNTS, str),
    **dict.fromkeys(_ARNS, _account_of),
    **dict.fromkeys(_ORGANIZATIONS, lambda path: path.split("/")[0]),
}
"""Key -> the part of its values that names the owner."""


def _grantees(statement: Statement) -> Iterator[Grantee]:
    actions = (_ANYONE,) if statement.actions is None else statement.actions
    conditions = _conditions(statement.conditions)
    for (written, name), action, condition in product(statement.principals or (), actions, conditions):
        yield Grantee("AWS" if written == _ANYONE else written, name, action, condition)


def _conditions(conditions: Sequence[Condition]) -> list[Conditions]:
    """Return the conditions: each value alone if one of them is enough, unless those are too many."""
    whole = [(each.operator, each.name, frozenset(each.values)) for each in conditions]
    axes = [
        [(operator, key, values)]
        if "Not" in operator or ":" in operator
        else [(operator, key, frozenset((value,))) for value in sorted(values)]
        for operator, key, values in whole
    ]
    return [frozenset(each) for each in product(*axes)] if prod(map(len, axes)) <= _MOST else [frozenset(whole)]

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
from pcaform.iam.documents import PolicyError, Statement, read_document, read_policy, read_statements
from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.evaluate import account_of
from pcaform.iam.evaluator.patterns import is_action, is_like
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.resource_policies import is_untrusted_subject

_ACCOUNTS = frozenset(("aws:principalaccount", "aws:sourceaccount"))
_ARNS = frozenset(("aws:principalarn", "aws:sourcearn"))
_ORGANIZATIONS = frozenset(("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"))
_PUBLIC_PROVIDERS = frozenset(
    ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
)
"""Providers that AWS knows by name, where anyone can register; their keys name the application, or the user."""
_ANYONE = "*"
_OIDC = ":oidc-provider/"
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
        who = "everyone" if self.name == _ANYONE else self.name
        conditions = [f"{operator} {key} {', '.join(sorted(each))}" for operator, key, each in sorted(self.conditions)]
        return f"{who} if {' and '.join(conditions)}" if conditions else who

    @property
    def is_named(self) -> bool:
        """Tell whether the name alone says who it is: an account, a user, a role, or a service."""
        return self.name != _ANYONE and self.kind != "Federated"

    @property
    def may_issue_ca_certificates(self) -> bool:
        """Tell whether it may issue CA certificates: no condition restricts it to other templates."""
        on_templates = [
            each for each in self.conditions if each[1].lower() == "acm-pca:templatearn" and not _can_be_missed(each[0])
        ]
        return is_action(ISSUE, self.action) and all(any(map(_is_ca_template, each[2])) for each in on_templates)

    @property
    def is_anyone(self) -> bool:
        """Tell whether no condition restricts who it is."""
        if not (self.name == _ANYONE or _OIDC in self.name or self.name in _PUBLIC_PROVIDERS):
            return False
        return not any(
            _restricts(key.lower(), values, name=self.name)
            for operator, key, values in self.conditions
            if not _can_be_missed(operator)
        )


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Who has access by a policy before and after, who is added or removed, or why that is not known (`error`).

    `is_new` means that nothing was there before: no trust policy of a role, or no CA.
    """

    before: tuple[Grantee, ...] = ()
    after: tuple[Grantee, ...] = ()
    added: tuple[Grantee, ...] = ()
    removed: tuple[Grantee, ...] = ()
    is_new: bool = False
    is_denial_removed: bool = False
    is_denial_added: bool = False
    is_unknown: bool = False
    error: str = ""

    @property
    def anyone(self) -> tuple[Grantee, ...]:
        """Return what is added for any AWS account, or for any user of an identity provider."""
        return tuple(each for each in self.added if each.is_anyone)

    @property
    def ca_issuers(self) -> tuple[Grantee, ...]:
        """Return who may issue CA certificates from a CA that exists; nothing where any account may."""
        if self.is_new or self.anyone:
            return ()
        return tuple(each for each in self.added if each.may_issue_ca_certificates)

    @property
    def excluded(self) -> tuple[Grantee, ...]:
        """Return who is no longer named, or only under further conditions; who meets fewer values of one still is."""
        return tuple(each for each in self.removed if not any(_is_still_named(each, other) for other in self.after))

    @property
    def other_issuers(self) -> tuple[Grantee, ...]:
        """Return who is added, where neither any account nor the issuing of CA certificates is."""
        return () if self.anyone or self.ca_issuers else self.added


def compare_access(before: str, after: str, *, names: tuple[str, str], is_new: bool) -> AccessChange:
    """Compare two texts of a policy, empty where there is none, with their names for errors.

    Who is granted access under wider conditions counts as added, under narrower ones as removed.
    """
    try:
        old, new = (_grantees(*each) for each in zip((before, after), names, strict=True))
        was, will = (denials(text) if before and after else frozenset() for text in (before, after))
    except PolicyError as error:
        return AccessChange(error=str(error))
    added, removed = _not_covered(new, old), _not_covered(old, new)
    return AccessChange(old, new, added, removed, is_new, bool(was - will), bool(will - was))


def _grantees(text: str, name: str) -> tuple[Grantee, ...]:
    if not text:
        return ()
    read_document(text, name)  # what IAM would refuse is an error
    return tuple(grantee for each in read_statements(text, name) if each.is_allow for grantee in _of_statement(each))


def denials(text: str) -> frozenset[str]:
    """Return what a policy denies, in its normal form; raises PolicyError."""
    return normalized_statements([replace(read_policy(text).only("Deny"), version=None, id=None)])


def _not_covered(grantees: tuple[Grantee, ...], others: tuple[Grantee, ...]) -> tuple[Grantee, ...]:
    return tuple(each for each in grantees if not any(_covers(other, each) for other in others))


def describe(found: Sequence[Grantee], others: Sequence[Grantee] = ()) -> str:
    """Return their names, with conditions if those differ from `others` or say who it is."""
    names = {each.name for each in others}
    lines = [str(each) if each.name in names or each.is_anyone or not each.is_named else each.name for each in found]
    return "; ".join(dict.fromkeys(lines))


def _is_still_named(old: Grantee, new: Grantee) -> bool:
    keys = [{(operator, key.lower()) for operator, key, _ in each.conditions} for each in (old, new)]
    return keys[1] <= keys[0] and _covers(replace(new, conditions=frozenset()), replace(old, conditions=frozenset()))


def _covers(old: Grantee, new: Grantee) -> bool:
    """Tell whether everything that one grantee may do was granted to another before."""
    old_name, new_name = (account_of(each.name) or each.name for each in (old, new))  # AWS writes accounts in two ways
    is_same = old.kind == new.kind and (old.name == _ANYONE or old_name == new_name)
    is_among = is_same and is_action(new.action, old.action)
    return is_among and all(_still_holds(one, new.conditions) for one in old.conditions)


def _still_holds(condition: tuple[str, str, frozenset[str]], conditions: Conditions) -> bool:
    """Tell whether a condition still holds, with the same values or, if it lists allowed values, fewer."""
    operator, key, values = condition
    for other, other_key, new_values in conditions:
        if (other, other_key) == (operator, key):
            is_fewer = all(_is_among(value, values, operator) for value in new_values)
            return values <= new_values if "Not" in operator else is_fewer
    return False


def _is_among(value: str, patterns: frozenset[str], operator: str) -> bool:
    """Tell whether everything that a value matches was matched by one of the patterns before."""
    if value in patterns or "Like" not in operator:
        return value in patterns
    samples = [value.replace("*", sample).replace("?", "x") for sample in ("", "x", "x:x/xx")]
    return any(all(is_like(sample, pattern, {}) for sample in samples) for pattern in patterns)


def _can_be_missed(operator: str) -> bool:
    """Tell whether a request without the key meets a condition, so that the condition excludes no one by name."""
    return "Not" in operator or "IfExists" in operator or operator == "Null" or operator.startswith("ForAllValues:")


def _restricts(key: str, values: frozenset[str], *, name: str) -> bool:
    """Tell whether a condition says who a principal is: an account or organization, a subject, or an application."""
    if name == _ANYONE:
        part = _PARTS.get(key)
        return part is not None and all(_is_literal(part(value)) for value in values)
    if _OIDC in name:
        return key.endswith(":sub") and not any(map(is_untrusted_subject, values))
    is_own = key.partition(":")[0] in _PUBLIC_PROVIDERS and not key.endswith(":amr")
    return is_own and all(map(_is_literal, values))


def _is_literal(text: str) -> bool:
    """Tell whether a text has no wildcard, and no variable, whose value the caller decides."""
    return bool(text) and not re.search(r"[*?]|\$\{", text)


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


def _of_statement(statement: Statement) -> Iterator[Grantee]:
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

"""Who has rights over private CAs, by any number of hops: a graph of principals, their policies and who they trust.

Conditions, denials and boundaries count as open here: this is the upper bound of what somebody may get.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from pcaform.core.grouping import grouped
from pcaform.iam import actions
from pcaform.iam.documents import PolicyError, Statement, read_statements
from pcaform.iam.escalation import EXPORT, Handing, Target, changes_policies, find_handings, handing_actions, is_reading
from pcaform.iam.evaluator.patterns import is_action

_ACTIONS = (actions.ISSUE, *actions.ON_AUTHORITY, *actions.ON_NO_AUTHORITY, actions.REQUEST, EXPORT)
_RIGHTS = (*(each for each in _ACTIONS if not is_reading(each)), "acm:RevokeCertificate")
_ANY_PREFIX = "arn:aws:iam::000000000000"
_ANY_IAM = re.compile(
    r"arn:[\w-]+:iam::(?P<account>[0-9]{12}):(?P<kind>oidc-provider|[a-z-]+)(?P<path>(?<=oidc-provider)/|/(?:.*/)?)(?P<name>.+)"
)
_IAM_ARN = re.compile(r"arn:[\w-]+:iam::[0-9]{12}(?=:)")


@lru_cache(maxsize=8192)
def statements_of(text: str) -> tuple[Statement, ...] | None:
    """Return the statements of a policy; None if it cannot be read."""
    try:
        return read_statements(text)
    except PolicyError:
        return None


def _all_statements(texts: Iterable[str]) -> list[Statement]:
    return [each for text in texts for each in statements_of(text) or ()]


@lru_cache(maxsize=8192)
def is_about_authorities(text: str) -> bool:
    """Tell whether a policy allows or denies anything on CAs; one that is unreadable may."""
    statements = statements_of(text)
    return statements is None or any(_names(each, _ACTIONS) for each in statements)


@lru_cache(maxsize=8192)
def allows_more_than_reading(text: str) -> bool:
    """Tell whether a policy allows more than reading on CAs; one that is unreadable may."""
    statements = statements_of(text)
    return statements is None or any(_names(each, _RIGHTS) for each in statements if each.is_allow)


@lru_cache(maxsize=8192)
def denies_rights(text: str) -> bool:
    """Tell whether a policy denies more than reading on CAs, or what would hand on rights."""
    denied = [replace(each, effect="Allow") for each in _all_statements([text]) if not each.is_allow]
    return any(_names(each, _RIGHTS) or handing_actions(each) for each in denied)


def _names(statement: Statement, names: Iterable[str]) -> bool:
    """Tell whether a statement is about one of some actions, or of Private CA's that no release knows yet."""
    if statement.not_actions is not None:  # nearly all
        return True
    patterns = statement.actions or ()
    is_new = any(each.lower().startswith("acm-pca:") and not is_reading(each) for each in patterns)
    return is_new or any(is_action(name, pattern) for pattern in patterns for name in names)


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal, a policy or the like, with the texts of its policies.

    `acts_as` are those whose rights it has without any action: the groups of a user, the role of an instance profile,
    and for a policy those who hold it. `trusts` are the ARNs of who may assume a role. `has_rights` means that it has
    rights by what has no text.
    """

    target: Target
    texts: tuple[str, ...] = ()
    acts_as: frozenset[str] = frozenset()
    trusts: frozenset[str] = frozenset()
    has_rights: bool = False


@dataclass(frozen=True)
class Rights:
    """Who has rights over CAs among some holders by label; `prefixes` are those of ARNs of IAM in known accounts."""

    holders: Mapping[str, Holder]
    prefixes: tuple[str, ...] = ()
    _seen: dict[Statement, frozenset[tuple[str, bool]]] = field(default_factory=dict)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels of those with rights, by any number of hops."""
        sources: dict[str, set[str]] = {}
        for label, acting in self._acting.items():
            for each in acting | self._reached(label, is_change=True):
                sources.setdefault(each, set()).add(label)
        own = [label for label, holder in self.holders.items() if self._has_own_rights(label, holder)]
        return frozenset(_closure(own, sources))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Those with rights, as targets."""
        return tuple(self.holders[label].target for label in sorted(self.labels))

    def handings(self, texts: Iterable[str], own: Collection[str] = (), *, is_each: bool = False) -> Iterator[Handing]:
        """Yield how policies hand on rights, of everybody or of those with rights; `own` are the labels of its holders.

        `is_each` asks for those with rights beside everybody, where some of them were denied before.
        """
        statements = _all_statements(texts)
        if not any(map(handing_actions, statements)):
            return
        others = [each for each in self.targets if each.label not in own]
        targets = [*others, *self._own_targets(own)]
        for prefix in self._prefixes_of(statements):
            yield from find_handings(statements, targets, prefix, is_each=is_each)

    def is_concerned(self, text: str, own: Collection[str] = ()) -> bool:
        """Tell whether a policy is about CAs, or hands on rights."""
        return is_about_authorities(text) or next(self.handings([text], own), None) is not None

    def gives_rights(self, text: str, own: Collection[str] = ()) -> bool:
        """Tell whether a policy allows more than reading on CAs, or hands on rights."""
        return allows_more_than_reading(text) or next(self.handings([text], own), None) is not None

    def _prefixes_of(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        """Return the prefixes of ARNs of IAM; where no account is known, those that the policies name."""
        resources = [pattern for each in statements for pattern in each.resources or ()]
        return self.prefixes or tuple(dict.fromkeys([*filter(None, map(iam_prefix, resources)), _ANY_PREFIX]))

    def _has_own_rights(self, label: str, holder: Holder) -> bool:
        if holder.has_rights or any(map(allows_more_than_reading, holder.texts)):
            return True
        statements = _all_statements(holder.texts)
        if not any(map(handing_actions, statements)):
            return False
        own = self._own_targets([label])
        return any(any(True for _ in find_handings(statements, own, each)) for each in self._prefixes_of(statements))

    def _own_targets(self, own: Collection[str]) -> list[Target]:
        """Return the targets whose policies are also those of some holders: themselves, and whom they can act as."""
        labels = sorted(_closure(own, self._shared))
        return [replace(self.holders[each].target, is_own=True) for each in labels if each in self.holders]

    @cached_property
    def _shared(self) -> Mapping[str, set[str]]:
        """Label -> as whom it can act, and the policies that it holds."""
        shared = {label: set(acting) for label, acting in self._acting.items()}
        for label, holder in self.holders.items():
            for each in holder.acts_as if holder.target.kind == "policy" else ():
                shared.setdefault(each, set()).add(label)
        return shared

    @cached_property
    def _acting(self) -> Mapping[str, frozenset[str]]:
        """Label -> those as whom it can act: by itself, by their trust, and by actions that its policies allow."""
        acting = {
            label: {*each.acts_as, *self._reached(label, is_change=False)} for label, each in self.holders.items()
        }
        by_part = {(each.target.account, each.target.part): label for label, each in self.holders.items()}
        for label, holder in self.holders.items():
            for each in filter(None, map(target_of, holder.trusts)):
                for key in ((each.account, each.part), ("", each.part)):
                    if key in by_part:
                        acting[by_part[key]].add(label)
        return {label: frozenset(each - {label}) for label, each in acting.items()}

    def _reached(self, label: str, *, is_change: bool) -> frozenset[str]:
        """Return the holders over which the policies of one allow actions that change policies, or others."""
        return frozenset(
            reached
            for statement in _all_statements(self.holders[label].texts)
            if handing_actions(statement)
            for reached, is_of_change in self._reached_by(statement)
            if is_of_change is is_change
        )

    def _reached_by(self, statement: Statement) -> frozenset[tuple[str, bool]]:
        """Return whose rights a statement hands on, by their names or by patterns, and whether by another policy."""
        if statement not in self._seen:
            resources = statement.resources or ("*",)
            candidates = [each for name in resources for each in self._by_name.get(name.rpartition("/")[2], ())]
            if any(set("*?$") & set(each) for each in resources):
                candidates = [each.target for each in self.holders.values()]
            found = [
                each
                for prefix in self._prefixes_of([statement])
                for each in find_handings([statement], candidates, prefix)
            ]
            self._seen[statement] = frozenset((each.label, changes_policies(each.action)) for each in found)
        return self._seen[statement]

    @cached_property
    def _by_name(self) -> Mapping[str, list[Target]]:
        return grouped((each.target.name.rpartition("/")[2], each.target) for each in self.holders.values())


def _closure(labels: Iterable[str], edges: Mapping[str, Collection[str]]) -> set[str]:
    """Return labels with all that they lead to, by any number of edges."""
    pending = list(labels)
    reached = set(pending)
    while pending:
        gained = set(edges.get(pending.pop(), ())) - reached
        reached |= gained
        pending += gained
    return reached


def join_holders(holders: Iterable[Holder]) -> dict[str, Holder]:
    """Return holders by label, with all that is known of each."""
    joined: dict[str, Holder] = {}
    for each in holders:
        known = joined.get(each.target.label, each)
        joined[each.target.label] = Holder(
            known.target if known.target.account or not each.target.account else each.target,
            tuple(dict.fromkeys((*known.texts, *each.texts))),
            known.acts_as | each.acts_as,
            known.trusts | each.trusts,
            has_rights=known.has_rights or each.has_rights,
        )
    return joined


def target_of(arn: str) -> Target | None:
    """Return what an ARN of IAM names; None for another one."""
    match = _ANY_IAM.fullmatch(arn)
    if match is None:
        return None
    name = provider_name(match["name"]) if match["kind"] == "oidc-provider" else match["name"]
    return Target(match["kind"], name, match["path"], match["account"])


def provider_name(url: str) -> str:
    """Return the URL of a provider of identities in the one form that compares: that of a host."""
    return re.sub("^https?://", "", url.lower()).rstrip("/")


def trusted(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return who may assume a role by its trust policy: the ARNs of principals and providers, and the services."""
    allowed = [each for each in _all_statements([text]) if each.is_allow]
    names = [name for each in allowed for kind in ("AWS", "Federated") for name in each.principals_of(kind)]
    return frozenset(names), frozenset(name for each in allowed for name in each.principals_of("Service"))


def iam_prefix(arn: str) -> str:
    """Return the part of an ARN of IAM before the kind; empty for another text."""
    match = _IAM_ARN.match(arn)
    return match[0] if match else ""

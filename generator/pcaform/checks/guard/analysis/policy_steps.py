"""How IAM policies change: who gains or loses which, and what a changed text newly allows on CAs.

A CA that does not exist yet has issued nothing, so an operator role or a grant that names it does no harm.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.policy_holders import (
    ATTACHMENTS,
    MEMBERSHIPS,
    UNKNOWN,
    Pairs,
    attachments,
    has_unknown_text,
    holders,
    managed_policies,
    members,
    texts,
)
from pcaform.checks.guard.widening import Widening, find_widening_once, have_same_meaning_once
from pcaform.iam.documents import PolicyError, as_list
from pcaform.iam.rights import Rights
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import IAM_GROUP, IAM_ROLE, IAM_USER

_NONE_OF = frozenset({"StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"})
_ONE_OF = frozenset(name.replace("Not", "") for name in _NONE_OF)


@dataclass(frozen=True, slots=True)
class PairChange:
    """Pairs of holder and policy, or of user and group, that come and go; sorted."""

    gained: tuple[tuple[str, str], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def pair_change(change: Change, context: PlanContext) -> PairChange:
    """Return what an attachment, a role or a membership changes about who has which policy or is in which group."""
    if change.type in ATTACHMENTS:
        is_exclusive = change.type.endswith("_exclusive")
        before = context.holders.kept(change) if is_exclusive else attachments(change.before)
        after = attachments(change.after, change.unknown)
        return _pair_change(follow_renames(change, before, context), after)
    if change.type == IAM_ROLE and change.after and "managed_policy_arns" not in change.unknown:
        old, new = (
            frozenset(("the role", arn) for arn in managed_policies(each)) for each in (change.before, change.after)
        )
        return _pair_change(old, new)
    if change.type in MEMBERSHIPS:
        return _pair_change(members(change.before), members(change.after, change.unknown))
    return PairChange()


def follow_renames(change: Change, before: Pairs, context: PlanContext) -> Pairs:
    """Return who held what, under the names that principals have once the plan has renamed them or made them anew."""
    names, unknown = _renames(context)
    if UNKNOWN in holders(change.after, change.unknown):
        names = {**names, **unknown}
    return frozenset((names.get(who, who), arn) for who, arn in before)


@lru_cache(maxsize=1)
def _renames(context: PlanContext) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of principals before -> after, and before -> unknown for those that are made anew."""
    kept = [each for each in context.changes_of(IAM_USER, IAM_ROLE, IAM_GROUP) if each.before and each.after]
    names = [(_name(each, each.before.get("name")), _name(each, each.after.get("name"))) for each in kept]
    replaced = [old for each, (old, _) in zip(kept, names, strict=True) if each.is_replaced]
    return {old: new for old, new in names if old != new}, dict.fromkeys(replaced, UNKNOWN)


def _pair_change(before: Pairs, after: Pairs) -> PairChange:
    return PairChange(tuple(sorted(after - before)), tuple(sorted(before - after)))


def _name(change: Change, name: object) -> str:
    return f"{change.type.removeprefix('aws_iam_')} {name}" if name else UNKNOWN


def strip_cas(policies: Mapping[str, str], ids: frozenset[str]) -> dict[str, str]:
    """Return policies without the CAs of these ids; a policy that names no other CA is left out."""
    return {name: stripped for name, text in policies.items() if (stripped := _strip_policy(text, ids))}


def _strip_policy(text: str, ids: frozenset[str]) -> str:
    if not any(f'certificate-authority/{each}"' in text for each in ids):
        return text
    try:
        document = json.loads(text)
        statements = [kept for each in as_list(document["Statement"]) for kept in _strip_statement(each, ids)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return text
    return json.dumps({**document, "Statement": statements}) if statements else ""


def _strip_statement(statement: Mapping[str, Any], ids: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the statement without new CAs, if anything is left of it."""
    kept = dict(statement)
    if "Resource" in kept:
        kept["Resource"] = _other_values(kept["Resource"], ids)
    block = {operator: _strip_conditions(operator, keys, ids) for operator, keys in kept.get("Condition", {}).items()}
    if block:
        kept["Condition"] = {operator: keys for operator, keys in block.items() if keys}
    if kept.get("Resource") != [] and not any([] in keys.values() for keys in block.values()):
        yield kept


def _strip_conditions(operator: str, keys: Mapping[str, Any], ids: frozenset[str]) -> dict[str, Any]:
    """Return the conditions of one operator; with an empty list of values it is met by no request."""
    if operator not in _ONE_OF | _NONE_OF:
        return dict(keys)
    kept = {key: _other_values(values, ids) for key, values in keys.items()}
    return {key: values for key, values in kept.items() if values or operator in _ONE_OF}


def _other_values(values: Any, ids: frozenset[str]) -> list[Any]:
    return [each for each in as_list(values) if str(each).rpartition("certificate-authority/")[2] not in ids]


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One step of a policy that is about CAs: its text is unknown, removed, unreadable (`error`), or compared.

    `is_new` means that nothing was there before; of an unknown text, nothing about CAs.
    """

    is_new: bool
    is_unknown: bool = False
    is_removed: bool = False
    error: str = ""
    widening: Widening | None = None

    @property
    def gained(self) -> Widening | None:
        """Return what is newly allowed, where anything but reading is."""
        return self.widening if self.widening and not self.widening.is_reading else None


@lru_cache(maxsize=1)
def policy_steps(change: Change, context: PlanContext) -> tuple[PolicyStep, ...]:
    """Return the steps of a policy: two where it moves to another principal, none where CAs are not concerned."""
    before, after = texts(change.before), texts(change.after)
    is_unknown = has_unknown_text(change.unknown)
    compare = partial(_steps, rights=context.holders.rights, own=context.holders.owners(change))
    if before and after and _moves(change, context):
        return (*compare(before, {}, is_unknown=False), *compare({}, after, is_unknown=is_unknown))
    is_unknown = is_unknown or (bool(before) and change.unknown.get("inline_policy") is True)
    kept = strip_cas(after, context.created_ids) if before else after
    return tuple(compare(before, kept, is_unknown=is_unknown))


def _moves(change: Change, context: PlanContext) -> bool:
    before = frozenset((who, "") for who in holders(change.before))
    after = frozenset((who, "") for who in holders(change.after, change.unknown))
    return follow_renames(change, before, context) != after


def _steps(
    before: Mapping[str, str], after: Mapping[str, str], *, is_unknown: bool, rights: Rights, own: Collection[str]
) -> Iterator[PolicyStep]:
    """Compare two states of a policy: its texts by name, none where there is none."""
    if not is_unknown and [*before.values()] == [*after.values()]:
        return
    was_concerned, is_concerned = (
        any(rights.is_concerned(text, own) for text in texts.values()) for texts in (before, after)
    )
    if is_unknown:
        yield PolicyStep(is_new=not was_concerned, is_unknown=True)
    elif not (was_concerned or is_concerned) or have_same_meaning_once(before, after):
        return
    elif not after:
        if any(rights.gives_rights(text, own) for text in before.values()):
            yield PolicyStep(is_new=False, is_removed=True)
    else:
        yield _compared(before, after, rights, own)


def _compared(before: Mapping[str, str], after: Mapping[str, str], rights: Rights, own: Collection[str]) -> PolicyStep:
    try:
        return PolicyStep(is_new=not before, widening=find_widening_once(before, after, rights, own=own))
    except PolicyError as error:
        return PolicyStep(is_new=not before, error=str(error))

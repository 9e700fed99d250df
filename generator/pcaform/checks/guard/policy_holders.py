"""Finds principals with a policy on CAs, certain or possible: by attachments, inline policies, and groups."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pcaform.checks.guard.plan_json import Change, Resource
from pcaform.checks.guard.policy_attachments import (
    ATTACHMENTS,
    INLINE,
    MEMBERSHIPS,
    UNKNOWN,
    attachments,
    has_unknown_text,
    holders,
    managed_policies,
    members,
    texts,
)
from pcaform.checks.guard.relevance import is_about_authorities, is_about_authorities_by_name, is_of_aws
from pcaform.terraform.resource_types import IAM_POLICY, IAM_ROLE


@dataclass(frozen=True)
class Holders:
    """The principals with policies; the fields find objects before the plan, changes, and the module of an address.

    `read` are the objects of data sources, such as the text of a policy that another stack made.
    """

    of: Callable[..., Iterator[Resource]]
    changes_of: Callable[..., Iterator[Change]]
    module_of: Callable[[str], str]
    read: Sequence[Resource] = ()

    @cached_property
    def _about(self) -> Mapping[str, bool | None]:
        """Policy by ARN and by name -> whether it is about CAs, before or after; None if its text is unknown."""
        about: dict[str, bool | None] = {}
        managed_here = [each for each, _ in self._before_and_after(IAM_POLICY)]
        for each in (*managed_here, *(each for each in self.read if each.type == IAM_POLICY)):
            text = each.values.get("policy")
            is_about = is_about_authorities(text) if isinstance(text, str) else None
            for name in (str(each.values.get("arn")), f"policy {each.values.get('name')}"):
                about[name] = about.get(name) or is_about
        return about

    @cached_property
    def makes_policies(self) -> bool:
        """Tell whether the plan creates policies, whose ARNs are unknown until the apply."""
        return any("create" in change.actions for change in self.changes_of(IAM_POLICY))

    def concerns(self, arn: str) -> bool | None:
        """Tell whether a policy is about CAs; None if its text is not in the plan."""
        if arn.startswith("("):
            return False  # between specs, where the policy itself is a change
        if arn == UNKNOWN:
            made = [change for change in self.changes_of(IAM_POLICY) if "create" in change.actions]
            texts = [change.after.get("policy") for change in made]
            are_others = all(isinstance(text, str) and not is_about_authorities(text) for text in texts)
            return False if made and are_others else None
        return is_about_authorities_by_name(arn) if is_of_aws(arn) else self._about.get(arn)

    @cached_property
    def _principals(self) -> tuple[frozenset[str], frozenset[str]]:
        """The principals with a policy on CAs, before or after, and their modules; and those that may have one."""
        certain: set[str] = set()
        possible: set[str] = set()
        for resource, unknown in self._before_and_after(*INLINE, *ATTACHMENTS, IAM_POLICY, IAM_ROLE):
            for who, is_about in self._policies_of(resource, unknown):
                (certain if is_about else possible).add(who)
                if is_about:
                    certain.add(self.module_of(resource.address))
        members_of = [members(each.values) for each, _ in self._before_and_after(*MEMBERSHIPS)]
        certain |= {user for pairs in members_of for user, group in pairs if group in certain}
        return frozenset(certain - {"", UNKNOWN}), frozenset(possible | (certain & {UNKNOWN}))

    def _before_and_after(self, *types: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
        yield from ((each, {}) for each in self.of(*types))
        for change in self.changes_of(*types):
            yield Resource(change.address, change.type, change.after), change.unknown

    def _policies_of(self, resource: Resource, unknown: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        """Yield the principals of a policy that is or may be on CAs, and whether it is."""
        values = resource.values
        if resource.type in ATTACHMENTS:
            attached = ((who, self.concerns(arn)) for who, arn in attachments(values, unknown))
            yield from ((who, is_about is True) for who, is_about in attached if is_about is not False)
            return
        own = [f"role {values.get('name')}"] if resource.type == IAM_ROLE else holders(values, unknown)
        abouts = [*map(is_about_authorities, texts(values).values()), *map(self.concerns, managed_policies(values))]
        if any(abouts) or None in abouts or has_unknown_text(unknown):
            yield from ((who, any(abouts)) for who in own or [""])

    def holds(self, who: str) -> bool:
        """Tell whether a principal, as 'group pki', has a policy on CAs."""
        return who in self._principals[0]

    def is_holder(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, by a policy of its name or one in its module."""
        return not self._names(change).isdisjoint(self._principals[0])

    def may_hold(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, or has a policy that may be on CAs."""
        is_new = "create" in change.actions
        names = self._names(change) | ({UNKNOWN} if is_new else set())
        return self.is_holder(change) or not names.isdisjoint(self._principals[1])

    def _names(self, change: Change) -> set[str]:
        """Return the names of a principal, before and after, and its module."""
        kind = change.type.removeprefix("aws_iam_")
        return {
            f"{kind} {change.before.get('name')}",
            f"{kind} {change.after.get('name')}",
            self.module_of(change.address),
        } - {""}

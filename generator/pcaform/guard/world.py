"""What is there before a plan, and what hangs on what: CAs, the CAs below them, and all that names one of them.

A CA is below another if the other issued the certificate that it has installed: told by the state, where both are in
it, else by the key identifiers in both certificates (RFC 5280, 4.2.1.1).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pcaform.guard.certificates import UnreadableError, certificate
from pcaform.guard.concern import is_about_authorities, is_about_authorities_by_name, is_of_aws
from pcaform.guard.findings import is_created
from pcaform.guard.holdings import (
    ATTACHMENTS,
    INLINE,
    MEMBERSHIPS,
    UNKNOWN,
    attached,
    has_unknown_text,
    holders,
    managed,
    members,
    texts,
)
from pcaform.guard.reading import Change, Plan, Resource

AUTHORITY = "aws_acmpca_certificate_authority"
CERTIFICATE = "aws_acmpca_certificate"
INSTALLATION = "aws_acmpca_certificate_authority_certificate"
PERMISSION = "aws_acmpca_permission"
SHARE = "aws_acmpca_policy"
MANAGED = "aws_acm_certificate"
POLICIES = ("aws_iam_policy", "aws_iam_user_policy", "aws_iam_role_policy", "aws_iam_group_policy")
_ARN = "certificate_authority_arn"
_AUTHORITY_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]*:[0-9]{12}:certificate-authority/[\w-]+")
_TREE = 32
"""Levels of CAs that are followed; certificates that name each other cannot make it endless."""


@dataclass(frozen=True)
class World:
    """The objects before a plan, by type, with what the plan does to each."""

    plan: Plan

    @cached_property
    def resources(self) -> Mapping[str, list[Resource]]:
        """What is there, by type: what the plan changes, and all else that is in the state."""
        found = {change.address: _before(change) for change in self.plan.changes if change.before}
        moved = {change.moved_from for change in self.plan.changes}
        kept = [each for each in self.plan.resources if each.address not in found and each.address not in moved]
        by_type: dict[str, list[Resource]] = {}
        for resource in (*found.values(), *kept):
            by_type.setdefault(resource.type, []).append(resource)
        return by_type

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the objects of some types."""
        for kind in types:
            yield from self.resources.get(kind, ())

    @cached_property
    def authorities(self) -> Mapping[str, Resource]:
        """The CAs by ARN."""
        return {str(each.values["arn"]): each for each in self.of(AUTHORITY) if each.values.get("arn")}

    @cached_property
    def destroyed(self) -> frozenset[str]:
        """The ARNs of the CAs that this plan destroys: what is said of them need not be said of each part again."""
        gone = (change for change in self.plan.changes if change.type == AUTHORITY and "delete" in change.actions)
        return frozenset(str(change.before.get("arn")) for change in gone)

    @cached_property
    def created(self) -> frozenset[str]:
        """The ids of the CAs that this plan creates; where one is not known yet its key, as in a spec's ARNs."""
        made = [change for change in self.plan.changes if change.type == AUTHORITY and is_created(change)]
        arns = [str(change.after.get("arn") or module(change.address).removeprefix("module.ca_")) for change in made]
        return frozenset(arn.rpartition("/")[2] for arn in arns) - {""}

    @cached_property
    def installed(self) -> Mapping[str, str]:
        """The text of each CA's own certificate, by ARN, as far as it is known."""
        found = [each.values for each in self.of(INSTALLATION) if each.values.get(_ARN)]
        texts = {str(values[_ARN]): values.get("certificate") for values in found}
        texts |= {arn: each.values["certificate"] for arn, each in self.authorities.items() if _has(each)}
        return {arn: text for arn, text in texts.items() if isinstance(text, str) and text}

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """ARN of a CA -> ARN of the CA that issued its certificate; roots have none."""
        known = [each.values for each in self.of(CERTIFICATE) if each.values.get("certificate")]
        issued = {str(values["certificate"]): str(values.get(_ARN)) for values in known}
        found = {arn: issued[text] for arn, text in self.installed.items() if text in issued}
        keys = {arn: _identifiers(text) for arn, text in self.installed.items()}
        by_key: dict[bytes | None, str] = {own: arn for arn, (own, _) in keys.items() if own}
        for arn, (_, issuer) in keys.items():
            if issuer in by_key:
                found.setdefault(arn, by_key[issuer])
        return {arn: parent for arn, parent in found.items() if arn != parent}

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        children: dict[str, list[str]] = {}
        for arn, parent in sorted(self.parents.items(), key=lambda pair: (self.name(pair[0]), pair[0])):
            children.setdefault(parent, []).append(arn)
        return children

    @cached_property
    def _hanging(self) -> Mapping[str, list[str]]:
        """ARN of a CA -> what names it, in words."""
        found: dict[str, list[str]] = {}
        for arn, words in self._naming():
            found.setdefault(arn, []).append(words)
        return found

    def _naming(self) -> Iterator[tuple[str, str]]:
        for each in self.of(MANAGED):
            if arn := each.values.get(_ARN):
                yield str(arn), f"{each.address}: ACM cannot renew the certificate for {each.values.get('domain_name')}"
        for each in self.of(PERMISSION):
            yield str(each.values.get(_ARN)), f"{each.address}: ACM's permission is for this CA"
        for each in self.of(SHARE):
            yield str(each.values.get("resource_arn")), f"{each.address}: other accounts issue from this CA"
        for each in self.of(*POLICIES):
            for arn in dict.fromkeys(_AUTHORITY_ARN.findall(str(each.values.get("policy")))):
                yield arn, f"{each.address}: whoever has this policy issues from this CA, by its ARN"

    @cached_property
    def _about(self) -> Mapping[str, bool | None]:
        """Policy by ARN and by name -> whether it is about CAs, before or after; None where its text is not known."""
        found: dict[str, bool | None] = {}
        for each, _ in self._before_and_after("aws_iam_policy"):
            text = each.values.get("policy")
            is_about = is_about_authorities(text) if isinstance(text, str) else None
            for name in (str(each.values.get("arn")), f"policy {each.values.get('name')}"):
                found[name] = found.get(name) or is_about
        return found

    @cached_property
    def makes_policies(self) -> bool:
        """Tell whether the plan makes policies, whose ARNs are not known yet."""
        return any("create" in change.actions for change in self.changes_of("aws_iam_policy"))

    def concerns(self, arn: str) -> bool | None:
        """Tell whether a policy is about CAs; None where its text is in no state that the plan knows."""
        if arn.startswith("("):
            return False  # between specs, where a policy is told itself
        if arn == UNKNOWN:
            made = [change for change in self.changes_of("aws_iam_policy") if "create" in change.actions]
            texts = [change.after.get("policy") for change in made]
            are_others = all(isinstance(text, str) and not is_about_authorities(text) for text in texts)
            return False if made and are_others else None
        return is_about_authorities_by_name(arn) if is_of_aws(arn) else self._about.get(arn)

    @cached_property
    def _holding(self) -> tuple[frozenset[str], frozenset[str]]:
        """Who has a policy about CAs, before the plan or after it, with their modules; and who may have one."""
        surely: set[str] = set()
        perhaps: set[str] = set()
        for resource, unknown in self._before_and_after(*INLINE, *ATTACHMENTS, "aws_iam_policy", "aws_iam_role"):
            for who, is_about in self._held(resource, unknown):
                (surely if is_about else perhaps).add(who)
                if is_about:
                    surely.add(module(resource.address))
        members_of = [members(each.values) for each, _ in self._before_and_after(*MEMBERSHIPS)]
        surely |= {user for pairs in members_of for user, group in pairs if group in surely}
        return frozenset(surely - {"", UNKNOWN}), frozenset(perhaps | (surely & {UNKNOWN}))

    def _before_and_after(self, *types: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
        yield from ((each, {}) for each in self.of(*types))
        for change in self.changes_of(*types):
            yield Resource(change.address, change.type, change.after), change.unknown

    def _held(self, resource: Resource, unknown: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        """Yield who holds what is or may be about CAs, and whether it is."""
        values = resource.values
        if resource.type in ATTACHMENTS:
            found = ((who, self.concerns(arn)) for who, arn in attached(values, unknown))
            yield from ((who, is_about is True) for who, is_about in found if is_about is not False)
            return
        own = [f"role {values.get('name')}"] if resource.type == "aws_iam_role" else holders(values, unknown)
        abouts = [*map(is_about_authorities, texts(values).values()), *map(self.concerns, managed(values))]
        if any(abouts) or None in abouts or has_unknown_text(unknown):
            yield from ((who, any(abouts)) for who in own or [""])

    def holds(self, who: str) -> bool:
        """Tell whether somebody, as 'group pki', has a policy about CAs."""
        return who in self._holding[0]

    def is_holder(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, by a policy of its own name or beside it in its module."""
        return not _names(change).isdisjoint(self._holding[0])

    def may_hold(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, or has a policy of which nobody knows that."""
        is_new = "create" in change.actions
        names = _names(change) | ({UNKNOWN} if is_new else set())
        return self.is_holder(change) or not names.isdisjoint(self._holding[1])

    def name(self, arn: str) -> str:
        """Return how people know a CA."""
        found = self.authorities.get(arn)
        if found is None:
            return arn
        return f"{common_name(found.values)} ({found.address})"

    def below(self, arn: str) -> tuple[str, ...]:
        """Return what hangs on a CA, one line each: the CAs below it, and what names any of them."""
        return tuple(dict.fromkeys(self._below(arn, _TREE)))

    def _below(self, arn: str, levels: int) -> Iterator[str]:
        for child in self._children.get(arn, ()) if levels else ():
            yield f"{self.name(child)}: its certificate was issued by this CA, so all that it issued ends here too"
            yield from self._below(child, levels - 1)
        yield from self._hanging.get(arn, ())

    def carrying(self, text: Any) -> tuple[str, ...]:
        """Return who has a certificate installed, one line each, with what hangs on them."""
        arns = [arn for arn, installed in self.installed.items() if text and installed == text]
        own = [f"{self.name(arn)}: has it installed" for arn in arns]
        return tuple(dict.fromkeys([*own, *(line for arn in arns for line in self._below(arn, _TREE))]))

    def changes_of(self, *types: str) -> Iterator[Change]:
        """Yield what the plan does to objects of some types."""
        return (change for change in self.plan.changes if change.type in types)


def common_name(values: Mapping[str, Any]) -> str:
    """Return a CA's name, or what else tells it from others."""
    for configuration in values.get("certificate_authority_configuration") or ():
        for subject in configuration.get("subject") or ():
            if subject.get("common_name"):
                return f"'{subject['common_name']}'"
            return json.dumps({name: value for name, value in subject.items() if value}, ensure_ascii=False)
    return "a CA"


def module(address: str) -> str:
    """Return the module that a resource's address lies in, empty for the root module."""
    found = re.match(r"(?P<module>(?:module\.[\w-]+(?:\[[^\]]*\])?\.?)*)", address)
    return found["module"].rstrip(".") if found else ""


def _names(change: Change) -> set[str]:
    """Return what a principal is called, before and after, and the module that it is in."""
    kind = change.type.removeprefix("aws_iam_")
    return {f"{kind} {change.before.get('name')}", f"{kind} {change.after.get('name')}", module(change.address)} - {""}


def _before(change: Change) -> Resource:
    return Resource(change.address, change.type, change.before)


def _has(authority: Resource) -> bool:
    return bool(authority.values.get("certificate"))


def _identifiers(pem: str) -> tuple[bytes | None, bytes | None]:
    """Return the identifiers of a certificate's own key and of its issuer's."""
    try:
        found = certificate(pem)
    except UnreadableError:
        return None, None
    return found.subject_key, found.authority_key

"""The objects before a plan and their dependencies: CAs, the CAs below them, and the resources that name a CA.

A CA is below another if the other issued its installed certificate: as the state says if both are in it, otherwise by
the key identifiers in both certificates (RFC 5280, 4.2.1.1).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from pcaform.checks.guard.arguments import first_block
from pcaform.checks.guard.certificate import identity, key_identifiers
from pcaform.checks.guard.policy_holders import Holders
from pcaform.core import facts
from pcaform.core.grouping import grouped
from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import PolicyError, read_document
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Change, Plan, Resource
from pcaform.terraform.references import Expressions

CA_ARGUMENT = "certificate_authority_arn"
_AUTHORITY_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]*:[0-9]{12}:certificate-authority/[\w-]+")
_TEMPLATE = "acm-pca:templatearn"
_UNNAMED = "a CA"
_MAX_DEPTH = 32
"""Levels of CAs that are followed, so that certificates which name each other cause no endless loop."""


@dataclass(frozen=True, eq=False)
class PlanContext:
    """The objects before a plan, by type, with what the plan does to each."""

    plan: Plan
    existing: Mapping[str, str] = field(default_factory=dict)
    """The ARNs of existing CAs by address, as the spec gives them; empty without a spec."""
    successors: Mapping[str, str] = field(default_factory=dict)
    """The key of each CA that another one takes over from -> the other one's, as the spec says; empty without one."""

    @cached_property
    def resources(self) -> Mapping[str, list[Resource]]:
        """The existing objects by type: those that the plan changes, and the rest of the state."""
        changed = [
            Resource(change.address, change.type, change.before, change.deposed)
            for change in self.plan.changes
            if change.before
        ]
        seen = {(each.address, each.deposed) for each in changed}
        moved = {change.moved_from for change in self.plan.changes}
        unchanged = (each for each in self.plan.resources if (each.address, each.deposed) not in seen)
        existing = (*changed, *(each for each in unchanged if each.address not in moved))
        live_last = sorted(existing, key=lambda each: not each.deposed)  # of two with one ARN the live one counts
        return grouped((each.type, each) for each in live_last)

    def of(self, *kinds: str) -> Iterator[Resource]:
        """Yield the objects of some types."""
        for kind in kinds:
            yield from self.resources.get(kind, ())

    @cached_property
    def authorities(self) -> Mapping[str, Resource]:
        """The CAs by ARN."""
        return _by_arn(self.of(types.AUTHORITY))

    @cached_property
    def read(self) -> Mapping[str, Resource]:
        """The CAs that data sources read, by ARN: another stack may have created them."""
        return _by_arn(each for each in self.plan.read if each.type == types.AUTHORITY)

    @cached_property
    def created_cas(self) -> tuple[Change, ...]:
        """The CAs that this plan creates."""
        return tuple(change for change in self.changes_of(types.AUTHORITY) if "create" in change.actions)

    def is_known(self, arn: str) -> bool:
        """Tell whether the certificate of a CA is known: from the state or AWS, or since the plan creates the CA."""
        return any(arn in cas for cas in (self.authorities, self.read, self.installed, self.created_arns))

    @cached_property
    def created_arns(self) -> frozenset[str]:
        """The ARNs of the CAs that are created, known only between specs."""
        return frozenset(str(change.after["arn"]) for change in self.created_cas if change.after.get("arn"))

    @cached_property
    def created_modules(self) -> frozenset[str]:
        """The modules in which the plan creates CAs, empty text for the root module."""
        return frozenset(module(change.address) for change in self.created_cas)

    @cached_property
    def destroyed(self) -> frozenset[str]:
        """The ARNs of the CAs that this plan destroys: their parts are not reported again."""
        return frozenset(str(each.before.get("arn")) for each in self.changes_of(types.AUTHORITY) if each.is_destroyed)

    def is_for_created_ca(self, change: Change) -> bool:
        """Tell whether an unknown CA is one that this plan creates, and not one that a data source reads later."""
        return module(change.address) in self.created_modules - {""} or self._is_any_only_created

    @cached_property
    def _is_any_only_created(self) -> bool:
        is_any_read_later = any("read" in change.actions for change in self.changes_of(types.AUTHORITY))
        return bool(self.created_cas) and not is_any_read_later

    @cached_property
    def deleted_names(self) -> frozenset[str]:
        """The names of the CAs that were deleted outside Terraform."""
        gone = (each for each in self.plan.gone.values() if each.type == types.AUTHORITY)
        return frozenset(common_name(each.values) for each in gone) - {_UNNAMED, "{}"}

    @cached_property
    def orphans(self) -> Mapping[str, list[Resource]]:
        """The installations whose CA is not in the state, by their module."""
        found = self.of(types.INSTALLATION)
        return grouped(
            (module(each.address), each) for each in found if str(each.values.get(CA_ARGUMENT)) not in self.authorities
        )

    @cached_property
    def moved_away(self) -> tuple[Change, ...]:
        """Changes of objects of a CA that is missing from the state, which move to one that this plan creates."""

        def is_moved_away(change: Change) -> bool:
            name = "resource_arn" if change.type == types.SHARE else CA_ARGUMENT
            arn = change.before.get(name)
            is_of_others = arn in self.read and change.type != types.INSTALLATION  # who installs in a CA has created it
            return bool(arn and change.unknown.get(name)) and arn not in self.authorities and not is_of_others

        parts = self.changes_of(types.INSTALLATION, types.PERMISSION, types.CERTIFICATE, types.SHARE)
        return tuple(filter(is_moved_away, parts))

    @cached_property
    def created_ids(self) -> frozenset[str]:
        """The ids of the CAs that this plan creates; an unknown id is the key of the CA, as in a spec's ARNs."""
        arns = [
            str(change.after.get("arn") or module(change.address).removeprefix("module.ca_"))
            for change in self.changes_of(types.AUTHORITY)
            if change.is_created
        ]
        return frozenset(arn.rpartition("/")[2] for arn in arns) - {""}

    @cached_property
    def installed(self) -> Mapping[str, str]:
        """The PEM text of each CA's own certificate, by ARN, as far as it is known."""
        installations = [each.values for each in self.of(types.INSTALLATION) if each.values.get(CA_ARGUMENT)]
        texts = {str(values[CA_ARGUMENT]): values.get("certificate") for values in installations}
        cas = {**self.read, **self.authorities}
        texts |= {arn: ca.values["certificate"] for arn, ca in cas.items() if ca.values.get("certificate")}
        return {arn: text for arn, text in texts.items() if isinstance(text, str) and text}

    @cached_property
    def issued(self) -> frozenset[Any]:
        """The identities of the certificates that the stack issued itself, and has in its state."""
        texts = (each.values.get("certificate") for each in self.of(types.CERTIFICATE))
        return frozenset(map(identity, texts)) - {None, ""}

    @cached_property
    def issues(self) -> bool:
        """Tell whether this plan issues any certificate."""
        return any("create" in change.actions for change in self.changes_of(types.CERTIFICATE))

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """ARN of a CA -> ARN of the CA that issued its certificate; roots have none."""
        certificates = [each.values for each in self.of(types.CERTIFICATE) if each.values.get("certificate")]
        issued = {str(values["certificate"]): str(values.get(CA_ARGUMENT)) for values in certificates}
        parents = {arn: issued[text] for arn, text in self.installed.items() if text in issued}
        keys = {arn: key_identifiers(text) for arn, text in self.installed.items()}
        by_key: dict[bytes | None, str] = {own: arn for arn, (own, _) in keys.items() if own}
        for arn, (_, issuer) in keys.items():
            if issuer in by_key:
                parents.setdefault(arn, by_key[issuer])
        return {arn: parent for arn, parent in parents.items() if arn != parent}

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        named = sorted(self.parents.items(), key=lambda pair: (self.name(pair[0]), pair[0]))
        return grouped((parent, arn) for arn, parent in named)

    @cached_property
    def _dependents(self) -> Mapping[str, list[str]]:
        """ARN of a CA -> the resources that name it, one line each."""
        return grouped(self._references())

    def _references(self) -> Iterator[tuple[str, str]]:
        for each in self.of(types.ACM_CERTIFICATE):
            if arn := each.values.get(CA_ARGUMENT):
                yield str(arn), f"{each.address}: ACM cannot renew the certificate for {each.values.get('domain_name')}"
        for each in self.of(types.PERMISSION):
            yield str(each.values.get(CA_ARGUMENT)), f"{each.address}: ACM's permission is for this CA"
        for each in self.of(types.SHARE):
            yield str(each.values.get("resource_arn")), f"{each.address}: other accounts issue from this CA"
        for each in self.of(*types.POLICIES):
            for arn in dict.fromkeys(_AUTHORITY_ARN.findall(str(each.values.get("policy")))):
                yield arn, f"{each.address}: the principals with this policy use this CA, by its ARN"

    def issues_end_entities(self, arn: str) -> bool:
        """Tell whether anybody gets certificates from a CA that are not of CAs: through ACM, a share, or a policy."""
        of_acm = (each.values.get(CA_ARGUMENT) for each in self.of(types.ACM_CERTIFICATE, types.PERMISSION))
        shared = (each.values.get("resource_arn") for each in self.of(types.SHARE))
        return arn in {*of_acm, *shared} or any(_lets_issue(each, arn) for each in self.of(*types.POLICIES))

    @cached_property
    def holders(self) -> Holders:
        """The principals that have policies."""
        return Holders(self.of, self.changes_of, module, self.plan.read)

    def name(self, arn: str) -> str:
        """Return the name and address of a CA, or its ARN if it is unknown."""
        ca = self.authorities.get(arn) or self.read.get(arn)
        return arn if ca is None else f"{common_name(ca.values)} ({ca.address})"

    def below(self, arn: str) -> tuple[str, ...]:
        """Return what depends on a CA, one line each: the CAs below it, and the resources that name any of them."""
        return tuple(dict.fromkeys(self._below(arn, _MAX_DEPTH)))

    def _below(self, arn: str, levels: int) -> Iterator[str]:
        for child in self._children.get(arn, ()) if levels else ():
            yield f"{self.name(child)}: its certificate was issued by this CA, so all that it issued is affected too"
            yield from self._below(child, levels - 1)
        yield from self._dependents.get(arn, ())

    @cached_property
    def _installed_at(self) -> Mapping[Any, list[str]]:
        return grouped((certificate, arn) for arn, certificate in self.installed.items())

    def affected_by_certificate(self, text: Any) -> tuple[str, ...]:
        """Return the CAs that have a certificate installed, one line each, with what depends on them."""
        arns = self._installed_at.get(text, ()) if text else ()
        own = [f"{self.name(arn)}: has it installed" for arn in arns]
        return tuple(dict.fromkeys([*own, *(line for arn in arns for line in self._below(arn, _MAX_DEPTH))]))

    def targets(self, change: Change, argument: str) -> tuple[str, ...] | None:
        """Return the attributes that an argument of a change refers to by the files; None where they do not show it."""
        return self.files.targets(self.files.of(change.address).get(argument), change.address)

    @cached_property
    def files(self) -> Expressions:
        """The expressions of the files, which keep what they have looked up."""
        return Expressions(self.plan.configuration or {})

    def changes_of(self, *kinds: str) -> Iterator[Change]:
        """Yield what the plan does to objects of some types."""
        found = [each for kind in kinds for each in self._changes_by_type.get(kind, ())]
        return (change for _, change in (sorted(found, key=itemgetter(0)) if len(kinds) > 1 else found))

    @cached_property
    def destroyed_policies(self) -> frozenset[Any]:
        """The ARNs of the policies that the plan destroys."""
        return frozenset(each.before.get("arn") for each in self.changes_of(*types.POLICIES) if each.is_destroyed)

    @cached_property
    def _changes_by_type(self) -> Mapping[str, list[tuple[int, Change]]]:
        return grouped((each.type, (number, each)) for number, each in enumerate(self.plan.changes))


def _lets_issue(policy: Resource, arn: str) -> bool:
    """Tell whether a policy lets somebody issue for end entities from a CA; also one that cannot be read."""
    template = {_TEMPLATE: (facts.template_arn(arn.split(":")[3], facts.DEFAULT_TEMPLATE),)} if ":" in arn else {}
    try:
        statements = read_document(str(policy.values["policy"]), policy.address).statements
    except (KeyError, PolicyError):
        return True
    return any(
        each.is_allow and each.matches_action(ISSUE) and each.matches_resource(arn, {})
        for each in statements
        if all(condition.is_met(template) for condition in each.conditions if condition.key == _TEMPLATE)
    )


def common_name(values: Mapping[str, Any]) -> str:
    """Return the common name of a CA, or the rest of its subject."""
    subject = first_block(first_block(values, "certificate_authority_configuration"), "subject")
    if subject.get("common_name"):
        return f"'{subject['common_name']}'"
    named = {name: value for name, value in subject.items() if value}
    return json.dumps(named, ensure_ascii=False) if subject else _UNNAMED


def module(address: str) -> str:
    """Return the module of a resource's address, empty for the root module."""
    match = re.match(r'(?P<module>(?:module\.[\w-]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?\.?)*)', address)
    return match["module"].rstrip(".") if match else ""


def _by_arn(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {str(each.values["arn"]): each for each in resources if each.values.get("arn")}

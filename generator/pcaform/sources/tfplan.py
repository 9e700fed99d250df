"""Reads a plan of Terraform files that may never have been applied (`terraform show -json PLAN`) to an inventory.

Terraform has evaluated every function, module, variable and data source: planned values are the truth, the prior state
is what exists. What is unknown before the apply stays unknown, except where the configuration names what it refers to:
the ARN of a CA, its request, its certificate. These have symbolic values, as in `hcl`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.hcl.providers import (
    Options,
    ProviderConfig,
    list_providers,
    provider_from_options,
    provider_notes,
    read_provider,
)
from pcaform.sources.hcl.resources import attached_resources, set_installed_certificates
from pcaform.sources.hcl.values import Unknown, first_unknown
from pcaform.sources.inventory import ImportNote, Inventory, Provider
from pcaform.sources.policy_documents import UNKNOWN_PART, fill_policy_documents
from pcaform.sources.symbols import Planned, computed_attribute, imported_arn, symbolic_arn
from pcaform.sources.tfstate import Instance, build_inventory, is_relevant
from pcaform.terraform import plan_json
from pcaform.terraform import resource_types as types
from pcaform.terraform.addresses import strip_keys
from pcaform.terraform.plan_json import Change, Plan, is_marked
from pcaform.terraform.references import Expressions, split_target
from pcaform.terraform.schema import ATTRIBUTES, PLAN

_CA = re.compile(r"arn:[^:]+:acm-pca:.*:certificate-authority/[\w-]+")
_NAME = re.compile(r"[\w+=,.@-]+")
_LINKS = {
    "certificate_authority_arn": ("arn", _CA),
    "resource_arn": ("arn", _CA),
    "certificate": ("certificate", re.compile(r"certificate of .*")),
    "certificate_chain": ("certificate_chain", re.compile(r"(?:chain of .*)?")),
    "certificate_signing_request": ("certificate_signing_request", re.compile(r"request of .*")),
    "policy_arn": ("arn", re.compile(r"arn:[^:]+:iam:.*:policy/.*")),
    **dict.fromkeys(("role", "user"), ("name", _NAME)),
    **dict.fromkeys(("bucket", "s3_bucket_name"), ("bucket", _NAME)),
}
"""Arguments that have the value of another resource: its attribute, if a plan names only the resource, and their form.

Any other argument, and a value of another form, may be computed from what it refers to.
"""
_OPTIONAL = frozenset({"tags", "tags_all", "timeouts"})
"""Arguments that may be unknown: a spec without them does not endanger a CA."""
_ACL = "s3_object_acl"
"""The one argument in a block of a CA that has a value even where it is left out."""
_NOT_SHOWN = Unknown("a plan does not show what it refers to")
_LATER = Unknown("it is known only after the apply")
_ADVICE = "apply the plan and import from the state, or use 'pcaform import hcl'"
_FORMS = {
    "region": re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]+"),
    "allowed_account_ids": re.compile(r"[0-9]{12}"),
    "role_arn": re.compile(r"arn:[^:]+:iam::[0-9]{12}:role/.+"),
}
"""A variable with such a value is the setting of a provider that refers to it, and to nothing else."""
_KEPT = "this plan {} it, but the spec keeps it: if it has to go, apply the plan first, and import from the state"
_MOVED = "this plan moves {} here: apply it first, since a stack over this state would destroy the resource there"
_NOVEL = "no release that was read has this part of a plan"
_PARTIAL = "it leaves changes to a later plan, or some resources out: plan without '-target'"


def read(content: bytes, name: str, options: Options, *, files: Inventory | None = None) -> Inventory:
    """Return the private CAs of the files of a plan, as they exist or are planned.

    With `files`, what was read from them says what a plan does not show of the providers, and it may be incomplete.

    Raises Failure for all that is no complete plan, and if the region or account of a CA is neither in it nor in the
    options.
    """
    plan = plan_json.read(content, name)
    if plan.is_errored and files is None:
        raise Failure(f"{name}: this plan is incomplete, since Terraform stopped with an error: plan again")
    return _Reader(plan, name, options, files.providers if files else {}).inventory()


@dataclass(frozen=True, eq=False)
class _Reader:
    plan: Plan
    name: str
    options: Options
    known: Mapping[str, Provider]
    """Providers by alias, from the files of the plan."""
    _unread: dict[str, ImportNote] = field(default_factory=dict)
    """Notes on resources with unknown arguments, by address."""
    _waiting: set[tuple[str, str]] = field(default_factory=set)

    def inventory(self) -> Inventory:
        """Return the resources about CAs, whole or not at all."""
        exists = any(each.before and not each.importing for each in self.plan.changes)
        others = (each for each in self._changes.values() if not is_relevant(each.type))
        instances = [*map(self._instance, (*filter(_is_here, self.plan.changes), *others)), *self._references()]
        found = build_inventory(instances, replace(PLAN, is_applied_over=exists))
        resources = [replace(each, id=self._import_id(each.address)) for each in found.resources]
        kept, detached = attached_resources(set_installed_certificates(resources), self._unread)
        return replace(
            found,
            resources=tuple(kept),
            notes=(*found.notes, *self._unread.values(), *detached, *self._notes()),
            providers=list_providers(self._providers, (each.provider for each in kept)),
        )

    @cached_property
    def _changes(self) -> Mapping[str, Change]:
        """The resources of the plan by address, with the policies that data sources make."""
        changes = {each.address: each for each in self.plan.changes if not each.deposed and "read" not in each.actions}
        created = [each.address for each in changes.values() if each.type == types.AUTHORITY and each.is_created]
        arns = {address: self._provider(address).arn(*symbolic_arn(types.AUTHORITY, address)) for address in created}
        filled = fill_policy_documents(self.plan, arns).changes
        return {each.address: each for each in filled if each.address in changes and not each.deposed}

    @cached_property
    def _expressions(self) -> Expressions:
        return Expressions(self.plan.configuration or {})

    def _instance(self, change: Change) -> Instance:
        goes = _goes(change)
        values = change.before if goes else self._attributes(self._changes.get(change.address, change))
        secret = change.secret[0 if goes else 1]
        marks = secret.items() if isinstance(secret, Mapping) else ()
        provider = self._provider(change.address).in_region(values.get("region")).alias
        return Instance(
            change.type,
            change.address,
            is_data=False,
            attributes=values,
            hidden=frozenset(name for name, mark in marks if is_marked(mark)),
            provider=provider,
            deposed=change.deposed,
        )

    def _attributes(self, change: Change) -> dict[str, Any]:
        """Return what is known of a resource; a note says what is not, if a spec needs it."""
        if not is_relevant(change.type):
            return {**change.after}
        values = {}
        written = self._expressions.of(change.address)
        for name in sorted(ATTRIBUTES.get(change.type, ())):
            value = self.value(change.address, name)
            unknown = first_unknown(value)
            if unknown is None and UNKNOWN_PART in str(value):
                unknown = _NOT_SHOWN
            if unknown is None:
                values[name] = value
            elif name in written:
                reason = f"'{name}' is unknown in the plan: {unknown.reason}; {_ADVICE}"
                if name in _OPTIONAL:
                    reason = f"'{name}' is unknown in the plan: {unknown.reason}"
                self._unread[change.address] = ImportNote("unknown", change.address, reason)
        return values

    def value(self, address: str, name: str) -> Any:
        """Return an attribute of a resource: as it is planned, symbolic, or Unknown."""
        change = self._changes[address]
        value, mark = change.after.get(name), change.unknown.get(name)
        if not is_marked(mark):
            return value
        if (address, name) in self._waiting:
            return _NOT_SHOWN
        self._waiting.add((address, name))
        expression = self._expressions.of(address).get(name)
        if mark is True and expression is None:
            planned = Planned(change.type, address, self._provider(address), partial(self.value, address))
            value = computed_attribute(planned, name)
        else:
            value = self._settle(address, name, value, mark=mark, expression=expression)
        self._waiting.remove((address, name))
        return value

    def _settle(self, address: str, name: str, value: Any, *, mark: Any, expression: Any) -> Any:
        """Return a value without what is left out in the files, with what is linked, and the rest Unknown."""
        if isinstance(value, list) and isinstance(mark, list):
            is_same = isinstance(expression, list) and len(expression) == len(value)
            blocks = expression if is_same else [None] * len(value)  # those of a dynamic block are not in a plan
            parts = zip(value, mark, blocks, strict=True)
            return [self._settle(address, name, each, mark=left, expression=block) for each, left, block in parts]
        if isinstance(value, Mapping) and isinstance(mark, Mapping):
            is_shown, settled = isinstance(expression, Mapping), dict(value)
            for key in (key for key, left in mark.items() if is_marked(left)):
                inner = expression.get(key) if is_shown else None
                is_left_out = key not in expression if is_shown else key == _ACL
                settled[key] = (
                    None
                    if is_left_out and mark[key] is True
                    else self._settle(address, key, value.get(key), mark=mark[key], expression=inner)
                )
            return settled
        if mark is not True:
            return value
        return self._linked(address, name, expression) if name in _LINKS else _LATER

    def _linked(self, address: str, name: str, expression: Any) -> Any:
        """Return the value of the one attribute that an argument refers to; Unknown where that is not certain."""
        attribute, form = _LINKS[name]
        is_issuer = (self._changes[address].type, name) == (types.CERTIFICATE, "certificate_authority_arn")
        template = str(self.value(address, "template_arn")) if is_issuer else ""
        if "/RootCA" in template:  # with this template, AWS signs only the request of the CA that signs
            return self._own_ca(address) or _NOT_SHOWN
        targets = self._expressions.targets(expression, address)
        if not targets:
            return _NOT_SHOWN
        values = [value for target in targets for value in self._values_at(target, attribute) if value is not None]
        unknown = first_unknown(values)
        if unknown is not None:
            return unknown
        found = set(map(str, values)) - ({self._own_ca(address)} if "/SubordinateCA" in template else set())
        chosen = found.pop() if len(found) == 1 else ""
        return chosen if form.fullmatch(chosen) else _NOT_SHOWN

    def _own_ca(self, address: str) -> str:
        """Return the ARN of the CA that has requested a certificate, empty if it is not in the plan."""
        request = self.value(address, "certificate_signing_request")
        own = (
            self.value(each, "arn")
            for each, change in self._changes.items()
            if change.type == types.AUTHORITY and self.value(each, "certificate_signing_request") == request
        )
        return str(next(own, ""))

    def _values_at(self, target: str, attribute: str) -> Iterator[Any]:
        """Yield an attribute of each instance at an address of the configuration."""
        address, name = split_target(target)
        if not name and f"{types.INSTALLATION}." in address and attribute == "arn":
            attribute = "certificate_authority_arn"
        read = [each.values.get(name or attribute) for each in self.plan.read if each.address == address]
        if read or address in self._changes:
            yield from read or [self.value(address, name or attribute)]
            return
        plain = strip_keys(address)
        for each in self._changes if plain == address else ():
            if strip_keys(each) == plain:
                yield self.value(each, name or attribute)

    def _references(self) -> Iterator[Instance]:
        """Yield what data sources have read: CAs, and what names them."""
        for each in self.plan.read:
            alias = self._provider(each.address).alias
            yield Instance(
                each.type, each.address, is_data=True, attributes=each.values, hidden=frozenset(), provider=alias
            )

    def _import_id(self, address: str) -> str:
        found = re.search(r"arn:[^\"]+", self._changes[address].importing) if address in self._changes else None
        return imported_arn(found[0]) if found else ""

    def _notes(self) -> Iterator[ImportNote]:
        for each in filter(_is_here, self.plan.changes):
            if _goes(each) and not each.deposed:
                verb = "replaces" if each.is_replaced else "destroys" if each.is_destroyed else "forgets"
                yield ImportNote("ambiguous", each.address, _KEPT.format(verb))
            elif each.moved_from:
                yield ImportNote("ambiguous", each.address, _MOVED.format(each.moved_from))
        if (self.plan.is_partial or self.plan.deferred) and not self.plan.is_errored:
            yield ImportNote("unknown", self.name, _PARTIAL)
        for name in self.plan.novelties:
            yield ImportNote("unknown", f"plan.{name}", _NOVEL)
        yield from provider_notes(self._providers)

    def _provider(self, address: str) -> ProviderConfig:
        return self._providers.get(self._expressions.provider(address)) or provider_from_options(self.options)

    @cached_property
    def _providers(self) -> Mapping[str, ProviderConfig]:
        """The provider blocks by key: what a plan does not show of them follows from what it has read."""
        providers = {}
        for key, block in self.plan.providers.items():
            if block.get("name") != "aws":
                continue
            written = {**(block.get("expressions") or {})}
            written.pop("default_tags", None)
            settings = {name: self._setting(name, each) for name, each in written.items()}
            read = self._read_settings(key)
            settings |= {name: each for name, each in read.items() if first_unknown(settings.get(name, _LATER))}
            alias = str(block.get("alias") or "")
            own, given = self.known.get(alias), Options() if alias else self.options
            here = Options(own.region, own.account_id) if own else given  # an option is for the default provider
            provider = read_provider({**settings, "alias": alias}, here, self.name)
            providers[key] = replace(provider, default_tags=self._default_tags(key))
        return providers

    def _setting(self, name: str, expression: Any) -> Any:
        """Return an argument of a provider block: a constant, or a variable of which it has the form."""
        if isinstance(expression, list):
            return [{inner: self._setting(inner, each) for inner, each in block.items()} for block in expression]
        if "constant_value" in expression:
            return expression["constant_value"]
        references: list[str] = [*(expression.get("references") or ())]
        value = self.plan.variables.get(references[0].removeprefix("var.")) if len(references) == 1 else None
        if name in _FORMS and isinstance(value, str) and _FORMS[name].fullmatch(value):
            return [value] if name == "allowed_account_ids" else value
        return _NOT_SHOWN

    def _read_settings(self, key: str) -> Mapping[str, Any]:
        """Return region and account of a provider from what it has read."""
        here = [each for each in self.plan.read if self._expressions.provider(each.address) == key]
        found: dict[str, Any] = {}
        for each in here:
            if each.type == "aws_caller_identity":
                found["allowed_account_ids"] = [each.values["account_id"]]
            if each.type == "aws_region":
                found["region"] = each.values["id"]
        return found

    def _default_tags(self, key: str) -> dict[str, str]:
        """Return the tags that resources of a provider have in addition to their own."""
        found: dict[str, str] = {}
        for each in self.plan.changes:
            own, every = each.after.get("tags") or {}, each.after.get("tags_all") or {}
            added = {name: value for name, value in every.items() if name not in own and isinstance(value, str)}
            if added and self._expressions.provider(each.address) == key:
                found |= added
        return found


def _is_here(change: Change) -> bool:
    return is_relevant(change.type) and "read" not in change.actions


def _goes(change: Change) -> bool:
    """Tell whether a plan takes an existing object away, or out of the state."""
    return change.is_destroyed or "forget" in change.actions

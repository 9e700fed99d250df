"""Rules about changes of a stack: removals, renames, moves, and accepted findings of the guard."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.cas import Reference
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Traversal

_AUTHORITIES = "certificate_authorities"
_OBJECTS = {
    _AUTHORITIES: ("acm-pca", "certificate-authority", "certificate-authority/[^/]+"),
    "issuers": ("iam", "user or role", "(user|role)/.+"),
    "administrators": ("iam", "role", "role/.+"),
    "auditors": ("iam", "role", "role/.+"),
    "certificates": ("acm", "certificate", "certificate/[^/]+"),
    "crl_buckets": ("s3", "bucket", "[^/:]+"),
}
"""The service of a section's items, their kind, and the form of their names in an ARN."""
_GLOBAL = ("iam", "s3")
"""Services whose ARNs have no region."""


@error("removed-still-here")
def removed_item_is_absent(spec: Spec) -> Iterator[Violation]:
    """An item under `removed` is not in its section; a CA may stay as a reference, or without its certificate."""
    addresses_ = {*spec.forgotten}
    for name, removal in spec.removed.items():
        if name in addresses_:
            continue
        section, key = spec.removed_item(name)
        item = getattr(spec, section).get(key)
        if isinstance(removal, Forget) and removal.forget == "certificate":
            ca = spec.managed.get(key)
            if ca is None or ca.activation is None:
                message = "only the certificate of a CA that stays and has an 'activation' can be forgotten alone"
                yield Violation(("removed", name, "forget"), message)
        elif item is not None and not isinstance(item, Reference):
            yield Violation(("removed", name), f"'{key}' is still in '{section}': remove one of the two")


@error("removed-address")
def removed_address_is_not_in_stack(spec: Spec) -> Iterator[Violation]:
    """An address under `removed` can only be forgotten, and is that of a resource or module that the stack has not."""
    forgotten = [*spec.forgotten]
    if not forgotten:
        return
    from pcaform.render.plan.resources import calls
    from pcaform.render.plan.stack import is_declared

    called = {call.name for call in calls(spec)}
    for name in forgotten:
        section = name.partition(".")[0]
        if spec.removed[name] != "forget":
            yield Violation(("removed", name), f"'{name}' is an address, which can only be forgotten: write 'forget'")
        elif hint := "" if "_" in section else suggest(section, _OBJECTS):
            yield Violation(("removed", name), f"'{section}' is not a section{hint}, nor a type of Terraform")
        elif is_declared(name, called):
            yield Violation(("removed", name), f"'{name}' is in this stack: remove one of the two")


@error("removed-arn")
def removed_arn_is_of_item(spec: Spec) -> Iterator[Violation]:
    """The ARN of an item to destroy is of its section's kind, account and region, and of no other item."""
    for name, removal in spec.removed.items():
        if isinstance(removal, Destroy) and (problem := _find_wrong_part(spec, name, removal)):
            yield Violation(("removed", name, "destroy"), f"'{removal.destroy}' is {problem}")


def _find_wrong_part(spec: Spec, name: str, removal: Destroy) -> str:
    """Return what an ARN would have to be, if it cannot be that of an item; or what else has it."""
    section, key = spec.removed_item(name)
    (service, kind, name_form), provider = _OBJECTS[section], removal.provider
    _, partition, seen_service, region, account, resource = removal.destroy.split(":", 5)
    role = provider.assume_role.role_arn if provider and provider.assume_role else f"::::{spec.aws.account_id}"
    expected_region = "" if service in _GLOBAL else (provider.region if provider else spec.aws.region)
    expected_account = "" if service == "s3" else role.split(":")[4]
    owner = _find_owner(spec, name, removal.destroy)
    if seen_service != service:
        return f"not an ARN of {service}, the service of '{key}'"
    if not re.fullmatch(name_form, resource):
        return f"not that of a {kind}"
    if partition != facts.partition(spec.aws.region):
        return f"not in the partition of this stack, {facts.partition(spec.aws.region)}"
    if (region, account) != (expected_region, expected_account):
        where = " ".join(filter(None, (expected_account, expected_region)))
        return f"not in the account and region of '{key}': {where}"
    return f"that of '{owner}'" if owner else ""


def _find_owner(spec: Spec, name: str, arn: str) -> str:
    """Return the key of another item of the spec that has an ARN."""
    entries = [*spec.certificate_authorities.items(), *spec.certificates.items()]
    owners = [key for key, entry in entries if entry.arn == arn]
    destroyed = [other for other, each in spec.removed.items() if isinstance(each, Destroy) and each.destroy == arn]
    return next(iter([*owners, *(other for other in destroyed if other != name)]), "")


@error("renamed-from")
def renamed_from_key_is_free(spec: Spec) -> Iterator[Violation]:
    """The old key of a renamed item is not in use, and only one item was renamed from it."""
    sections: dict[str, Mapping[str, Any]] = {_AUTHORITIES: spec.managed, "issuers": spec.issuers}
    for section, items in sections.items():
        owners: dict[str, str] = {}
        for key, item in items.items():
            old = item.renamed_from
            if old is None:
                continue
            loc: Loc = (section, key, "renamed_from")
            if old in getattr(spec, section):
                yield Violation(loc, f"'{old}' is still in '{section}': an old key must be free")
            elif old in owners:
                yield Violation(loc, f"'{owners[old]}' was renamed from '{old}' as well: remove one of the two")
            owners.setdefault(old, key)


@error("moves")
def moves_are_addresses(spec: Spec) -> Iterator[Violation]:
    """A move goes from one resource or module to another address of the same kind, to which nothing else moves."""
    sources: dict[Traversal, str] = {}
    for old, new in spec.moves.items():
        try:
            source, target = addresses.parse(old), addresses.parse(new)
        except ValueError as invalid:
            yield Violation(("moves", old), f"'{old}' to '{new}': {invalid}")
            continue
        source_type, target_type = addresses.resource_type(source), addresses.resource_type(target)
        if source_type != target_type:
            kinds = [kind or "a module" for kind in (source_type, target_type)]
            message = f"{kinds[0]} cannot move to {kinds[1]}: both addresses must be of one kind"
            yield Violation(("moves", old), message)
        elif source == target:
            yield Violation(("moves", old), f"'{old}' moves to itself: remove it")
        elif sources.setdefault(target, old) != old:
            message = f"'{sources[target]}' moves to '{new}' as well: only one object can have this address"
            yield Violation(("moves", old), message)


@error("move-target", is_of_whole=True)
def move_targets_exist(spec: Spec) -> Iterator[Violation]:
    """The target of a move is an address of the stack, its source is not: Terraform destroys what moves elsewhere."""
    if not spec.moves:
        return
    declared = _declared_addresses(spec)
    moved_on = {addresses.parse(old) for old in spec.moves}
    for old, new in spec.moves.items():
        source, target = addresses.parse(old), addresses.parse(new)
        if source in declared:
            yield Violation(("moves", old), f"'{old}' is still in this stack: remove the move, or what is there")
        elif target not in declared and target not in moved_on and new not in spec.removed:
            yield Violation(("moves", old), _missing_target(new, target, declared))


def _declared_addresses(spec: Spec) -> Mapping[Traversal, str]:
    """Return each address of the rendered stack, of modules and resources, with its text."""
    from pcaform.render.plan.resources import build_placeholders, calls, resources

    texts = [*(f"module.{call.name}" for call in calls(spec)), *resources(spec, build_placeholders(spec))]
    return {addresses.parse(text): text for text in texts}


def _missing_target(new: str, target: Traversal, declared: Mapping[Traversal, str]) -> str:
    module, kind = addresses.first_module(target), addresses.resource_type(target)
    places = (
        (addresses.first_module(address), addresses.resource_type(address), text) for address, text in declared.items()
    )
    similar = [text for *place, text in places if place == [module, kind]]
    loss = "Terraform would destroy what moves there"
    if similar and kind is not None:
        return f"'{new}' is not an address of this stack, and {loss}: its module has {', '.join(similar)}"
    return f"'{new}' is in no module of this stack: {loss}"


@error("waiver")
def waiver_is_valid(spec: Spec) -> Iterator[Violation]:
    """A waiver names a rule of the guard, a valid address, and a day that exists; one of doubts says which."""
    if not spec.waivers:
        return
    from pcaform.checks.guard.rule import waivable_rules
    from pcaform.checks.guard.verdict import UNDECIDED

    known = (*waivable_rules(), UNDECIDED)
    for index, waiver in enumerate(spec.waivers):
        loc = ("waivers", index)
        if waiver.what not in known:
            yield Violation((*loc, "what"), f"the guard has no rule '{waiver.what}'{suggest(waiver.what, known)}")
        address = waiver.address
        if address is not None and (mistake := _find_mistake(addresses.parse, addresses.strip_mode(address))):
            yield Violation((*loc, "address"), mistake)
        if waiver.what == UNDECIDED and waiver.address is None and waiver.type is None:
            message = f"'{UNDECIDED}' alone would accept everything: add 'address' or 'type'"
            yield Violation((*loc, "what"), message)
        if _find_mistake(date.fromisoformat, waiver.until):
            yield Violation((*loc, "until"), f"'{waiver.until}' is not a day of the calendar")


def _find_mistake(parse: Callable[[str], object], text: str) -> str:
    try:
        parse(text)
    except ValueError as invalid:
        return str(invalid)
    return ""

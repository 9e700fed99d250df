"""Notes on what a spec leaves out, so that nothing is dropped silently, and on policies that a stack words differently.

The provider compares policies statement by statement in any order, including the statements' names:
https://github.com/hashicorp/awspolicyequivalence.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pcaform.iam.documents import PolicyError
from pcaform.iam.normalize import statements_by_sid
from pcaform.importer.infer.context import SpecEntry, StackLocation, has_no_location, text
from pcaform.render.history import call_of
from pcaform.render.plan.resources import StackResource, output_placeholder
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.terraform import resource_types as types

_REASONS: Mapping[str, tuple[str, str]] = {
    types.CERTIFICATE: (
        "certificate_authority_arn",
        "it is not a CA's own certificate, and a spec cannot issue others",
    ),
    types.INSTALLATION: ("certificate_authority_arn", "the CA that it activates is not managed in this spec"),
    types.PERMISSION: ("certificate_authority_arn", "the CA that it is for is not in this spec"),
    types.SHARE: ("resource_arn", "the CA that it shares is not managed in this spec"),
}
"""Resource type -> the attribute with its location, and why a spec cannot have it."""
_OF_OTHER_CA = "it is the certificate of {}, which is not in this spec"
_SECOND = "a CA has one installed certificate, and {} installs it"

_FORGOTTEN = "'removed' forgets it: it stays at AWS as it is, and leaves the state"
_UNMANAGED = (
    "not in a spec. 'removed' forgets them: they stay as they are, and leave the state. To keep them in it, keep the "
    "files that describe them next to the stack's, and delete their lines there"
)
_REWORDED = (
    "equivalent to what the stack writes, but worded differently; the plan updates it in place "
    "(allow with `pcaform adopt --accept wording`)"
)
_SAME_TRUST = (
    "equivalent to what the stack writes, but worded differently: the plan updates it in place, and the role is "
    "assumed by the same"
)
_ATTRIBUTES: Mapping[str, str] = {
    types.IAM_POLICY: "policy",
    types.IAM_ROLE: "assume_role_policy",
    types.SHARE: "policy",
    types.S3_BUCKET_POLICY: "policy",
}
"""Resource type -> the attribute with a policy."""


def unhandled_resources(
    inventory: Inventory, location: StackLocation, handled: Collection[str]
) -> Iterator[ImportNote]:
    """Yield a note for each private CA resource at a location that has neither an entry nor a note."""
    explanations = _explain(inventory)
    for kind, (attribute, reason) in _REASONS.items():
        for resource in inventory.of_type(kind):
            arn = resource.attributes.get(attribute)
            is_nowhere = has_no_location(arn) or (location.is_first and not location.is_elsewhere(arn))
            is_here = is_nowhere or location.holds(arn)
            if is_here and resource.address not in handled and not resource.is_reference:
                yield ImportNote("left out", resource.address, explanations.get(resource.address, reason))


def _explain(inventory: Inventory) -> dict[str, str]:
    """Return why certificates of CAs, and second installations, are not in a spec, by address."""
    names = ("certificate_signing_request", "certificate")
    owners = {text(ca, name): ca.address for ca in inventory.of_type(types.AUTHORITY) for name in names}
    first: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for each in inventory.of_type(types.CERTIFICATE):
        owner = next((owners[value] for name in names if (value := text(each, name)) in owners and value), None)
        if owner:
            reasons[each.address] = _OF_OTHER_CA.format(owner)
    for each in inventory.of_type(types.INSTALLATION):
        arn = text(each, "certificate_authority_arn")
        if arn and first.setdefault(arn, each.address) != each.address:
            reasons[each.address] = _SECOND.format(first[arn])
    return reasons


def note_forgotten(notes: Iterable[ImportNote], touched: Collection[str]) -> Iterator[ImportNote]:
    """Yield notes, first those on what a stack over the state forgets, which say so."""
    later = []
    for note in notes:
        if note.kind not in ("listed", "ignored") and note.address in touched:
            yield ImportNote(note.rule, note.address, f"{note.reason}; {_FORGOTTEN}")
        else:
            later.append(note)
    yield from later


def without_forgotten(notes: Iterable[ImportNote]) -> Iterator[ImportNote]:
    """Yield notes as they are true where no spec is written: nothing is forgotten then."""
    for note in notes:
        if not note.reason.endswith(_UNMANAGED):
            yield ImportNote(note.rule, note.address, note.reason.removesuffix(f"; {_FORGOTTEN}"))


def unmanaged_resources(inventory: Inventory, handled: Collection[str], kept: Collection[str]) -> Iterator[ImportNote]:
    """Yield notes on all other resources of a state: a stack over it destroys resources without configuration files.

    What is at `kept` a spec that exists has already.
    """
    unhandled = [each for each in inventory.resources if not each.is_reference and each.address not in handled]
    counts = Counter(each.type for each in unhandled if not each.type.startswith(types.ACMPCA_PREFIX))
    for address, count in inventory.others.items():
        counts[address.rpartition(".")[0].rpartition(".")[2]] += count if address not in kept else 0
    if inventory.source.has_addresses and any(counts.values()):
        summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()) if count)
        yield ImportNote("listed", f"the same {inventory.source.noun}", f"{summary}: {_UNMANAGED}")


def reworded_policies(
    inventory: Inventory, entries: Sequence[SpecEntry], rendered: Mapping[str, StackResource]
) -> Iterator[ImportNote]:
    """Yield a note for each policy of an entry that a rendered stack would reword."""
    written = {each.address: each for kind in _ATTRIBUTES for each in inventory.of_type(kind)}
    served = {each.address: each.attributes.get("arn") for each in inventory.of_type(types.CLOUDFRONT_DISTRIBUTION)}
    pairs = [pair for entry in entries for pair in entry.addresses]
    known = {output_placeholder(call_of(new), "distribution_arn"): served[old] for old, new in pairs if old in served}
    for old, new in (pair for pair in pairs if pair[0] in written and pair[1] in rendered):
        name = _ATTRIBUTES[written[old].type]
        value = str(rendered[new].values[name])
        for placeholder, arn in known.items():
            value = value.replace(placeholder, str(arn))
        if not _is_same(written[old].attributes[name], json.loads(value)):
            is_trust = written[old].type == types.IAM_ROLE
            yield ImportNote("listed", old, _SAME_TRUST) if is_trust else ImportNote("left out", old, _REWORDED)


def _is_same(policy: Any, rendered: Any) -> bool:
    """Tell whether two policies are equal for Terraform; unreadable ones, which are copied verbatim, by text."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    try:
        return bool(document == rendered or statements_by_sid(document) == statements_by_sid(rendered))
    except PolicyError:
        return False

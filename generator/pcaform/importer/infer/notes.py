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
from pcaform.importer.infer.context import SpecEntry, StackLocation, has_no_location
from pcaform.render.plan.resources import StackResource
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.terraform import resource_types as types

_REASONS: Mapping[str, tuple[str, str]] = {
    types.CERTIFICATE: (
        "certificate_authority_arn",
        "it is not a CA's own certificate, and a spec cannot issue others",
    ),
    types.INSTALLATION: (
        "certificate_authority_arn",
        "the CA that it activates is not in this spec, or has another certificate",
    ),
    types.PERMISSION: ("certificate_authority_arn", "AWS keeps one permission for each principal and CA"),
    types.SHARE: ("resource_arn", "the CA that it shares is not in this spec"),
}
"""Resource type -> the attribute with its location, and why a spec cannot have it."""

_FORGOTTEN = "'removed' forgets it: it stays at AWS as it is, and leaves the state"
_UNMANAGED = (
    "not in a spec. 'removed' forgets them: they stay as they are, and leave the state. To keep them in it, keep the "
    "files that describe them next to the stack's, and delete their lines there"
)
_REWORDED = (
    "equivalent to what the stack writes, but worded differently; the plan updates it in place "
    "(allow with `pcaform adopt --accept wording`)"
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
    for kind, (attribute, reason) in _REASONS.items():
        for resource in inventory.of_type(kind):
            arn = resource.attributes.get(attribute)
            is_here = has_no_location(arn) or location.holds(arn)
            if is_here and resource.address not in handled and not resource.is_reference:
                yield ImportNote("left out", resource.address, reason)


def note_forgotten(notes: Iterable[ImportNote], touched: Collection[str]) -> Iterator[ImportNote]:
    """Yield notes, first those on what a stack over the state forgets, which say so."""
    later = []
    for note in notes:
        if note.kind not in ("listed", "ignored") and note.address in touched:
            yield ImportNote(note.rule, note.address, f"{note.reason}; {_FORGOTTEN}")
        else:
            later.append(note)
    yield from later


def unmanaged_resources(inventory: Inventory, handled: Collection[str]) -> Iterator[ImportNote]:
    """Yield notes on all other resources of a state: a stack over it destroys resources without configuration files."""
    unhandled = [each for each in inventory.resources if not each.is_reference and each.address not in handled]
    for each in unhandled if inventory.source.is_applied_over else ():
        if each.type.startswith(types.ACMPCA_PREFIX):
            yield ImportNote("left out", each.address, "it is not in a spec")
    counts = Counter(each.type for each in unhandled if not each.type.startswith(types.ACMPCA_PREFIX))
    for address, count in inventory.others.items():
        counts[address.split(".")[-2]] += count
    if inventory.source.lists_other_resources and counts:
        summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()) if count)
        yield ImportNote("listed", f"the same {inventory.source.noun}", f"{summary}: {_UNMANAGED}")


def reworded_policies(
    inventory: Inventory, entries: Sequence[SpecEntry], rendered: Mapping[str, StackResource]
) -> Iterator[ImportNote]:
    """Yield a note for each policy of an entry that a rendered stack would reword."""
    written = {each.address: each for kind in _ATTRIBUTES for each in inventory.of_type(kind)}
    for old, new in (pair for entry in entries for pair in entry.addresses if pair[0] in written):
        name = _ATTRIBUTES[written[old].type]
        if new in rendered and not _is_same(written[old].attributes[name], json.loads(rendered[new].values[name])):
            yield ImportNote("left out", old, _REWORDED)


def _is_same(policy: Any, rendered: Any) -> bool:
    """Tell whether two policies are equal for Terraform; unreadable ones, which are copied verbatim, by text."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    try:
        return bool(document == rendered or statements_by_sid(document) == statements_by_sid(rendered))
    except PolicyError:
        return False

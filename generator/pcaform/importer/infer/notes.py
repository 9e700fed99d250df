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
from pcaform.iam.policies import issuer_policies, resource_policies
from pcaform.iam.policies.resource_policies import bucket_policy, share_policy
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.context import CAS, SpecEntry, StackLocation, has_no_location, of_arn
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform import resource_types as types

_REASONS: Mapping[str, tuple[str, str]] = {
    types.CERTIFICATE: (
        "certificate_authority_arn",
        (
            "it is not a CA's own certificate, and a spec cannot issue others. Remove it from the state before "
            "applying a stack over it, else Terraform revokes it"
        ),
    ),
    types.INSTALLATION: (
        "certificate_authority_arn",
        "the CA that it activates is not in this spec, or has another certificate",
    ),
    types.PERMISSION: ("certificate_authority_arn", "AWS keeps one permission for each principal and CA"),
    types.SHARE: ("resource_arn", "the CA that it shares is not in this spec"),
}
"""Resource type -> the attribute with its location, and why a spec cannot have it."""

_DANGER = "a stack over this state would destroy it: remove it from the state first"
_TOLD = ("from the state", "If a state has it", "'terraform state rm'")
"""Parts of reasons that say so themselves."""
_UNMANAGED = (
    "not in a spec. A stack over their state would destroy them: give the stack its own state with 'terraform state mv "
    "-state-out', or keep the files that describe them next to the stack's"
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


def warn_of_destruction(
    notes: Iterable[ImportNote], inventory: Inventory, kept: Collection[str]
) -> Iterator[ImportNote]:
    """Yield notes; each on a resource that a stack over the state will not have says that Terraform destroys it.

    `kept` are the addresses that it will have: those of the entries, and of a spec that exists already.
    """
    managed = {each.address for each in inventory.resources if not each.is_reference}
    for note in notes:
        is_in_danger = note.kind == "left out" and note.address in managed and note.address not in kept
        is_told = any(advice in note.reason for advice in _TOLD)
        reason = f"{note.reason}; {_DANGER}" if is_in_danger and not is_told else note.reason
        yield ImportNote(note.rule, note.address, reason)


def unmanaged_resources(inventory: Inventory, handled: Collection[str]) -> Iterator[ImportNote]:
    """Yield notes on all other resources of a state: a stack over it destroys resources without configuration files."""
    unhandled = [each for each in inventory.resources if not each.is_reference and each.address not in handled]
    for each in unhandled if inventory.source.is_applied_over else ():
        if each.type.startswith(types.ACMPCA_PREFIX):
            yield ImportNote("left out", each.address, "it is not in a spec")
    counts = Counter(each.type for each in unhandled if not each.type.startswith(types.ACMPCA_PREFIX))
    counts += Counter(inventory.others)
    if inventory.source.lists_other_resources and counts:
        summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        yield ImportNote("listed", f"the same {inventory.source.noun}", f"{summary}: {_UNMANAGED}")


def reworded_policies(
    inventory: Inventory, location: StackLocation, entries: Sequence[SpecEntry], spec: Spec
) -> Iterator[ImportNote]:
    """Yield a note for each policy of an entry that a rendered stack would reword."""
    arns = {each.key: str(each.resource.attributes["arn"]) for each in entries if each.section == CAS}
    written = {each.address: each for kind in _ATTRIBUTES for each in inventory.of_type(kind)}
    for entry in entries:
        rendered = _render(entry, spec, location, arns)
        for resource in (written[old] for old, _ in entry.addresses if old in written):
            name = resource.attributes.get("name") if resource.type == types.IAM_POLICY else resource.type
            policy = resource.attributes[_ATTRIBUTES[resource.type]]
            if name in rendered and not _is_same(policy, rendered[name]):
                yield ImportNote("left out", resource.address, _REWORDED)


def _is_same(policy: Any, rendered: Any) -> bool:
    """Tell whether two policies are equal for Terraform; unreadable ones, which are copied verbatim, by text."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    try:
        return bool(document == rendered or statements_by_sid(document) == statements_by_sid(rendered))
    except PolicyError:
        return False


def _render(entry: SpecEntry, spec: Spec, location: StackLocation, arns: Mapping[str, str]) -> dict[str, Any]:
    """Return the policies that a stack writes for an entry: principals' policies by name, others by resource type."""
    if entry.section == "issuers":
        issuer = spec.issuers[entry.key]
        trust = {types.IAM_ROLE: resource_policies.trust_policy(issuer.role.trust, spec.aws)} if issuer.role else {}
        return {**issuer_policies.documents(issuer, spec.aws, arn_of=arns.__getitem__), **trust}
    if entry.section in POLICY_BUILDERS:
        role = getattr(spec, entry.section)[entry.key]
        name = f"{role.role_name or entry.key}-private-ca"
        rendered = {name: POLICY_BUILDERS[entry.section](spec, arn_of=arns.__getitem__)}
        return {**rendered, types.IAM_ROLE: resource_policies.trust_policy(role.trust, spec.aws)}
    if entry.section == "shares":
        region, _ = of_arn(arns[entry.key]) or (location.region, "")
        return {types.SHARE: share_policy(spec.shares[entry.key], arns[entry.key], region=region)}
    if entry.section == "crl_buckets":
        bucket = spec.crl_buckets[entry.key]
        name = bucket.bucket or entry.key
        rendered = bucket_policy(bucket, name, account_id=location.account_id, region=location.region)
        return {types.S3_BUCKET_POLICY: rendered}
    return {}

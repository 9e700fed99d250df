"""Checks the step between two specs of one stack, or a plan with the spec of its stack, which fills unknown policies.

Some changes between specs are in no resource: protection, ARNs, providers, generations, and the state's location. In a
new location Terraform finds no state and creates every CA again.

If Terraform creates a CA, every text with its ARN is known only after the apply. The spec has the rest of the text, so
it can be checked with a placeholder for the ARN. What the spec does not say stays unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.check import check_changes, check_plan, collect_result
from pcaform.checks.guard.existing import arns_of_record, lost_state
from pcaform.checks.guard.spec_diff.plan_diff import TrackedMoves, diff_specs, existing_arns, track_moves
from pcaform.checks.guard.verdict import GuardResult, Note, Undecided, note, undecided
from pcaform.render.history import CALLS, call_of, list_calls
from pcaform.render.manifest import AUTHORITIES, Record
from pcaform.render.plan.resources import build_placeholders, ca_placeholder, calls, resources
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Change, Plan
from pcaform.terraform.schema import certificate_terms
from pcaform.terraform.state_location import LOCAL, state_identity, state_location

_FILLED = {
    **dict.fromkeys((*types.POLICIES, types.SHARE, types.S3_BUCKET_POLICY), "policy"),
    types.IAM_ROLE: "assume_role_policy",
}

_CONFIRMED = (types.AUTHORITY, types.ACM_CERTIFICATE, types.IAM_USER, types.IAM_ROLE, types.S3_BUCKET)
_SHOWN = frozenset(("s3", "gcs", "azurerm", LOCAL))
"""Backends whose locations contain no secret; a database connection does."""

_ENTRIES = (
    ("certificates", types.ACM_CERTIFICATE, ChangeType.CERTIFICATE, "arn"),
    ("crl_buckets", types.S3_BUCKET, ChangeType.CRL_BUCKET, "force_destroy"),
)
"""Sections with a key that no plan shows: the resource of an entry, the type of the change, and the key."""

CaStep = tuple[str, CertificateAuthority, CertificateAuthority]
"""The key of a CA, and what it was and is."""


def check_specs(before: Spec | None, after: Spec) -> GuardResult:
    """Check what changes from one spec to the next; a new stack has no spec before."""
    if before is after:
        return GuardResult()
    if before is None:
        before = Spec(version=1, stack=after.stack, aws=after.aws)
    places = [{"account_id": each.aws.account_id, "region": each.aws.region} for each in (before, after)]
    if places[0] != places[1]:
        return check_changes([_change("provider.aws", ChangeType.ACCOUNT, *places)])
    moves = track_moves(before, after)
    steps, successors = diff_specs(before, after, moves=moves), {**_successors(before), **_successors(after)}
    planned = check_plan(steps, successors=successors)
    common = list(_cas(before, after, moves))
    changes = [*backend_change(before, after, moves), *spec_changes(before, after, common)]
    of_specs = check_changes([*changes, *_left_predecessors(steps, successors)])
    addresses = {finding.address for finding in of_specs.findings}
    doubts = [*(each for each in planned.doubts if each.address not in addresses), *_list_other_sources(before, after)]
    notes = [*planned.notes, *_notes_on_terms(before, after, common, moves)]
    return collect_result([*planned.findings, *of_specs.findings, *notes, *doubts])


def check_plan_with_spec(
    planned: Plan, spec: Spec, record: Record | None = None, existing: Mapping[str, str] | None = None
) -> GuardResult:
    """Check a plan with the spec of its stack, and the record of what it had in earlier renders.

    The spec fills unknown policies, names the CAs that exist already, and confirms what is destroyed by its ARN;
    `existing` are ARNs of other CAs that exist, by the addresses at which the plan creates them.
    """
    record = record or Record()
    arns = {**(existing or {}), **arns_of_record(record), **existing_arns(spec)}
    of_plan = check_plan(fill_unknown(planned, spec), arns, _successors(spec))
    of_state = list(lost_state(planned, spec, record))
    changes = [each for each in of_state if isinstance(each, Change)]
    left = _left_predecessors(planned, _successors(spec))
    of_spec = check_changes([*_confirmed_removals(planned, spec), *changes, *left])
    notes = [each for each in of_state if isinstance(each, Note)]
    return collect_result([*of_plan.outcomes, *of_spec.findings, *notes])


def _confirmed_removals(planned: Plan, spec: Spec) -> Iterator[Change]:
    """Yield the ARN of each destroyed object beside the ARN that the spec destroys under its key."""
    typed = {
        call: removal.destroy
        for name, removal in spec.removed.items()
        if isinstance(removal, Destroy)
        for call in list_calls(*spec.removed_item(name), generation=0)
    }
    for change in planned.changes:
        confirmed = typed.get(call_of(change.address))
        if change.is_destroyed and change.type in _CONFIRMED and confirmed is not None:
            yield _change(change.address, ChangeType.REMOVED, {"arn": change.before.get("arn")}, {"arn": confirmed})


def _successors(spec: Spec) -> dict[str, str]:
    """Return the key of each CA that another one takes over from, with the key of the other one."""
    return {ca.successor_of: key for key, ca in spec.managed.items() if ca.successor_of}


def _left_predecessors(planned: Plan, successors: Mapping[str, str]) -> Iterator[Change]:
    """Yield each CA with a successor that a plan destroys or forgets, with its end if the state has it."""
    for change in planned.changes:
        key = module_names.ca_key(call_of(change.address))
        if change.type == types.AUTHORITY and key in successors and change.actions in (("delete",), ("forget",)):
            before = {"successor": successors[key], "not_after": change.before.get("not_after")}
            actions = () if change.actions == ("forget",) else change.actions
            yield Change(change.address, ChangeType.SUCCESSION, actions, before, {})


def stack_removed(before: Spec) -> GuardResult:
    """Check the removal of a stack's spec; nothing is lost with one in which nothing is left."""
    if not calls(before):
        return collect_result([note("", f"the stack '{before.stack}' is gone; nothing was left in it")])
    return check_changes([Change(f"stack {before.stack}", ChangeType.STACK, ("delete",), {}, {})])


def fill_unknown(plan: Plan, spec: Spec) -> Plan:
    """Return the plan with the policies of the spec; CAs that exist already have their real ARNs."""
    rendered = resources(spec, build_placeholders(spec))
    kept = {each.address: each.before.get("arn") for each in reversed(plan.changes) if "create" not in each.actions}
    arns = {key: kept.get(module_names.resource(module_names.ca(key), types.AUTHORITY)) for key in spec.managed}
    known = {f'{ca_placeholder(spec, key)}"': f'{arn}"' for key, arn in arns.items() if arn}

    def fill(change: Change) -> Change:
        name, resource = _FILLED.get(change.type, ""), rendered.get(change.address)
        if not change.unknown.get(name) or resource is None or name not in resource.values:
            return change
        value = resource.values[name]
        for placeholder, arn in known.items() if isinstance(value, str) else ():
            value = value.replace(placeholder, arn)
        unknown = {key: mark for key, mark in change.unknown.items() if key != name}
        return replace(change, after={**change.after, name: value}, unknown=unknown)

    return replace(plan, changes=tuple(map(fill, plan.changes)))


def spec_changes(before: Spec, after: Spec, cas: Iterable[CaStep]) -> Iterator[Change]:
    """Yield the changes of each CA, certificate and bucket that is in both specs."""
    for key, old, new in cas:
        call = module_names.ca(key)
        yield _change(module_names.resource(call, types.AUTHORITY), ChangeType.CA, _entry(old), _entry(new))
        if new.generation != old.generation and old.activation is None and new.activation is None:
            address = module_names.resource(call, types.INSTALLATION)
            olds, news = ({"generation": each.generation} for each in (old, new))
            yield _change(address, ChangeType.CA_CERTIFICATE, olds, news)
    for section, kind, change_type, name in _ENTRIES:
        olds, news = (getattr(each, section) for each in (before, after))
        for key in (each for each in news if each in olds):
            address = module_names.resource(CALLS[section](key), kind)
            yield _change(address, change_type, *({name: getattr(each[key], name)} for each in (olds, news)))


def _notes_on_terms(before: Spec, after: Spec, cas: Iterable[CaStep], moves: TrackedMoves) -> Iterator[Note]:
    """Note changed terms of an issued certificate without a new generation; another parent is one under any key."""
    olds, news = build_placeholders(before).arns, build_placeholders(after, before=before, moved=moves.back).arns
    for key, old, new in cas:
        terms = [each for each in certificate_terms() if each != "parent" and getattr(old, each) != getattr(new, each)]
        terms += ["parent"] if olds.get(old.parent or "") != news.get(new.parent or "") else []
        is_same = new.generation == old.generation and old.activation is None and new.activation is None
        if is_same and terms:
            address = module_names.resource(module_names.ca_certificate(key, new.generation), types.CERTIFICATE)
            message = (
                f"{', '.join(terms)} of a certificate that is already issued: Terraform ignores the change, or fails "
                f"if the parent is another CA, until 'generation: {new.generation + 1}' issues another"
            )
            yield note(address, message)


def _list_other_sources(before: Spec, after: Spec) -> Iterator[Undecided]:
    """Yield each CA of another stack whose ARN Terraform reads from elsewhere than before: no spec tells both ARNs."""
    is_moved = before.references != after.references
    for key, new in after.certificate_authorities.items():
        olds = filter(new.is_same, before.certificate_authorities.values()) if isinstance(new, Reference) else ()
        if any(None in (old.arn, new.arn) and (old.arn != new.arn or is_moved) for old in olds):
            message = f"its ARN has another source than before: only a plan shows that '{key}' is still the same CA"
            yield undecided(f"{AUTHORITIES}.{key}", message)


def _cas(before: Spec, after: Spec, moves: TrackedMoves) -> Iterator[CaStep]:
    """Yield the CAs that are in both specs, with their new keys."""
    for key, new in after.managed.items():
        call = module_names.ca(key)
        old = before.managed.get(module_names.ca_key(moves.back.get(call, call)))
        if old is not None:
            yield key, old, new


def _entry(ca: CertificateAuthority) -> dict[str, Any]:
    provider = ca.provider.model_dump(exclude_none=True) if ca.provider else None
    return {"arn": ca.arn, "deletion_protection": ca.deletion_protection, "provider": provider}


def _change(address: str, kind: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    return Change(address, kind, ("update",), before, after)


def backend_change(before: Spec, after: Spec, moves: TrackedMoves) -> Iterator[Change]:
    """Yield the change of a backend, if the state is in another location than before."""
    (old_kind, old), (new_kind, new) = (state_location(spec.terraform.state) for spec in (before, after))
    if old_kind == new_kind == LOCAL and before.stack != after.stack:  # relative to the directory of the stack
        places = (state_identity(LOCAL, each, spec.stack) for each, spec in ((old, before), (new, after)))
        old, new = ({"path": place and place[1]} for place in places)
    if (old_kind, old) == (new_kind, new) or not moves.before:
        return
    is_secret = old_kind == new_kind and old_kind not in _SHOWN
    values = {"backend": old_kind, **old}, {"backend": new_kind, **new}
    secret = (is_secret, is_secret)
    yield Change("terraform.backend", ChangeType.BACKEND, ("update",), *values, secret=secret)

"""What exists already although a plan creates it: as the manifest of the stack says, or its account.

A plan against an empty state, or that of another stack, is that of a first apply: each CA gets a twin with a new key.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.analysis.revocation import CONFIGURATION
from pcaform.checks.guard.arguments import changed_arguments
from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.verdict import Note, Undecided, note, undecided
from pcaform.render.manifest import AUTHORITIES, Record
from pcaform.sources.account_snapshot import GONE, AccountSnapshot
from pcaform.sources.aws.api_calls import CRL_SETTING
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.plan_json import Change, Plan
from pcaform.terraform.resource_types import AUTHORITY


def arns_of_record(record: Record) -> dict[str, str]:
    """Return the ARNs that the CAs of a stack had in earlier renders, by address."""
    arns = {name.partition(".")[2]: item.arn for name, item in record.items.items() if name.startswith(AUTHORITIES)}
    return {module_names.resource(module_names.ca(key), AUTHORITY): arn for key, arn in arns.items() if arn}


def find_in_account(planned: Plan, snapshot: AccountSnapshot) -> dict[str, str]:
    """Return the ARNs of the CAs in an account with the subject of one that a plan creates, by its address."""
    known = {str(each.values.get("arn")) for each in planned.resources if each.type == AUTHORITY}
    known |= {str(each.before.get("arn")) for each in planned.changes if each.type == AUTHORITY}
    live = {
        _identity(ca.arguments): ca.arn
        for ca in snapshot.authorities
        if not ca.is_foreign and ca.status not in GONE and ca.arn not in known
    }
    return {each.address: live[found] for each in _created(planned) if (found := _identity(each.after)) in live}


def doubts_of_account(planned: Plan, snapshot: AccountSnapshot) -> Iterator[Undecided]:
    """Yield what could not be listed in an account, and changes of what only other tools have set there."""
    reset = {ca.arn: each for ca in snapshot.own for each in ca.unsupported_settings if each.startswith(CRL_SETTING)}
    for change in (each for each in planned.changes if each.type == AUTHORITY and each.is_updated):
        arn = str(change.before.get("arn"))
        if arn in reset and CONFIGURATION in changed_arguments(change):
            yield undecided(change.full_address, f"it changes '{CONFIGURATION}', and at AWS {reset[arn]}")
    for each in snapshot.notes:
        yield undecided("aws.account", f"whether the CAs exist already, {each.address}: {each.reason}")


def lost_state(planned: Plan, spec: Spec, record: Record) -> Iterator[Change | Note]:
    """Yield that the state of a plan is not that of its stack, or a note where this may be its first apply."""
    own = {_address(key) for key, ca in spec.managed.items() if ca.arn is None}
    if not own or not own <= {each.address for each in _created(planned)}:
        return
    listed = {(each.type, each.address) for each in planned.resources}
    listed |= {(each.type, each.address) for each in planned.changes if each.before}
    past = {name.rpartition(".")[2] for name in (*record.items, *record.let_go, *spec.removed)}
    strange = {address for kind, address in listed if kind == AUTHORITY} - {
        _address(key) for key in past | {*spec.managed}
    }
    former = [f"'{key}' was '{item.former[0]}' before" for key, item in record.items.items() if item.former]
    former += [f"'{key}' was under 'removed' before" for key in record.let_go]
    if strange or (former and not listed):
        why = f"the state has {min(strange)} of another stack" if strange else f"the manifest says that {former[0]}"
        yield Change(f"stack {spec.stack}", ChangeType.STATE, (), {"why": why}, {})
    elif not listed and record.items:
        message = "every CA is created, and the state is empty: right for the first apply of the stack and no other"
        yield note(f"stack {spec.stack}", f"{message}; '--account' asks AWS whether they exist")


def _address(key: str) -> str:
    return module_names.resource(module_names.ca(key), AUTHORITY)


def _created(planned: Plan) -> Iterator[Change]:
    return (each for each in planned.changes if each.type == AUTHORITY and each.is_created and not each.importing)


def _identity(values: Mapping[str, Any]) -> str:
    """Return the type and the subject of a CA, as state, plan and account have them."""
    configurations = values.get("certificate_authority_configuration") or [{}]
    subjects = configurations[0].get("subject") or [{}]
    return repr((values.get("type"), sorted((name, value) for name, value in subjects[0].items() if value)))

"""Opens the account that a command reads, and reads the CAs in it; shared by all commands on an account."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.sources.aws import session
from pcaform.sources.aws.inventory import import_request, to_inventory
from pcaform.sources.aws.parallel import open_checkpoint
from pcaform.sources.aws.session import Account, Caller, RateLimiter
from pcaform.sources.aws.snapshot import Filters, read_snapshot, show_progress
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Spec
from pcaform.terraform.resource_types import AUTHORITY

_NAMED = 4
"""Regions that are named; more are counted."""


def open_account(caller: Caller, spec: Spec | None = None, *, role: str = "") -> Account:
    """Return the account of the caller's credentials, or of a spec; print which account it is, and who reads it."""
    account = session.open_account(caller, RateLimiter())
    reader = caller if spec is None else find_reader(spec, caller, account, role)
    if reader != caller:
        account = session.open_account(reader, RateLimiter())
    many = len(account.regions) > _NAMED
    regions = f"{len(account.regions)} regions" if many else ", ".join(account.regions)
    console.print_progress(f"account {account.account_id}, as {account.arn}, in {regions}")
    return account


def find_reader(spec: Spec, caller: Caller, own: Account, role: str = "") -> Caller:
    """Return who reads the account of a spec.

    Where it is not the caller's own, and the caller named no role by its ARN, a role there is assumed: that of the name
    `role`, else the one that the spec assumes.
    """
    if spec.aws.account_id == own.account_id or caller.assume_role is not None:
        return caller
    if role:
        return replace(caller, assume_role=f"arn:{own.partition}:iam::{spec.aws.account_id}:role/{role}")
    of_spec = spec.aws.assume_role
    return replace(caller, assume_role=of_spec.role_arn, external_id=of_spec.external_id) if of_spec else caller


def read_inventory(
    caller: Caller, filters: Filters, *, checkpoint: Path | None = None, spec: Spec | None = None
) -> Inventory:
    """Return what an account holds, that of a spec; what was read before an interruption comes from the checkpoint.

    Raises Failure for credentials and regions that do not work, and where no CA could be read at all.
    """
    account = open_account(caller, spec)
    with open_checkpoint(account.account_id, checkpoint) as memory, show_progress("requests to AWS") as tell:
        if memory.resumed:
            console.print_progress(f"{memory.resumed} answers are from {checkpoint}")
        snapshot = read_snapshot(account, import_request(filters), checkpoint=memory, report_progress=tell)
    inventory = to_inventory(snapshot)
    if any(note.kind == "unknown" for note in inventory.notes):
        memory.save()
    else:
        memory.finish()
    require_cas(inventory.of_type(AUTHORITY), inventory.notes)
    return inventory


def require_cas(cas: Collection[object], notes: Iterable[ImportNote]) -> None:
    """Raise Failure where no CA was found, with the reasons that are known."""
    if cas:
        return
    reasons = [f"  {note}" for note in notes]
    raise Failure(f"no CA was found{':' if reasons else ' in these regions and with these filters'}", *reasons)

"""`pcaform import aws`: a live account -> the spec of the CAs in it."""

from dataclasses import replace
from pathlib import Path

from pcaform.adopt.tag_notice import build_tag_notice
from pcaform.cli.commands.importing import ImportOptions, check, existing, finish
from pcaform.cli.commands.opening import check_found, open_account
from pcaform.core import console
from pcaform.sources.aws.checkpoint import open_checkpoint
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.read import read
from pcaform.sources.aws.session import Caller
from pcaform.sources.inventory import Inventory

_UNKNOWN = "unknown"


def run(caller: Caller, filters: Filters, wanted: ImportOptions, *, checkpoint: Path | None = None) -> int:
    """Write the spec of what an account holds; return 2 where something of it could not be read or written."""
    check(wanted)
    found = inventory(_placed(caller, wanted.into), filters, checkpoint=checkpoint)
    defaults = existing(wanted.into)[2].aws.default_tags if wanted.into else {}
    ended = finish(found, wanted)
    if said := build_tag_notice(found, defaults):
        console.print_status(said)
    return ended


def _placed(caller: Caller, into: Path | None) -> Caller:
    """Return the caller, who reads where the stack of a spec lives that exists, unless regions are named."""
    if into is None or caller.regions or caller.is_every_region:
        return caller
    return replace(caller, regions=(existing(into)[2].aws.region,))


def inventory(caller: Caller, filters: Filters, *, checkpoint: Path | None = None) -> Inventory:
    """Return what an account holds; what was read before an interruption comes from the checkpoint.

    Raises Failure for credentials and regions that do not work, and where no CA could be read at all.
    """
    account = open_account(caller)
    with open_checkpoint(account.account_id, checkpoint) as memory, show_progress("questions to AWS") as tell:
        if memory.resumed:
            console.print_status(f"{memory.resumed} answers come from {checkpoint}")
        found = read(account, filters, checkpoint=memory, tell=tell)
    unknown = [note for note in found.notes if note.kind == _UNKNOWN]
    if unknown:
        memory.save()
    else:
        memory.finish()
    check_found(found)
    return found

"""The start that all commands on an account share: whose account it is, and whether there is anything in it."""

from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.sources.aws import session
from pcaform.sources.aws.rate_limit import RateLimiter
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.inventory import Inventory

_CA = "aws_acmpca_certificate_authority"


def open_account(caller: Caller) -> Account:
    """Return the account that answers, and say which it is and who asks."""
    account = session.open_account(caller, RateLimiter())
    console.print_status(f"account {account.account_id}, as {account.arn}, in {', '.join(account.regions)}")
    return account


def check_found(found: Inventory) -> None:
    """Raise Failure where no CA was found, with all that could be found out about why."""
    if found.of_type(_CA):
        return
    said = "".join(f"\n  {note.kind}: {note.address}: {note.reason}" for note in found.notes)
    raise Failure(f"no CA was found{':' if said else ' in these regions and with these filters'}{said}")

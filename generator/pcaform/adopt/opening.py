"""A stack's directory -> what adopting stands on: Terraform in it, and the accounts that answer where it works.

The caller is asked for first: with other credentials than the stack's nothing else is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import checks
from pcaform.adopt.grants import Grant, matched, wanted
from pcaform.adopt.places import Place, imported, of_arn, places, refuse_strays
from pcaform.adopt.states import Entry, State
from pcaform.problems import Failure
from pcaform.sources import hcl
from pcaform.sources.aws.permissions import Account
from pcaform.terraform import Terraform, find_binary

_GONE = "DELETED"


@dataclass(frozen=True, slots=True)
class Opened:
    """An initialised stack with its selected workspace, its places, and by alias the account that answers in each."""

    terraform: Terraform
    workspace: str
    provider: str
    places: tuple[Place, ...]
    accounts: Mapping[str, Account]

    def account(self, arn: str) -> Account:
        """Return the account in which a CA lives."""
        place = of_arn(self.places, arn)
        if place is None:
            raise Failure(f"{arn}: this CA is in none of the stack's places: correct the spec and render")
        return self.accounts[place.alias]

    def grants(self, entries: Sequence[Entry], state: State) -> list[Grant]:
        """Return those of planned permissions that AWS has; raises Failure for one that the state has elsewhere."""
        found = []
        for entry in wanted(entries, state):
            arn = str(entry.attributes["certificate_authority_arn"])
            account_id = arn.split(":")[4]
            grant = matched(entry, self.account(arn).permissions(arn), account_id)
            found += [grant] if grant else []
        return found


def opened(directory: Path, environment: Mapping[str, str]) -> Opened:
    """Return the stack in a directory; raises Failure unless it is initialised, the caller's, and all its CAs exist."""
    checks.refuse_uninitialised(directory, environment)
    provider = checks.provider_version((directory / checks.LOCK_FILE).read_text(encoding="utf-8"), directory)
    known = places(hcl.read({"providers.tf": (directory / "providers.tf").read_bytes()}))
    accounts = {place.alias: Account(place.region, place.role) for place in known}
    _refuse_strangers(known, accounts)
    changes = directory / "changes.tf"
    arns = imported(changes.read_text(encoding="utf-8")) if changes.is_file() else []
    refuse_strays(known, arns)
    stack = Opened(Terraform(find_binary(environment), directory, environment), "", provider, known, accounts)
    _refuse_gone(stack, arns)
    return Opened(stack.terraform, stack.terraform.workspace(), provider, known, accounts)


def _refuse_strangers(known: Sequence[Place], accounts: Mapping[str, Account]) -> None:
    for place in known:
        caller = accounts[place.alias].identity()
        if caller != place.account_id:
            raise Failure(
                f"the caller is of account {caller}, and the stack is for {place}: select credentials of that account"
            )


def _refuse_gone(stack: Opened, arns: Sequence[str]) -> None:
    """Refuse CAs to import that AWS does not have; Terraform would only stop."""
    aliases = {place.alias for arn in arns if (place := of_arn(stack.places, arn))}
    every = {arn: status for alias in aliases for arn, status in stack.accounts[alias].authorities().items()}
    for arn in arns:
        if arn not in every:
            raise Failure(f"{arn}: AWS has no such CA in this account: correct its 'arn' in the spec")
        if every[arn] == _GONE:
            raise Failure(
                f"{arn}: this CA is deleted: restore it ('aws acm-pca restore-certificate-authority'), or take it out of "
                "the spec"
            )

"""A stack's directory -> what adopting stands on: Terraform in it, and the accounts that answer where it works.

The caller is asked for first: with other credentials than the stack's nothing else is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import preconditions
from pcaform.adopt.permissions import Grant, matched, wanted
from pcaform.adopt.providers import Place, imported, of_arn, places, refuse_strays
from pcaform.adopt.state import Entry, State
from pcaform.core.problems import Failure
from pcaform.sources.aws.permissions import permissions, statuses
from pcaform.sources.aws.rate_limit import Pace
from pcaform.sources.aws.session import Account, Caller, open_account
from pcaform.sources.hcl.static_config import configuration
from pcaform.terraform.runner import Terraform, find_binary

_GONE = "DELETED"


@dataclass(frozen=True, slots=True)
class Opened:
    """An initialised stack with its selected workspace, its places, and by alias the account that answers in each."""

    terraform: Terraform
    workspace: str
    provider: str
    places: tuple[Place, ...]
    accounts: Mapping[str, Account]

    def alias(self, arn: str) -> str | None:
        """Return the alias of the provider that works where a CA lives, None where none does."""
        place = of_arn(self.places, arn)
        return place.alias if place else None

    def account(self, arn: str) -> Account:
        """Return the account in which a CA of the stack lives."""
        return self.accounts[self.alias(arn) or ""]

    def grants(self, entries: Sequence[Entry], state: State) -> list[Grant]:
        """Return those of planned permissions that AWS has; raises Failure for one that the state has elsewhere."""
        asked = {str(entry.attributes["certificate_authority_arn"]): entry for entry in wanted(entries, state)}
        refuse_strays(self.places, asked)
        found: list[Grant] = []
        for alias, account in self.accounts.items():
            own = [arn for arn in asked if self.alias(arn) == alias]
            for arn, listed in permissions(account, own).items():
                grant = matched(asked[arn], listed, account.account_id)
                found += [grant] if grant else []
        return found


def opened(directory: Path, environment: Mapping[str, str]) -> Opened:
    """Return the stack in a directory; raises Failure unless it is initialised, the caller's, and all its CAs exist."""
    preconditions.refuse_uninitialised(directory, environment)
    provider = preconditions.provider_version(
        (directory / preconditions.LOCK_FILE).read_text(encoding="utf-8"), directory
    )
    known = places(configuration({"providers.tf": (directory / "providers.tf").read_bytes()}))
    accounts = {place.alias: _account(place) for place in known}
    _refuse_strangers(known, accounts)
    changes = directory / "changes.tf"
    arns = imported(changes.read_text(encoding="utf-8")) if changes.is_file() else []
    refuse_strays(known, arns)
    stack = Opened(Terraform(find_binary(environment), directory, environment), "", provider, known, accounts)
    _refuse_gone(stack, arns)
    return Opened(stack.terraform, stack.terraform.workspace(), provider, known, accounts)


def _account(place: Place) -> Account:
    """Return the account that answers where a provider works, as the role that the provider takes on."""
    role = place.role
    return open_account(Caller(None, role.get("role_arn"), role.get("external_id"), (place.region,)), Pace())


def _refuse_strangers(known: Sequence[Place], accounts: Mapping[str, Account]) -> None:
    for place in known:
        caller = accounts[place.alias].account_id
        if caller != place.account_id:
            raise Failure(
                f"the caller is of account {caller}, and the stack is for {place}: select credentials of that account"
            )


def _refuse_gone(stack: Opened, arns: Sequence[str]) -> None:
    """Refuse CAs to import that AWS does not have; Terraform would only stop."""
    aliases = {stack.alias(arn) for arn in arns}
    asked = [account for alias, account in stack.accounts.items() if alias in aliases]
    every = {arn: status for account in asked for arn, status in statuses(account).items()}
    for arn in arns:
        if arn not in every:
            raise Failure(f"{arn}: AWS has no such CA in this account: correct its 'arn' in the spec")
        if every[arn] == _GONE:
            restore = "aws acm-pca restore-certificate-authority"
            raise Failure(f"{arn}: this CA is deleted: restore it ({restore}), or take it out of the spec")

"""A stack's directory -> what adopting stands on: Terraform in it, and the accounts that answer where it works.

The caller is asked for first: with other credentials than the stack's nothing else is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import preconditions
from pcaform.adopt.permissions import Grant, match_permissions, planned_permissions
from pcaform.adopt.providers import (
    ProviderConfig,
    imported_accounts,
    of_arn,
    provider_configs,
    refuse_unknown_providers,
)
from pcaform.adopt.state import Entry, State
from pcaform.core.problems import Failure
from pcaform.sources.aws.permissions import read_permissions, read_statuses
from pcaform.sources.aws.rate_limit import RateLimiter
from pcaform.sources.aws.session import Account, Caller, open_account
from pcaform.sources.hcl.static_config import read_configuration
from pcaform.terraform.runner import Terraform, find_binary

_GONE = "DELETED"


@dataclass(frozen=True, slots=True)
class Session:
    """An initialised stack with its selected workspace, its places, and by alias the account that answers in each."""

    terraform: Terraform
    workspace: str
    provider: str
    places: tuple[ProviderConfig, ...]
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
        asked = {
            str(entry.attributes["certificate_authority_arn"]): entry for entry in planned_permissions(entries, state)
        }
        refuse_unknown_providers(self.places, asked)
        found: list[Grant] = []
        for alias, account in self.accounts.items():
            own = [arn for arn in asked if self.alias(arn) == alias]
            for arn, listed in read_permissions(account, own).items():
                grant = match_permissions(asked[arn], listed, account.account_id)
                found += [grant] if grant else []
        return found


def open_session(directory: Path, environment: Mapping[str, str]) -> Session:
    """Return the stack in a directory; raises Failure unless it is initialised, the caller's, and all its CAs exist."""
    preconditions.refuse_uninitialised(directory, environment)
    provider = preconditions.provider_version(
        (directory / preconditions.LOCK_FILE).read_text(encoding="utf-8"), directory
    )
    known = provider_configs(read_configuration({"providers.tf": (directory / "providers.tf").read_bytes()}))
    accounts = {place.alias: _account(place) for place in known}
    _refuse_strangers(known, accounts)
    changes = directory / "changes.tf"
    arns = imported_accounts(changes.read_text(encoding="utf-8")) if changes.is_file() else []
    refuse_unknown_providers(known, arns)
    stack = Session(Terraform(find_binary(environment), directory, environment), "", provider, known, accounts)
    _refuse_gone(stack, arns)
    return Session(stack.terraform, stack.terraform.workspace(), provider, known, accounts)


def _account(place: ProviderConfig) -> Account:
    """Return the account that answers where a provider works, as the role that the provider takes on."""
    role = place.role
    return open_account(Caller(None, role.get("role_arn"), role.get("external_id"), (place.region,)), RateLimiter())


def _refuse_strangers(known: Sequence[ProviderConfig], accounts: Mapping[str, Account]) -> None:
    for place in known:
        caller = accounts[place.alias].account_id
        if caller != place.account_id:
            raise Failure(
                f"the caller is of account {caller}, and the stack is for {place}: select credentials of that account"
            )


def _refuse_gone(stack: Session, arns: Sequence[str]) -> None:
    """Refuse CAs to import that AWS does not have; Terraform would only stop."""
    aliases = {stack.alias(arn) for arn in arns}
    asked = [account for alias, account in stack.accounts.items() if alias in aliases]
    every = {arn: status for account in asked for arn, status in read_statuses(account).items()}
    for arn in arns:
        if arn not in every:
            raise Failure(f"{arn}: AWS has no such CA in this account: correct its 'arn' in the spec")
        if every[arn] == _GONE:
            restore = "aws acm-pca restore-certificate-authority"
            raise Failure(f"{arn}: this CA is deleted: restore it ({restore}), or take it out of the spec")

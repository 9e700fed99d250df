"""Opens a stack's directory for adopting: Terraform in it, and an AWS session for each provider configuration.

The caller's account is checked first: with credentials of another account nothing else is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import preconditions
from pcaform.adopt.permissions import Grant, match_permissions, planned_permissions
from pcaform.adopt.providers import (
    ProviderConfig,
    find_provider,
    imported_cas,
    provider_configs,
    refuse_unknown_providers,
)
from pcaform.adopt.state import Entry, State
from pcaform.core.problems import Failure
from pcaform.sources.aws.permissions import read_permissions, read_statuses
from pcaform.sources.aws.session import Account, Caller, RateLimiter, open_account
from pcaform.sources.hcl.static_config import read_configuration
from pcaform.terraform.runner import Terraform, find_binary

_DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Session:
    """An initialised stack: its workspace, provider configurations, and the AWS account of each by alias."""

    terraform: Terraform
    workspace: str
    provider_version: str
    providers: tuple[ProviderConfig, ...]
    accounts: Mapping[str, Account]

    def alias(self, arn: str) -> str | None:
        """Return the alias of the provider for a CA's region and account, None if there is none."""
        provider = find_provider(self.providers, arn)
        return provider.alias if provider else None

    def account(self, arn: str) -> Account:
        """Return the account of a CA of the stack."""
        return self.accounts[self.alias(arn) or ""]

    def find_grants(self, entries: Sequence[Entry], state: State) -> list[Grant]:
        """Return the planned permissions that exist at AWS; raises Failure for one at another address in the state."""
        planned: dict[str, list[Entry]] = {}
        for entry in planned_permissions(entries, state):
            planned.setdefault(str(entry.attributes["certificate_authority_arn"]), []).append(entry)
        refuse_unknown_providers(self.providers, planned)
        grants: list[Grant] = []
        for alias, account in self.accounts.items():
            own = [arn for arn in planned if self.alias(arn) == alias]
            for arn, listed in read_permissions(account, own).items():
                matches = (match_permissions(entry, listed, account.account_id) for entry in planned[arn])
                grants += [grant for grant in matches if grant]
        return grants


def open_session(directory: Path, environment: Mapping[str, str]) -> Session:
    """Open a stack; raises Failure unless it is initialised, of the caller's account, and all its CAs exist."""
    preconditions.refuse_uninitialised(directory, environment)
    version = preconditions.provider_version(
        (directory / preconditions.LOCK_FILE).read_text(encoding="utf-8"), directory
    )
    providers = provider_configs(read_configuration({"providers.tf": (directory / "providers.tf").read_bytes()}))
    accounts = {provider.alias: _open_account(provider) for provider in providers}
    _check_accounts(providers, accounts)
    changes = directory / "changes.tf"
    arns = imported_cas(changes.read_text(encoding="utf-8")) if changes.is_file() else []
    refuse_unknown_providers(providers, arns)
    stack = Session(Terraform(find_binary(environment), directory, environment), "", version, providers, accounts)
    _check_cas_exist(stack, arns)
    return Session(stack.terraform, stack.terraform.workspace(), version, providers, accounts)


def _open_account(provider: ProviderConfig) -> Account:
    """Open the AWS session of a provider configuration, with the role that it assumes."""
    role = provider.role
    return open_account(Caller(None, role.get("role_arn"), role.get("external_id"), (provider.region,)), RateLimiter())


def _check_accounts(providers: Sequence[ProviderConfig], accounts: Mapping[str, Account]) -> None:
    for provider in providers:
        caller = accounts[provider.alias].account_id
        if caller != provider.account_id:
            raise Failure(
                f"the credentials are of account {caller}, but the stack is for {provider}: use that account's "
                "credentials"
            )


def _check_cas_exist(stack: Session, arns: Sequence[str]) -> None:
    """Raise Failure for a CA to import that does not exist at AWS, with a clearer message than Terraform's."""
    aliases = {stack.alias(arn) for arn in arns}
    used = [account for alias, account in stack.accounts.items() if alias in aliases]
    status_by_arn = {arn: status for account in used for arn, status in read_statuses(account).items()}
    for arn in arns:
        if arn not in status_by_arn:
            raise Failure(f"{arn}: AWS has no such CA in this account: correct its 'arn' in the spec")
        if status_by_arn[arn] == _DELETED:
            restore = "aws acm-pca restore-certificate-authority"
            raise Failure(f"{arn}: this CA is deleted: restore it ({restore}), or remove it from the spec")

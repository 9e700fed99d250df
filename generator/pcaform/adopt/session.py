"""Opens a stack's directory for adopting: Terraform in it, and an AWS session for each provider configuration.

The directory is checked before AWS is called, and the caller's account before anything else is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pcaform.adopt.backend import RUN_INIT, data_directory
from pcaform.adopt.permissions import Grant, match_permissions, planned_permissions, read_permissions, read_statuses
from pcaform.adopt.state import Entry, State
from pcaform.core import facts
from pcaform.core.files import is_directory, read_bytes, read_if_present
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure
from pcaform.sources.aws.session import Account, Caller, RateLimiter, open_account
from pcaform.sources.hcl.static_config import Configuration, read_configuration
from pcaform.terraform import provider_releases
from pcaform.terraform.provider_releases import LOCK_FILE
from pcaform.terraform.runner import Terraform, find_binary

_CA_ARN = re.compile(r"arn:(?P<partition>[^:\"]+):acm-pca:(?P<region>[^:\"]+):(?P<account>[0-9]{12}):[^\"]+")
_IMPORT = re.compile(r"^import \{\n(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One provider configuration: its alias (empty for the default one), region, account and assumed role."""

    alias: str
    region: str
    account_id: str
    role: Mapping[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The partition of its region."""
        return facts.partition(self.region)

    def __str__(self) -> str:
        """Return the name for messages."""
        return f"account {self.account_id}, region {self.region}"


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
        provider = _find_provider(self.providers, arn)
        return provider.alias if provider else None

    def account(self, arn: str) -> Account:
        """Return the account of a CA of the stack."""
        return self.accounts[self.alias(arn) or ""]

    def find_grants(self, entries: Sequence[Entry], state: State) -> list[Grant]:
        """Return the planned permissions that exist at AWS; raises Failure for one at another address in the state."""
        permissions = planned_permissions(entries, state)
        planned = grouped((str(each.attributes["certificate_authority_arn"]), each) for each in permissions)
        _refuse_unknown_providers(self.providers, planned)
        grants: list[Grant] = []
        for alias, account in self.accounts.items():
            own = [arn for arn in planned if self.alias(arn) == alias]
            for arn, listed in read_permissions(account, own).items():
                matches = (match_permissions(entry, listed, account.account_id) for entry in planned[arn])
                grants += [grant for grant in matches if grant]
        return grants


def open_session(directory: Path, environment: Mapping[str, str]) -> Session:
    """Open a stack; raises Failure unless it is initialised, of the caller's account, and all its CAs exist."""
    refuse_uninitialised(directory, environment)
    version = _read_provider_version(directory)
    providers = _provider_configs(read_configuration({"providers.tf": read_bytes(str(directory / "providers.tf"))}))
    accounts = {provider.alias: _open_account(provider) for provider in providers}
    _check_accounts(providers, accounts)
    changes = directory / "changes.tf"
    arns = _imported_cas((read_if_present(changes) or b"").decode(errors="replace"))
    _refuse_unknown_providers(providers, arns)
    stack = Session(Terraform(find_binary(environment), directory, environment), "", version, providers, accounts)
    _check_cas_exist(stack, arns)
    return replace(stack, workspace=stack.terraform.workspace())


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
        if status_by_arn[arn] == "DELETED":
            restore = "aws acm-pca restore-certificate-authority"
            raise Failure(f"{arn}: this CA is deleted: restore it ({restore}), or remove it from the spec")


def refuse_foreign(stack: Path) -> None:
    """Raise Failure for a directory that is not a stack's."""
    if not is_directory(stack):
        raise Failure(f"{stack}: there is no such directory: name a rendered stack")
    if not (stack / "providers.tf").is_file():
        raise Failure(f"{stack}: there is no providers.tf in it: name a rendered stack")


def refuse_uninitialised(stack: Path, environment: Mapping[str, str]) -> None:
    """Raise Failure for a directory that is not a stack's, or that is not initialised."""
    refuse_foreign(stack)
    if not data_directory(stack, environment).is_dir() or not (stack / LOCK_FILE).is_file():
        raise Failure(f"{stack}: it is not initialised: {RUN_INIT}")


def _read_provider_version(stack: Path) -> str:
    """Return the version of provider aws in a stack's lock file; raises Failure for an unsupported version."""
    version = provider_releases.locked(read_bytes(str(stack / LOCK_FILE)).decode(errors="replace"))
    if version is None:
        raise Failure(f"{stack / LOCK_FILE}: it does not lock provider hashicorp/aws: run 'terraform init' again")
    for problem in provider_releases.problems(version, (), ()):
        raise Failure(f"{stack / LOCK_FILE}: provider aws {version}: {problem}: run 'terraform init -upgrade'")
    return version


def _provider_configs(configuration: Configuration) -> tuple[ProviderConfig, ...]:
    """Return a stack's provider configurations, the default first; raises Failure if region or account is missing."""
    providers = sorted(map(_read_provider, configuration.providers), key=lambda provider: provider.alias)
    if not providers or providers[0].alias:
        raise Failure("there is no provider block without an alias: this is not a stack that pcaform rendered")
    return tuple(providers)


def _find_provider(providers: Iterable[ProviderConfig], arn: str) -> ProviderConfig | None:
    """Return the provider configuration for a CA's region and account, None if the stack has none."""
    match = _CA_ARN.fullmatch(arn)
    location = (match["region"], match["account"]) if match else None
    return next((each for each in providers if (each.region, each.account_id) == location), None)


def _imported_cas(changes: str) -> list[str]:
    """Return the ARNs of CAs in the import blocks of a stack's `changes.tf`."""
    return [arn.group() for block in _IMPORT.finditer(changes) for arn in _CA_ARN.finditer(block["body"])]


def _refuse_unknown_providers(providers: tuple[ProviderConfig, ...], arns: Iterable[str]) -> None:
    """Raise Failure for CAs in a region or account for which the stack has no provider."""
    uncovered = [arn for arn in arns if _find_provider(providers, arn) is None]
    if uncovered:
        locations = "; ".join(map(str, providers))
        raise Failure(
            f"{uncovered[0]}: no provider of the stack covers this CA ({locations}): correct the spec and render"
        )


def _read_provider(provider: Mapping[str, Any]) -> ProviderConfig:
    region, accounts = provider.get("region"), provider.get("allowed_account_ids")
    if not isinstance(region, str) or not isinstance(accounts, list) or not isinstance(next(iter(accounts), None), str):
        raise Failure(
            "a provider block without a literal region and account ID: this is not a stack that pcaform rendered"
        )
    alias = provider.get("alias", "")
    return ProviderConfig(str(alias), region, accounts[0], dict(_role(provider.get("assume_role"))))


def _role(blocks: Any) -> Iterator[tuple[str, str]]:
    for block in blocks if isinstance(blocks, list) else []:
        for name, value in block.items():
            if isinstance(value, str):
                yield name, value

"""Matches permissions that a plan would create with those at AWS: state entries for them, or a failure; deletes them.

A CA whose permissions cannot be read stops the command: denied is never taken for absent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pcaform.adopt.state import Entry, State
from pcaform.core.problems import Failure
from pcaform.core.renewal import is_for_own_account
from pcaform.sources.aws import api_calls
from pcaform.sources.aws.api_calls import PERMISSIONS, ApiCall, FailedCall
from pcaform.sources.aws.parallel import run_calls, try_request
from pcaform.sources.aws.session import Account
from pcaform.terraform.resource_types import PERMISSION

_LIST = "acm-pca:ListCertificateAuthorities"
_DELETE = "acm-pca:DeletePermission"
LivePermission = Mapping[str, Any]
"""A permission as ListPermissions returns it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that exists at AWS, and its state entry."""

    entry: Entry
    live: LivePermission

    @property
    def has_same_actions(self) -> bool:
        """Whether AWS has exactly the actions of the stack."""
        return set(self.live["Actions"]) == set(self.entry.attributes["actions"])

    @property
    def arn(self) -> str:
        """The CA's ARN."""
        return str(self.entry.attributes["certificate_authority_arn"])


def planned_permissions(entries: Sequence[Entry], state: State) -> list[Entry]:
    """Return the permissions among entries; raises Failure for duplicates, also under another address in the state."""
    planned = [entry for entry in entries if entry.type == PERMISSION]
    in_state = {_key(attributes): address for kind, address, attributes in state.instances() if kind == PERMISSION}
    for entry in planned:
        other = in_state.get(_key(entry.attributes))
        if other is not None:
            raise Failure(
                f"{entry.address}: the state has this permission already, as {other}: add it to the spec's 'moves' as "
                f"'{other}: {entry.address}', or remove one of the two"
            )
    first_addresses = {_key(entry.attributes): entry.address for entry in reversed(planned)}
    for entry in planned:
        first = first_addresses[_key(entry.attributes)]
        if first != entry.address:
            raise Failure(f"{entry.address}: {first} is the same permission: AWS has one for each CA, remove one")
    return planned


def match_permissions(entry: Entry, listed: Sequence[LivePermission], account_id: str) -> Grant | None:
    """Return the live permission of an entry, None if AWS has none.

    The id's third part is the source account. It is empty, as the provider itself writes it, unless the CA has
    permissions for several accounts: then the provider needs it to read the right one.
    """
    principal = entry.attributes["principal"]
    of_principal = [live for live in listed if live["Principal"] == principal]
    source = entry.attributes.get("source_account") or account_id
    own = [live for live in of_principal if (live.get("SourceAccount") or account_id) == source]
    if not own:
        return None
    live = own[0]
    account = source if len(of_principal) > 1 else ""
    attributes = {
        **entry.attributes,
        "id": f"{entry.attributes['certificate_authority_arn']},{principal},{account}",
        "actions": sorted(live["Actions"]),
        "policy": live.get("Policy", ""),
        "source_account": live.get("SourceAccount", ""),
    }
    grant = Grant(entry, live)
    return replace(grant, entry=replace(entry, attributes=attributes)) if grant.has_same_actions else grant


def check_actions(grants: Sequence[Grant]) -> None:
    """Raise Failure for permissions whose actions at AWS differ from the stack's."""
    different = [grant for grant in grants if not grant.has_same_actions]
    if different:
        first, more = different[0], len(different) - 1
        of_stack = ", ".join(sorted(set(first.entry.attributes["actions"])))
        raise Failure(
            f"{first.entry.address}: {first.arn} allows {', '.join(sorted(first.live['Actions']))}, but the stack has "
            f"{of_stack}: Terraform would delete and re-create it. Correct the "
            f"spec, or have it re-created with --recreate{f' ({more} more like it)' if more else ''}"
        )


def _key(attributes: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    arn, source = attributes.get("certificate_authority_arn"), attributes.get("source_account")
    return arn, attributes.get("principal"), "" if is_for_own_account(source, str(arn)) else source


GAP = (
    "until 'terraform apply' re-creates them, ACM cannot issue or renew certificates of these CAs: apply now. A "
    "gap of minutes is harmless, since ACM starts 60 days before expiry and retries. After weeks certificates expire"
)
"""How long the gap may be. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"""


def delete_permissions(grants: Sequence[Grant], account: Callable[[str], Account]) -> None:
    """Delete permissions at AWS, after which ACM renews no certificate of their CAs.

    A Failure for one of them names those that were deleted before it.
    """
    deleted: list[str] = []
    for grant in grants:
        owner, source = account(grant.arn), str(grant.live.get("SourceAccount", ""))
        named = {"CertificateAuthorityArn": grant.arn, "Principal": str(grant.live["Principal"])}
        named |= {"SourceAccount": source} if source else {}
        try:
            call = partial(owner.client("acm-pca", owner.regions[0]).delete_permission, **named)
            _require(try_request(call, _DELETE), grant.arn)
        except Failure as failure:
            status = f"{', '.join(deleted)}: deleted already, {GAP}" if deleted else "no permission was deleted"
            raise Failure(failure, status) from None
        deleted.append(grant.entry.address)


def read_statuses(account: Account) -> dict[str, str]:
    """Return the status of each CA that the account owns in its region, by ARN; raises Failure if that fails."""
    region = account.regions[0]
    response = try_request(partial(api_calls.list_cas, account.client("acm-pca", region), "SELF"), _LIST)
    cas = _require(response, f"the CAs of account {account.account_id}, region {region}")
    return {str(ca["Arn"]): str(ca["Status"]) for ca in cas}


def read_permissions(account: Account, arns: Iterable[str]) -> dict[str, Sequence[LivePermission]]:
    """Return the permissions of CAs by ARN; raises Failure if one cannot be read."""
    calls = [ApiCall(PERMISSIONS, arn) for arn in arns]
    responses = list(run_calls(account, calls))
    return {call.arn: _require(response, call.arn) for call, response in responses}


def _require(response: Any, subject: str) -> Any:
    if isinstance(response, FailedCall):
        raise Failure(f"{subject}: {response.reason}")
    return response

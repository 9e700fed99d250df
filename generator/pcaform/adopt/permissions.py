"""Permissions that a plan would create against those that AWS has -> entries for the state, or what is in the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pcaform.adopt.state import Entry, State
from pcaform.adopt.state_entries import PERMISSION
from pcaform.core.problems import Failure
from pcaform.sources.aws.permissions import LivePermission
from pcaform.sources.aws.permissions import delete_permission as delete
from pcaform.sources.aws.session import Account


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that exists, and the entry that would hold it."""

    entry: Entry
    live: LivePermission

    @property
    def is_as_written(self) -> bool:
        """Whether AWS has exactly the actions that the stack says."""
        return set(self.live["Actions"]) == set(self.entry.attributes["actions"])

    @property
    def arn(self) -> str:
        """The CA's ARN."""
        return str(self.entry.attributes["certificate_authority_arn"])


def planned_permissions(entries: Sequence[Entry], state: State) -> list[Entry]:
    """Return the permissions among entries; raises Failure where two are one, or the state has it elsewhere."""
    found = [entry for entry in entries if entry.type == PERMISSION]
    held = {_key(attributes): address for kind, address, attributes in state.instances() if kind == PERMISSION}
    for entry in found:
        other = held.get(_key(entry.attributes))
        if other is not None:
            raise Failure(
                f"{entry.address}: the state has this permission already, as {other}: add it to the spec's 'moves' as "
                f"'{other}: {entry.address}', or take one of the two out"
            )
    twice = {_key(entry.attributes): entry.address for entry in reversed(found)}
    for entry in found:
        first = twice[_key(entry.attributes)]
        if first != entry.address:
            raise Failure(f"{entry.address}: {first} is the same permission: AWS has one for each CA, take one out")
    return found


def match_permissions(entry: Entry, listed: Sequence[LivePermission], account_id: str) -> Grant | None:
    """Return the live permission that an entry stands for, None where AWS has none.

    The id's third part is the source account, left empty as the provider itself does. Where a CA has permissions for
    several accounts the provider must be told which one it reads, so the account is named then.
    """
    principal = entry.attributes["principal"]
    of_principal = [each for each in listed if each["Principal"] == principal]
    source = entry.attributes.get("source_account") or account_id
    own = [each for each in of_principal if each.get("SourceAccount", source) == source]
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
    as_live = replace(entry, attributes=attributes)
    return Grant(as_live, live) if _actions(entry) == set(live["Actions"]) else Grant(entry, live)


def refuse_unlike(grants: Sequence[Grant]) -> None:
    """Raise Failure for permissions that AWS has with other actions than the stack says."""
    unlike = [grant for grant in grants if not grant.is_as_written]
    if unlike:
        first = unlike[0]
        raise Failure(
            f"{first.entry.address}: {first.arn} permits {', '.join(sorted(first.live['Actions']))}, and the stack has "
            f"{', '.join(sorted(_actions(first.entry)))}: Terraform would delete it and make another one. Correct the "
            f"spec, or have it made anew with --recreate{_more(len(unlike) - 1)}"
        )


def _actions(entry: Entry) -> set[str]:
    return set(entry.attributes["actions"])


def _key(attributes: Mapping[str, Any]) -> tuple[Any, Any]:
    return attributes.get("certificate_authority_arn"), attributes.get("principal")


def _more(count: int) -> str:
    return f" ({count} more like it)" if count else ""


GAP = (
    "until 'terraform apply' has made them again, ACM neither issues nor renews from these CAs: apply now. ACM begins "
    "to renew 60 days before a certificate ends and tries again, so minutes cost nothing, and weeks cost certificates"
)
"""For how long, and what that means. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"""


def withdraw(grants: Sequence[Grant], account: Callable[[str], Account]) -> None:
    """Delete permissions at AWS; raises Failure, which names those that are gone, where one of them stays."""
    gone: list[str] = []
    for grant in grants:
        principal, source = str(grant.live["Principal"]), str(grant.live.get("SourceAccount", ""))
        try:
            delete(account(grant.arn), grant.arn, principal, source_account=source)
        except Failure as failure:
            said = f"{', '.join(gone)}: deleted already, {GAP}" if gone else "no permission was deleted"
            raise Failure(f"{failure}\n{said}") from None
        gone.append(grant.entry.address)

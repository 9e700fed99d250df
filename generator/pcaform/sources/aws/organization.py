"""Lists the accounts of an AWS organization.

The management account and delegated administrators may do that. Of an account `State` counts, which has replaced
`Status`: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html.
"""

import re
from functools import partial
from typing import Any

from pcaform.core import console
from pcaform.core.formats.text import count
from pcaform.core.problems import Failure
from pcaform.sources.aws.api_calls import FailedCall
from pcaform.sources.aws.parallel import try_request
from pcaform.sources.aws.session import Account

ALL = "all"
_PARENT = re.compile(r"all|r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
_HINT = (
    "use credentials of the management account or of a delegated administrator, or name the accounts with --accounts"
)


def list_accounts(base: Account, parent: str) -> dict[str, str]:
    """Return the names of the ACTIVE accounts of an organization, or of those below a root or unit, by id.

    Raises Failure where they cannot be listed: a part of them would look like all.
    """
    if not _PARENT.fullmatch(parent):
        raise Failure(
            f"--organization '{parent}': expected 'all', or the id of a root or unit, such as ou-1a2b-3c4d5e6f"
        )
    client = base.client("organizations", base.regions[0])
    parents, listed = [parent], list[Any]()
    while parents:
        inside = parents.pop()
        if inside == ALL:
            listed += _list(client, "list_accounts", "Accounts")
        else:
            listed += _list(client, "list_accounts_for_parent", "Accounts", ParentId=inside)
            units = _list(client, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=inside)
            parents += [unit["Id"] for unit in units]
    active = [each for each in listed if (each.get("State") or each["Status"]) == "ACTIVE"]
    others = [each["Id"] for each in listed if each not in active]
    if others:
        console.print_progress(
            f"not ACTIVE, so not read: {count(len(others), 'account')} ({', '.join(sorted(others))})"
        )
    return {each["Id"]: str(each.get("Name", "")) for each in active}


def _list(client: Any, operation: str, key: str, **arguments: str) -> list[Any]:
    def request() -> list[Any]:
        pages = client.get_paginator(operation).paginate(**arguments)
        return [each for page in pages for each in page[key]]

    name = client.meta.method_to_api_mapping[operation]
    response = try_request(partial(request), f"organizations:{name}")
    if isinstance(response, FailedCall):
        raise Failure(f"the accounts of the organization cannot be listed: {response.reason}: {_HINT}")
    return list(response)

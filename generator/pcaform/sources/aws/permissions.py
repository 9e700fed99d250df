"""Reads and deletes permissions of CAs, for `pcaform adopt`.

A CA whose permissions cannot be read stops the command: denied is never taken for absent.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.aws import api_calls
from pcaform.sources.aws.api_calls import PERMISSIONS, ApiCall, FailedCall
from pcaform.sources.aws.parallel import run_calls, try_request
from pcaform.sources.aws.session import Account

_LIST = "acm-pca:ListCertificateAuthorities"
_DELETE = "acm-pca:DeletePermission"
LivePermission = Mapping[str, Any]
"""A permission as ListPermissions returns it."""


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


def delete_permission(account: Account, arn: str, principal: str, *, source_account: str) -> None:
    """Delete a permission, after which ACM renews no certificate of this CA; raises Failure if AWS refuses."""
    call = account.client("acm-pca", account.regions[0]).delete_permission
    source = {"SourceAccount": source_account} if source_account else {}
    _require(try_request(partial(call, CertificateAuthorityArn=arn, Principal=principal, **source), _DELETE), arn)


def _require(response: Any, subject: str) -> Any:
    if isinstance(response, FailedCall):
        raise Failure(f"{subject}: {response.reason}")
    return response

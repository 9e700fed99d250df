"""The permissions of CAs in full, as adopting needs them, and the one call that takes a permission away.

A CA whose permissions AWS does not tell stops everything: denied is never taken for absent.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.aws.api_calls import PERMISSIONS, Unknown
from pcaform.sources.aws.parallel import read, run_all
from pcaform.sources.aws.session import Account

_LIST = "acm-pca:ListCertificateAuthorities"
_WITHDRAW = "acm-pca:DeletePermission"
Live = Mapping[str, Any]
"""A permission as ListPermissions shows it."""


def statuses(account: Account) -> dict[str, str]:
    """Return ARN -> status of each CA that the account owns in its region; raises Failure where AWS does not tell."""
    region = account.regions[0]
    found = read(partial(_authorities, account.client("acm-pca", region)), _LIST)
    if isinstance(found, Unknown):
        raise Failure(f"the CAs of account {account.account_id}, region {region}: {found.reason}")
    return {str(each["Arn"]): str(each["Status"]) for each in found}


def permissions(account: Account, arns: Iterable[str]) -> dict[str, Sequence[Live]]:
    """Return the permissions of CAs by ARN; raises Failure where AWS does not tell."""
    client = account.client("acm-pca", account.regions[0])
    jobs = {arn: partial(read, partial(_pages, client, arn), PERMISSIONS) for arn in arns}
    found = dict(run_all(jobs, account.pace))
    for arn, answer in found.items():
        if isinstance(answer, Unknown):
            raise Failure(f"{arn}: {answer.reason}")
    return found


def withdraw(account: Account, arn: str, principal: str, *, source_account: str) -> None:
    """Delete a permission: from then on ACM renews nothing from this CA; raises Failure where AWS refuses."""
    call = account.client("acm-pca", account.regions[0]).delete_permission
    source = {"SourceAccount": source_account} if source_account else {}
    answer = read(partial(call, CertificateAuthorityArn=arn, Principal=principal, **source), _WITHDRAW)
    if isinstance(answer, Unknown):
        raise Failure(f"{arn}: {answer.reason}")


def _authorities(client: Any) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("list_certificate_authorities").paginate(ResourceOwner="SELF")
    return [each for page in pages for each in page["CertificateAuthorities"]]


def _pages(client: Any, arn: str) -> list[Live]:
    pages = client.get_paginator("list_permissions").paginate(CertificateAuthorityArn=arn)
    return [each for page in pages for each in page["Permissions"]]

"""Lists the CAs of an account in all its regions: its own and those that other accounts share with it.

ListCertificateAuthorities returns the structure of DescribeCertificateAuthority, so no CA is described again.
Source: the acm-pca service model in botocore, where both have the shape CertificateAuthority.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pcaform.sources.aws.api_calls import FailedCall
from pcaform.sources.aws.parallel import run_jobs, try_request
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

OWN = "CAs of this account"
_LIST = "acm-pca:ListCertificateAuthorities"
_HINT = "; to leave out a region that is not in use, name the others with --region"


@dataclass(frozen=True, slots=True)
class ListedCa:
    """A CA as ListCertificateAuthorities returns it, and whether another account owns it."""

    description: Mapping[str, Any]
    is_foreign: bool

    @property
    def arn(self) -> str:
        """The CA's ARN."""
        return str(self.description["Arn"])


def list_cas(account: Account) -> Iterator[ListedCa | ImportNote]:
    """Yield every CA of all regions of the account, or a note on what could not be listed."""
    clients = {region: account.client("acm-pca", region) for region in account.regions}
    targets = [(region, owner) for region in account.regions for owner in ("SELF", "OTHER_ACCOUNTS")]
    jobs = {
        (region, owner): partial(try_request, partial(_list_pages, clients[region], owner), _LIST)
        for region, owner in targets
    }
    responses = dict(run_jobs(jobs, account.rate_limiter))
    for region, owner in targets:
        response = responses[region, owner]
        if isinstance(response, FailedCall):
            whose = OWN if owner == "SELF" else "CAs that other accounts share"
            yield ImportNote("unknown", f"{account.account_id}/{region}", f"{whose}: {response.reason}{_HINT}")
        else:
            yield from (ListedCa(ca, owner != "SELF") for ca in response)


def _list_pages(client: Any, owner: str) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("list_certificate_authorities").paginate(ResourceOwner=owner)
    return [ca for page in pages for ca in page["CertificateAuthorities"]]

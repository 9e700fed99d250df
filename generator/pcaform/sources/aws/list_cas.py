"""The CAs of an account, region by region: its own and those that others share with it.

ListCertificateAuthorities answers with the structure of DescribeCertificateAuthority, so no CA is described again.
Source: the acm-pca service model in botocore, where both have the shape CertificateAuthority.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pcaform.sources.aws.api_calls import Unknown
from pcaform.sources.aws.parallel import read, run_all
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

OWN = "CAs of this account"
_LIST = "acm-pca:ListCertificateAuthorities"


@dataclass(frozen=True, slots=True)
class ListedCa:
    """A CA as AWS lists it, and whether another account owns it."""

    authority: Mapping[str, Any]
    is_foreign: bool

    @property
    def arn(self) -> str:
        """The CA's ARN."""
        return str(self.authority["Arn"])


def list_cas(account: Account) -> Iterator[ListedCa | ImportNote]:
    """Yield every CA of every region in question, or what could not be listed."""
    clients = {region: account.client("acm-pca", region) for region in account.regions}
    places = [(region, owner) for region in account.regions for owner in ("SELF", "OTHER_ACCOUNTS")]
    jobs = {(region, owner): partial(read, partial(_pages, clients[region], owner), _LIST) for region, owner in places}
    found = dict(run_all(jobs, account.pace))
    for region, owner in places:
        answer = found[region, owner]
        if isinstance(answer, Unknown):
            whose = OWN if owner == "SELF" else "CAs that others share"
            yield ImportNote("unknown", f"{account.account_id}/{region}", f"{whose}: {answer.reason}{_HINT}")
        else:
            yield from (ListedCa(each, owner != "SELF") for each in answer)


_HINT = "; a region that is not in use is left out by naming the others with --region"


def _pages(client: Any, owner: str) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("list_certificate_authorities").paginate(ResourceOwner=owner)
    return [each for page in pages for each in page["CertificateAuthorities"]]

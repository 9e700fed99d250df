"""Reads the private certificates of ACM that were issued by the CAs of an inventory.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html; without `keyTypes` it lists
only certificates with RSA keys up to 2048 bits.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sources.aws import api_calls, convert
from pcaform.sources.aws.api_calls import ApiCall, FailedCall, Responses
from pcaform.sources.aws.parallel import run_jobs, try_request
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform.resource_types import ACM_CERTIFICATE

_LIST = "acm:ListCertificates"
_ACTIVE = frozenset({"ISSUED", "PENDING_VALIDATION", "INACTIVE"})
_PRIVATE = "PRIVATE"


def list_certificates(account: Account, regions: Iterable[str]) -> Iterator[str | ImportNote]:
    """Yield the ARN of every private certificate in some regions, or a note on what could not be listed."""
    clients = {region: account.client("acm", region) for region in sorted(set(regions))}
    jobs = {region: partial(try_request, partial(_list_arns, client), _LIST) for region, client in clients.items()}
    for region, arns in sorted(run_jobs(jobs, account.rate_limiter)):
        if isinstance(arns, FailedCall):
            yield ImportNote("unknown", f"{account.account_id}/{region}", f"private certificates: {arns.reason}")
        else:
            yield from arns


def list_calls(arns: Iterable[str]) -> list[ApiCall]:
    """Return the API calls about certificates."""
    return [ApiCall(operation, arn) for arn in arns for operation in (api_calls.ACM_CERTIFICATE, api_calls.ACM_TAGS)]


def list_resources(
    arns: Iterable[str], responses: Responses, origins: Mapping[str, str]
) -> Iterator[Resource | ImportNote]:
    """Yield the certificates of the written CAs; `origins` has the origin of each of these CAs by ARN."""
    for arn in arns:
        certificate, tags = (responses[call] for call in list_calls([arn]))
        if isinstance(certificate, FailedCall):
            yield ImportNote("unknown", arn, f"certificate: {certificate.reason}")
            continue
        issuer = certificate.get("CertificateAuthorityArn", "")
        if issuer not in origins:
            continue
        if certificate["Status"] not in _ACTIVE:
            yield ImportNote("listed", arn, f"the status of this ACM certificate is {certificate['Status']}")
            continue
        if not isinstance(tags, FailedCall) and ISSUER_TAG in tags:
            yield ImportNote("listed", arn, f"requested by the issuer {tags[ISSUER_TAG]}, who manages it")
            continue
        if isinstance(tags, FailedCall):
            yield ImportNote("unknown", arn, f"tags: {tags.reason}")
        attributes = _read_attributes(arn, certificate, {} if isinstance(tags, FailedCall) else tags)
        yield Resource(ACM_CERTIFICATE, arn, attributes, arn, origin=origins[issuer])


def _read_attributes(arn: str, certificate: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "arn": arn,
        "certificate_authority_arn": certificate["CertificateAuthorityArn"],
        "domain_name": certificate["DomainName"],
        # DescribeCertificate writes RSA-2048 where requests write RSA_2048.
        "key_algorithm": certificate.get("KeyAlgorithm", "").replace("-", "_"),
        "subject_alternative_names": certificate.get("SubjectAlternativeNames", []),
        "tags_all": convert.user_tags(tags),
    }


def _list_arns(client: Any) -> list[str]:
    key_types = client.meta.service_model.shape_for("KeyAlgorithm").enum
    pages = client.get_paginator("list_certificates").paginate(Includes={"keyTypes": key_types})
    certificates = [certificate for page in pages for certificate in page["CertificateSummaryList"]]
    return [each["CertificateArn"] for each in certificates if each.get("Type", _PRIVATE) == _PRIVATE]

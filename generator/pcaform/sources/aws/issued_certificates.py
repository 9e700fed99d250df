"""The private certificates of ACM that the CAs of an inventory issued.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html; without `keyTypes` it leaves out
everything but RSA up to 2048 bits.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.sources.aws import api_calls, convert
from pcaform.sources.aws.api_calls import Answers, Question, Unknown
from pcaform.sources.aws.parallel import read, run_all
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote, Resource

_LIST = "acm:ListCertificates"
_LIVING = frozenset({"ISSUED", "PENDING_VALIDATION", "INACTIVE"})
_PRIVATE = "PRIVATE"


def list_certificates(account: Account, regions: Iterable[str]) -> Iterator[str | ImportNote]:
    """Yield the ARN of every private certificate in some regions, or what could not be listed."""
    clients = {region: account.client("acm", region) for region in sorted(set(regions))}
    jobs = {region: partial(read, partial(_arns, client), _LIST) for region, client in clients.items()}
    for region, found in sorted(run_all(jobs, account.pace)):
        if isinstance(found, Unknown):
            yield ImportNote("unknown", f"{account.account_id}/{region}", f"private certificates: {found.reason}")
        else:
            yield from found


def asked(arns: Iterable[str]) -> list[Question]:
    """Return what is to ask about certificates."""
    return [Question(operation, arn) for arn in arns for operation in (api_calls.ACM_CERTIFICATE, api_calls.ACM_TAGS)]


def resources(arns: Iterable[str], answers: Answers, authorities: Mapping[str, str]) -> Iterator[Resource | ImportNote]:
    """Yield the certificates of CAs that are written; `authorities` are these CAs' ARNs with their origins."""
    for arn in arns:
        certificate, tags = (answers[question] for question in asked([arn]))
        if isinstance(certificate, Unknown):
            yield ImportNote("unknown", arn, f"certificate: {certificate.reason}")
            continue
        issuer = certificate.get("CertificateAuthorityArn", "")
        if issuer not in authorities:
            continue
        if certificate["Status"] not in _LIVING:
            yield ImportNote("listed", arn, f"this certificate of ACM is {certificate['Status']}")
            continue
        if not isinstance(tags, Unknown) and ISSUER_TAG in tags:
            yield ImportNote("listed", arn, f"the issuer {tags[ISSUER_TAG]} requested it, and it stays theirs")
            continue
        if isinstance(tags, Unknown):
            yield ImportNote("unknown", arn, f"tags: {tags.reason}")
        attributes = _attributes(arn, certificate, {} if isinstance(tags, Unknown) else tags)
        yield Resource("aws_acm_certificate", arn, attributes, arn, origin=authorities[issuer])


def _attributes(arn: str, certificate: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "arn": arn,
        "certificate_authority_arn": certificate["CertificateAuthorityArn"],
        "domain_name": certificate["DomainName"],
        # DescribeCertificate writes RSA-2048 where requests write RSA_2048.
        "key_algorithm": certificate.get("KeyAlgorithm", "").replace("-", "_"),
        "subject_alternative_names": certificate.get("SubjectAlternativeNames", []),
        "tags_all": convert.own_tags(tags),
    }


def _arns(client: Any) -> list[str]:
    kinds = client.meta.service_model.shape_for("KeyAlgorithm").enum
    pages = client.get_paginator("list_certificates").paginate(Includes={"keyTypes": kinds})
    found = [each for page in pages for each in page["CertificateSummaryList"]]
    return [each["CertificateArn"] for each in found if each.get("Type", _PRIVATE) == _PRIVATE]

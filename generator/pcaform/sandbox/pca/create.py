"""CreateCertificateAuthority: creates a CA from a request, with AWS's defaults.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html
"""

from __future__ import annotations

import uuid
from typing import Any

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.algorithms import family_of, find_signature, generate_key
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.pca.permissions import Permissions
from pcaform.sandbox.pca.revocation import complete_revocation
from pcaform.sandbox.pca.subject import build_name
from pcaform.sandbox.pca.tags import check_tags

_DEFAULT_KEY_STORAGE = "FIPS_140_2_LEVEL_3_OR_HIGHER"
_KEY_STORAGE_BY_PARTITION = {"aws-cn": "CCPC_LEVEL_1_OR_HIGHER"}


def create_ca(request: dict[str, Any], *, account_id: str, region_name: str, partition: str) -> SandboxCa:
    """Create a CA from a CreateCertificateAuthority request, with AWS's defaults.

    Slow for RSA_4096, so call it without a lock. Raises InvalidArgsException for algorithms that do not match each
    other and for a key storage standard that the partition does not have, and InvalidTagException.
    """
    check_tags(request.get("Tags") or [])
    configuration = request["CertificateAuthorityConfiguration"]
    find_signature(configuration["SigningAlgorithm"], family_of(configuration["KeyAlgorithm"]))
    build_name(configuration["Subject"])
    arn = f"arn:{partition}:acm-pca:{region_name}:{account_id}:certificate-authority/{uuid.uuid4()}"
    moment = now()
    return SandboxCa(
        arn=arn,
        account_id=account_id,
        region_name=region_name,
        kind=request["CertificateAuthorityType"],
        configuration=configuration,
        revocation=complete_revocation(request.get("RevocationConfiguration")),
        usage_mode=request.get("UsageMode") or "GENERAL_PURPOSE",
        key_storage=_key_storage(request.get("KeyStorageSecurityStandard"), partition),
        key=generate_key(configuration["KeyAlgorithm"]),
        created_at=moment,
        changed_at=moment,
        permissions=Permissions(arn),
        ready_at=moment + creation.delay,
        failure_reason=creation.failure,
    )


def _key_storage(requested: str | None, partition: str) -> str:
    standard = requested or _DEFAULT_KEY_STORAGE
    if standard != _KEY_STORAGE_BY_PARTITION.get(partition, _DEFAULT_KEY_STORAGE):
        message = "A certificate authority cannot be created in this region with the specified security standard."
        raise AwsError("InvalidArgsException", message)
    return standard

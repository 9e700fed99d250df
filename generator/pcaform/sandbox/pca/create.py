"""CreateCertificateAuthority: which CA a request describes, with AWS's defaults.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html
"""

from __future__ import annotations

import uuid
from typing import Any

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import Refusal
from pcaform.sandbox.pca.algorithms import family_of, generate_key, signature_for
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.pca.permissions import Permissions
from pcaform.sandbox.pca.revocation import completed
from pcaform.sandbox.pca.subject import name_of
from pcaform.sandbox.pca.tags import check_tags

_DEFAULT_KEY_STORAGE = "FIPS_140_2_LEVEL_3_OR_HIGHER"
_KEY_STORAGE_BY_PARTITION = {"aws-cn": "CCPC_LEVEL_1_OR_HIGHER"}


def create_authority(request: dict[str, Any], *, account_id: str, region_name: str, partition: str) -> SandboxCa:
    """Make a CA from a CreateCertificateAuthority request, with AWS's defaults filled in.

    Slow for RSA_4096, so call it without a lock. Raises InvalidArgsException for algorithms that do not fit
    each other and for a key storage standard that the partition does not have, and InvalidTagException.
    """
    check_tags(request.get("Tags") or [])
    configuration = request["CertificateAuthorityConfiguration"]
    signature_for(configuration["SigningAlgorithm"], family_of(configuration["KeyAlgorithm"]))
    name_of(configuration["Subject"])
    arn = f"arn:{partition}:acm-pca:{region_name}:{account_id}:certificate-authority/{uuid.uuid4()}"
    moment = now()
    return SandboxCa(
        arn=arn,
        account_id=account_id,
        region_name=region_name,
        kind=request["CertificateAuthorityType"],
        configuration=configuration,
        revocation=completed(request.get("RevocationConfiguration")),
        usage_mode=request.get("UsageMode") or "GENERAL_PURPOSE",
        key_storage=_key_storage(request.get("KeyStorageSecurityStandard"), partition),
        key=generate_key(configuration["KeyAlgorithm"]),
        created_at=moment,
        changed_at=moment,
        permissions=Permissions(arn),
        ready_at=moment + creation.delay,
        failure_reason=creation.failure,
    )


def _key_storage(wanted: str | None, partition: str) -> str:
    chosen = wanted or _DEFAULT_KEY_STORAGE
    if chosen != _KEY_STORAGE_BY_PARTITION.get(partition, _DEFAULT_KEY_STORAGE):
        message = "A certificate authority cannot be created in this region with the specified security standard."
        raise Refusal("InvalidArgsException", message)
    return chosen

"""Private certificates and CRL buckets -> module calls."""

from typing import Any

from pcaform.iam.policies.resource_policies import bucket_policy
from pcaform.render.plan import access, providers
from pcaform.render.plan.cas import active_arn
from pcaform.render.plan.module_call import ModuleCall, none_if_default, output, plain_arguments, without_none
from pcaform.spec.sections import Certificate, CrlBucket
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.hcl_writer import Call
from pcaform.terraform.resource_types import ACM_CERTIFICATE


def certificates(spec: Spec) -> list[ModuleCall]:
    """Return one call for each private certificate."""
    return [_certificate_call(key, certificate, spec) for key, certificate in spec.certificates.items()]


def _certificate_call(key: str, certificate: Certificate, spec: Spec) -> ModuleCall:
    arguments = {
        "providers": providers.providers_argument(spec, certificate.certificate_authority),
        "certificate_authority_arn": _issuing_arn(spec, certificate.certificate_authority),
        "domain_name": certificate.domain_name,
        "subject_alternative_names": list(certificate.subject_alternative_names) or None,
        **plain_arguments(ACM_CERTIFICATE, certificate),
        "tags": certificate.tags or None,
    }
    return ModuleCall(module_names.certificate(key), "acm-certificate", without_none(arguments))


def _issuing_arn(spec: Spec, key: str) -> Any:
    """Return the CA's ARN, known once ACM may issue from it: through the permission if this stack grants one."""
    if key in access.permitting_cas(spec):
        return output(module_names.permission(key), "certificate_authority_arn")
    return active_arn(spec, key)


def crl_buckets(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CRL bucket."""
    return [
        ModuleCall(
            module_names.crl_bucket(key),
            "crl-bucket",
            without_none(
                {
                    "bucket": bucket.bucket or key,
                    "policy": _bucket_policy(bucket, bucket.bucket or key, spec),
                    "force_destroy": none_if_default(bucket.force_destroy, default=False),
                    "tags": bucket.tags or None,
                }
            ),
        )
        for key, bucket in spec.crl_buckets.items()
    ]


def _bucket_policy(bucket: CrlBucket, name: str, spec: Spec) -> Call:
    document = bucket_policy(bucket, name, account_id=spec.aws.account_id, region=spec.aws.region)
    return Call("jsonencode", document)

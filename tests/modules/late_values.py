"""For each module its checked arguments, with values that are known only during an apply."""

from collections.abc import Mapping
from typing import Any

LATER = "${terraform_data.later.id}"
UNKNOWN: Mapping[str, Mapping[str, Any]] = {
    "acm-certificate": {
        "certificate_authority_arn": LATER,
        "domain_name": LATER,
        "subject_alternative_names": [LATER],
        "key_algorithm": LATER,
    },
    "acm-permission": {"certificate_authority_arn": LATER, "principal": LATER, "actions": [LATER]},
    "ca-certificate": {
        "issuer_arn": LATER,
        "signing_algorithm": LATER,
        "template_arn": LATER,
        "validity": {"type": LATER, "value": LATER},
        "api_passthrough": LATER,
    },
    "ca-share": {"certificate_authority_arn": LATER, "policy": LATER},
    "ssm-parameter": {"certificate_authority_arn": LATER, "name": LATER},
    "crl-bucket": {
        "bucket": LATER,
        "policy": LATER,
        "distribution": {"aliases": [LATER], "acm_certificate_arn": LATER},
    },
    "issuer-attachment": {"user_name": LATER, "principal_type": "user", "path": LATER, "policies": {"p": LATER}},
    "issuer-role": {
        "role_name": LATER,
        "path": LATER,
        "policy_path": LATER,
        "permissions_boundary": LATER,
        "max_session_duration": LATER,
        "policies": {"p": LATER},
    },
    "issuer-user": {
        "user_name": LATER,
        "path": LATER,
        "policy_path": LATER,
        "permissions_boundary": LATER,
        "policies": {"p": LATER},
    },
    "private-ca": {
        "type": LATER,
        "subject": {"common_name": LATER, "country": LATER, "distinguished_name_qualifier": LATER},
        "key_algorithm": LATER,
        "signing_algorithm": LATER,
        "usage_mode": LATER,
        "key_storage_security_standard": LATER,
        "permanent_deletion_time_in_days": LATER,
        "revocation_configuration": {
            "crl_configuration": {
                "enabled": LATER,
                "custom_cname": LATER,
                "expiration_in_days": LATER,
                "s3_bucket_name": LATER,
                "s3_object_acl": LATER,
            },
            "ocsp_configuration": {"enabled": LATER, "ocsp_custom_cname": LATER},
        },
        "certificate": {"certificate": LATER, "certificate_chain": LATER},
    },
    "private-ca-with-certificate": {
        "issuer": {"arn": LATER, "signing_algorithm": LATER},
        "certificates": {"g1": {"validity": {"type": LATER, "value": LATER}, "path_length": LATER}},
        "installed_certificate": "g1",
    },
}
"""Every argument that is checked, known only during an apply."""

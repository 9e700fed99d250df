"""What `import aws` needs at AWS, for docs/import-aws.md and the test that all of it is needed, and nothing else."""

from collections.abc import Mapping
from typing import Any

from pcaform.iam.policies.statements import policy, statement

REQUIRED_PERMISSIONS: Mapping[str, Mapping[str, str]] = {
    "Authorities": {
        "acm-pca:ListCertificateAuthorities": "the CAs and their descriptions",
        "acm-pca:GetCertificateAuthorityCertificate": "a CA's certificate, which shows its parent",
        "acm-pca:GetCertificateAuthorityCsr": "a CA's certificate signing request",
        "acm-pca:GetPolicy": "the accounts that a CA is shared with",
        "acm-pca:ListPermissions": "whether ACM may issue and renew",
        "acm-pca:ListTags": "a CA's tags, also for `--tag`",
    },
    "Certificates": {
        "acm:ListCertificates": "the certificates that ACM manages",
        "acm:DescribeCertificate": "a certificate's CA, names and key algorithm",
        "acm:ListTagsForCertificate": "a certificate's tags",
    },
    "Principals": {
        "iam:GetAccountAuthorizationDetails": "users, roles and groups, with their policies",
        "iam:GetPolicy": "description and tags of an issuer's policy, and the version of a permissions boundary",
        "iam:GetPolicyVersion": "the document of that version",
    },
    "Regions": {"account:ListRegions": "for `--all-regions`: the enabled regions; without it all regions are read"},
}
"""By statement id: its actions, each with its purpose."""


def build_policy() -> dict[str, Any]:
    """Return the policy for reading an account; the resource is `*`, since the whole account is read."""
    return policy(statement(sid, sorted(actions), "*") for sid, actions in REQUIRED_PERMISSIONS.items())

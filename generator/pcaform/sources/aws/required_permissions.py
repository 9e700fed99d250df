"""What reading an account takes at AWS: the one table of actions, and the policy that allows them and nothing else.

No action changes anything. Names: https://docs.aws.amazon.com/service-authorization/latest/reference/, the pages of
awsprivatecertificateauthority, awscertificatemanager, awsidentityandaccessmanagementiam and awsaccountmanagement.
"""

from collections.abc import Mapping
from typing import Any

RIGHTS: Mapping[str, Mapping[str, str]] = {
    "Authorities": {
        "acm-pca:ListCertificateAuthorities": "which CAs there are, and all that describes each",
        "acm-pca:GetCertificateAuthorityCertificate": "whose certificate a CA has, and so which CA is its parent",
        "acm-pca:GetCertificateAuthorityCsr": "the request that its certificate answers",
        "acm-pca:GetPolicy": "with whom it is shared",
        "acm-pca:ListPermissions": "whether ACM may issue and renew",
        "acm-pca:ListTags": "its tags, and whether `--tag` chooses it",
    },
    "Certificates": {
        "acm:ListCertificates": "which certificates ACM manages",
        "acm:DescribeCertificate": "which CA one is of, its names and its key",
        "acm:ListTagsForCertificate": "its tags",
    },
    "Principals": {
        "iam:GetAccountAuthorizationDetails": "users, roles and groups, with their policies",
        "iam:GetPolicy": "a policy that only bounds somebody: which version counts",
        "iam:GetPolicyVersion": "and what that says",
    },
    "Regions": {
        "account:ListRegions": "for `--all-regions`: which regions the account has enabled; without it all are asked",
    },
}
"""Statement -> its actions, each with what it is asked for."""


def policy() -> dict[str, Any]:
    """Return the policy for whoever reads an account; every action is about all of an account, so is the resource."""
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"} for sid, actions in RIGHTS.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}

"""What AWS Private CA, ACM and IAM allow: every fact the program relies on, once, with its source.

Sources: [API] the acm-pca service model in botocore; [PCA] the AWS Private CA user guide; [ACM] the AWS Certificate
Manager user guide; [IAM] the IAM reference; [TF] provider aws 5.100, as tried.
"""

from typing import Literal, get_args

CertificateAuthorityType = Literal["ROOT", "SUBORDINATE"]  # [API]
UsageMode = Literal["GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"]  # [API]
KeyStorageSecurityStandard = Literal[  # [API]; which one a region takes: [PCA] data protection
    "FIPS_140_2_LEVEL_2_OR_HIGHER", "FIPS_140_2_LEVEL_3_OR_HIGHER", "CCPC_LEVEL_1_OR_HIGHER"
]
KeyAlgorithm = Literal[  # [TF]; the API knows ML_DSA_* too, which provider 5.100 rejects
    "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "SM2"
]
SigningAlgorithm = Literal[  # [API]
    "SHA256WITHECDSA",
    "SHA384WITHECDSA",
    "SHA512WITHECDSA",
    "SHA256WITHRSA",
    "SHA384WITHRSA",
    "SHA512WITHRSA",
    "SM3WITHSM2",
]
S3ObjectAcl = Literal["PUBLIC_READ", "BUCKET_OWNER_FULL_CONTROL"]  # [API]
ValidityType = Literal["DAYS", "MONTHS", "YEARS", "ABSOLUTE", "END_DATE"]  # [API]
PermissionAction = Literal["IssueCertificate", "GetCertificate", "ListPermissions"]  # [API]
Principal = Literal["acm.amazonaws.com"]  # [API] CreatePermission; the same in every partition [TF]

ACM_PRINCIPAL: Principal = "acm.amazonaws.com"
ALL_PERMISSION_ACTIONS: tuple[PermissionAction, ...] = get_args(PermissionAction)
"""ACM renews only with all three. [ACM] "assign permissions"; fewer fails silently at renewal, months later."""

DEFAULT_SIGNING_ALGORITHM: dict[KeyAlgorithm, SigningAlgorithm] = {
    "RSA_2048": "SHA256WITHRSA",
    "RSA_3072": "SHA384WITHRSA",
    "RSA_4096": "SHA512WITHRSA",
    "EC_prime256v1": "SHA256WITHECDSA",
    "EC_secp384r1": "SHA384WITHECDSA",
    "EC_secp521r1": "SHA512WITHECDSA",
    "SM2": "SM3WITHSM2",
}
"""The hash as strong as the key; a choice of ours, any of the family is allowed. [API] CreateCertificateAuthority."""

ROOT_TEMPLATE = "RootCACertificate/V1"  # [PCA] template definitions; how a root is activated
DEFAULT_TEMPLATE = "EndEntityCertificate/V1"  # [API] IssueCertificate uses it when none is named; ACM issues with it
MAX_PATH_LENGTH = 3  # [PCA] SubordinateCACertificate_PathLen0 to _PathLen3

SUBJECT_LENGTHS = {  # [API] ASN1Subject, with the provider's argument names
    "common_name": 64,
    "country": 2,
    "distinguished_name_qualifier": 64,
    "generation_qualifier": 3,
    "given_name": 16,
    "initials": 5,
    "locality": 128,
    "organization": 64,
    "organizational_unit": 64,
    "pseudonym": 128,
    "state": 128,
    "surname": 40,
    "title": 64,
}

_FAMILIES = {"RSA": "RSA", "EC": "ECDSA", "SM2": "SM2"}


def signing_family(key_algorithm: str) -> str:
    """Return the ending of every signing algorithm that fits the key: RSA, ECDSA or SM2. [API] IssueCertificate."""
    return _FAMILIES[key_algorithm.split("_", maxsplit=1)[0]]


def has_family(signing_algorithm: str, key_algorithm: str) -> bool:
    """Tell whether a CA with this key can sign with this algorithm."""
    return signing_algorithm.endswith("WITH" + signing_family(key_algorithm))


def subordinate_template(path_length: int) -> str:
    """Return the template that signs a subordinate CA with this path length. [PCA] template definitions."""
    return f"SubordinateCACertificate_PathLen{path_length}/V1"


def partition(region: str) -> str:
    """Return the partition of a region by its name. [API] botocore's partitions file."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def template_arn(region: str, template: str) -> str:
    """Return the ARN of a template: no region, no account, the partition of the CA. [PCA] template definitions."""
    return f"arn:{partition(region)}:acm-pca:::template/{template}"

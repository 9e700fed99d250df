"""Facts about AWS Private CA, ACM and IAM: everything that the program relies on, once, with its source.

Sources: [API] the acm-pca service model in botocore, compared by a test; [PCA] the AWS Private CA user guide; [ACM] the
AWS Certificate Manager user guide; [IAM] the IAM reference; [TF] provider aws 5.100, by experiment.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, get_args

CertificateAuthorityType = Literal["ROOT", "SUBORDINATE"]  # [API]
UsageMode = Literal["GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"]  # [API]
DEFAULT_USAGE_MODE: UsageMode = "GENERAL_PURPOSE"  # [API] CreateCertificateAuthority
KeyStorageSecurityStandard = Literal[  # [API]; which one a region supports: [PCA] data protection
    "FIPS_140_2_LEVEL_2_OR_HIGHER", "FIPS_140_2_LEVEL_3_OR_HIGHER", "CCPC_LEVEL_1_OR_HIGHER"
]
DEFAULT_KEY_STORAGE: KeyStorageSecurityStandard = "FIPS_140_2_LEVEL_3_OR_HIGHER"  # [API] CreateCertificateAuthority
MlDsa = Literal["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"]  # [API]; the same names for key and signature
_Rsa = Literal["RSA_2048", "RSA_3072", "RSA_4096"]
_Ec = Literal["EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
KeyAlgorithm = Literal[_Rsa, _Ec, "SM2", MlDsa]  # [API]
_WithEcdsa = Literal["SHA256WITHECDSA", "SHA384WITHECDSA", "SHA512WITHECDSA"]
_WithRsa = Literal["SHA256WITHRSA", "SHA384WITHRSA", "SHA512WITHRSA"]
WithRsaPss = Literal["SHA256WITHRSA_PSS", "SHA384WITHRSA_PSS", "SHA512WITHRSA_PSS"]
SigningAlgorithm = Literal[_WithEcdsa, _WithRsa, WithRsaPss, "SM3WITHSM2", MlDsa]  # [API]
S3ObjectAcl = Literal["PUBLIC_READ", "BUCKET_OWNER_FULL_CONTROL"]  # [API]
CRL_WRITER = "acm-pca.amazonaws.com"
"""The service that writes CRLs: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies."""
CRL_WRITER_ACTIONS = ("s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation")
"""The actions that it needs on the CRLs and on their bucket; same source."""


def is_of_cloudfront(host: str) -> bool:
    """Tell whether a name is one that CloudFront gives to a distribution, and for which it has a certificate."""
    return host.lower().endswith(".cloudfront.net")


CrlType = Literal["COMPLETE", "PARTITIONED"]  # [API]
ValidityType = Literal["DAYS", "MONTHS", "YEARS", "ABSOLUTE", "END_DATE"]  # [API]
PermissionAction = Literal["IssueCertificate", "GetCertificate", "ListPermissions"]  # [API]
Principal = Literal["acm.amazonaws.com"]  # [API] CreatePermission; the same in every partition [TF]
AcmKeyAlgorithm = Literal["RSA_2048", "EC_prime256v1", "EC_secp384r1"]  # [ACM] private certificates
IssuedKeyAlgorithm = Literal[_Rsa, _Ec]  # [PCA] distinguished by the X.509 condition keys

Profile = Literal["default", "strict"]  # ours: how rules of good practice count
LAST_DAYS: dict[KeyAlgorithm, date] = {"RSA_2048": date(2030, 12, 31)}
"""Until when NIST accepts signatures with a key; all others beyond 2030. RSA_2048 has 112 bits of security.

SP 800-57 part 1 revision 5, tables 2 and 4, https://doi.org/10.6028/NIST.SP.800-57pt1r5; SP 800-131A revision 2 is the
same for 112 bits until then, https://doi.org/10.6028/NIST.SP.800-131Ar2.
"""

ACM_KEYS: tuple[AcmKeyAlgorithm, ...] = get_args(AcmKeyAlgorithm)
DEFAULT_KEY: AcmKeyAlgorithm = "RSA_2048"  # [ACM] RequestCertificate without KeyAlgorithm
ACM_PRINCIPAL: Principal = "acm.amazonaws.com"
ALL_PERMISSION_ACTIONS: tuple[PermissionAction, ...] = get_args(PermissionAction)
"""ACM only renews with all three. [ACM] "assign permissions"; with fewer, renewal fails silently, months later."""

DEFAULT_SIGNING_ALGORITHM: dict[KeyAlgorithm, SigningAlgorithm] = {
    "RSA_2048": "SHA256WITHRSA",
    "RSA_3072": "SHA384WITHRSA",
    "RSA_4096": "SHA512WITHRSA",
    "EC_prime256v1": "SHA256WITHECDSA",
    "EC_secp384r1": "SHA384WITHECDSA",
    "EC_secp521r1": "SHA512WITHECDSA",
    "SM2": "SM3WITHSM2",
    "ML_DSA_44": "ML_DSA_44",
    "ML_DSA_65": "ML_DSA_65",
    "ML_DSA_87": "ML_DSA_87",
}
"""The hash that is as strong as the key; our choice, any of the family is allowed. [API] CreateCertificateAuthority."""

_API_PASSTHROUGH = "_APIPassthrough"  # [API] api_passthrough only has an effect with these templates
DEFAULT_TEMPLATE = "EndEntityCertificate/V1"  # [API] IssueCertificate uses it when none is named; ACM issues with it
SHARED_TEMPLATES = (  # [PCA] "resource-based policies": what a CA's policy may allow other accounts to issue with
    "EndEntityCertificate/V1",
    "EndEntityClientAuthCertificate/V1",
    "EndEntityServerAuthCertificate/V1",
    "BlankEndEntityCertificate_APIPassthrough/V1",
    "BlankEndEntityCertificate_APICSRPassthrough/V1",
    "SubordinateCACertificate_PathLen0/V1",
)
_PATH_LENGTH = re.compile(r"_PathLen([0-3])")
MAX_CERTIFICATE, MAX_CHAIN = 32768, 2097152  # [PCA] ImportCertificateAuthorityCertificate, in bytes
MAX_PATH_LENGTH = 3  # [PCA] SubordinateCACertificate_PathLen0 to _PathLen3
_BY_RATE: Mapping[str, Mapping[int, str]] = {
    "acm-pca": {
        1: "CreateCertificateAuthority CreateCertificateAuthorityAuditReport CreatePermission DeletePermission",
        5: "DeletePolicy GetPolicy ListPermissions PutPolicy",
        10: "DeleteCertificateAuthority GetCertificateAuthorityCsr ImportCertificateAuthorityCertificate "
        "TagCertificateAuthority UntagCertificateAuthority UpdateCertificateAuthority",
        20: "DescribeCertificateAuthority DescribeCertificateAuthorityAuditReport "
        "GetCertificateAuthorityCertificate ListCertificateAuthorities ListTags RestoreCertificateAuthority "
        "RevokeCertificate",
        25: "IssueCertificate",
        75: "GetCertificate",
    },
    "acm": {
        1: "GetAccountConfiguration ImportCertificate ListCertificates PutAccountConfiguration ResendValidationEmail",
        5: "AddTagsToCertificate ExportCertificate RemoveTagsFromCertificate RenewCertificate "
        "RequestCertificate UpdateCertificateOptions",
        10: "DeleteCertificate DescribeCertificate GetCertificate ListTagsForCertificate",
    },
}
REQUEST_RATES = {
    f"{service}:{name}": rate
    for service, rates in _BY_RATE.items()
    for rate, names in rates.items()
    for name in names.split()
}
"""AWS's quotas for requests per second, by operation, of each account and region.

Private CA: the default quotas "Rate of ... requests", https://docs.aws.amazon.com/general/latest/gr/pca.html#limits_pca.
ACM: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits. IAM and STS publish none.
"""


def _varieties(names: Iterable[str], *passthroughs: str) -> Iterator[str]:
    """Yield templates: each name with each kind of passthrough, where "" is the template without one."""
    return (f"{name}{kind and f'_{kind}Passthrough'}/V1" for name in names for kind in passthroughs)


_LENGTHS = tuple(f"_PathLen{length}" for length in range(MAX_PATH_LENGTH + 1))
_USAGES = ("CodeSigning", "EndEntity", "EndEntityClientAuth", "EndEntityServerAuth", "OCSPSigning")
_KINDS = ("API", "APICSR", "CSR")
TEMPLATES = tuple(  # [PCA] template varieties; the sandbox has the same, compared by a test
    sorted(
        (
            *_varieties((f"BlankEndEntityCertificate{end}" for end in ("", "_CriticalBasicConstraints")), *_KINDS),
            *_varieties((f"BlankRootCACertificate{end}" for end in ("", *_LENGTHS)), "API"),
            *_varieties((f"BlankSubordinateCACertificate{end}" for end in _LENGTHS), *_KINDS),
            *_varieties((f"{usage}Certificate" for usage in _USAGES), "", *_KINDS),
            *_varieties(["RootCACertificate"], "", "API"),
            *_varieties((f"SubordinateCACertificate{end}" for end in _LENGTHS), "", *_KINDS),
        )
    )
)
ACM_VALIDITY_DAYS = 395  # [ACM] private certificates are valid for 13 months
ACM_RENEWS_DAYS = 60  # [ACM] "renewal for private certificates": before the end
MONTHLY_USD: dict[str, int] = {"GENERAL_PURPOSE": 400, "SHORT_LIVED_CERTIFICATE": 50}
"""List price of one CA per month, prorated for a part of a month: https://aws.amazon.com/private-ca/pricing/."""
EXPORTED_USD = 0.75  # of one certificate, at export and at each renewal; the first 1,000 of a month in a region
OCSP_USD = 0.06  # of one certificate whose status is asked by OCSP, per month
MONTHLY_USD_DATE = "2025-07-01"  # the date from which AWS's price list of its regions outside China has these prices
POLICY_LIMIT = 6144  # [IAM] characters of a managed policy without white space
SCP_LIMIT = 5120  # [IAM] characters of a service control policy; AWS Organizations user guide, quotas
POLICIES_LIMIT = 10  # [IAM] managed policies of one user or role, unless AWS raises the quota
CA_ARN = (
    r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""The ARN of one CA, whose id AWS assigns: a UUID. Anything else is a placeholder, or a pattern of a policy."""
LONGEST_CA_ARN = len("arn:aws-us-gov:acm-pca:ap-southeast-1:123456789012:certificate-authority/") + 36
TAG_LIMIT = 50  # [API] TagList
DEFAULT_DELETION_DAYS = 30  # [API] DeleteCertificateAuthority: how long a deleted CA can be restored

_SUBJECT = {
    "common_name": (64, "2.5.4.3"),
    "country": (2, "2.5.4.6"),
    "distinguished_name_qualifier": (64, "2.5.4.46"),
    "generation_qualifier": (3, "2.5.4.44"),
    "given_name": (16, "2.5.4.42"),
    "initials": (5, "2.5.4.43"),
    "locality": (128, "2.5.4.7"),
    "organization": (64, "2.5.4.10"),
    "organizational_unit": (64, "2.5.4.11"),
    "pseudonym": (128, "2.5.4.65"),
    "serial_number": (64, "2.5.4.5"),
    "state": (128, "2.5.4.8"),
    "surname": (40, "2.5.4.4"),
    "title": (64, "2.5.4.12"),
}
"""The attributes of a subject, by the provider's argument: longest text, [API] ASN1Subject; RFC 5280, appendix A."""
SUBJECT_LENGTHS = {name: length for name, (length, _) in _SUBJECT.items()}
SUBJECT_OIDS = {name: oid for name, (_, oid) in _SUBJECT.items()}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REGIONS: dict[str, tuple[str, ...]] = {  # [API] endpoints of acm-pca, compared by a test
    "aws": _words(
        "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 "
        "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 "
        "ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 "
        "eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 "
        "us-west-2"
    ),
    "aws-cn": _words("cn-north-1 cn-northwest-1"),
    "aws-us-gov": _words("us-gov-east-1 us-gov-west-1"),
    "aws-iso": _words("us-iso-east-1 us-iso-west-1"),
    "aws-iso-e": _words("eu-isoe-west-1"),
    "aws-iso-f": _words("us-isof-east-1 us-isof-south-1"),
    "aws-eusc": _words("eusc-de-east-1"),
}
_PARTITIONS = {  # [API] botocore's partitions file: how the names of a partition's regions start, the longer ones first
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
    **{f"{start}-": "aws" for start in _words("us eu ap sa ca me af il mx")},
}
DNS_SUFFIXES = {  # [API] the same file
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}
"""How the names of a partition's endpoints end; those of its services end so too, or with that of `aws`."""
DNS_SUFFIX = "|".join(re.escape(each) for each in dict.fromkeys(DNS_SUFFIXES.values()))
"""A pattern of any of them."""
REGION_DIRECTIONS = _words("central east north northeast northwest south southeast southwest west")
"""What every name of a region has before its number; also one of a region that AWS opens tomorrow. [API]"""

_NO_RELEASE = "no release of provider aws that was read (up to 6.69.1 of October 2026) takes it"

INEXPRESSIBLE_KEYS = {
    "crl_type": _NO_RELEASE,
    "omit_extension": _NO_RELEASE,
    "serial_number": _NO_RELEASE,
    "custom_attributes": _NO_RELEASE,
}
"""Keys that AWS has and for which the provider has no argument. [TF] Its schema, compared by a test."""

_FAMILIES: dict[str, tuple[str, ...]] = {
    "RSA": (*get_args(_WithRsa), *get_args(WithRsaPss)),
    "EC": get_args(_WithEcdsa),
    "SM2": ("SM3WITHSM2",),
}


def signing_algorithms(key_algorithm: str) -> tuple[str, ...]:
    """Return the signing algorithms of a key's family. [API] IssueCertificate: the family of the issuing CA's key."""
    return _FAMILIES.get(key_family(key_algorithm), (key_algorithm,))


def key_family(key_algorithm: str) -> str:
    """Return RSA, EC, SM2 or ML."""
    return key_algorithm.partition("_")[0]


def ca_template(kind: CertificateAuthorityType, path_length: int = 0, *, passes_through: bool = False) -> str:
    """Return the template of a root's own certificate, or a subordinate CA's with a path length. [PCA] templates."""
    name = "RootCACertificate" if kind == "ROOT" else f"SubordinateCACertificate_PathLen{path_length}"
    return f"{name}{_API_PASSTHROUGH if passes_through else ''}/V1"


def ca_templates(kind: CertificateAuthorityType) -> tuple[str, ...]:
    """Return the templates for the own certificate of a CA of a type. [PCA] template varieties."""
    name = "RootCACertificate" if kind == "ROOT" else "SubordinateCACertificate"
    return tuple(each for each in TEMPLATES if name in each)


def template_path_length(template: str) -> int | None:
    """Return the path length that a template for CAs sets. [PCA] template definitions."""
    match = _PATH_LENGTH.search(template)
    return int(match[1]) if match else None


def partition(region: str) -> str:
    """Return the partition of a region, from its name. [API] botocore's partitions file, compared by a test."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def is_in_a_partition(region: str) -> bool:
    """Tell whether a partition is known whose regions are named so; of any other region no ARN can be told."""
    return region.startswith(tuple(_PARTITIONS))


def template_arn(region: str, template: str) -> str:
    """Return the ARN of a template, without region and account, in the partition of the CA. [PCA] templates."""
    return f"arn:{partition(region)}:acm-pca:::template/{template}"


def only_key_storage(region: str) -> KeyStorageSecurityStandard:
    """Return the one standard with which a region creates CAs. [PCA] data protection: since 2023.

    It is not what AWS takes where none is named: that is DEFAULT_KEY_STORAGE everywhere, which China refuses.
    """
    return "CCPC_LEVEL_1_OR_HIGHER" if partition(region) == "aws-cn" else DEFAULT_KEY_STORAGE


_PRIVILEGED = re.compile(r"^(OCSPSigning|CodeSigning|Blank)|Passthrough/")


def is_privileged(template: str) -> bool:
    """Tell whether a template allows the request to decide the usage of an end-entity certificate."""
    return _PRIVILEGED.search(template) is not None and "CACertificate" not in template


def crl_key(custom_path: str | None, ca_id: str) -> str:
    """Return where a CA's CRL is in its bucket. [API] CrlConfiguration.CustomPath: in its place instead of `crl`."""
    return f"{(custom_path or 'crl').strip('/')}/{ca_id}.crl".lstrip("/")

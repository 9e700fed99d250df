"""Each limit of a value at both edges: the last that is allowed, and the first that is refused, with the reason."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import jsonschema
import pytest
import yaml

from pcaform import facts
from pcaform.document import parse
from pcaform.problems import Invalid
from pcaform.spec import reading
from pcaform.spec.schema import json_schema
from pcaform.spec.stack import Spec

SUBJECT_MAXIMA = {name: limit for name, limit in facts.SUBJECT_LENGTHS.items() if name != "country"}
AUTHORITY = ("certificate_authorities", "issuing")
CRL = (*AUTHORITY, "revocation_configuration", "crl_configuration")
OCSP = (*AUTHORITY, "revocation_configuration", "ocsp_configuration")
ISSUER = ("issuers", "ci")
ROLE = "arn:aws:iam::123456789012:role/pki"
LONG_ROLE = ROLE.ljust(2048, "x")
POLICY = "arn:aws:iam::123456789012:policy/boundary"
CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1"
CERTIFICATE = ("certificates", "site")
ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
DISTRIBUTIONS = ("crl_buckets", "lists", "cloudfront_distribution_arns")
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
OIDC = {"provider_arn": PROVIDER, "subjects": ["repo:corp/pki:*"]}
ANCHOR = "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555"
LONG_SERVICE = "ec2.amazonaws.com".rjust(128, "a")
LONG_DISTRIBUTION = DISTRIBUTION.ljust(2048, "A")
WAIVER = {"what": "replaced", "why": "it is new", "until": "2027-01-31"}
WORDS = [
    (AUTHORITY, "type", get_args(facts.CertificateAuthorityType)),
    (AUTHORITY, "key_algorithm", get_args(facts.KeyAlgorithm)),
    (AUTHORITY, "signing_algorithm", get_args(facts.SigningAlgorithm)),
    (AUTHORITY, "usage_mode", get_args(facts.UsageMode)),
    (AUTHORITY, "key_storage_security_standard", get_args(facts.KeyStorageSecurityStandard)),
    ((*AUTHORITY, "validity"), "type", get_args(facts.ValidityType)),
    (CRL, "s3_object_acl", get_args(facts.S3ObjectAcl)),
    (CRL, "crl_type", get_args(facts.CrlType)),
]
SPEC: dict[str, Any] = {
    "version": 1,
    "stack": "corp-pki",
    "aws": {"region": "eu-west-1", "account_id": "123456789012", "assume_role": {"role_arn": ROLE}},
    "certificate_authorities": {
        "root": {
            "type": "ROOT",
            "subject": {"common_name": "Root"},
            "key_algorithm": "RSA_2048",
            "validity": {"type": "YEARS", "value": 20},
        },
        "issuing": {
            "type": "SUBORDINATE",
            "parent": "root",
            "subject": {"common_name": "Issuing"},
            "key_algorithm": "RSA_2048",
            "validity": {"type": "YEARS", "value": 5},
            "revocation_configuration": {
                "crl_configuration": {"enabled": True},
                "ocsp_configuration": {"enabled": True},
            },
            "permissions": [{}],
        },
        "elsewhere": {"managed": False, "arn": CA},
    },
    "certificates": {"site": {"certificate_authority": "root", "domain_name": "site.corp.example"}},
    "issuers": {
        "ci": {"grants": [{"certificates": "unmanaged", "certificate_authorities": ["issuing"]}]},
        "web": {"grants": [{"certificates": "managed", "certificate_authorities": ["issuing"]}]},
        "old": {"policy": {"name": "old", "document": {}}},
    },
}

REFUSED: list[tuple[tuple[str | int, ...], Any, Any, str]] = [
    (("stack",), "a" * 64, "a" * 65, "at most 64 characters"),
    (("stack",), "0.a_b-c", "-a", "a letter or digit first"),
    (("stack",), "a", "..", "a letter or digit first"),
    (("stack",), "a", "a\n", "a letter or digit first"),
    (("aws", "region"), "us-gov-west-1", "eu-west", "a region such as eu-west-1"),
    (("aws", "region"), "cn-north-1", "EU-WEST-1", "a region such as eu-west-1"),
    (("aws", "account_id"), "000000000000", "00000000000", "12 digits"),
    (("aws", "account_id"), 123456789012, 1234567890123, "12 digits"),
    (("aws", "account_id"), "123456789012", "١٢٣٤٥٦٧٨٩٠١٢", "12 digits"),
    (("aws", "assume_role", "role_arn"), ROLE.ljust(2048, "x"), ROLE.ljust(2049, "x"), "at most 2048 characters"),
    (("aws", "assume_role", "role_arn"), ROLE, POLICY, "the ARN of a role"),
    (("aws", "assume_role", "external_id"), "xx", "x", "at least 2 characters"),
    (("aws", "assume_role", "external_id"), "x" * 1224, "x" * 1225, "at most 1224 characters"),
    (("aws", "assume_role", "session_name"), "x" * 64, "x" * 65, "at most 64 characters"),
    (("aws", "assume_role", "session_name"), "xx", "x", "at least 2 characters"),
    (("aws", "assume_role", "session_name"), "pki@corp", "pki/corp", "letters, digits and any of"),
    (("terraform", "backend"), {"s3": {}}, {}, "1 or more in it"),
    (("terraform", "backend"), {"s3": {}}, {"s3": {}, "gcs": {}}, "1 or fewer in it"),
    *(
        ((*AUTHORITY, "subject", name), "x" * limit, "x" * (limit + 1), f"at most {limit} characters")
        for name, limit in SUBJECT_MAXIMA.items()
    ),
    *(((*AUTHORITY, "subject", name), "x", "", "at least 1 character ") for name in SUBJECT_MAXIMA),
    ((*AUTHORITY, "subject", "country"), "de", "deu", "two letters"),
    ((*AUTHORITY, "subject", "country"), "DE", "D", "two letters"),
    ((*AUTHORITY, "path_length"), 0, -1, "0 or more"),
    ((*AUTHORITY, "path_length"), 3, 4, "3 or less"),
    ((*AUTHORITY, "permanent_deletion_time_in_days"), 7, 6, "7 or more"),
    ((*AUTHORITY, "permanent_deletion_time_in_days"), 30, 31, "30 or less"),
    ((*AUTHORITY, "validity", "value"), 1, 0, "a number from 1"),
    ((*AUTHORITY, "validity", "value"), "2035-01-01T00:00:00Z", "", "a number from 1"),
    ((*AUTHORITY, "validity", "value"), 1, True, "a number from 1"),
    ((*AUTHORITY, "permissions"), [{"actions": list(facts.ALL_PERMISSION_ACTIONS)}], [{"actions": []}], "1 or more"),
    ((*AUTHORITY, "tags"), {"k" * 128: "v" * 256}, {"k" * 129: "v"}, "at most 128 characters"),
    ((*AUTHORITY, "tags"), {"k": ""}, {"k": "v" * 257}, "at most 256 characters"),
    ((*AUTHORITY, "tags"), {"k": "v"}, {"": "v"}, "at least 1 character "),
    ((*CRL, "expiration_in_days"), 1, 0, "1 or more"),
    ((*CRL, "expiration_in_days"), 5000, 5001, "5000 or less"),
    ((*CRL, "s3_bucket_name"), "abc", "ab", "at least 3 characters"),
    ((*CRL, "s3_bucket_name"), "a" * 255, "a" * 256, "at most 255 characters"),
    ((*CRL, "s3_bucket_name"), "corp-crl.x", "corp crl", "a bucket name"),
    ((*CRL, "custom_cname"), "a" * 253, "a" * 254, "at most 253 characters"),
    ((*CRL, "custom_cname"), "crl.corp.example", "crl corp", "a host name without a protocol"),
    ((*OCSP, "ocsp_custom_cname"), "a" * 253, "a" * 254, "at most 253 characters"),
    ((*OCSP, "ocsp_custom_cname"), "ocsp.corp.example", "ocsp corp", "a host name without a protocol"),
    ((*ISSUER, "user_name"), "u" * 64, "u" * 65, "at most 64 characters"),
    ((*ISSUER, "user_name"), "a+=,.@_-Z9", "a b", "letters, digits and any of"),
    ((*ISSUER, "user_name"), "u", "", "letters, digits and any of"),
    ((*ISSUER, "path"), "/" + "a" * 510 + "/", "/" + "a" * 511 + "/", "at most 512 characters"),
    ((*ISSUER, "path"), "/a/b/", "/a/b", "starts and ends with '/'"),
    ((*ISSUER, "path"), "/", "", "starts and ends with '/'"),
    ((*ISSUER, "permissions_boundary"), POLICY.ljust(2048, "x"), POLICY.ljust(2049, "x"), "at most 2048 characters"),
    ((*ISSUER, "permissions_boundary"), "arn:aws:iam::aws:policy/ReadOnlyAccess", ROLE, "the ARN of a policy"),
    ((*ISSUER, "grants", 0, "templates"), ["EndEntityCertificate/V1"], [], "1 or more in it"),
    (
        (*ISSUER, "grants", 0, "templates"),
        ["CodeSigningCertificate/V1"],
        ["EndEntityCertificate/V2"],
        "a template such",
    ),
    (
        (*ISSUER, "grants", 0, "templates"),
        ["BlankEndEntityCertificate_CriticalBasicConstraints_APICSRPassthrough/V1"],
        ["*"],
        "a template such",
    ),
    ((*ISSUER, "grants", 0, "certificate_authorities"), ["issuing"], [], "1 or more in it"),
    (("issuers", "web", "grants", 0, "domain_names"), [], [""], "at least 1 character "),
    *(
        (("issuers", who, "grants", 0, name), [last], [first], "allowed: ")
        for who, name, last, first in (
            ("web", "key_algorithms", "EC_secp384r1", "RSA_4096"),
            ("ci", "key_algorithms", "EC_secp521r1", "SM2"),
            ("web", "additional_actions", "RenewCertificate", "RevokeCertificate"),
            ("ci", "additional_actions", "RevokeCertificate", "RenewCertificate"),
        )
    ),
    (("issuers", "web", "grants", 0, "domain_names"), ["d" * 253], ["d" * 254], "at most 253 characters"),
    (("issuers", "old", "policy", "name"), "p" * 128, "p" * 129, "at most 128 characters"),
    (("issuers", "old", "policy", "name"), "p", "p/q", "letters, digits and any of"),
    ((*ISSUER, "ignore"), [{"rule": "user-name", "reason": "abc"}], [{"rule": "user-name", "reason": "ab"}], "3 char"),
    ((*ISSUER, "ignore"), [{"rule": "u", "reason": "abc"}], [{"rule": "", "reason": "abc"}], "at least 1 character "),
    *(
        ((*AUTHORITY, "subject", name), "a b'()+,-.:/=", "a_b", "letters, digits, blanks and any of")
        for name in ("distinguished_name_qualifier", "serial_number")
    ),
    ((*AUTHORITY, "arn"), CA, "arn:aws:acm-pca:eu-west-1:123:certificate-authority/1", "the ARN of a private CA"),
    ((*AUTHORITY, "arn"), CA.replace("aws", "aws-us-gov"), CA + "/certificate/2", "the ARN of a private CA"),
    ((*AUTHORITY, "arn"), CA.ljust(200, "1"), CA.ljust(201, "1"), "at most 200 characters"),
    ((*CERTIFICATE, "arn"), ACM, CA, "the ARN of a certificate of ACM"),
    ((*CERTIFICATE, "arn"), ACM.ljust(2048, "1"), ACM.ljust(2049, "1"), "at most 2048 characters"),
    ((*AUTHORITY, "managed"), True, "false", "allowed: true or false"),
    ((*AUTHORITY, "parent"), "a" * 64, "a" * 65, "at most 64 characters"),
    ((*AUTHORITY, "parent"), "root-1_a", "1root", "a letter first"),
    ((*AUTHORITY, "renamed_from"), "a" * 64, "a" * 65, "at most 64 characters"),
    ((*AUTHORITY, "renamed_from"), "old", "Old", "a letter first"),
    ((*AUTHORITY, "generation"), 1, 0, "1 or more"),
    ((*AUTHORITY, "generation"), 1000, 1001, "1000 or less"),
    ((*AUTHORITY, "timeouts", "create"), "5m", "5 minutes", "a duration such as 5m"),
    ((*AUTHORITY, "timeouts", "create"), "1h30m0.5s", "", "a duration such as 5m"),
    ((*AUTHORITY, "activation"), "external", "exernal", "allowed: external, pending"),
    ((*AUTHORITY, "activation", "certificate"), "x" * 32768, "x" * 32769, "at most 32768 characters"),
    ((*AUTHORITY, "activation", "certificate"), "x", "", "at least 1 character "),
    (
        (*AUTHORITY, "activation"),
        {"certificate": "x", "certificate_chain": "x" * 2097152},
        {"certificate": "x", "certificate_chain": "x" * 2097153},
        "at most 2097152 characters",
    ),
    (
        (*AUTHORITY, "activation"),
        {"certificate": "x", "certificate_chain": "x"},
        {"certificate": "x", "certificate_chain": ""},
        "at least 1 character ",
    ),
    ((*AUTHORITY, "provider", "region"), "us-east-1", "us-east", "a region such as eu-west-1"),
    ((*CRL, "custom_path"), "a" * 253, "a" * 254, "at most 253 characters"),
    ((*CRL, "custom_path"), "/", "/lists", "a path of names with '/' between them"),
    ((*CRL, "custom_path"), "lists/root", "lists//root", "a path of names with '/' between them"),
    ((*CRL, "custom_path"), "lists", "lists/", "a path of names with '/' between them"),
    *(((*path, name), last, "nonsense", "allowed: ") for path, name, words in WORDS for last in words),
    ((*AUTHORITY, "permissions"), [{"principal": "acm.amazonaws.com"}], [{"principal": "acm"}], "allowed: "),
    ((*AUTHORITY, "permissions"), [{"actions": ["ListPermissions"]}], [{"actions": ["List"]}], "allowed: "),
    (("certificate_authorities", "elsewhere", "arn"), CA, CA[:-1], "the ARN of a private CA"),
    (("certificate_authorities", "elsewhere", "arn"), CA.ljust(200, "1"), CA.ljust(201, "1"), "at most 200 characters"),
    (("certificate_authorities", "elsewhere", "key_algorithm"), "SM2", "SM3", "allowed: RSA_2048"),
    ((*ISSUER, "grants", 0, "certificate_authorities"), ["a" * 64], ["a" * 65], "at most 64 characters"),
    ((*ISSUER, "grants", 0, "certificate_authorities"), ["a"], ["A"], "a letter first"),
    (("issuers", "web", "grants", 0, "certificate_authorities"), ["issuing"], [], "1 or more in it"),
    ((*ISSUER, "renamed_from"), "old", "Old", "a letter first"),
    ((*ISSUER, "renamed_from"), "a" * 64, "a" * 65, "at most 64 characters"),
    *(
        case
        for name in ("existing_user", "existing_role")
        for case in (
            ((*ISSUER, name), "u" * 64, "u" * 65, "at most 64 characters"),
            ((*ISSUER, name), "a+=,.@_-Z9", "pki/ci", "letters, digits and any of"),
        )
    ),
    *(
        (("auditors", "pki"), {"trust": {}, name: last}, {"trust": {}, name: first}, reason)
        for name, last, first, reason in (
            ("path", "/pki/", "pki", "starts and ends with '/'"),
            ("path", f"/{'p' * 510}/", f"/{'p' * 511}/", "at most 512 characters"),
            ("permissions_boundary", POLICY, ROLE, "the ARN of a policy"),
            ("permissions_boundary", POLICY.ljust(2048, "x"), POLICY.ljust(2049, "x"), "at most 2048 characters"),
            ("tags", {"k" * 128: ""}, {"k" * 129: ""}, "at most 128 characters"),
            ("tags", {"k": ""}, {"": ""}, "at least 1 character "),
            ("tags", {"k": "v" * 256}, {"k": "v" * 257}, "at most 256 characters"),
        )
    ),
    *(
        case
        for role in ((*ISSUER, "role"), ("administrators", "pki"), ("auditors", "pki"))
        for case in (
            (role, {"trust": {}, "role_name": "u" * 64}, {"trust": {}, "role_name": "u" * 65}, "at most 64 characters"),
            (role, {"trust": {}, "role_name": "u"}, {"trust": {}, "role_name": "u/v"}, "letters, digits and any of"),
            (role, {"trust": {}, "max_session_duration": 3600}, {"trust": {}, "max_session_duration": 3599}, "3600 or"),
            (role, {"trust": {}, "max_session_duration": 43200}, {"trust": {}, "max_session_duration": 43201}, "43200"),
            (role, {"trust": {"accounts": ["0" * 12]}}, {"trust": {"accounts": ["0" * 11]}}, "12 digits"),
        )
    ),
    *(
        ((*ISSUER, "role"), {"trust": last}, {"trust": first}, reason)
        for last, first, reason in (
            ({"principals": [ROLE]}, {"principals": [f"{ROLE}*"]}, "the ARN of a user or role"),
            (
                {"principals": [ROLE.ljust(2048, "x")]},
                {"principals": [ROLE.ljust(2049, "x")]},
                "at most 2048 characters",
            ),
            ({"services": ["ec2.amazonaws.com"]}, {"services": ["ec2"]}, "an AWS service such as"),
            ({"services": [LONG_SERVICE]}, {"services": [f"a{LONG_SERVICE}"]}, "at most 128 characters"),
            ({"oidc": [OIDC]}, {"oidc": [OIDC | {"provider_arn": ROLE}]}, "the ARN of an identity provider"),
            (
                {"oidc": [OIDC | {"provider_arn": PROVIDER.ljust(2048, "x")}]},
                {"oidc": [OIDC | {"provider_arn": PROVIDER.ljust(2049, "x")}]},
                "at most 2048 characters",
            ),
            *(
                ({"oidc": [OIDC | {name: last}]}, {"oidc": [OIDC | {name: first}]}, reason)
                for name in ("subjects", "audiences")
                for last, first, reason in (
                    (["a"], [], "1 or more in it"),
                    (["a"], [""], "at least 1 character "),
                    (["a" * 512], ["a" * 513], "at most 512 characters"),
                )
            ),
            (
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR}},
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR.replace("trust-anchor", "profile")}},
                "the ARN of a trust anchor",
            ),
            (
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR.ljust(2048, "a")}},
                {"roles_anywhere": {"trust_anchor_arn": ANCHOR.ljust(2049, "a")}},
                "at most 2048 characters",
            ),
            *(
                (
                    {"roles_anywhere": {"trust_anchor_arn": ANCHOR, "common_names": [last]}},
                    {"roles_anywhere": {"trust_anchor_arn": ANCHOR, "common_names": [first]}},
                    reason,
                )
                for last, first, reason in (
                    ("a" * 64, "a" * 65, "at most 64 characters"),
                    ("a", "", "at least 1 character "),
                )
            ),
        )
    ),
    (DISTRIBUTIONS, [DISTRIBUTION], [DISTRIBUTION.replace("E2", "e2")], "the ARN of a CloudFront distribution"),
    (DISTRIBUTIONS, [LONG_DISTRIBUTION], [f"{LONG_DISTRIBUTION}A"], "at most 2048 characters"),
    (("crl_buckets", "lists", "bucket"), "a" * 63, "a" * 64, "at most 63 characters"),
    (("crl_buckets", "lists", "bucket"), "abc", "ab", "at least 3 characters"),
    (("crl_buckets", "lists", "bucket"), "corp.crl-1", "corp crl", "a bucket name"),
    *(
        ((*CERTIFICATE, name), last, first, reason)
        for name, last, first, reason in (
            ("domain_name", "a" * 64, "a" * 65, "at most 64 characters"),
            ("domain_name", "a", "", "at least 1 character "),
            ("certificate_authority", "a" * 64, "a" * 65, "at most 64 characters"),
            ("certificate_authority", "root", "Root", "a letter first"),
            ("subject_alternative_names", ["a" * 253], ["a" * 254], "at most 253 characters"),
            ("subject_alternative_names", ["a"], [""], "at least 1 character "),
            ("subject_alternative_names", ["a"] * 99, ["a"] * 100, "99 or fewer in it"),
            *(("key_algorithm", word, "RSA_3072", "allowed: ") for word in get_args(facts.AcmKeyAlgorithm)),
        )
    ),
    (("shares", "root", "accounts"), ["123456789012"], ["12345678901"], "12 digits"),
    (("shares", "root", "organization"), "o-" + "a" * 10, "o-" + "a" * 9, "an organization's id"),
    (("shares", "root", "organization"), "o-" + "a" * 32, "o-" + "a" * 33, "an organization's id"),
    (("shares", "root", "template"), "EndEntityCertificate/V1", "EndEntity/V1", "a template such as"),
    (("removed", "old"), "forget", "destroy", "allowed: forget"),
    (("removed", "old", "destroy"), CA, "old", "the ARN of what is destroyed"),
    (("removed", "old", "destroy"), CA.ljust(2048, "1"), CA.ljust(2049, "1"), "at most 2048 characters"),
    (("removed", "old"), {"forget": "certificate"}, {"forget": "all"}, "allowed: everything, certificate"),
    (
        ("removed", "old"),
        {"forget": "everything", "generation": 1000},
        {"forget": "everything", "generation": 1001},
        "allowed: 1000 or less",
    ),
    (
        ("removed", "old"),
        {"forget": "everything", "generation": 1},
        {"forget": "everything", "generation": 0},
        "allowed: 1 or more",
    ),
    (
        (*AUTHORITY, "activation"),
        {"certificate": "x", "certificate_signing_request": "x" * 32768},
        {"certificate": "x", "certificate_signing_request": "x" * 32769},
        "at most 32768 characters",
    ),
    (
        (*AUTHORITY, "activation"),
        {"certificate": "x", "certificate_signing_request": "x"},
        {"certificate": "x", "certificate_signing_request": ""},
        "at least 1 character ",
    ),
    *(
        (("waivers",), [{**WAIVER, name: last}], [{**WAIVER, name: first}], reason)
        for name, last, first, reason in (
            ("what", "x", "", "at least 1 character "),
            ("why", "abc", "ab", "at least 3 characters"),
            ("until", "2027-01-31", "31.01.2027", "a day such as 2027-01-31"),
        )
    ),
    (("version",), 1, 2, "allowed: 1"),
    *(
        case
        for tags in (
            ("aws", "default_tags"),
            *((*item, "tags") for item in (ISSUER, CERTIFICATE, ("crl_buckets", "c"))),
        )
        for case in (
            (tags, {"k" * 128: "v" * 256}, {"k" * 129: "v"}, "at most 128 characters"),
            (tags, {"k": ""}, {"k": "v" * 257}, "at most 256 characters"),
            (tags, {"k": "v"}, {"": "v"}, "at least 1 character "),
        )
    ),
    *(
        ((section,), {"a" * 64: item}, {"a" * 65: item}, "at most 64 characters")
        for section, item in (
            ("certificate_authorities", {"managed": False, "arn": CA}),
            ("issuers", {}),
            ("crl_buckets", {}),
            ("certificates", {"certificate_authority": "root", "domain_name": "a"}),
            ("shares", {}),
            ("administrators", {"trust": {}}),
            ("auditors", {"trust": {}}),
        )
    ),
    (("removed",), {"a" * 90: "forget"}, {"a" * 91: "forget"}, "at most 90 characters"),
    (("removed",), {"issuers.ci": "forget"}, {"users.ci": "forget"}, "the key of a CA, or SECTION.KEY"),
    (("terraform", "backend"), {"a" * 64: {}}, {"a" * 65: {}}, "at most 64 characters"),
    (("aws", "account_id"), 100000000000, 99999999999, "12 digits"),
    *(
        ((*path, "accounts"), [last], [first], "12 digits")
        for path in (("shares", "root"), ("administrators", "pki", "trust"))
        for last, first in ((100000000000, 99999999999), (999999999999, 1000000000000))
    ),
]


SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
LIMITS = frozenset(
    {"enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength"}
    | {"minItems", "maxItems", "minProperties", "maxProperties"}
)


def data_with(loc: tuple[str | int, ...], value: Any) -> Any:
    """Return the spec's data with one value in place."""
    spec = copy.deepcopy(SPEC)
    at: Any = spec
    for step in loc[:-1]:
        at = at.setdefault(step, {}) if isinstance(step, str) else at[step]
    at[loc[-1]] = value
    return spec


def spec_with(loc: tuple[str | int, ...], value: Any) -> bytes:
    """Return the same as YAML."""
    return yaml.safe_dump(data_with(loc, value), allow_unicode=True).encode()


def shaped(content: bytes, name: str) -> Spec:
    """Return the spec by its shape alone, before any rule."""
    return reading.read(parse(content, name))


def names(case: tuple[tuple[str | int, ...], Any, Any, str]) -> str:
    loc, _, _, reason = case
    return f"{loc[-1]}: {reason.strip()}"


@pytest.mark.parametrize(("loc", "last", "first", "reason"), REFUSED, ids=map(names, REFUSED))
def test_both_edges_of_a_limit(loc: tuple[str | int, ...], last: Any, first: Any, reason: str) -> None:
    shaped(spec_with(loc, last), "spec.yaml")
    with pytest.raises(Invalid) as caught:
        shaped(spec_with(loc, first), "spec.yaml")
    (problem,) = caught.value.problems
    assert problem.rule == "shape"
    assert f"{reason}" in f"{problem.message} "


@pytest.mark.parametrize(("loc", "last", "first", "reason"), REFUSED, ids=map(names, REFUSED))
def test_the_schema_has_the_same_edges(loc: tuple[str | int, ...], last: Any, first: Any, reason: str) -> None:
    assert reason
    assert list(VALIDATOR.iter_errors(data_with(loc, last))) == []
    if first != "a\n":  # a `$` of Python's also stands before the last line feed, one of JSON Schema's does not
        assert list(VALIDATOR.iter_errors(data_with(loc, first))) != []


def limits(schema: Any, at: str = "") -> Iterator[tuple[tuple[int, str], str]]:
    """Yield each limit in a schema: the node and the word that say it, and its path."""
    if isinstance(schema, dict):
        yield from (((id(schema), word), f"{at}/{word}") for word in LIMITS & set(schema))
        for key, value in schema.items():
            if not key.endswith("Partial"):
                yield from limits(value, f"{at}/{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from limits(value, f"{at}/{index}")


def leaves(errors: Iterable[Any]) -> Iterator[tuple[int, str]]:
    """Yield the node and the word of each limit that was broken, inside unions too."""
    for error in errors:
        yield id(error.schema), error.validator
        yield from leaves(error.context)


def test_every_limit_has_its_edges_above() -> None:
    broken = {leaf for loc, _, first, _ in REFUSED for leaf in leaves(VALIDATOR.iter_errors(data_with(loc, first)))}
    unbroken = [path for limit, path in limits(SCHEMA) if limit not in broken]
    assert [path for path in unbroken if not path.startswith("/then/")] == []  # what holds besides the defaults


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("123456789012", "123456789012"),
        ("012345670123", "012345670123"),
        ("000000000000", "000000000000"),
        ('"012345670123"', "012345670123"),
        ("'123456789012'", "123456789012"),
    ],
)
def test_an_account_id_keeps_its_zeros_with_and_without_quotes(written: str, read: str) -> None:
    text = f"version: 1\nstack: x\naws: {{region: eu-west-1, account_id: {written}}}\n"
    assert shaped(text.encode(), "spec.yaml").aws.account_id == read

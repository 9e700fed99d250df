"""Each limit of a value at both edges: the last that is allowed, and the first that is refused, with the reason."""

import copy
from typing import Any

import pytest
import yaml

from pcaform import facts
from pcaform.document import parse
from pcaform.problems import Invalid
from pcaform.spec import reading
from pcaform.spec.stack import Spec

SUBJECT_MAXIMA = {name: limit for name, limit in facts.SUBJECT_LENGTHS.items() if name != "country"}
AUTHORITY = ("certificate_authorities", "issuing")
CRL = (*AUTHORITY, "revocation_configuration", "crl_configuration")
OCSP = (*AUTHORITY, "revocation_configuration", "ocsp_configuration")
ISSUER = ("issuers", "ci")
ROLE = "arn:aws:iam::123456789012:role/pki"
POLICY = "arn:aws:iam::123456789012:policy/boundary"
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
    },
    "issuers": {
        "ci": {"grants": [{"certificates": "unmanaged", "certificate_authorities": ["issuing"]}]},
        "web": {"grants": [{"certificates": "managed", "certificate_authorities": ["issuing"]}]},
        "old": {"policy": {"name": "old", "document": {}}},
    },
}

REFUSED = [
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
    (("issuers", "web", "grants", 0, "domain_names"), ["d" * 253], ["d" * 254], "at most 253 characters"),
    (("issuers", "old", "policy", "name"), "p" * 128, "p" * 129, "at most 128 characters"),
    (("issuers", "old", "policy", "name"), "p", "p/q", "letters, digits and any of"),
    ((*ISSUER, "ignore"), [{"rule": "user-name", "reason": "abc"}], [{"rule": "user-name", "reason": "ab"}], "3 char"),
]


def spec_with(loc: tuple[str | int, ...], value: Any) -> bytes:
    """Return the spec as YAML with one value in place; what has to go along with a path length of a child does."""
    spec = copy.deepcopy(SPEC)
    at: Any = spec
    for step in loc[:-1]:
        at = at.setdefault(step, {}) if isinstance(step, str) else at[step]
    at[loc[-1]] = value
    return yaml.safe_dump(spec, allow_unicode=True).encode()


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

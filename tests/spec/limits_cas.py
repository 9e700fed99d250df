"""The limits of a CA's values: for each the last value that is taken, and the first that is not."""

from typing import Any, get_args

from pcaform.core import facts
from pcaform.spec.types import Subtrees

Limit = tuple[tuple[str | int, ...], Any, Any, str]
"""The path of a value, the last allowed value, the first rejected value, and a part of the message."""

SUBJECT_MAXIMA = {name: limit for name, limit in facts.SUBJECT_LENGTHS.items() if name != "country"}
AUTHORITY = ("certificate_authorities", "issuing")
CRL = (*AUTHORITY, "revocation_configuration", "crl_configuration")
OCSP = (*AUTHORITY, "revocation_configuration", "ocsp_configuration")
CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/3b3b3b3b-2222-3333-4444-555555555555"
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

AUTHORITIES: list[Limit] = [
    *(
        ((*AUTHORITY, "subject", name), "x" * limit, "x" * (limit + 1), f"at most {limit} characters")
        for name, limit in SUBJECT_MAXIMA.items()
    ),
    *(((*AUTHORITY, "subject", name), "x", "", "at least 1 character ") for name in SUBJECT_MAXIMA),
    *(
        (
            (*AUTHORITY, "subject", "custom_attributes"),
            [{"object_identifier": "2.5.4.3", "value": "x"} | {name: last}],
            [{"object_identifier": "2.5.4.3", "value": "x"} | {name: first}],
            reason,
        )
        for name, last, first, reason in (
            ("object_identifier", "1.3.6.1", "1.3.x", "an object identifier such as"),
            ("object_identifier", f"1.3.{'6' * 60}", f"1.3.{'6' * 61}", "at most 64 characters"),
            ("value", "x", "", "at least 1 character "),
            ("value", "x" * 256, "x" * 257, "at most 256 characters"),
        )
    ),
    ((*AUTHORITY, "subject", "country"), "de", "deu", "two letters"),
    ((*AUTHORITY, "subject", "country"), "DE", "D", "two letters"),
    ((*AUTHORITY, "path_length"), 0, -1, "0 or more"),
    ((*AUTHORITY, "path_length"), 3, 4, "3 or less"),
    ((*AUTHORITY, "template"), "RootCACertificate/V1", "RootCACertificate", "a template such as"),
    *(
        edge
        for form in Subtrees.model_fields
        for edge in (
            ((*AUTHORITY, "name_constraints", "permitted", form), ["x"], [], "at least 1 item"),
            ((*AUTHORITY, "name_constraints", "permitted", form), ["x"], [""], "at least 1 character "),
            (
                (*AUTHORITY, "name_constraints", "permitted", form),
                ["x" * 1024],
                ["x" * 1025],
                "at most 1024 characters",
            ),
        )
    ),
    ((*AUTHORITY, "permanent_deletion_time_in_days"), 7, 6, "7 or more"),
    ((*AUTHORITY, "permanent_deletion_time_in_days"), 30, 31, "30 or less"),
    ((*AUTHORITY, "validity", "value"), 1, 0, "a number from 1"),
    ((*AUTHORITY, "validity", "value"), "2035-01-01T00:00:00Z", "", "a number from 1"),
    ((*AUTHORITY, "validity", "value"), 1, True, "a number from 1"),
    (
        (*AUTHORITY, "permissions"),
        [{"actions": list(facts.ALL_PERMISSION_ACTIONS)}],
        [{"actions": []}],
        "at least 1 item",
    ),
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
    *(
        ((*AUTHORITY, "subject", name), "a b'()+,-.:/=", "a_b", "letters, digits, spaces and any of")
        for name in ("distinguished_name_qualifier", "serial_number")
    ),
    ((*AUTHORITY, "arn"), CA, CA.replace("123456789012", "123"), "the ARN of a private CA"),
    ((*AUTHORITY, "arn"), CA, CA[:-1], "the ARN of a private CA"),
    ((*AUTHORITY, "arn"), CA.replace("aws", "aws-us-gov"), CA + "/certificate/2", "the ARN of a private CA"),
    ((*AUTHORITY, "managed"), True, "false", "allowed: true or false"),
    *(
        ((*AUTHORITY, name), last, first, reason)
        for name in ("parent", "successor_of")
        for last, first, reason in (("a" * 64, "a" * 65, "at most 64 characters"), ("a", "A", "lower-case letters"))
    ),
    ((*AUTHORITY, "parent"), "root-1_a", "1root", "starting with a letter"),
    ((*AUTHORITY, "renamed_from"), "a" * 64, "a" * 65, "at most 64 characters"),
    ((*AUTHORITY, "renamed_from"), "old", "Old", "starting with a letter"),
    ((*AUTHORITY, "generation"), 1, 0, "1 or more"),
    ((*AUTHORITY, "generation"), 1000, 1001, "1000 or less"),
    ((*AUTHORITY, "issued_generation"), 1, 0, "1 or more"),
    ((*AUTHORITY, "issued_generation"), 1000, 1001, "1000 or less"),
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
    ((*CRL, "custom_path"), "/", "/lists", "a path of names separated by '/'"),
    ((*CRL, "custom_path"), "lists/root", "lists//root", "a path of names separated by '/'"),
    ((*CRL, "custom_path"), "lists", "lists/", "a path of names separated by '/'"),
    *(((*path, name), last, "nonsense", "allowed: ") for path, name, words in WORDS for last in words),
    ((*AUTHORITY, "permissions"), [{"principal": "acm.amazonaws.com"}], [{"principal": "acm"}], "allowed: "),
    ((*AUTHORITY, "permissions"), [{"actions": ["ListPermissions"]}], [{"actions": ["List"]}], "allowed: "),
    (("certificate_authorities", "elsewhere", "arn"), CA, CA[:-1], "the ARN of a private CA"),
    (("certificate_authorities", "elsewhere", "key_algorithm"), "SM2", "SM3", "allowed: RSA_2048"),
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
]

"""Every text of a spec is held against a pattern, or says why it has none; no pattern is wider than AWS's own."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader

from pcaform.spec import types
from pcaform.spec.schema import json_schema

SUBJECT = "the rule subject-text: AWS has no pattern for it"
PROSE = "a person's own words"
SUBTREES = ("dns_names", "directory_names", "ip_ranges", "email_addresses", "uris")
FREE = {
    **{f"Subject.{name}": SUBJECT for name in ("common_name", "generation_qualifier", "given_name", "initials")},
    **{f"Subject.{name}": SUBJECT for name in ("locality", "organization", "organizational_unit", "pseudonym")},
    **{f"Subject.{name}": SUBJECT for name in ("state", "surname", "title")},
    "CustomAttribute.value": SUBJECT,
    **{f"Subtrees.{name}": "the rule name-constraints, by RFC 5280" for name in SUBTREES},
    "Spec.extends": "the name of a file, which must be there",
    "Aws.profile": "a name in the configuration of a person or a pipeline",
    **{f"IgnoreTags.{name}": "it is compared with the keys of tags" for name in ("keys", "key_prefixes")},
    "Ignore.reason": PROSE,
    "Policy.description": PROSE,
    "Waiver.why": PROSE,
    "Ignore.rule": "the rule that it names must exist",
    "Waiver.what": "the rule that it names must exist",
    "Waiver.address": "it is compared with addresses of a plan, nothing is made from it",
    "Validity.value": "the rule on validity reads it as a time",
    "OfflineActivation.certificate": "PEM or a file's name, read as a certificate",
    "OfflineActivation.certificate_chain": "PEM or a file's name, read as certificates",
    "OfflineActivation.certificate_signing_request": "PEM or a file's name, read as a CSR",
    "ManagedGrant.domain_names": "the rules domain-names and domain-names-case",
    "Oidc.subjects": "claims of another party, in its own form; the rule trust-anybody",
    "Oidc.audiences": "claims of another party, in its own form",
    "RolesAnywhere.common_names": "names in certificates of another party",
}
"""Texts without a pattern, each with the reason."""


def free_texts(node: Any, at: str) -> Iterator[str]:
    """Yield the path of each text in a schema that nothing limits but its length; mappings are checked by rules."""
    if not isinstance(node, dict):
        return
    if node.get("type") == "string" and not {"pattern", "enum", "const", "format"} & set(node):
        yield at
    for branch in (*node.get("anyOf", ()), *node.get("oneOf", ()), node.get("items")):
        yield from free_texts(branch, at)


def test_every_text_has_a_pattern_or_a_reason() -> None:
    schema = json_schema()
    definitions = {name: each for name, each in schema["$defs"].items() if not name.endswith("Partial")}
    found = {
        path
        for name, each in [*definitions.items(), ("Spec", schema), ("Spec", schema["else"])]
        for field, node in each.get("properties", {}).items()
        for path in free_texts(node, f"{name}.{field}")
    }
    assert found == set(FREE)


SAMPLES = [
    *(
        "",
        "a",
        "A",
        "a.b",
        "a.bc",
        "*.a.bc",
        "a.*.bc",
        "*",
        "-a.bc",
        "a-.bc",
        "a..bc",
        "a.bc.",
        "A.BC",
        "a_b.cd",
        "a b",
    ),
    *(f"{'a' * 63}.bc", f"{'a' * 64}.bc", "xn--bcher-kva.example", "b\u00fccher.example", "10.0.0.1", "a.b\n", "a/b"),
    *("1.3.6.1.4", "2.39.1", "2.40.1", "3.1", "1", "1.3.", "1.3.x", "1.2.3\n", "DE", "de", "deu", "D1", "x:/-", "x@y"),
    *("ab'()+,-.:/= ", "a*b", "a&b", "a;b", "\u00e9", "/", "//", "/a/", "a/", "/a b/", "a%b", "corp-crl", "Corp.CRL/1"),
]


@pytest.mark.parametrize(
    ("pattern", "service", "shape"),
    [
        (types.HOST_NAME, "acm", "DomainNameString"),
        (types.OID, "acm-pca", "CustomObjectIdentifier"),
        (types.COUNTRY, "acm-pca", "CountryCodeString"),
        (types.PRINTABLE, "acm-pca", "ASN1PrintableString64"),
        (types.CNAME, "acm-pca", "CnameString"),
        (types.BUCKET, "acm-pca", "S3BucketName3To255"),
        (types.USER_NAME, "iam", "userNameType"),
        (types.USER_NAME, "iam", "policyNameType"),
        (types.PATH, "iam", "pathType"),
        (types.EXTERNAL_ID, "sts", "externalIdType"),
        (types.USER_NAME, "sts", "roleSessionNameType"),
    ],
)
def test_no_pattern_is_wider_than_that_of_the_service(pattern: str, service: str, shape: str) -> None:
    theirs = Loader().load_service_model(service, "service-2")["shapes"][shape]["pattern"]
    ours = re.compile(pattern.removesuffix("$") + r"\Z")
    taken = [sample for sample in SAMPLES if ours.match(sample)]
    assert taken
    assert [sample for sample in taken if not re.fullmatch(theirs, sample, re.ASCII)] == []

"""Entries of existing CAs: parents and every setting; CAs that cannot be represented are listed."""

import json
from typing import Any

import pytest

from importer.infer.builders import PART, infer, spec_of
from importer.infer.state_builders import (
    Resource,
    arn_of,
    authority,
    certificate,
    permission,
    resource,
    root,
    subordinate,
)
from pcaform.spec.cas import Validity


def test_tree_is_inferred_from_certificates() -> None:
    spec = spec_of(*subordinate("issuing", "policy"), *subordinate("policy", "root", length=1), *root())
    cas = spec.managed
    assert {key: (ca.type, ca.parent, ca.path_length) for key, ca in cas.items()} == {
        "issuing": ("SUBORDINATE", "policy", 0),
        "policy": ("SUBORDINATE", "root", 1),
        "root": ("ROOT", None, None),
    }
    assert cas["root"].validity == Validity(type="YEARS", value=10)
    assert (spec.aws.region, spec.aws.account_id, spec.stack) == ("eu-west-1", "123456789012", "corp-pki")


SETTINGS: dict[str, Any] = {
    "certificate_authority_configuration": [
        {
            "key_algorithm": "EC_secp384r1",
            "signing_algorithm": "SHA512WITHECDSA",
            "subject": [{"common_name": "Corp Root", "country": "DE", "organization": ""}],
        }
    ],
    "usage_mode": "SHORT_LIVED_CERTIFICATE",
    "key_storage_security_standard": "FIPS_140_2_LEVEL_2_OR_HIGHER",
    "enabled": False,
    "permanent_deletion_time_in_days": 7,
    "revocation_configuration": [
        {
            "crl_configuration": [
                {
                    "custom_cname": "",
                    "enabled": True,
                    "expiration_in_days": 7,
                    "s3_bucket_name": "corp-crl",
                    "s3_object_acl": "PUBLIC_READ",
                }
            ],
            "ocsp_configuration": [{"enabled": False, "ocsp_custom_cname": ""}],
        }
    ],
    "tags": {"a": "b"},
    "tags_all": {"a": "b"},
}


def test_every_setting_is_imported() -> None:
    spec = spec_of(
        authority("x", **SETTINGS),
        certificate("x", validity=[{"type": "END_DATE", "value": "2035-01-01T00:00:00Z"}]),
        permission("x"),
    )
    assert spec.managed["corp-root"].model_dump(exclude_none=True, exclude_defaults=True) == {
        "type": "ROOT",
        "subject": {"common_name": "Corp Root", "country": "DE"},
        "key_algorithm": "EC_secp384r1",
        "signing_algorithm": "SHA512WITHECDSA",
        "validity": {"type": "END_DATE", "value": "2035-01-01T00:00:00Z"},
        "usage_mode": "SHORT_LIVED_CERTIFICATE",
        "key_storage_security_standard": "FIPS_140_2_LEVEL_2_OR_HIGHER",
        "enabled": False,
        "issued_generation": 1,
        "permanent_deletion_time_in_days": 7,
        "revocation_configuration": {
            "crl_configuration": {
                "enabled": True,
                "s3_bucket_name": "corp-crl",
                "expiration_in_days": 7,
                "s3_object_acl": "PUBLIC_READ",
            }
        },
        "permissions": ({},),
        "tags": {"a": "b"},
        "ignore": (
            {"rule": "crl-public", "reason": "imported as it exists"},
            {"rule": "short-lived-permission", "reason": "imported as it exists"},
            {"rule": "china", "reason": "imported as it exists"},
        ),
    }


@pytest.mark.parametrize(
    ("region", "storage", "imported"),
    [
        ("eu-west-1", "FIPS_140_2_LEVEL_3_OR_HIGHER", None),
        ("eu-west-1", "CCPC_LEVEL_1_OR_HIGHER", "CCPC_LEVEL_1_OR_HIGHER"),
        ("cn-north-1", "CCPC_LEVEL_1_OR_HIGHER", "CCPC_LEVEL_1_OR_HIGHER"),
        ("cn-north-1", "FIPS_140_2_LEVEL_3_OR_HIGHER", "FIPS_140_2_LEVEL_3_OR_HIGHER"),
        ("eu-west-1", "", None),
    ],
)
def test_only_the_key_storage_that_aws_takes_by_itself_is_left_out(
    region: str, storage: str, imported: str | None
) -> None:
    ca = authority("root", region=region, key_storage_security_standard=storage)
    spec = spec_of(ca, certificate("root", region=region))
    assert spec.managed["root"].key_storage_security_standard == imported


def test_installed_certificate_of_two_is_used() -> None:
    renewed = authority("root", certificate="new\n")
    old = certificate("root", certificate="old", validity=[{"type": "YEARS", "value": "1"}])
    new = certificate("root", certificate="new", validity=[{"type": "YEARS", "value": "5"}])
    assert spec_of(renewed, old, new).managed["root"].validity == Validity(type="YEARS", value=5)


def test_different_chain_is_reported() -> None:
    chain = {"certificate_chain": "certificate of root\n"}
    below, issued = subordinate("issuing", "root")
    issued["instances"][0]["attributes"] |= chain
    installed = {"certificate_authority_arn": arn_of("issuing"), "certificate": "certificate of issuing"}
    kind = "aws_acmpca_certificate_authority_certificate"
    assert infer(*root(), below, issued, resource(kind, None, {**installed, **chain})).left_out == ()
    (note,) = infer(*root(), below, issued, resource(kind, None, {**installed, "certificate_chain": "own"})).left_out
    assert note == (
        "aws_acmpca_certificate_authority_certificate.this",
        "its chain is not the one that came with its certificate: a plan installs both again, with that one",
    )


ROOT_ADDRESS = "aws_acmpca_certificate_authority.this"
ELSEWHERE = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/some/where"


def test_what_was_passed_through_unread_is_kept() -> None:
    """The certificate was issued without it; a CA that is left out could not be watched."""
    typo: dict[str, Any] = {"Extensions": {"CustomExtension": []}}
    template = "arn:aws:acm-pca:::template/RootCACertificate_APIPassthrough/V1"
    found = infer(authority("root"), certificate("root", template_arn=template, api_passthrough=json.dumps(typo)))
    (ca,) = found.spec.managed.values()
    assert ca.api_passthrough == typo
    assert [ignored.rule for ignored in ca.ignore] == ["api-passthrough"]


LEFT_OUT: dict[str, tuple[list[Resource], str]] = {
    "other key": (
        [
            authority(
                "root",
                certificate_authority_configuration=[
                    {
                        "key_algorithm": "RSA_1024",
                        "signing_algorithm": "SHA256WITHRSA",
                        "subject": [{"common_name": "x"}],
                    }
                ],
            ),
            certificate("root"),
        ],
        "'key_algorithm' is 'RSA_1024' (did you mean 'RSA_3072'?), allowed: RSA_2048",
    ),
    "odd ARN": ([authority("root", arn=ELSEWHERE), certificate("root")], PART),
    "ARN of no account": ([authority("root", arn=ELSEWHERE.replace("123456789012", "")), certificate("root")], PART),
    "never made": ([authority("root", arn=None), certificate("root")], PART),
    "no configuration": ([authority("root", certificate_authority_configuration=[]), certificate("root")], PART),
    "no subject": (
        [
            authority("root", certificate_authority_configuration=[{"key_algorithm": "RSA_2048", "subject": []}]),
            certificate("root"),
        ],
        PART,
    ),
    "empty subject": ([authority("root", common_name=""), certificate("root")], PART),
    "odd validity": ([authority("root"), certificate("root", validity=[{"type": "YEARS", "value": "ten"}])], PART),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_ca_that_cannot_be_represented_is_listed(case: str) -> None:
    resources, reason = LEFT_OUT[case]
    found = infer(*resources, *root("other"))
    assert reason in dict(found.left_out)[ROOT_ADDRESS]
    assert list(found.spec.managed) == ["other"]


def test_a_ca_with_a_key_that_a_later_release_takes_is_managed() -> None:
    """Its stack asks for that release: see tests/render/test_provider_release.py."""
    settings = {"key_algorithm": "ML_DSA_65", "signing_algorithm": "ML_DSA_65", "subject": [{"common_name": "pq"}]}
    found = infer(authority("pq", certificate_authority_configuration=[settings]))
    assert [(ca.key_algorithm, ca.signing_algorithm) for ca in found.spec.managed.values()] == [
        ("ML_DSA_65", "ML_DSA_65")
    ]


def test_a_path_of_crls_that_a_later_release_takes_is_managed() -> None:
    crl = {"enabled": True, "s3_bucket_name": "logs", "expiration_in_days": 7, "custom_path": "lists/root"}
    found = infer(*root("plain"), authority("far", revocation_configuration=[{"crl_configuration": [crl]}]))
    assert not found.left_out
    configurations = {key: ca.revocation_configuration for key, ca in found.spec.managed.items()}
    assert {
        key: each and each.crl_configuration and each.crl_configuration.custom_path
        for key, each in configurations.items()
    } == {
        "plain": None,
        "far": "lists/root",
    }


CRL = {"enabled": True, "expiration_in_days": 7, "s3_bucket_name": "corp-crl", "s3_object_acl": "PUBLIC_READ"}
EXTENSION = "crl_distribution_point_extension_configuration"


@pytest.mark.parametrize(
    ("crl", "key", "reason"),
    [
        ({"crl_type": "COMPLETE", EXTENSION: []}, {"csr_extensions": []}, ""),
        ({"crl_type": "", EXTENSION: [{"omit_extension": False}]}, {}, ""),
        ({"crl_type": "PARTITIONED"}, {}, "Terraform cannot set 'crl_type'"),
        ({EXTENSION: [{"omit_extension": True}]}, {}, "Terraform cannot set 'omit_extension'"),
        ({}, {"csr_extensions": [{}]}, "a spec has no field for 'csr_extensions', and without it a plan may replace"),
    ],
    ids=["defaults", "false", "crl_type", "omit_extension", "csr_extensions"],
)
def test_what_a_later_provider_may_have_is_never_dropped(crl: Any, key: Any, reason: str) -> None:
    ca = authority("ca", revocation_configuration=[{"crl_configuration": [CRL | crl]}])
    ca["instances"][0]["attributes"]["certificate_authority_configuration"][0] |= key
    second = [{**each, "name": "other"} for each in root("other")]
    found = infer(ca, certificate("ca"), *second)
    reasons = [note.reason for note in found.notes if note.kind == "left out" and note.address.endswith("ity.this")]
    assert [each[: len(reason)] for each in reasons] == ([reason] if reason else [])
    assert ("ca" in found.spec.managed, found.spec.removed.get("aws_acmpca_certificate_authority.this")) == (
        (True, None) if not reason else (False, "forget")
    )

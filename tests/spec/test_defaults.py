"""What follows from what: values that are filled in, and `certificate_authority_defaults` laid under every CA."""

from typing import get_args

import pytest

from pcaform.core import facts
from pcaform.spec import parse as reading
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import parse

HEAD = 'version: 1\nstack: corp-pki\naws: {region: eu-west-1, account_id: "123456789012"}\n'


def read(text: str) -> Spec:
    return reading.parse_spec(parse((HEAD + text).encode(), "spec.yaml"))


def test_defaults_lie_below_every_authority_mapping_by_mapping() -> None:
    spec = read("""
certificate_authority_defaults:
  type: ROOT
  subject: {organization: Corp, country: DE}
  key_algorithm: RSA_4096
  validity: {type: YEARS, value: 20}
  permissions: [{principal: acm.amazonaws.com}]
  tags: {owner: pki, cost: "12"}
certificate_authorities:
  first:
    subject: {common_name: First}
  second:
    subject: {common_name: Second, country: FR}
    key_algorithm: RSA_2048
    validity: {value: 10}
    permissions: []
    tags: {cost: "13"}
""")
    first, second = spec.managed.values()
    assert first.validity is not None
    assert second.validity is not None
    assert first.subject.model_dump(exclude_none=True) == {
        "common_name": "First",
        "country": "DE",
        "organization": "Corp",
    }
    assert (first.key_algorithm, first.validity.value, len(first.permissions)) == ("RSA_4096", 20, 1)
    assert first.tags == {"owner": "pki", "cost": "12"}
    assert second.subject.country == "FR"
    assert (second.key_algorithm, second.validity.type, second.validity.value) == ("RSA_2048", "YEARS", 10)
    assert (second.permissions, second.tags) == ((), {"owner": "pki", "cost": "13"})


def test_an_explicit_null_takes_a_default_away() -> None:
    spec = read("""
certificate_authority_defaults:
  type: ROOT
  subject: {common_name: Root}
  key_algorithm: RSA_2048
  validity: {type: YEARS, value: 20}
  revocation_configuration: {ocsp_configuration: {enabled: true}}
certificate_authorities:
  first: {}
  second: {revocation_configuration: null}
""")
    first, second = spec.managed.values()
    assert first.revocation_configuration is not None
    assert second.revocation_configuration is None


@pytest.mark.parametrize("key", get_args(facts.KeyAlgorithm))
def test_the_signing_algorithm_follows_from_the_key(key: str) -> None:
    spec = read(f"""
certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: Root}}
    key_algorithm: {key}
    validity: {{type: YEARS, value: 20}}
""")
    expected = {
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
    assert spec.managed["root"].signing_algorithm == expected[key]


def test_what_is_left_out_has_the_documented_value() -> None:
    spec = read("""
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: RSA_2048
    validity: {type: YEARS, value: 20}
    revocation_configuration: {crl_configuration: {enabled: true, s3_bucket_name: crl, expiration_in_days: 7}}
    permissions: [{}]
  issuing:
    type: SUBORDINATE
    parent: root
    subject: {common_name: Issuing}
    key_algorithm: RSA_2048
    validity: {type: YEARS, value: 5}
issuers:
  ci: {grants: [{certificates: unmanaged, certificate_authorities: [issuing]}]}
""")
    root, issuing = spec.managed.values()
    assert root.revocation_configuration is not None
    crl = root.revocation_configuration.crl_configuration
    assert (root.path_length, issuing.path_length) == (None, 0)
    assert (root.usage_mode, root.enabled, root.permanent_deletion_time_in_days) == ("GENERAL_PURPOSE", True, 30)
    assert crl is not None
    assert crl.s3_object_acl == "BUCKET_OWNER_FULL_CONTROL"
    assert root.permissions[0].principal == "acm.amazonaws.com"
    assert root.permissions[0].actions == ("IssueCertificate", "GetCertificate", "ListPermissions")
    assert spec.issuers["ci"].user_name == "ci"
    assert spec.issuers["ci"].model_dump()["grants"][0]["templates"] == ("EndEntityCertificate/V1",)

"""Keys of CAs and issuers: from our module's name, else from their own name."""

import pytest

from importer.infer.builders import UNMANAGED, policy_of, spec_of
from importer.infer.state_builders import authority, certificate, root, user


@pytest.mark.parametrize(
    ("module", "common_name", "key"),
    [
        ("module.ca_root", "Corp Root CA", "root"),
        ("module.ca_root[0]", "Corp Root CA", "root"),
        ('module.ca_root["a.b"]', "Corp Root CA", "root"),
        ("module.pki.module.ca_eu-1", "Corp Root CA", "eu-1"),
        ("module.ca_root.module.inner", "Corp Root CA", "corp-root-ca"),
        ('module.authorities["root"]', "Corp Root CA", "corp-root-ca"),
        (None, "Corp  Root/CA (G2)", "corp-root-ca-g2"),
        (None, "2nd CA", "x-2nd-ca"),
        (None, "Zürich", "z-rich"),
        (None, "日本", "x"),
        (None, "---", "x"),
        (None, "", "ca"),
        (None, "a" * 64, "a" * 56),
    ],
)
def test_key_comes_from_our_module_or_the_common_name(module: str | None, common_name: str, key: str) -> None:
    subject = {"common_name": common_name, "organization": "Corp"}
    configuration = {"key_algorithm": "RSA_2048", "signing_algorithm": "SHA256WITHRSA", "subject": [subject]}
    made = authority("x", module=module, certificate_authority_configuration=[configuration])
    assert list(spec_of(made, certificate("x")).certificate_authorities) == [key]


def test_equal_names_get_different_keys() -> None:
    made = [authority(name, common_name="Corp Root") for name in ("a", "b", "c")]
    spec = spec_of(*made, *map(certificate, ("a", "b", "c")))
    assert list(spec.managed) == ["corp-root", "corp-root-2", "corp-root-3"]


def test_issuers_get_keys_like_cas() -> None:
    users = [
        *user("a", policy_of("a", UNMANAGED), module="module.issuer_ci"),
        *user("ci", policy_of("ci", UNMANAGED)),
        *user("ci.", policy_of("ci.", UNMANAGED)),
    ]
    assert list(spec_of(*root(), *users).issuers) == ["ci", "ci-2", "ci-3"]

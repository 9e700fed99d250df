"""A stack asks for the first release of the provider that takes every value in it, and others keep their floor."""

from pathlib import Path

import pytest

from conftest import Run

SPEC = """version: 1
stack: corp-pki
aws: {{region: eu-west-1, account_id: "123456789012"}}
certificate_authorities:
  root:
    type: ROOT
    subject: {{common_name: ML_DSA_65}}
    key_algorithm: {key}
    signing_algorithm: {signature}
    validity: {{type: YEARS, value: 20}}
  issuing:
    type: SUBORDINATE
    parent: root
    subject: {{common_name: Issuing}}
    key_algorithm: RSA_2048
    validity: {{type: YEARS, value: 5}}
"""


@pytest.mark.parametrize(
    ("key", "signature", "releases"),
    [
        ("RSA_2048", "SHA256WITHRSA", ">= 5.100.0, != 6.0.0, != 6.14.0, < 7.0.0"),
        ("ML_DSA_65", "ML_DSA_65", ">= 6.22.0, < 7.0.0"),
        ("RSA_2048", "SHA256WITHRSA_PSS", ">= 6.69.1, < 7.0.0"),
    ],
)
def test_a_stack_asks_for_the_release_that_takes_its_values(
    pcaform: Run, tmp_path: Path, key: str, signature: str, releases: str
) -> None:
    (tmp_path / "corp-pki.yaml").write_text(SPEC.format(key=key, signature=signature), encoding="utf-8")
    done = pcaform("render", "corp-pki.yaml", "--out", ".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f'version = "{releases}"' in (tmp_path / "corp-pki" / "versions.tf").read_text(encoding="utf-8")

"""A stack asks for the first release of the provider that takes all that it uses, and others keep their floor."""

from difflib import ndiff
from pathlib import Path

import pytest

from conftest import Run

MODULES = Path(__file__).parents[2] / "modules"
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
CRL = """version: 1
stack: corp-pki
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: RSA_2048
    validity: {type: YEARS, value: 20}
    tags: {algorithm: ML_DSA_65}
    revocation_configuration:
      crl_configuration: {enabled: true, s3_bucket_name: corp-crl, expiration_in_days: 7, custom_cname: c.example}
  plain:
    type: ROOT
    subject: {common_name: Plain}
    key_algorithm: RSA_2048
    validity: {type: YEARS, value: 20}
"""
PATH = CRL.replace("c.example}", "c.example, custom_path: lists/root}")
FRONT = "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7"
BUCKET = f"crl_buckets: {{corp-crl: {{cloudfront_distribution_arns: [{FRONT}]}}}}\n"
POST_QUANTUM = CRL.replace("RSA_2048", "ML_DSA_65")
NEWER = "private-ca-aws-6-33"


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


def rendered(pcaform: Run, home: Path, spec: str, *options: str) -> dict[str, str]:
    """Return the files of a spec's stack by their paths, after rendering it over what is there."""
    (home / "corp-pki.yaml").write_text(spec, encoding="utf-8")
    done = pcaform("render", "corp-pki.yaml", "--out", ".", *options, cwd=home)
    assert done.returncode == 0, done.stderr
    files = ((path, path.relative_to(home / "corp-pki")) for path in (home / "corp-pki").rglob("*") if path.is_file())
    return {str(name): path.read_text(encoding="utf-8") for path, name in files}


@pytest.mark.parametrize(
    ("spec", "releases"),
    [
        (CRL, ">= 5.100.0, != 6.0.0, != 6.14.0, < 7.0.0"),
        (CRL + BUCKET, ">= 5.100.0, != 6.0.0, != 6.14.0, < 7.0.0"),
        (POST_QUANTUM + BUCKET, ">= 6.40.0, < 7.0.0"),
        (PATH, ">= 6.33.0, < 7.0.0"),
        (PATH + BUCKET, ">= 6.40.0, < 7.0.0"),
        (PATH.replace("enabled: true", "enabled: false"), ">= 5.100.0, != 6.0.0, != 6.14.0, < 7.0.0"),
    ],
)
def test_a_stack_asks_for_the_release_of_its_arguments_without_its_defects(
    pcaform: Run, tmp_path: Path, spec: str, releases: str
) -> None:
    """Releases 6.22 to 6.39 never settle with a bucket of the stack."""
    assert f'version = "{releases}"' in rendered(pcaform, tmp_path, spec)["versions.tf"]


@pytest.mark.parametrize(
    ("protection", "copies"),
    [("", (NEWER, "private-ca")), ("deletion_protection: false", (f"{NEWER}-unprotected", "private-ca-unprotected"))],
)
@pytest.mark.parametrize("options", [(), ("--modules", "shared"), ("--modules", "git::https://x.example/m?ref=v1")])
def test_a_path_switches_the_source_of_its_ca_alone_and_back(
    pcaform: Run, tmp_path: Path, protection: str, copies: tuple[str, str], options: tuple[str, ...]
) -> None:
    """Addresses stay: each call has its name, and the copies differ from their originals in the argument only."""
    before, after = (text.replace("tags:", f"{protection}\n    tags:") for text in (CRL, PATH))
    old, new = (rendered(pcaform, tmp_path, text, *options) for text in (before, after))
    before_it, after_it = (files["certificate_authorities.tf"].splitlines() for files in (old, new))
    shown = [line for line in ndiff(before_it, after_it) if line[0] in "+-"]
    base = {(): "./modules/", ("--modules", "shared"): "../modules/"}.get(options, "git::https://x.example/m/")
    query = "?ref=v1" if "?" in "".join(options) else ""
    assert shown == [
        f'-   source = "{base}{copies[1]}{query}"',
        f'+   source = "{base}{copies[0]}{query}"',
        '+       custom_path        = "lists/root"',
    ]
    kept = rendered(pcaform, tmp_path, before, *options)
    assert {path: text for path, text in kept.items() if path != ".pcaform.json"} == {
        path: text for path, text in old.items() if path != ".pcaform.json"
    }


@pytest.mark.parametrize("suffix", ["", "-unprotected"])
def test_a_copy_for_a_later_release_has_that_argument_more(suffix: str) -> None:
    """That release takes it: tests/terraform/test_newest_provider.py."""
    shown: dict[str, list[str]] = {}
    for path in sorted((MODULES / f"private-ca{suffix}").glob("*.tf")):
        old, new = (each.read_text("utf-8").splitlines() for each in (path, MODULES / f"{NEWER}{suffix}" / path.name))
        shown[path.name] = [line for line in ndiff(old, new) if line[0] in "+-" and not line.startswith(("- #", "+ #"))]
    assert {name: lines for name, lines in shown.items() if lines} == {
        "main.tf": ["+           custom_path        = crl_configuration.value.custom_path"],
        "variables.tf": ["+       custom_path        = optional(string)"],
        "versions.tf": [
            '-       version = ">= 5.100.0, != 6.0.0, != 6.14.0"',
            '+       version = ">= 6.33.0"',
        ],
    }


NEVER_SETTLES = "it plans a change of every bucket's encryption, each time (issue 47320); 6.40.0 mends it"
TOO_OLD = "it does not take 'custom_path': 6.33.0 is the first release known to"


@pytest.mark.parametrize(
    ("spec", "release", "told"),
    [
        (CRL + BUCKET, "6.25.0", NEVER_SETTLES),
        (CRL + BUCKET, "6.40.0", ""),
        (CRL, "6.25.0", ""),
        (CRL, "6.20.0", "planned with '-refresh=false'"),
        (PATH, "5.100.0", TOO_OLD),
        (PATH, "6.69.1", ""),
        (PATH, "7.0.0", "before 7.0.0"),
    ],
)
def test_rendering_tells_what_does_not_work_with_the_locked_release(
    pcaform: Run, tmp_path: Path, spec: str, release: str, told: str
) -> None:
    (tmp_path / "corp-pki").mkdir()
    lock = f'provider "registry.terraform.io/hashicorp/aws" {{\n  version = "{release}"\n}}\n'
    (tmp_path / "corp-pki" / ".terraform.lock.hcl").write_text(lock, encoding="utf-8")
    (tmp_path / "corp-pki.yaml").write_text(spec, encoding="utf-8")
    done = pcaform("render", "corp-pki.yaml", "--out", ".", cwd=tmp_path)
    assert done.returncode == 0
    said = [line for line in done.stderr.splitlines() if "provider-release" in line]
    assert [told in line and "terraform init -upgrade" in line for line in said] == [True] * bool(told)
    checked = pcaform("validate", "corp-pki.yaml", "--provider", release, cwd=tmp_path)
    assert (checked.returncode, told in checked.stdout) == (bool(told), True)

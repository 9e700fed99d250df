"""A CRL that relying parties can read: bucket, distribution and CA applied on the sandbox, and the CRL fetched there.

The address is that in a certificate, asked for over plain HTTP from the sandbox as a proxy.
"""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from end_to_end.fixtures import ACCOUNT, Stack, started
from pcaform.checks.guard.check import check_plan
from pcaform.core.problems import Invalid
from pcaform.terraform.plan_json import read
from terraform_steps import apply_without_plan

pytestmark = pytest.mark.terraform
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
BUCKET = "module.crl_bucket_story-crl"
CA = """\
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    validity: {type: YEARS, value: 20}
    revocation_configuration:
      crl_configuration: {enabled: true, s3_bucket_name: story-crl, expiration_in_days: 7, custom_cname: %s}
"""
AUDIT = f"""\
crl_buckets: {{story-reports: {{content: audit_reports}}}}
auditors: {{auditor: {{trust: {{accounts: ["{ACCOUNT}"]}}}}}}
"""
OWN = (
    CA % "crl.corp.example"
    + f"crl_buckets: {{story-crl: {{distribution: {{acm_certificate_arn: '{CERTIFICATE}'}}}}}}\n"
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with started(tmp_path, iam=True) as found:
        yield found


def issue(stack: Stack) -> tuple[str, x509.Certificate]:
    """Let the CA issue a certificate, and return the CA's ARN with it."""
    client, key = stack.server.client("acm-pca"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "leaf.example")])
    csr = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (ca,) = client.list_certificate_authorities()["CertificateAuthorities"]
    arn = client.issue_certificate(
        CertificateAuthorityArn=ca["Arn"],
        Csr=csr,
        SigningAlgorithm="SHA256WITHECDSA",
        Validity={"Type": "DAYS", "Value": 30},
    )["CertificateArn"]
    text = client.get_certificate(CertificateAuthorityArn=ca["Arn"], CertificateArn=arn)["Certificate"]
    return ca["Arn"], x509.load_pem_x509_certificate(text.encode())


def url_in(certificate: x509.Certificate) -> str:
    (point,) = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (name,) = point.full_name or []
    return str(name.value)


def get(stack: Stack, url: str) -> bytes:
    """Ask the sandbox, as a proxy, for a URL without any credentials."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": stack.server.endpoint_url}))
    with opener.open(url, timeout=10) as answer:
        return bytes(answer.read())


def revoke(stack: Stack, arn: str, certificate: x509.Certificate) -> None:
    stack.server.client("acm-pca").revoke_certificate(
        CertificateAuthorityArn=arn,
        CertificateSerial=f"{certificate.serial_number:x}",
        RevocationReason="KEY_COMPROMISE",
    )


def test_a_relying_party_reads_a_revoked_serial_at_the_address_in_a_certificate(stack: Stack) -> None:
    assert set(stack.apply(OWN).values()) == {("create",)}
    assert stack.remaining_changes(OWN) == {}
    arn, leaf = issue(stack)
    url = url_in(leaf)
    assert url.startswith("http://crl.corp.example/crl/")
    assert x509.load_der_x509_crl(get(stack, url)).get_revoked_certificate_by_serial_number(leaf.serial_number) is None

    revoke(stack, arn, leaf)
    crl = x509.load_der_x509_crl(get(stack, url))
    found = crl.get_revoked_certificate_by_serial_number(leaf.serial_number)
    assert found is not None
    reason = found.extensions.get_extension_for_class(x509.CRLReason).value
    assert reason == x509.CRLReason(x509.ReasonFlags.key_compromise)
    (ca,) = (each for each in stack.server.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"])
    text = stack.server.client("acm-pca").get_certificate_authority_certificate(CertificateAuthorityArn=ca["Arn"])
    own = x509.load_pem_x509_certificate(text["Certificate"].encode())
    assert crl.is_signature_valid(own.public_key())  # type: ignore[arg-type]
    assert crl.issuer == own.subject

    direct = url.replace("crl.corp.example", "story-crl.s3.eu-west-1.amazonaws.com")
    with pytest.raises(HTTPError, match="403"):
        get(stack, direct)
    (served,) = (each for each in stack.outputs()["crl_buckets"].values())
    assert x509.load_der_x509_crl(get(stack, url.replace("crl.corp.example", served["distribution_domain_name"])))
    assert served["bucket_regional_domain_name"] == "story-crl.s3.eu-west-1.amazonaws.com"

    with pytest.raises(Exception, match="Instance cannot be destroyed"):
        stack.terraform.plan(stack.home / "tfplan", "-destroy")


@pytest.mark.parametrize(
    ("cname", "bucket", "message"),
    [
        (
            "''",
            "{cloudfront_distribution_arns: ['arn:aws:cloudfront::123456789012:distribution/E1']}",
            "add 'custom_cname'",
        ),
        ("''", "{}", "add 'custom_cname'"),
        ("crl.corp.example", "{}", "add 'distribution' or 'cloudfront_distribution_arns' to 'story-crl'"),
        ("crl.corp.example", "{distribution: {}}", "add 'acm_certificate_arn' to it"),
    ],
)
def test_a_crl_that_no_one_can_read_is_not_rendered(stack: Stack, cname: str, bucket: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        stack.render((CA % cname).replace(", custom_cname: ''", "") + f"crl_buckets: {{story-crl: {bucket}}}\n")


def test_an_upgrade_changes_the_policy_of_a_bucket_and_nothing_else(stack: Stack) -> None:
    text = CA.replace(", custom_cname: %s", "").replace(
        "    type", "    ignore: [{rule: crl-unreadable, reason: old}]\n    type"
    )
    text += "crl_buckets: {story-crl: {}}\n"
    stack.render(text)
    path = stack.terraform.directory / "crl_buckets.tf"
    now = path.read_text()
    condition = now[
        now.index("          ArnLike = {") : now.index('        }\n      },\n      {\n        Sid       = "Encrypted')
    ]
    path.write_text(now.replace(condition, ""))
    apply_without_plan(stack.terraform)
    path.write_text(now)
    plan = stack.planned(text)
    changed = {each["address"]: each["change"]["actions"] for each in plan["resource_changes"]}
    assert {name: actions for name, actions in changed.items() if actions != ["no-op"]} == {
        f"{BUCKET}.aws_s3_bucket_policy.this": ["update"]
    }
    assert check_plan(read(json.dumps(plan).encode(), "plan")).outcomes == ()
    stack.terraform.apply(stack.home / "tfplan")

    served = text.replace("story-crl: {}", "story-crl: {distribution: {}}")
    assert stack.apply(served) == {
        f"{BUCKET}.aws_cloudfront_distribution.this[0]": ("create",),
        f"{BUCKET}.aws_cloudfront_origin_access_control.this[0]": ("create",),
        f"{BUCKET}.aws_s3_bucket_policy.this": ("update",),
    }
    assert stack.remaining_changes(served) == {}

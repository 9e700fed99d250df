"""The life of a stack, step by step as its owner edits the spec: what each plan does, and that it does nothing else."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from end_to_end.fixtures import ACCOUNT, REGION, Changes, Stack, started
from pcaform.core.problems import Invalid

pytestmark = pytest.mark.terraform
PARTNER = "210987654321"
PERMITTED = "permissions: [{principal: acm.amazonaws.com}]"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with started(tmp_path) as found:
        yield found


ROOT = "  root: {type: ROOT, subject: {common_name: Root}, validity: {type: YEARS, value: 20}}\n"
ISSUING = f"""\
  issuing:
    type: SUBORDINATE
    parent: root
    subject: {{common_name: Issuing}}
    validity: {{type: YEARS, value: 5}}
    ignore: [{{rule: crl-unreadable, reason: tested}}]
    {PERMITTED}
    revocation_configuration:
      crl_configuration: {{enabled: true, s3_bucket_name: story-crl, expiration_in_days: 7}}
"""
OVERSEAS = f"""\
  overseas:
    type: ROOT
    subject: {{common_name: Overseas}}
    validity: {{type: YEARS, value: 20}}
    provider: {{region: us-east-1}}
    {PERMITTED}
"""
REST = """\
crl_buckets: {story-crl: {}}
certificates: {web: {certificate_authority: issuing, domain_name: web.example, key_algorithm: EC_prime256v1}}
shares: {issuing: {accounts: ["210987654321"], organization: o-1234567890}}
issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [issuing]}]}}
"""


def authorities(*entries: str, rest: str = "") -> str:
    return "certificate_authorities:\n" + "".join(entries) + rest


def test_the_life_of_a_stack(stack: Stack) -> None:
    first = authorities(ROOT, ISSUING, OVERSEAS, rest=REST)
    made = stack.apply(first)
    assert set(made.values()) == {("create",)}
    assert stack.remaining_changes(first) == {}
    assert (stack.status("Root"), stack.status("Issuing")) == ("ACTIVE", "ACTIVE")
    assert stack.status("Overseas", region="us-east-1") == "ACTIVE"

    old = installed(stack, "Issuing")
    renewed = ISSUING.replace("value: 5}", "value: 6}\n    generation: 2")
    assert stack.apply(authorities(ROOT, renewed, OVERSEAS, rest=REST)) == {
        "module.ca_issuing_certificate_g2.aws_acmpca_certificate.this": ("create",),
        "module.ca_issuing.aws_acmpca_certificate_authority_certificate.this[0]": ("create", "delete"),
    }
    assert installed(stack, "Issuing").serial_number != old.serial_number
    assert stack.remaining_changes(authorities(ROOT, renewed, OVERSEAS, rest=REST)) == {}

    signing = renewed.replace("  issuing:\n", "  signing:\n    renamed_from: issuing\n")
    rest = REST.replace("issuing", "signing")
    assert stack.apply(authorities(ROOT, signing, OVERSEAS, rest=rest)) == {}
    assert stack.remaining_changes(authorities(ROOT, signing, OVERSEAS, rest=rest)) == {}

    third = signing.replace("generation: 2", "generation: 3").replace("    renamed_from: issuing\n", "")
    assert stack.apply(authorities(ROOT, third, OVERSEAS, rest=rest)) == {
        "module.ca_signing_certificate.aws_acmpca_certificate.this": ("forget",),
        "module.ca_signing_certificate_g3.aws_acmpca_certificate.this": ("create",),
        "module.ca_signing.aws_acmpca_certificate_authority_certificate.this[0]": ("create", "delete"),
    }
    revoke(stack, old)

    destroy_overseas(stack, ROOT, third, rest=rest)

    with pytest.raises(Invalid, match="'signing' was in this stack"):
        stack.render(authorities(ROOT))
    kept = "removed: {signing: {forget: everything, generation: 3}, issuers.ci: forget, "
    kept += "certificates.web: forget, crl_buckets.story-crl: forget}\n"
    assert set(stack.apply(authorities(ROOT, rest=kept)).values()) == {("forget",)}
    assert (stack.status("Root"), stack.status("Issuing")) == ("ACTIVE", "ACTIVE")
    assert stack.remaining_changes(authorities(ROOT)) == {}


def destroy_overseas(stack: Stack, *others: str, rest: str) -> None:
    """Destroy one CA of a stack, which takes that it is protected no longer and named, and spares all others."""
    arn = arn_of(stack, "Overseas", region="us-east-1")
    gone = f"removed: {{overseas: {{destroy: '{arn}', provider: {{region: us-east-1}}}}}}\n"
    with pytest.raises(Invalid, match="'overseas' is protected"):
        stack.render(authorities(*others, rest=rest + gone))
    unprotected = OVERSEAS.replace("ROOT\n", "ROOT\n    deletion_protection: false\n")
    assert stack.apply(authorities(*others, unprotected, rest=rest)) == {}
    assert set(stack.apply(authorities(*others, rest=rest + gone)).items()) == {
        ("module.acm_permission_overseas.aws_acmpca_permission.this", ("delete",)),
        ("module.ca_overseas.aws_acmpca_certificate_authority.this", ("delete",)),
        ("module.ca_overseas.aws_acmpca_certificate_authority_certificate.this[0]", ("delete",)),
        ("module.ca_overseas_certificate.aws_acmpca_certificate.this", ("delete",)),
    }
    assert stack.status("Overseas", region="us-east-1") == "DELETED"


class Offline:
    """A root that no machine of AWS has seen."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Offline Root")])
        self.certificate = self._sign(name, name, self.key.public_key(), days=3650)

    def signed(self, request: str, *, days: int) -> str:
        """Return the certificate for a request, PEM."""
        csr = x509.load_pem_x509_csr(request.encode())
        return pem(self._sign(csr.subject, self.certificate.subject, csr.public_key(), days=days))

    def _sign(self, subject: x509.Name, issuer: x509.Name, key: Any, *, days: int) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        builder = builder.not_valid_after(now + timedelta(days=days))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        return builder.add_extension(usage, critical=True).sign(self.key, hashes.SHA256())


LEGACY = "module.ca_legacy.aws_acmpca_certificate_authority.this"
WAITING = f"  sub: {{type: SUBORDINATE, subject: {{common_name: Sub}}, activation: pending, {PERMITTED}}}\n"
FILES = "{certificate_signing_request: sub.csr, certificate: sub.pem, certificate_chain: chain.pem}"
SIGNED = WAITING.replace("activation: pending", f"activation: {FILES}")
REFERENCE = "  {}: {{managed: false, arn: '{}', key_algorithm: EC_prime256v1, provider: {}}}\n"
BELOW = (
    "  {0}: {{type: SUBORDINATE, parent: {1}, subject: {{common_name: {0}}}, validity: {{type: DAYS, value: 90}}}}\n"
)
OFF = "subject: {common_name: Elsewhere}, revocation_configuration: {ocsp_configuration: {enabled: false}}"
EXISTING = f"  legacy: {{arn: 'ARN', activation: external, type: ROOT, {OFF}}}\n"


@dataclass
class Played:
    """Four stories of CAs that have nothing to do with each other, in the same three applies; what came of each."""

    stack: Stack
    offline: Offline
    arn: str
    always: str
    request: str = ""
    applied: list[Changes] = field(default_factory=list)
    left: list[Changes] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    imported: Mapping[str, str] = field(default_factory=dict)

    def step(self, *entries: str, rest: str = "") -> None:
        """Apply a spec, and plan it again."""
        text = authorities(*entries, self.always, rest=rest)
        self.applied.append(self.stack.apply(text))
        self.imported = self.imported or self.stack.imports()
        self.left.append(self.stack.remaining_changes(text))
        self.status.append(self.stack.status("Sub"))

    def sign(self, *, days: int) -> None:
        """Have the root that is offline sign the request."""
        signed = self.offline.signed(self.request, days=days)
        (self.stack.home / "sub.pem").write_text(signed, encoding="ascii")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with started(tmp_path_factory.mktemp("elsewhere")) as stack:
        abroad = REFERENCE.format("partner", active_root(stack, "us-east-1"), "{region: us-east-1}")
        role = f"arn:aws:iam::{PARTNER}:role/{signing_role(stack)}"
        provider = f"{{region: {REGION}, assume_role: {{role_arn: '{role}'}}}}"
        across = REFERENCE.format("other", active_root(stack, REGION, account_id=PARTNER), provider)
        always = abroad + BELOW.format("abroad", "partner") + across + BELOW.format("across", "other")
        found = Played(stack, Offline(), active_root(stack, REGION), always)
        found.step(WAITING, EXISTING.replace("ARN", found.arn))
        found.request = stack.outputs()["certificate_signing_requests"]["sub"]
        (stack.home / "sub.csr").write_text(found.request, encoding="ascii")
        (stack.home / "chain.pem").write_text(pem(found.offline.certificate), encoding="ascii")
        found.sign(days=900)
        as_reference = f"  legacy: {{managed: false, arn: '{found.arn}'}}\n"
        found.step(SIGNED, as_reference, rest="removed: {legacy: forget}\n")
        found.sign(days=1200)
        found.step(SIGNED, as_reference)
        yield found


def signing_role(stack: Stack) -> str:
    """Make a role in the other account that this account may take, and return its name."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    stack.server.client("iam", account_id=PARTNER).create_role(
        RoleName="signer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    return "signer"


def test_a_second_plan_is_empty_each_time(played: Played) -> None:
    assert played.left == [{}, {}, {}]


def test_a_parent_that_is_offline(played: Played) -> None:
    assert played.status == ["PENDING_CERTIFICATE", "ACTIVE", "ACTIVE"]
    assert played.applied[1:] == [
        {
            "module.acm_permission_sub.aws_acmpca_permission.this": ("create",),
            "module.ca_sub.aws_acmpca_certificate_authority_certificate.this[0]": ("create",),
            LEGACY: ("forget",),
        },
        {"module.ca_sub.aws_acmpca_certificate_authority_certificate.this[0]": ("create", "delete")},
    ]
    (played.stack.home / "sub.pem").write_text(pem(played.offline.certificate), encoding="ascii")
    with pytest.raises(Invalid, match="differs from that of the CA's CSR"):
        played.stack.render(authorities(SIGNED))


def test_a_reference_signs_where_it_lives(played: Played) -> None:
    made = [address for address in played.applied[0] if address.startswith("module.ca_abroad")]
    assert len(made) == len(("CA", "certificate", "installation"))
    assert installed(played.stack, "abroad").issuer.rfc4514_string() == "CN=Elsewhere"


def test_a_parent_in_another_account_signs_through_a_role(played: Played) -> None:
    """The role is assumed in the other account for this one certificate; the CA itself is made here."""
    assert played.stack.status("across") == "ACTIVE"
    assert installed(played.stack, "across").issuer.rfc4514_string() == "CN=Elsewhere"


def test_an_existing_authority_is_imported_and_nothing_else(played: Played) -> None:
    """And forgotten once it is only referred to: see the plan above."""
    assert [address for address in played.applied[0] if "legacy" in address] == []
    assert played.imported == {LEGACY: played.arn}
    assert played.applied[1][LEGACY] == ("forget",)
    assert played.stack.status("Elsewhere") == "ACTIVE"


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def active_root(stack: Stack, region: str, *, account_id: str | None = None) -> str:
    """Make an active root with no Terraform, as somebody else would."""
    client = stack.server.client("acm-pca", region=region, account_id=account_id)
    configuration = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": "Elsewhere"},
    }
    arn: str = client.create_certificate_authority(
        CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
    )["CertificateAuthorityArn"]
    issued = client.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=client.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode(),
        SigningAlgorithm="SHA256WITHECDSA",
        TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
        Validity={"Type": "YEARS", "Value": 10},
    )["CertificateArn"]
    certificate = client.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)["Certificate"]
    client.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=certificate.encode())
    return arn


def arn_of(stack: Stack, common_name: str, *, region: str = REGION) -> str:
    found = stack.server.client("acm-pca", region=region).list_certificate_authorities()["CertificateAuthorities"]
    (arn,) = (
        each["Arn"]
        for each in found
        if each["CertificateAuthorityConfiguration"]["Subject"]["CommonName"] == common_name
    )
    return str(arn)


def installed(stack: Stack, common_name: str) -> x509.Certificate:
    """Return the certificate that a CA signs with now."""
    client = stack.server.client("acm-pca")
    arn = arn_of(stack, common_name)
    found = client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)["Certificate"]
    return x509.load_pem_x509_certificate(found.encode())


def revoke(stack: Stack, certificate: x509.Certificate) -> None:
    """Revoke a certificate of the root; AWS refuses where it was revoked before, so this shows that it was not."""
    stack.server.client("acm-pca").revoke_certificate(
        CertificateAuthorityArn=arn_of(stack, "Root"),
        CertificateSerial=f"{certificate.serial_number:x}",
        RevocationReason="SUPERSEDED",
    )

"""A running sandbox for every test module, and a short way to build CAs in it."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.server import Sandbox

ACCOUNT = "111122223333"
REGION = "eu-central-1"
ALL_ACTIONS = ["IssueCertificate", "GetCertificate", "ListPermissions"]
ACM = "acm.amazonaws.com"

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "timestamp": (int, float),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
}


def template(name: str, partition: str = "aws") -> str:
    """Return a template's ARN."""
    return f"arn:{partition}:acm-pca:::template/{name}/V1"


@functools.cache
def key() -> ec.EllipticCurvePrivateKey:
    """Generate one leaf key for all tests."""
    return ec.generate_private_key(ec.SECP256R1())


def csr(
    name: str = "leaf.example.com",
    *,
    sans: tuple[str, ...] = (),
    signer: Any = None,
    is_critical: bool = False,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """Build a CSR, with a subject unless `name` is empty; `is_critical` is for the alternative names."""
    attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, name)] if name else []
    builder = x509.CertificateSigningRequestBuilder(x509.Name(attributes))
    if sans:
        names = x509.SubjectAlternativeName([x509.DNSName(san) for san in sans])
        builder = builder.add_extension(names, critical=is_critical)
    for extension, is_marked in extensions:
        builder = builder.add_extension(extension, critical=is_marked)
    return builder.sign(signer or key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def parse_certificate(pem: str) -> x509.Certificate:
    """Parse one certificate."""
    return x509.load_pem_x509_certificate(pem.encode())


@contextmanager
def expect_error(code: str, text: str = "") -> Iterator[None]:
    """Expect a ClientError with this code whose message contains `text`."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert text in error["Message"]


class Pki:
    """CAs of one sandbox, created through a real client; with EC keys, which are fast."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def create(self, kind: str = "ROOT", *, configuration: dict[str, Any] | None = None, **more: Any) -> str:
        settings = {
            "KeyAlgorithm": "EC_prime256v1",
            "SigningAlgorithm": "SHA256WITHECDSA",
            "Subject": {"CommonName": f"{kind.title()} CA", "Country": "DE"},
        } | (configuration or {})
        answer = self.client.create_certificate_authority(
            CertificateAuthorityType=kind, CertificateAuthorityConfiguration=settings, **more
        )
        return str(answer["CertificateAuthorityArn"])

    def describe(self, arn: str) -> dict[str, Any]:
        answer = self.client.describe_certificate_authority(CertificateAuthorityArn=arn)
        return dict(answer["CertificateAuthority"])

    def csr_of(self, arn: str) -> bytes:
        return str(self.client.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"]).encode()

    def issue(self, arn: str, request: bytes | None = None, **more: Any) -> dict[str, Any]:
        """Issue and fetch: Certificate, CertificateChain and the certificate's Arn."""
        settings = {
            "Csr": request or csr(),
            "SigningAlgorithm": "SHA256WITHECDSA",
            "Validity": {"Type": "DAYS", "Value": 30},
        } | more
        issued = self.client.issue_certificate(CertificateAuthorityArn=arn, **settings)["CertificateArn"]
        certificate = self.client.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)
        certificate.pop("ResponseMetadata")
        return {"Arn": issued, **certificate}

    def install(self, arn: str, certificate: str, chain: str | None = None) -> None:
        more = {"CertificateChain": chain.encode()} if chain else {}
        self.client.import_certificate_authority_certificate(
            CertificateAuthorityArn=arn, Certificate=certificate.encode(), **more
        )

    def activate(self, arn: str, parent: str, *, name: str, days: int, algorithm: str = "SHA256WITHECDSA") -> None:
        issued = self.issue(
            parent,
            self.csr_of(arn),
            TemplateArn=template(name),
            SigningAlgorithm=algorithm,
            Validity={"Type": "DAYS", "Value": days},
        )
        self.install(arn, issued["Certificate"], issued.get("CertificateChain"))

    def root(self, *, days: int = 3650, algorithm: str = "SHA256WITHECDSA", **more: Any) -> str:
        arn = self.create("ROOT", **more)
        self.activate(arn, arn, name="RootCACertificate", days=days, algorithm=algorithm)
        return arn

    def subordinate(self, parent: str, *, depth: int = 0, days: int = 1000, **more: Any) -> str:
        arn = self.create("SUBORDINATE", **more)
        self.activate(arn, parent, name=f"SubordinateCACertificate_PathLen{depth}", days=days)
        return arn

    def certificate(self, arn: str) -> x509.Certificate:
        answer = self.client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
        return parse_certificate(answer["Certificate"])

    def grant(self, arn: str, actions: list[str] | None = None, **more: Any) -> None:
        self.client.create_permission(
            CertificateAuthorityArn=arn, Principal=ACM, Actions=actions or ALL_ACTIONS, **more
        )

    def disable(self, arn: str) -> None:
        self.client.update_certificate_authority(CertificateAuthorityArn=arn, Status="DISABLED")


def check_shape(value: Any, shape: Shape | None, path: str) -> None:
    """Assert that raw JSON has only members of the service model, each of the right type."""
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), path
        assert set(value) <= set(shape.members), path
        for name, item in value.items():
            check_shape(item, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), path
        for item in value:
            check_shape(item, shape.member, f"{path}[]")
    elif shape is not None:
        assert isinstance(value, JSON_TYPES[shape.type_name]), (path, value)
        assert value in shape.metadata.get("enum", [value]), (path, value)


def _check_response(operation_model: OperationModel, response_dict: dict[str, Any], **_: Any) -> None:
    errors_start = 300
    if response_dict["status_code"] < errors_start and response_dict["body"]:
        check_shape(json.loads(response_dict["body"]), operation_model.output_shape, operation_model.name)


def _create_checked_client(sandbox: Sandbox, service: str) -> Any:
    """Create a client that checks every successful response against the service model."""
    client = sandbox.client(service)
    client.meta.events.register(f"before-parse.{service}", _check_response)
    return client


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(account_id=ACCOUNT, region=REGION) as running:
        yield running


@pytest.fixture(scope="module")
def pki(sandbox: Sandbox) -> Pki:
    return Pki(_create_checked_client(sandbox, "acm-pca"))


@pytest.fixture(scope="module")
def acm(sandbox: Sandbox) -> Any:
    return _create_checked_client(sandbox, "acm")


@pytest.fixture(scope="module")
def root(pki: Pki) -> str:
    """Create a root that no test disables or deletes."""
    return pki.root()


@pytest.fixture(scope="module")
def issuer(pki: Pki, root: str) -> str:
    """Create a subordinate CA of path length 0 that no test disables or deletes."""
    return pki.subordinate(root)


def rsa_key() -> rsa.RSAPrivateKey:
    """Generate an RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def openssl_verify(folder: Path, *, leaf: str, middle: str, root: str) -> subprocess.CompletedProcess[str]:
    """Run openssl verify over a leaf, the CAs between and the root."""
    for name, text in (("leaf.pem", leaf), ("middle.pem", middle), ("root.pem", root)):
        (folder / name).write_text(text + "\n")
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "middle.pem",
        "leaf.pem",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

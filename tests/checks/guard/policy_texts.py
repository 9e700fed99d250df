"""Plans written by hand, as Terraform writes them: what is there, what is planned, and certificates for both."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.verdict import GuardResult
from pcaform.terraform.plan_json import read

AUTHORITY = "aws_acmpca_certificate_authority"
CERTIFICATE = "aws_acmpca_certificate"
INSTALLATION = "aws_acmpca_certificate_authority_certificate"
PERMISSION = "aws_acmpca_permission"
ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/3a3a3a3a-2222-3333-4444-555555555555"
OTHER_ARN = ARN.replace("/3a", "/3b")
LIVE_SINCE = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = ec.generate_private_key(ec.SECP256R1())


def pem(since: datetime, *, serial: int = 1) -> str:
    """Return a CA's certificate in PEM, valid from a day on."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")])
    builder = x509.CertificateBuilder(issuer, subject, KEY.public_key(), serial, since, since + 365 * DAY)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def request() -> str:
    """Return a certificate request of nobody in a plan."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stranger")])
    return x509.CertificateSigningRequestBuilder(name).sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


LIVE = pem(LIVE_SINCE)
OLDER = pem(LIVE_SINCE - DAY, serial=2)
NEWER = pem(LIVE_SINCE + DAY, serial=3)


def change(address: str, actions: str, **values: Any) -> dict[str, Any]:
    """Return a planned change; `actions` are words, and `values` its parts: `before`, `after` and so on."""
    beside: dict[str, Any] = {
        name: values.pop(name) for name in ("deposed", "mode", "previous_address") if name in values
    }
    return {"address": address, "type": kind(address), **beside, "change": {"actions": actions.split(), **values}}


def resource(address: str, mode: str = "managed", **values: Any) -> dict[str, Any]:
    """Return an object of the state."""
    return {"address": address, "mode": mode, "type": kind(address), "values": values}


def kind(address: str) -> str:
    """Return the type in an address, which stands before the name."""
    return address.split(".")[-2]


def authority(arn: str | None = ARN, certificate: str = "", **more: Any) -> dict[str, Any]:
    """Return a CA's values, without an ARN where it is still to be made."""
    subject = {"common_name": "Issuing"}
    known = {"arn": arn} if arn else {}
    configuration = [{"key_algorithm": "RSA_2048", "signing_algorithm": "SHA256WITHRSA", "subject": [subject]}]
    return {"certificate": certificate, "certificate_authority_configuration": configuration, **known, **more}


def kept(address: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the change of what stays as it is."""
    return change(address, "no-op", before=values, after=values)


def found(*changes: Mapping[str, Any], prior: tuple[Any, ...] = (), drift: tuple[Any, ...] = ()) -> GuardResult:
    """Return the result for a plan of these changes, over a state with these other objects."""
    document = {
        "format_version": "1.2",
        "planned_values": {},
        "errored": False,
        "resource_changes": changes,
        "resource_drift": drift,
        "prior_state": {"values": {"root_module": {"resources": prior}}},
    }
    return check_plan(read(json.dumps(document).encode(), "plan.json"))


def rules(result: GuardResult) -> list[tuple[str, str]]:
    """Return what was found and where."""
    return [(finding.rule, finding.address) for finding in result.findings]


def is_quiet(result: GuardResult) -> bool:
    """Tell whether there is neither a finding nor a doubt."""
    return not result.findings and not result.doubts

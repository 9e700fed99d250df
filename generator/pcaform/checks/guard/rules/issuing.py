"""Rules about what a plan itself issues and installs: CA certificates, privileged templates, a certificate's key."""

import re
from collections.abc import Iterator
from typing import Any

from pcaform.checks.guard.context import CA_ARGUMENT, PlanContext
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.core.facts import TEMPLATES, is_privileged
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, CERTIFICATE, INSTALLATION

_REQUEST = "certificate_signing_request"
_TEMPLATE = "template_arn"
_KEY = r"(?:\[[^\]]*\])?"
_OF_A_CA = re.compile(
    rf"(?:module\.[\w-]+{_KEY}\.)*(?<!^module\.)(?<!\.module\.)(?:data\.)?{AUTHORITY}\.[\w-]+{_KEY}\.{_REQUEST}"
)
_TRUSTED = "whoever trusts this CA trusts what is issued with it"


@rule("stranger-ca-certificate", Level.BREAKS_TRUST, types=[CERTIFICATE])
def stranger_ca_certificate(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Issues a CA certificate for a request that is not of a CA in this plan or its state.

    Consequence: whoever has the key of the request gets a CA that is trusted wherever this one is
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
    """
    if not _is_issued(change, context):
        return
    template = _template(change)
    if change.unknown.get(_TEMPLATE):
        yield stranger_ca_certificate.undecided(change, "the template is known only after the apply")
    elif template and template not in TEMPLATES:
        yield stranger_ca_certificate.undecided(change, f"this release does not know the template '{template}'")
    elif "CACertificate" in template:
        is_own = _is_of_a_ca(change, context)
        if is_own is None:
            message = "a CA certificate is issued, and whose request it is for is known only after the apply"
            yield stranger_ca_certificate.undecided(change, message)
        elif not is_own:
            message = f"a CA certificate is issued for a request of nobody in this plan or its state: {_TRUSTED}"
            advice = "issue CA certificates only for the 'certificate_signing_request' of a CA in the same stack"
            yield stranger_ca_certificate.finding(change, message, advice=advice, arguments=[_TEMPLATE, _REQUEST])


@rule("privileged-certificate", Level.WIDENS_ACCESS, types=[CERTIFICATE])
def privileged_certificate(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Issues a certificate with a template that is for code signing or OCSP, or lets the request choose the purpose.

    Consequence: whoever has the key signs code or answers for revocation in the name of this CA
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
    """
    template = _template(change)
    if _is_issued(change, context) and is_privileged(template):
        message = f"a certificate is issued with the template {template}: {_TRUSTED}"
        advice = "issue with EndEntityCertificate/V1, or waive this for a certificate that was asked for"
        yield privileged_certificate.finding(change, message, advice=advice, arguments=[_TEMPLATE])


@rule("certificate-of-another-key", Level.BREAKS_TRUST, types=[INSTALLATION])
def certificate_of_another_key(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Installs a certificate that is not for the key of its CA.

    Consequence: AWS refuses it, and the CA stays without a certificate, or with its old one
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html
    """
    if "create" not in change.actions or change.unknown.get(CA_ARGUMENT):
        return
    authority = context.authorities.get(str(change.after.get(CA_ARGUMENT)))
    keys = [
        _public_key(text) for text in (change.after.get("certificate"), authority and authority.values.get(_REQUEST))
    ]
    if all(keys) and keys[0] != keys[1]:
        message = f"the certificate is for another key than that of {context.name(str(change.after[CA_ARGUMENT]))}"
        advice = "install the certificate that was signed for this CA's request"
        yield certificate_of_another_key.finding(change, message, advice=advice, arguments=["certificate"])


@rule("disabled-signer", Level.BREAKS_TRUST, types=[CERTIFICATE, ACM_CERTIFICATE, INSTALLATION])
def disabled_signer(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Issues a certificate from a CA that is disabled, or installs one in it.

    Consequence: AWS refuses, and the apply stops in the middle
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html
    """
    arn = str(change.after.get(CA_ARGUMENT))
    if "create" in change.actions and _is_disabled(arn, context):
        done = "installed in" if change.type == INSTALLATION else "issued from"
        message = f"a certificate is {done} {context.name(arn)}, which is disabled: AWS refuses, and the apply stops"
        advice = "enable that CA in this change, which then issues; disable it again in a change of its own"
        yield disabled_signer.finding(change, message, advice=advice, arguments=[CA_ARGUMENT])


def _is_disabled(arn: str, context: PlanContext) -> bool:
    """Tell whether a CA that exists is disabled once the plan has changed it; Terraform does that before it issues."""
    ca = context.authorities.get(arn)
    if ca is None:
        return arn in context.read and context.read[arn].values.get("status") == "DISABLED"
    after = (each.after for each in context.changes_of(AUTHORITY) if each.before.get("arn") == arn)
    return next(after, ca.values).get("enabled") is False


def _is_issued(change: Change, context: PlanContext) -> bool:
    """Tell whether a plan issues a certificate; between specs the modules issue only for the stack's own CAs."""
    return "create" in change.actions and context.plan.configuration is not None


def _template(change: Change) -> str:
    """Return the name of the template, empty for the default."""
    return str(change.after.get(_TEMPLATE) or "").rpartition("template/")[2]


def _is_of_a_ca(change: Change, context: PlanContext) -> bool | None:
    """Tell whether a request is that of a CA of the plan, or that a data source reads; None if that is not known."""
    if change.unknown.get(_REQUEST):
        targets = context.targets(change, _REQUEST)
        return all(_OF_A_CA.fullmatch(each) for each in targets) if targets else None
    known = (each.values.get(_REQUEST) for each in (*context.of(AUTHORITY), *context.read.values()))
    return _public_key(change.after.get(_REQUEST)) in {_public_key(text) for text in known if text}


def _public_key(pem: Any) -> bytes:
    """Return the public key in a certificate or a request; what cannot be read is its own text, none is empty."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_pem_x509_certificate, load_pem_x509_csr

    if not isinstance(pem, str):
        return b""
    load: Any = load_pem_x509_csr if "REQUEST" in pem else load_pem_x509_certificate
    try:
        key = load(pem.encode()).public_key()
        return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    except ValueError:
        return pem.strip().encode()

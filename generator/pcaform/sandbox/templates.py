"""The certificate templates: from a template's ARN to the extensions that it dictates.

Source of the table: https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pcaform.sandbox.refusal import Refusal

Extension = tuple[x509.ExtensionType, bool]
"""An extension and whether it is critical."""

DEFAULT_TEMPLATE = "EndEntityCertificate/V1"
ROOT_TEMPLATE = "RootCACertificate/V1"

_TEMPLATE_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):acm-pca:::template/(?P<name>[\w]+/V\d+)")
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_CA_USAGE = frozenset({"digital_signature", "key_cert_sign", "crl_sign"})
_END_ENTITY_USAGE = frozenset({"digital_signature", "key_encipherment"})
_SIGNING_USAGE = frozenset({"digital_signature"})


@dataclass(frozen=True)
class Template:
    """One row of AWS's table; the path length counts only for a CA, None means unlimited."""

    name: str
    key_usage: frozenset[str]
    is_ca: bool = False
    path_length: int | None = None
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    is_purpose_critical: bool = False

    @property
    def is_root(self) -> bool:
        """Whether a CA signs itself with it."""
        return self.name == ROOT_TEMPLATE

    def extensions(self) -> list[Extension]:
        """List what the template itself fixes; names, key identifiers and CRL addresses are not in it."""
        found: list[Extension] = [
            (x509.BasicConstraints(ca=self.is_ca, path_length=self.path_length), self.is_ca),
            (x509.KeyUsage(**{usage: usage in self.key_usage for usage in _KEY_USAGES}), True),
        ]
        if self.purposes:
            found.append((x509.ExtendedKeyUsage(self.purposes), self.is_purpose_critical))
        return found


_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
_TEMPLATES = {
    template.name: template
    for template in (
        Template(ROOT_TEMPLATE, _CA_USAGE, is_ca=True),
        *(
            Template(f"SubordinateCACertificate_PathLen{depth}/V1", _CA_USAGE, is_ca=True, path_length=depth)
            for depth in range(4)
        ),
        Template(DEFAULT_TEMPLATE, _END_ENTITY_USAGE, purposes=(_SERVER, _CLIENT)),
        Template("EndEntityClientAuthCertificate/V1", _END_ENTITY_USAGE, purposes=(_CLIENT,)),
        Template("EndEntityServerAuthCertificate/V1", _END_ENTITY_USAGE, purposes=(_SERVER,)),
        Template(
            "CodeSigningCertificate/V1",
            _SIGNING_USAGE,
            purposes=(ExtendedKeyUsageOID.CODE_SIGNING,),
            is_purpose_critical=True,
        ),
        Template(
            "OCSPSigningCertificate/V1",
            _SIGNING_USAGE,
            purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,),
            is_purpose_critical=True,
        ),
    )
}


def template_for(arn: str | None) -> Template:
    """Find the template of a request; none given means EndEntityCertificate/V1.

    Raises InvalidArgsException for a name that is not in the table: also for the passthrough variants, which
    AWS has and the sandbox has not.
    """
    if arn is None:
        return _TEMPLATES[DEFAULT_TEMPLATE]
    match = _TEMPLATE_ARN.fullmatch(arn)
    template = _TEMPLATES.get(match["name"]) if match else None
    if template is None:
        raise Refusal("InvalidArgsException", f"The template {arn} is not known to the sandbox.")
    return template

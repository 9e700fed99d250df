"""The certificate templates and the extensions that each defines.

Sources: https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html (the extensions) and
https://docs.aws.amazon.com/privateca/latest/userguide/template-varieties.html (the varieties of each template).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pcaform.sandbox.http.aws_error import AwsError

Extension = tuple[x509.ExtensionType, bool]
"""An extension and whether it is critical."""

DEFAULT_TEMPLATE = "EndEntityCertificate/V1"
KEY_USAGES = (
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

_TEMPLATE_ARN = re.compile(r"arn:aws[a-z-]*:acm-pca:::template/(?P<name>\w+/V\d+)")
_CA_USAGE = frozenset({"digital_signature", "key_cert_sign", "crl_sign"})
_END_ENTITY_USAGE = frozenset({"digital_signature", "key_encipherment"})
_SIGNING_USAGE = frozenset({"digital_signature"})


@dataclass(frozen=True)
class Template:
    """One row of AWS's table: its extensions, and whether it accepts others from the API or the CSR.

    A Blank template has no `key_usage`. The path length applies only to a CA, None means unlimited.
    """

    name: str
    key_usage: frozenset[str] = frozenset()
    is_root: bool = False
    is_ca: bool = False
    path_length: int | None = None
    is_constraint_critical: bool = False
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    is_purpose_critical: bool = False
    takes_api: bool = False
    takes_csr: bool = False

    def extensions(self) -> list[Extension]:
        """List the extensions that the template defines, without names, key identifiers and CRL addresses."""
        extensions: list[Extension] = [
            (x509.BasicConstraints(ca=self.is_ca, path_length=self.path_length), self.is_constraint_critical)
        ]
        if self.key_usage:
            extensions.append((x509.KeyUsage(**{usage: usage in self.key_usage for usage in KEY_USAGES}), True))
        if self.purposes:
            extensions.append((x509.ExtendedKeyUsage(self.purposes), self.is_purpose_critical))
        return extensions


def find_template(arn: str | None) -> Template:
    """Find the template of a request; without one it is EndEntityCertificate/V1.

    Raises InvalidArnException for an ARN that is not a template's and InvalidArgsException for an unknown template.
    Which of the two AWS uses is not documented; the message of the first is that of GetCertificate:
    https://github.com/hashicorp/terraform-provider-aws/issues/45137
    """
    if arn is None:
        return _TEMPLATES[DEFAULT_TEMPLATE]
    match = _TEMPLATE_ARN.fullmatch(arn)
    if match is None:
        raise AwsError("InvalidArnException", "Not a valid arn.")
    if match["name"] not in _TEMPLATES:
        raise AwsError("InvalidArgsException", f"The certificate template {arn} does not exist.")
    return _TEMPLATES[match["name"]]


_BASE, _API = "", "_APIPassthrough"
_PASSTHROUGH = (_API, "_CSRPassthrough", "_APICSRPassthrough")
_ALL = (_BASE, *_PASSTHROUGH)
_DEPTHS = range(4)

_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
_ROOT = Template("RootCACertificate", _CA_USAGE, is_root=True, is_ca=True, is_constraint_critical=True)
_SUBORDINATE = replace(_ROOT, name="SubordinateCACertificate", is_root=False)
_END_ENTITY = Template("EndEntityCertificate", _END_ENTITY_USAGE, purposes=(_SERVER, _CLIENT))
_SIGNING = Template("CodeSigningCertificate", _SIGNING_USAGE, is_purpose_critical=True)


def _blank_variant(template: Template) -> Template:
    return replace(template, name=f"Blank{template.name}", key_usage=frozenset(), purposes=())


def _add_path_length(template: Template, depth: int) -> Template:
    return replace(template, name=f"{template.name}_PathLen{depth}", path_length=depth)


_FAMILIES: tuple[tuple[Template, tuple[str, ...]], ...] = (
    (_ROOT, (_BASE, _API)),
    (_blank_variant(_ROOT), (_API,)),
    *((_add_path_length(_blank_variant(_ROOT), depth), (_API,)) for depth in _DEPTHS),
    *((_add_path_length(_SUBORDINATE, depth), _ALL) for depth in _DEPTHS),
    *((_add_path_length(_blank_variant(_SUBORDINATE), depth), _PASSTHROUGH) for depth in _DEPTHS),
    (_END_ENTITY, _ALL),
    (replace(_END_ENTITY, name="EndEntityClientAuthCertificate", purposes=(_CLIENT,)), _ALL),
    (replace(_END_ENTITY, name="EndEntityServerAuthCertificate", purposes=(_SERVER,)), _ALL),
    (replace(_SIGNING, purposes=(ExtendedKeyUsageOID.CODE_SIGNING,)), _ALL),
    (replace(_SIGNING, name="OCSPSigningCertificate", purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,)), _ALL),
    (_blank_variant(_END_ENTITY), _PASSTHROUGH),
    (
        replace(
            _blank_variant(_END_ENTITY),
            name="BlankEndEntityCertificate_CriticalBasicConstraints",
            is_constraint_critical=True,
        ),
        _PASSTHROUGH,
    ),
)
"""Each family once, with the suffixes of the varieties that AWS has."""


def _list_templates() -> Iterator[Template]:
    for family, suffixes in _FAMILIES:
        for suffix in suffixes:
            name = f"{family.name}{suffix}/V1"
            yield replace(family, name=name, takes_api="API" in suffix, takes_csr="CSR" in suffix)


_TEMPLATES = {template.name: template for template in _list_templates()}

"""Checks the names of a certificate against the name constraints of its chain.

AWS Private CA enforces them: https://docs.aws.amazon.com/privateca/latest/userguide/RFC-compliance.html. How names are
compared: RFC 5280, 4.2.1.10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from pcaform.sandbox.http.aws_error import AwsError


class ForbiddenNameError(AwsError):
    """The ValidationException for a name outside the constraints, a separate type since ACM has a reason for it."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def check_names(certificate: x509.Certificate, *, path: list[x509.Certificate]) -> None:
    """Refuse a certificate with a name that a CA of `path` (issuer first) must not issue.

    Raises ForbiddenNameError.
    """
    constraints = [constraint for ca in path if (constraint := _constraints(ca)) is not None]
    if not constraints:
        return
    try:
        outside = [
            name for name in _names(certificate) for constraint in constraints if not _is_allowed(name, constraint)
        ]
    except (ValueError, x509.UnsupportedGeneralNameType) as error:
        raise ForbiddenNameError("A name cannot be compared with the CA's name constraints") from error
    if outside:
        raise ForbiddenNameError(f"The name {outside[0].value} violates a name constraint of the certificate authority")


def _constraints(certificate: x509.Certificate) -> x509.NameConstraints | None:
    values = (extension.value for extension in certificate.extensions)
    return next((value for value in values if isinstance(value, x509.NameConstraints)), None)


def _names(certificate: x509.Certificate) -> Iterator[x509.GeneralName]:
    """List the subject, the mail addresses in it, and the alternative names."""
    if certificate.subject.rdns:
        yield x509.DirectoryName(certificate.subject)
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield x509.RFC822Name(str(attribute.value))
    for extension in certificate.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            yield from extension.value


def _is_allowed(name: x509.GeneralName, constraints: x509.NameConstraints) -> bool:
    permitted = [subtree for subtree in constraints.permitted_subtrees or [] if type(subtree) is type(name)]
    excluded = [subtree for subtree in constraints.excluded_subtrees or [] if type(subtree) is type(name)]
    is_permitted = not permitted or any(_is_within(name, subtree) for subtree in permitted)
    return is_permitted and not any(_is_within(name, subtree) for subtree in excluded)


def _is_within(name: x509.GeneralName, subtree: x509.GeneralName) -> bool:
    matches = _MATCHES.get(type(name))
    return matches(name.value, subtree.value) if matches else name == subtree


def _is_domain_within(domain: str, subtree: str) -> bool:
    """Tell whether a DNS name is the subtree or below it, with a leading dot only below; an empty subtree is all."""
    name, base = domain.lower(), subtree.lower()
    return not base or name == base or name.endswith(base if base.startswith(".") else f".{base}")


def _is_host_within(host: str, subtree: str) -> bool:
    """Tell whether the host of an address is in a subtree: below it if it has a leading dot, else the same host."""
    is_below = subtree.startswith(".") and host.lower().endswith(subtree.lower())
    return is_below or host.lower() == subtree.lower()


def _is_mailbox_within(mailbox: str, subtree: str) -> bool:
    local, _, host = mailbox.rpartition("@")
    allowed_local, _, allowed_host = subtree.rpartition("@")
    return _is_host_within(host, allowed_host) and (not allowed_local or allowed_local == local)


def _is_address_within(address: Any, subtree: Any) -> bool:
    return address in subtree


def _is_uri_within(uri: str, subtree: str) -> bool:
    return _is_host_within(urlsplit(uri).hostname or "", subtree)


def _is_name_within(name: x509.Name, subtree: x509.Name) -> bool:
    return name.rdns[: len(subtree.rdns)] == subtree.rdns


_MATCHES: dict[type[x509.GeneralName], Callable[[Any, Any], bool]] = {
    x509.DNSName: _is_domain_within,
    x509.RFC822Name: _is_mailbox_within,
    x509.UniformResourceIdentifier: _is_uri_within,
    x509.IPAddress: _is_address_within,
    x509.DirectoryName: _is_name_within,
}

"""Name constraints along a chain: under which names a CA may issue.

AWS Private CA enforces them: https://docs.aws.amazon.com/privateca/latest/userguide/RFC-compliance.html. How a name
is compared: RFC 5280, 4.2.1.10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from pcaform.sandbox.http.aws_error import Refusal


class ForbiddenName(Refusal):
    """The ValidationException of a name outside the constraints, a type of its own because ACM names this reason."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def check_names(certificate: x509.Certificate, *, path: list[x509.Certificate]) -> None:
    """Refuse a certificate with a name that a CA of `path`, the issuer first, must not issue.

    Raises ForbiddenName.
    """
    constraints = [found for above in path if (found := _constraints(above)) is not None]
    if not constraints:
        return
    try:
        outside = [
            name for name in _names(certificate) for constraint in constraints if not _is_allowed(name, constraint)
        ]
    except (ValueError, x509.UnsupportedGeneralNameType) as error:
        raise ForbiddenName("A name cannot be held against the CA's name constraints") from error
    if outside:
        raise ForbiddenName(f"The name {outside[0].value} violates a name constraint of the certificate authority")


def _constraints(certificate: x509.Certificate) -> x509.NameConstraints | None:
    found = (extension.value for extension in certificate.extensions)
    return next((value for value in found if isinstance(value, x509.NameConstraints)), None)


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
    """Compare DNS names: the subtree and everything below it, with a leading dot only the latter; empty is all."""
    given, wanted = domain.lower(), subtree.lower()
    return not wanted or given == wanted or given.endswith(wanted if wanted.startswith(".") else f".{wanted}")


def _is_host_within(host: str, subtree: str) -> bool:
    """Compare hosts of addresses: below a subtree with a leading dot, else that one host."""
    is_below = subtree.startswith(".") and host.lower().endswith(subtree.lower())
    return is_below or host.lower() == subtree.lower()


def _is_mailbox_within(mailbox: str, subtree: str) -> bool:
    local, _, host = mailbox.rpartition("@")
    wanted, _, allowed = subtree.rpartition("@")
    return _is_host_within(host, allowed) and (not wanted or wanted == local)


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

"""Name constraints of a CA: between a spec's text and the extension of a certificate, and which names they allow.

Forms and how they are compared: RFC 5280, 4.2.1.10. `cryptography` is loaded only by what encodes or decodes.
"""

import base64
import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography import x509

OID = "2.5.29.30"
PERMITTED, EXCLUDED = "permitted", "excluded"
DNS, DIRECTORY = "dns_names", "directory_names"
_IP, _EMAIL, _URI = "ip_ranges", "email_addresses", "uris"
_CLASSES = {
    DNS: "DNSName",
    DIRECTORY: "DirectoryName",
    _IP: "IPAddress",
    _EMAIL: "RFC822Name",
    _URI: "UniformResourceIdentifier",
}
"""Form in a spec -> class of `cryptography`."""
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"\.?{_LABEL}(\.{_LABEL})*")
_LOCAL = re.compile(r"[!-?A-~]+")
Subtrees = Mapping[str, Sequence[str]]
"""Form -> texts, as a spec has them."""
Constraints = Mapping[str, Subtrees]
"""`permitted` and `excluded`, as a spec has them."""


def check(form: str, text: str) -> None:
    """Check that a text is of its form, and is spelled as a certificate gives it back.

    Raises ValueError with what is allowed, and the right spelling if it can be told.
    """
    if form in (DIRECTORY, _IP):
        spelling = _spell_range(text) if form == _IP else _parse_name(text).rfc4514_string()
        if spelling != text:
            raise ValueError(f"write '{spelling}'")
        return
    host = text
    if form == _URI and "/" in text:
        host = re.sub(r"^[a-z+.-]*:?//|[:/].*$", "", text)
        raise ValueError(f"a URI is constrained by its host{_suggest(host)}")
    if form == _EMAIL and "@" in text:
        local, _, host = text.rpartition("@")
        if not _LOCAL.fullmatch(local) or host.startswith("."):
            raise ValueError("allowed: a mailbox, a host, or a domain with a leading dot")
    if form == DNS and text.startswith("*."):
        raise ValueError(f"a constraint has no '*', it includes what is below{_suggest(text[2:])}")
    if form == _URI and re.fullmatch(r"[0-9.]+", text):
        raise ValueError("a URI is constrained by the name of its host, not by an address")
    if not _HOST.fullmatch(host):
        raise ValueError(f"allowed: a host name, or a domain with a leading dot for what is below{_suggest(host)}")


def _suggest(host: str) -> str:
    try:
        ascii_host = host.rstrip(".").encode("idna").decode() if not host.isascii() else host.rstrip(".")
    except UnicodeError:
        return ""
    return f": write '{ascii_host}'" if _HOST.fullmatch(ascii_host) else ""


def _spell_range(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("allowed: a range such as 10.0.0.0/8 or 2001:db8::/32") from None
    return str(network)


def _parse_name(text: str) -> "x509.Name":
    from cryptography import x509

    try:
        name = x509.Name.from_rfc4514_string(text)
    except ValueError:
        name = x509.Name([])
    if not name.rdns:
        raise ValueError("allowed: a name as in RFC 4514, the most specific part first, such as 'OU=PKI,O=Corp,C=DE'")
    return name


def encode(constraints: Constraints) -> str:
    """Return the extension's value in base64, as `api_passthrough` takes it; raises ValueError for an invalid text."""
    from cryptography import x509

    subtrees = {
        f"{kind}_subtrees": [_general_name(form, text) for form in _CLASSES for text in forms.get(form, ())] or None
        for kind, forms in ((kind, constraints.get(kind) or {}) for kind in (PERMITTED, EXCLUDED))
    }
    return base64.b64encode(x509.NameConstraints(**subtrees).public_bytes()).decode()


def _general_name(form: str, text: str) -> "x509.GeneralName":
    from cryptography import x509

    value: Any = _parse_name(text) if form == DIRECTORY else ipaddress.ip_network(text) if form == _IP else text
    general_name: x509.GeneralName = getattr(x509, _CLASSES[form])(value)
    return general_name


def of_certificate(certificate: "x509.Certificate") -> dict[str, dict[str, list[str]]] | None:
    """Return the constraints in a certificate, None if it has none.

    Raises ValueError for those that a spec cannot express: another form, an odd spelling, or not critical.
    """
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.UnsupportedGeneralNameType) as error:
        raise ValueError("its name constraints cannot be read") from error
    if not extension.critical:
        raise ValueError("its name constraints are not critical")
    return _decode(extension.value)


def _decode(value: "x509.NameConstraints") -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    forms = {name: form for form, name in _CLASSES.items()}
    for kind, subtrees in ((PERMITTED, value.permitted_subtrees), (EXCLUDED, value.excluded_subtrees)):
        for subtree in subtrees or ():
            form = forms.get(type(subtree).__name__)
            if form is None:
                raise ValueError(f"its name constraints have a {type(subtree).__name__}, which a spec cannot express")
            text = subtree.value.rfc4514_string() if form == DIRECTORY else str(subtree.value)
            check(form, text)
            found.setdefault(kind, {}).setdefault(form, []).append(text)
    return {kind: {form: found[kind][form] for form in _CLASSES if form in found[kind]} for kind in found}


def join(passthrough: Mapping[str, Any] | None, constraints: Constraints) -> dict[str, Any]:
    """Return an `api_passthrough` with the extension of name constraints; raises ValueError for an invalid text."""
    extension = {"ObjectIdentifier": OID, "Value": encode(constraints), "Critical": True}
    whole = dict(passthrough or {})
    extensions = whole.get("Extensions") or {}
    custom = [*(extensions.get("CustomExtensions") or []), extension]
    return {**whole, "Extensions": {**extensions, "CustomExtensions": custom}}


def is_in(passthrough: Any) -> bool:
    """Tell whether an `api_passthrough` has the extension of name constraints."""
    return bool(_own(passthrough))


def _own(passthrough: Any) -> list[Mapping[str, Any]]:
    return [each for each in _custom(passthrough) if isinstance(each, Mapping) and each.get("ObjectIdentifier") == OID]


def _custom(passthrough: Any) -> list[Any]:
    """Return the custom extensions of an `api_passthrough` of any shape."""
    for step in ("Extensions", "CustomExtensions"):
        passthrough = passthrough.get(step) if isinstance(passthrough, Mapping) else None
    return passthrough if isinstance(passthrough, list) else []


def split(passthrough: Any) -> tuple[Any, dict[str, dict[str, list[str]]] | None]:
    """Return an `api_passthrough` without name constraints, and these; what a spec cannot express stays in it."""
    own = _own(passthrough)
    if len(own) != 1 or own[0].get("Critical") is not True:
        return passthrough, None
    try:
        constraints = _decode(_parse_extension(own[0].get("Value")))
    except ValueError:
        return passthrough, None
    others = [each for each in _custom(passthrough) if each is not own[0]]
    extensions = {name: value for name, value in passthrough["Extensions"].items() if name != "CustomExtensions"}
    extensions |= {"CustomExtensions": others} if others else {}
    rest = {name: value for name, value in passthrough.items() if name != "Extensions"}
    rest |= {"Extensions": extensions} if extensions else {}
    return rest or None, constraints


def _parse_extension(value: Any) -> "x509.NameConstraints":
    """Return the extension in a text of base64; only a certificate's parser reads it, so it is put into a request."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(OID), base64.b64decode(str(value), validate=True))
    request = x509.CertificateSigningRequestBuilder(x509.Name([])).add_extension(extension, critical=True)
    signed = request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    try:
        return signed.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.UnsupportedGeneralNameType as error:
        raise ValueError(str(error)) from error


def find_fault(form: str, text: str, constraints: Constraints) -> str | None:
    """Return why a name, or all of a subtree, is not allowed, as the end of a sentence; None if it is."""
    permitted, excluded = ((constraints.get(kind) or {}).get(form) or () for kind in (PERMITTED, EXCLUDED))
    if permitted and not any(is_within(form, text, each) for each in permitted):
        return f"permits {', '.join(permitted)}"
    found = next((each for each in excluded if is_within(form, text, each)), None)
    return None if found is None else f"excludes {found}"


def find_subject_fault(attributes: Iterable[tuple[str, str]], constraints: Constraints) -> str | None:
    """Return why a subject, given as object identifiers and values, is not allowed; None if it is.

    The order in which AWS writes a subject is not documented, so that a subject with all parts of a subtree counts as
    within it.
    """
    own = {(oid, value.casefold()) for oid, value in attributes}
    texts: dict[str, list[str]] = {PERMITTED: [], EXCLUDED: []}
    for kind, found in texts.items():
        for text in (constraints.get(kind) or {}).get(DIRECTORY) or ():
            parts = {(each.oid.dotted_string, str(each.value).casefold()) for each in _parse_name(text)}
            if parts <= own:
                found.append(text)
    permitted = (constraints.get(PERMITTED) or {}).get(DIRECTORY) or ()
    if permitted and not texts[PERMITTED]:
        return f"permits {' and '.join(permitted)}"
    return f"excludes {texts[EXCLUDED][0]}" if texts[EXCLUDED] else None


def is_within(form: str, text: str, subtree: str) -> bool:
    """Tell whether a name, or a subtree as a whole, lies within a subtree."""
    if form == _IP:
        one, other = ipaddress.ip_network(text), ipaddress.ip_network(subtree)
        return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]
    if form == DIRECTORY:
        parts = [_fold(each) for each in _parse_name(subtree).rdns]
        return [_fold(each) for each in _parse_name(text).rdns][: len(parts)] == parts
    if form == _EMAIL:
        (local, _, text), (allowed_local, _, subtree) = text.rpartition("@"), subtree.rpartition("@")
        if allowed_local and allowed_local != local:
            return False
    name, base = text.lower(), subtree.lower()
    is_below = name.endswith(base if base.startswith(".") else f".{base}")
    return name == base or (is_below and (form == DNS or base.startswith(".")))


def _fold(part: "x509.RelativeDistinguishedName") -> frozenset[tuple[str, str]]:
    return frozenset((each.oid.dotted_string, str(each.value).casefold()) for each in part)

"""Takes certificates, or a signing request, out of a PEM text: nothing else of a file reaches a spec or a stack.

A bundle often holds the private key as well, and what a stack holds is committed, and read into plans and states.
"""

import base64
import re
from collections.abc import Iterator

CERTIFICATE, REQUEST = "CERTIFICATE", "CERTIFICATE REQUEST"
BEGIN = "-----BEGIN "
MAX_FILE_SIZE = 4 << 20
"""Bytes: twice the longest chain, for the text that `openssl x509 -text` prints around each certificate."""

_FORMER_LABELS = {"X509 CERTIFICATE": CERTIFICATE, "NEW CERTIFICATE REQUEST": REQUEST}
_PRIVATE_KEY = re.compile(r"BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")
_MARKER = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----")
_BINARY = "it is binary, such as DER or PKCS #12: convert it ('openssl x509 -inform der', 'openssl pkcs12 -nokeys')"
_CURES = {"TRUSTED CERTIFICATE": ": 'openssl x509' converts it", "PKCS7": ": 'openssl pkcs7 -print_certs' converts it"}


def find_private_key(text: str) -> int:
    """Return the line of the first private key in a text, from 1; 0 if there is none."""
    match = _PRIVATE_KEY.search(text) if "PRIVATE KEY" in text else None
    return text.count("\n", 0, match.start()) + 1 if match else 0


def extract(content: bytes, label: str) -> str:
    """Return the blocks of one kind in a PEM text, encoded anew; it ends with a line feed if the text does.

    Text around the blocks is dropped. Raises ValueError for a private key, a block of another kind, a damaged one, and
    a text without any; the message is for the user and shows nothing of the text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(_BINARY) from None
    if "\0" in text:
        raise ValueError(_BINARY)
    if line := find_private_key(text):
        raise ValueError(f"it holds a private key in line {line}: keep the key elsewhere, and only certificates here")
    blocks = [_encode_anew(body, label, line) for line, body in _list_blocks(text, label)]
    if not blocks:
        raise ValueError(f"it holds no {BEGIN}{label}-----")
    return "".join(blocks) if text.endswith("\n") else "".join(blocks).removesuffix("\n")


def _list_blocks(text: str, label: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the body of each block, which must all have this label."""
    markers = _MARKER.finditer(text)
    line, position = 1, 0
    for begin in markers:
        end = next(markers, None)
        line, position = line + text.count("\n", position, begin.start()), begin.start()
        if begin[1] == "END" or end is None or end.groups() != ("END", begin[2]):
            raise ValueError(f"the block '{begin[2]}' in line {line} has no begin or no end")
        if _FORMER_LABELS.get(begin[2], begin[2]) != label:
            raise ValueError(f"it holds '{begin[2]}' in line {line}, allowed: {label}{_CURES.get(begin[2], '')}")
        yield line, text[begin.end() : end.start()]


def _encode_anew(body: str, label: str, line: int) -> str:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        der = base64.b64decode("".join(body.split()), validate=True)
        load = x509.load_der_x509_certificate if label == CERTIFICATE else x509.load_der_x509_csr
        return load(der).public_bytes(Encoding.PEM).decode()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise ValueError(f"the block '{label}' in line {line} is damaged: copy it once more") from None

"""Rules about a CA that takes over from another one, with a new key."""

from collections.abc import Iterator

from pcaform.rules.rule import Problems, end_of, error
from pcaform.spec.cas import RELATIVE_TYPES, CertificateAuthority
from pcaform.spec.messages import suggest
from pcaform.spec.stack import Spec


@error("successor", of="managed.*", source="privateca/latest/userguide/PCADeleteCA.html")
def successor_fits(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
    """A successor is of the type and below the parent of the CA that it takes over from, and ends later."""
    if ca.successor_of is None:
        return
    known = [
        *spec.certificate_authorities,
        *(key for section, key in map(spec.removed_item, spec.removed) if section == "certificate_authorities"),
    ]
    if ca.successor_of not in known:
        message = f"'{ca.successor_of}' is not in this spec{suggest(ca.successor_of, known, word='known')}"
        yield "successor_of", f"{message}; once it is gone for good, remove 'successor_of'"
    elif key in _list_earlier(spec, ca.successor_of):
        yield "successor_of", f"'{key}' would take over from itself: a new key needs a new CA under another key"
    elif (old := spec.managed.get(ca.successor_of)) is not None:
        yield from (("successor_of", message) for message in _misfits(ca, old, spec))


def _list_earlier(spec: Spec, key: str | None) -> list[str]:
    """Return a CA and those that it took over from."""
    keys: list[str] = []
    while key is not None and key not in keys:
        keys.append(key)
        ca = spec.managed.get(key)
        key = ca.successor_of if ca else None
    return keys


def _misfits(ca: CertificateAuthority, old: CertificateAuthority, spec: Spec) -> Iterator[str]:
    name = f"'{ca.successor_of}'"
    if (ca.type, ca.usage_mode) != (old.type, old.usage_mode):
        yield f"{name} is a {old.type} of the mode {old.usage_mode}: a successor is the same"
    if old.parent not in _list_earlier(spec, ca.parent) and ca.parent != old.parent:
        yield f"{name} is below '{old.parent}': a successor is below the same CA, or below that one's successor"
    if old.validity is None or ca.validity is None or old.validity.type in RELATIVE_TYPES:
        return  # when it was issued, and so when it ends, is in no spec
    end, last = end_of(ca.validity), end_of(old.validity)
    if end is not None and last is not None and end <= last:
        yield f"{name} ends on {last:%Y-%m-%d}: a successor ends later, not on {end:%Y-%m-%d}"

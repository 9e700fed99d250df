"""Rules about the tree: who signs whom."""

from collections.abc import Iterator

from pcaform.rules.rule import Finding
from pcaform.spec.stack import Spec
from pcaform.spec.wording import nearest

_AUTHORITIES = "certificate_authorities"


def parent_exists(spec: Spec) -> Iterator[Finding]:
    """A parent is a key of `certificate_authorities`."""
    known = list(spec.certificate_authorities)
    for key, authority in spec.certificate_authorities.items():
        if authority.parent is not None and authority.parent not in known:
            close = nearest(authority.parent, known)
            message = f"the parent '{authority.parent}' is not in this spec{close}, known: {', '.join(known)}"
            yield Finding((_AUTHORITIES, key, "parent"), message)


def parent_fits_type(spec: Spec) -> Iterator[Finding]:
    """A root signs itself and has neither parent nor path length; a subordinate has a parent."""
    for key, authority in spec.certificate_authorities.items():
        loc = (_AUTHORITIES, key)
        if authority.type == "SUBORDINATE" and authority.parent is None:
            yield Finding(loc, f"the subordinate CA '{key}' names no CA that signs it: add 'parent'")
        if authority.type == "ROOT" and authority.parent is not None:
            yield Finding(
                (*loc, "parent"), f"the root CA '{key}' signs itself: remove 'parent', or make it SUBORDINATE"
            )
        if authority.type == "ROOT" and authority.path_length is not None:
            yield Finding((*loc, "path_length"), "AWS's root template sets no path length: remove 'path_length'")


def no_cycle(spec: Spec) -> Iterator[Finding]:
    """Parents lead to a root, never back to where they started."""
    for key in spec.certificate_authorities:
        seen, at = {key}, spec.certificate_authorities[key].parent
        while at is not None and at in spec.certificate_authorities and at not in seen:
            seen.add(at)
            at = spec.certificate_authorities[at].parent
        if at == key:
            yield Finding(
                (_AUTHORITIES, key, "parent"),
                f"the CA '{key}' is its own ancestor: one of its parents must be a root",
            )


def path_length_fits_parent(spec: Spec) -> Iterator[Finding]:
    """A CA may sign CAs only within its own path length."""
    for key, authority in spec.certificate_authorities.items():
        parent = spec.certificate_authorities.get(authority.parent or "")
        if parent is None or parent.path_length is None or authority.path_length is None:
            continue
        if authority.path_length >= parent.path_length:
            message = (
                f"the path length {authority.path_length} does not fit below '{authority.parent}', whose own is "
                f"{parent.path_length}: a CA's path length is at least one more than that of each CA it signs"
            )
            yield Finding((_AUTHORITIES, key, "path_length"), message)

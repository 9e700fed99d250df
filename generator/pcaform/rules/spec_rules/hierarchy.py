"""Rules about the CA hierarchy."""

from collections.abc import Iterator

from pcaform.rules.rule import error
from pcaform.spec.cas import Reference
from pcaform.spec.finding import Finding
from pcaform.spec.messages import nearest
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"


@error("unknown-parent")
def parent_exists(spec: Spec) -> Iterator[Finding]:
    """A parent is a key of `certificate_authorities`."""
    known = list(spec.certificate_authorities)
    for key, authority in spec.managed.items():
        if authority.parent is not None and authority.parent not in known:
            close = nearest(authority.parent, known)
            message = f"the parent '{authority.parent}' is not in this spec{close}, known: {', '.join(known)}"
            yield Finding((_AUTHORITIES, key, "parent"), message)


@error("parent-of-type")
def parent_fits_type(spec: Spec) -> Iterator[Finding]:
    """A root signs itself, without parent and path length; a subordinate has a parent, or is activated elsewhere."""
    for key, authority in spec.managed.items():
        loc = (_AUTHORITIES, key)
        if authority.type == "SUBORDINATE" and authority.parent is None and authority.activation is None:
            yield Finding(loc, f"the subordinate CA '{key}' names no CA that signs it: add 'parent'")
        if authority.type == "ROOT" and authority.parent is not None:
            message = f"the root CA '{key}' signs itself: remove 'parent', or make it SUBORDINATE"
            yield Finding((*loc, "parent"), message)
        if authority.type == "ROOT" and authority.path_length is not None:
            yield Finding((*loc, "path_length"), "AWS's root template sets no path length: remove 'path_length'")


@error("parent-cycle")
def parents_have_no_cycle(spec: Spec) -> Iterator[Finding]:
    """Parents lead to a root, never back to where they started."""
    for key in spec.managed:
        seen, at = {key}, spec.managed[key].parent
        while at is not None and at in spec.managed and at not in seen:
            seen.add(at)
            at = spec.managed[at].parent
        if at == key:
            message = f"the CA '{key}' is its own ancestor: one of its parents must be a root"
            yield Finding((_AUTHORITIES, key, "parent"), message)


@error("path-length")
def path_length_fits_parent(spec: Spec) -> Iterator[Finding]:
    """A CA signs CAs only within its own path length."""
    for key, authority in spec.managed.items():
        parent = spec.managed.get(authority.parent or "")
        if parent is None or parent.path_length is None or authority.path_length is None:
            continue
        if authority.path_length >= parent.path_length:
            message = (
                f"the path length {authority.path_length} does not fit below '{authority.parent}', whose own is "
                f"{parent.path_length}: a CA's path length is at least one more than that of each CA it signs"
            )
            yield Finding((_AUTHORITIES, key, "path_length"), message)


@error("short-lived-parent")
def short_lived_ca_signs_no_ca(spec: Spec) -> Iterator[Finding]:
    """A CA for short-lived certificates signs no CA: what it issues lives 7 days at most."""
    for key, authority in spec.managed.items():
        parent = spec.managed.get(authority.parent or "")
        if parent is not None and parent.usage_mode == "SHORT_LIVED_CERTIFICATE":
            message = (
                f"'{authority.parent}' issues for 7 days at most (SHORT_LIVED_CERTIFICATE) and cannot sign a CA: "
                "choose a parent of usage_mode GENERAL_PURPOSE"
            )
            yield Finding((_AUTHORITIES, key, "parent"), message)


@error("parent-key")
def referenced_parent_states_key_algorithm(spec: Spec) -> Iterator[Finding]:
    """A parent that is only referenced tells its key, since its signature must be of the key's family."""
    parents = {authority.parent for authority in spec.managed.values()}
    for key, authority in spec.certificate_authorities.items():
        if isinstance(authority, Reference) and key in parents and authority.key_algorithm is None:
            message = f"'{key}' signs other CAs, so its key must be known here: add 'key_algorithm'"
            yield Finding((_AUTHORITIES, key), message)

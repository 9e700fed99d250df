"""Rules about the CA hierarchy, and how long CAs are valid."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pcaform.rules.rule import Problems, end_of, error, select
from pcaform.spec.cas import RELATIVE_TYPES, CertificateAuthority, Validity, compute_end
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec


@error("unknown-parent", of="managed.*")
def parent_exists(ca: CertificateAuthority, _: str, spec: Spec) -> Problems:
    """A parent is a key of `certificate_authorities`."""
    known = spec.certificate_authorities
    if ca.parent is not None and ca.parent not in known:
        yield "parent", f"the parent '{ca.parent}' is not in this spec{suggest(ca.parent, known, word='known')}"


@error("parent-of-type", of="managed.*")
def parent_fits_type(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """A root has no `parent`, and no `path_length` without a `template`; others have a `parent`, or an `activation`."""
    if ca.type == "SUBORDINATE" and ca.parent is None and ca.activation is None:
        yield "", f"the subordinate CA '{key}' has no CA that signs it: add 'parent'"
    if ca.type == "ROOT" and ca.parent is not None:
        yield "parent", f"the root CA '{key}' signs itself: remove 'parent', or make it SUBORDINATE"
    is_set = ca.template is not None or ca.activation == "external"
    if ca.type == "ROOT" and ca.path_length is not None and not is_set:
        yield "path_length", "AWS's root template sets no path length: remove 'path_length'"


@error("parent-cycle", of="managed.*")
def parents_have_no_cycle(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
    """Parents lead to a root, never back to the CA itself."""
    if key in spec.list_above(ca.parent):
        yield "parent", f"the CA '{key}' is its own ancestor: one of its parents must be a root"


@error("path-length", of="managed.*", source="privateca/latest/userguide/ca-hierarchy.html")
def path_length_fits_parent(ca: CertificateAuthority, _: str, spec: Spec) -> Problems:
    """The path length of a CA is less than that of its parent."""
    parent = spec.managed.get(ca.parent or "")
    if parent is None or parent.path_length is None or ca.path_length is None:
        return
    if ca.path_length >= parent.path_length:
        message = (
            f"the path length is {ca.path_length}, but that of the parent '{ca.parent}' is {parent.path_length}: "
            "a parent's path length is at least one more than that of each CA it signs"
        )
        yield "path_length", message


@error("short-lived-parent", of="managed.*", source="privateca/latest/userguide/short-lived-certificates.html")
def short_lived_ca_signs_no_ca(ca: CertificateAuthority, _: str, spec: Spec) -> Problems:
    """A CA for short-lived certificates signs no CA: it issues for 7 days at most."""
    parent = spec.managed.get(ca.parent or "")
    if parent is not None and parent.usage_mode == "SHORT_LIVED_CERTIFICATE":
        message = (
            f"'{ca.parent}' issues for 7 days at most (SHORT_LIVED_CERTIFICATE) and cannot sign a CA: "
            "choose a parent of usage_mode GENERAL_PURPOSE"
        )
        yield "parent", message


@error("parent-key")
def referenced_parent_states_key_algorithm(spec: Spec) -> Iterator[Violation]:
    """A referenced parent has a `key_algorithm`: the signing algorithm must be of its family."""
    parents = {ca.parent for ca in spec.managed.values()}
    for loc, ca in select(spec, "certificate_authorities.*"):
        if ca.key_algorithm is None and loc[1] in parents:
            message = f"'{loc[1]}' signs other CAs, so the type of its key must be known: add 'key_algorithm'"
            yield Violation(loc, message)


@error("validity-missing", of="managed.*")
def validity_is_present(ca: CertificateAuthority, *_: Any) -> Problems:
    """A CA has a `validity` if this stack issues its certificate, and otherwise not."""
    if ca.validity is None and ca.activation is None:
        yield "", "the key 'validity' is missing"
    if ca.validity is not None and ca.activation is not None:
        yield "validity", "with 'activation' this stack issues no certificate: remove 'validity'"


@error("validity-value", of="managed.*.validity", source="privateca/latest/APIReference/API_Validity.html")
def validity_fits_type(validity: Validity, *_: Any) -> Problems:
    """The value of a validity fits its type, and is in the future."""
    now = datetime.now(UTC)
    try:
        end = compute_end(validity, now)
    except ValueError as invalid:
        yield "value", f"'value' is {validity.value!r}: {invalid}"
        return
    if end < now + timedelta(days=1):
        yield "value", f"the certificate would end on {end:%Y-%m-%d}: AWS requires at least one day from now"


@error("outlives-parent", of="managed.*", source="privateca/latest/APIReference/API_IssueCertificate.html")
def ca_ends_before_parent(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
    """A CA ends no later than its parent; otherwise AWS refuses to issue its certificate."""
    now, parent = datetime.now(UTC), spec.managed.get(ca.parent or "")
    end, parent_end = end_of(ca.validity, now), end_of(parent.validity if parent else None, now)
    if ca.validity is None or end is None or parent_end is None:
        return
    is_issued_later = end == parent_end and ca.validity.type in RELATIVE_TYPES
    if end > parent_end or is_issued_later:
        days = f"{end:%Y-%m-%d} against {parent_end:%Y-%m-%d}"
        reason = "it is valid as long, but issued later" if is_issued_later else days
        message = (
            f"'{key}' would outlive its parent '{ca.parent}', {reason}: shorten its validity, or choose a parent "
            "that ends later"
        )
        yield "validity", message

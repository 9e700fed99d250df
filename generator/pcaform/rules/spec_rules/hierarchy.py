"""Rules about the CA hierarchy, and how long CAs are valid."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pcaform.rules.rule import error
from pcaform.spec.cas import Reference, compute_end
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"
_HIERARCHY = "https://docs.aws.amazon.com/privateca/latest/userguide/ca-hierarchy.html"
_SHORT_LIVED = "https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html"
_RELATIVE_TYPES = ("DAYS", "MONTHS", "YEARS")
"""Types that count from issuing: a child is issued after its parent, so with the same value it ends later."""
_ISSUE = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html"
_VALIDITY = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_Validity.html"


@error("unknown-parent")
def parent_exists(spec: Spec) -> Iterator[Violation]:
    """A parent is a key of `certificate_authorities`."""
    known = list(spec.certificate_authorities)
    for key, ca in spec.managed.items():
        if ca.parent is not None and ca.parent not in known:
            message = f"the parent '{ca.parent}' is not in this spec{suggest(ca.parent, known, word='known')}"
            yield Violation((_AUTHORITIES, key, "parent"), message)


@error("parent-of-type")
def parent_fits_type(spec: Spec) -> Iterator[Violation]:
    """A root has no `parent`, and no `path_length` without a `template`; others have a `parent`, or an `activation`."""
    for key, ca in spec.managed.items():
        loc = (_AUTHORITIES, key)
        if ca.type == "SUBORDINATE" and ca.parent is None and ca.activation is None:
            yield Violation(loc, f"the subordinate CA '{key}' has no CA that signs it: add 'parent'")
        if ca.type == "ROOT" and ca.parent is not None:
            message = f"the root CA '{key}' signs itself: remove 'parent', or make it SUBORDINATE"
            yield Violation((*loc, "parent"), message)
        is_set = ca.template is not None or ca.activation == "external"
        if ca.type == "ROOT" and ca.path_length is not None and not is_set:
            yield Violation((*loc, "path_length"), "AWS's root template sets no path length: remove 'path_length'")


@error("parent-cycle")
def parents_have_no_cycle(spec: Spec) -> Iterator[Violation]:
    """Parents lead to a root, never back to the CA itself."""
    for key in spec.managed:
        seen, ancestor = {key}, spec.managed[key].parent
        while ancestor is not None and ancestor in spec.managed and ancestor not in seen:
            seen.add(ancestor)
            ancestor = spec.managed[ancestor].parent
        if ancestor == key:
            message = f"the CA '{key}' is its own ancestor: one of its parents must be a root"
            yield Violation((_AUTHORITIES, key, "parent"), message)


@error("path-length", source=_HIERARCHY)
def path_length_fits_parent(spec: Spec) -> Iterator[Violation]:
    """The path length of a CA is less than that of its parent."""
    for key, ca in spec.managed.items():
        parent = spec.managed.get(ca.parent or "")
        if parent is None or parent.path_length is None or ca.path_length is None:
            continue
        if ca.path_length >= parent.path_length:
            message = (
                f"the path length is {ca.path_length}, but that of the parent '{ca.parent}' is {parent.path_length}: "
                "a parent's path length is at least one more than that of each CA it signs"
            )
            yield Violation((_AUTHORITIES, key, "path_length"), message)


@error("short-lived-parent", source=_SHORT_LIVED)
def short_lived_ca_signs_no_ca(spec: Spec) -> Iterator[Violation]:
    """A CA for short-lived certificates signs no CA: it issues for 7 days at most."""
    for key, ca in spec.managed.items():
        parent = spec.managed.get(ca.parent or "")
        if parent is not None and parent.usage_mode == "SHORT_LIVED_CERTIFICATE":
            message = (
                f"'{ca.parent}' issues for 7 days at most (SHORT_LIVED_CERTIFICATE) and cannot sign a CA: "
                "choose a parent of usage_mode GENERAL_PURPOSE"
            )
            yield Violation((_AUTHORITIES, key, "parent"), message)


@error("parent-key")
def referenced_parent_states_key_algorithm(spec: Spec) -> Iterator[Violation]:
    """A referenced parent has a `key_algorithm`: the signing algorithm must be of its family."""
    parents = {ca.parent for ca in spec.managed.values()}
    for key, ca in spec.certificate_authorities.items():
        if isinstance(ca, Reference) and key in parents and ca.key_algorithm is None:
            message = f"'{key}' signs other CAs, so the type of its key must be known: add 'key_algorithm'"
            yield Violation((_AUTHORITIES, key), message)


@error("validity-missing")
def validity_is_present(spec: Spec) -> Iterator[Violation]:
    """A CA has a `validity` if this stack issues its certificate, and otherwise not."""
    for key, ca in spec.managed.items():
        if ca.validity is None and ca.activation is None:
            yield Violation((_AUTHORITIES, key), "the key 'validity' is missing")
        if ca.validity is not None and ca.activation is not None:
            message = "with 'activation' this stack issues no certificate: remove 'validity'"
            yield Violation((_AUTHORITIES, key, "validity"), message)


@error("validity-value", source=_VALIDITY)
def validity_fits_type(spec: Spec) -> Iterator[Violation]:
    """The value of a validity fits its type, and is in the future."""
    now = datetime.now(UTC)
    for key, ca in spec.managed.items():
        if ca.validity is None:
            continue
        loc = (_AUTHORITIES, key, "validity", "value")
        try:
            end = compute_end(ca.validity, now)
        except ValueError as invalid:
            yield Violation(loc, f"'value' is {ca.validity.value!r}: {invalid}")
            continue
        if end < now + timedelta(days=1):
            yield Violation(loc, f"the certificate would end on {end:%Y-%m-%d}: AWS requires at least one day from now")


@error("outlives-parent", source=_ISSUE)
def ca_ends_before_parent(spec: Spec) -> Iterator[Violation]:
    """A CA ends no later than its parent; otherwise AWS refuses to issue its certificate."""
    now = datetime.now(UTC)
    for key, ca in spec.managed.items():
        parent = spec.managed.get(ca.parent or "")
        if parent is None or ca.validity is None or parent.validity is None:
            continue
        try:
            end, parent_end = compute_end(ca.validity, now), compute_end(parent.validity, now)
        except ValueError:
            continue
        is_issued_later = end == parent_end and ca.validity.type in _RELATIVE_TYPES
        if end > parent_end or is_issued_later:
            days = f"{end:%Y-%m-%d} against {parent_end:%Y-%m-%d}"
            reason = "it is valid as long, but issued later" if is_issued_later else days
            message = (
                f"'{key}' would outlive its parent '{ca.parent}', {reason}: shorten its validity, or choose a parent "
                "that ends later"
            )
            yield Violation((_AUTHORITIES, key, "validity"), message)

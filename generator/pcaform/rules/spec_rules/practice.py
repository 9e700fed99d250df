"""Rules about good practice in PKI: what AWS accepts, and an auditor does not.

The profile of a spec decides which of them are errors; each knows its severity in both.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pcaform.core import facts
from pcaform.core.grouping import grouped
from pcaform.rules.rule import Problems, end_of, error, practice, select
from pcaform.spec.cas import RELATIVE_TYPES, CertificateAuthority
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"
_DAY = timedelta(days=1)
_SLACK = 3 * _DAY
"""Leap days in twice a number of years."""
_SHORT_DAYS = 7
"""The longest validity of what a CA of the mode SHORT_LIVED_CERTIFICATE issues."""


@error("same-subject", source="https://datatracker.ietf.org/doc/html/rfc5280#section-4.1.2.6")
def subjects_are_unique(spec: Spec) -> Iterator[Violation]:
    """No two CAs have one subject: below its namesake, a CA is self-issued, and clients check less of its path."""
    owners: dict[object, str] = {}
    for key, ca in spec.managed.items():
        name = repr([(name, " ".join(str(value).casefold().split())) for name, value in ca.subject if value])
        if owners.setdefault(name, key) != key:
            message = f"'{owners[name]}' has the same subject, and clients tell CAs apart by it: change one of the two"
            yield Violation((_AUTHORITIES, key, "subject"), message)


@practice("key-strength", of="managed.*", source="https://doi.org/10.6028/NIST.SP.800-57pt1r5")
def key_is_strong_until_the_end(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """A CA ends before NIST disallows signatures with a key of its size: RSA_2048 after 2030 (SP 800-57, table 4)."""
    end, last = end_of(ca.validity), facts.LAST_DAYS.get(ca.key_algorithm)
    if end is not None and last is not None and end.date() > last:
        message = (
            f"'{key}' signs until {end:%Y-%m-%d} with {ca.key_algorithm}, which NIST disallows after {last:%Y}: a new "
            "CA takes RSA_3072, EC_prime256v1 or more; one that exists ends earlier, with a successor"
        )
        yield "key_algorithm", message


@practice("renewal-room", of="managed.*", source="privateca/latest/userguide/ca-lifecycle.html")
def parent_outlives_a_renewal(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
    """A CA is valid at least twice as long as the CAs that it signs, so that they can be renewed once for as long."""
    now, parent = datetime.now(UTC), spec.managed.get(ca.parent or "")
    above = parent.validity if parent else None
    if not all(each and each.type in RELATIVE_TYPES for each in (ca.validity, above)):
        return  # an end that is a date was chosen with the other one in mind
    end, last = end_of(ca.validity, now), end_of(above, now)
    if end is not None and last is not None and end < last < end + (end - now) - _SLACK:
        message = (
            f"'{ca.parent}' would end before '{key}' has been renewed once for as long: let this be valid for half as "
            f"long as '{ca.parent}' at most"
        )
        yield "validity", message


@practice("no-revocation", source="privateca/latest/userguide/revocation-setup.html", is_silent=True)
def hierarchy_has_revocation(spec: Spec) -> Iterator[Violation]:
    """A hierarchy has a CRL or OCSP somewhere, unless what it issues is short-lived."""
    hierarchies = grouped(([*spec.list_above(key)][-1], ca) for key, ca in spec.managed.items())
    for top, cas in hierarchies.items():
        issuing = [ca for ca in cas if ca.type == "SUBORDINATE" or len(cas) == 1]
        is_short = all(ca.usage_mode == "SHORT_LIVED_CERTIFICATE" for ca in issuing)
        blocks = (block for ca in cas for _, block in ca.revocation_configuration or ())
        if not is_short and not any(block is not None and block.enabled for block in blocks):
            message = (
                f"no CA of the hierarchy of '{top}' has a CRL or OCSP, so nothing that it issues can be revoked: add "
                "'revocation_configuration', for example 'ocsp_configuration: {enabled: true}'"
            )
            yield Violation((_AUTHORITIES, top), message)


@practice("root-issues", source="privateca/latest/userguide/ca-best-practices.html")
def root_issues_to_cas(spec: Spec) -> Iterator[Violation]:
    """A root with CAs below it issues only to CAs; in the profile strict, every root."""
    parents = {ca.parent for ca in spec.managed.values()}
    found = select(spec, "issuers.*.grants.*.certificate_authorities.*", "certificates.*.certificate_authority")
    users = grouped((str(key), f"{loc[0]}.{loc[1]}") for loc, key in found)
    for key, ca in spec.managed.items():
        named = [*users.get(key, ()), *([f"shares.{key}"] if key in spec.shares else ())]
        named += ["ACM"] if ca.permissions and not named else []
        if ca.type == "ROOT" and named and (key in parents or spec.profile == "strict"):
            message = (
                f"the root '{key}' issues to {', '.join(dict.fromkeys(named))}: let a CA below it do so, so that the "
                "root can be disabled between ceremonies"
            )
            yield Violation((_AUTHORITIES, key), message)


@practice("crl-too-long", of="managed.*", source="https://datatracker.ietf.org/doc/html/rfc5280#section-5.1.2.5")
def crl_ends_before_certificates(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """A CRL is replaced before what it lists has ended: it is not valid for longer than the CA's certificates."""
    crl = ca.revocation_configuration.crl_configuration if ca.revocation_configuration else None
    end, is_short = end_of(ca.validity), ca.usage_mode == "SHORT_LIVED_CERTIFICATE"
    longest = _SHORT_DAYS if is_short else round((end - datetime.now(UTC)) / _DAY) if end is not None else None
    if crl is not None and crl.enabled and longest is not None and (crl.expiration_in_days or 0) > longest:
        message = (
            f"a CRL is valid for {crl.expiration_in_days} days, and no certificate of '{key}' for more than {longest}: "
            "a client that has one learns of no revocation; 7 days are usual"
        )
        yield "revocation_configuration.crl_configuration.expiration_in_days", message


@practice(
    "root-path-length",
    of="managed.*",
    source="https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.9",
    is_silent=True,
)
def root_limits_its_paths(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """A root's certificate has a path length, so that no more levels of CAs can be signed than are planned."""
    if ca.type == "ROOT" and ca.path_length is None and ca.activation is None:
        message = (
            f"any number of CA levels can be below '{key}': add 'path_length' with 'template: "
            "BlankRootCACertificate_PathLen1_APIPassthrough/V1', and the key usage that it needs in 'api_passthrough'"
        )
        yield "", message


@practice(
    "administrator-shares",
    of="administrators.*",
    source="privateca/latest/userguide/pca-resource-sharing.html",
    is_silent=True,
)
def administrator_does_not_share(_: Any, key: str, __: Spec) -> Problems:
    """Who administers CAs cannot also share them with other accounts."""
    message = (
        f"'{key}' may share each CA of this stack with any account (PutPolicy): say in 'ignore' who watches over that, "
        "or leave 'administrators' out"
    )
    yield "", message

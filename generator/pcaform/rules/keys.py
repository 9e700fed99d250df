"""Rules about keys, signatures and names."""

from collections.abc import Iterator

from pcaform import facts
from pcaform.rules.rule import Finding
from pcaform.spec.stack import Spec


def signing_algorithm_fits_key(spec: Spec) -> Iterator[Finding]:
    """A CA signs with an algorithm of its key's family."""
    for key, authority in spec.certificate_authorities.items():
        algorithm = authority.signing_algorithm
        if algorithm is not None and not facts.has_family(algorithm, authority.key_algorithm):
            family = facts.signing_family(authority.key_algorithm)
            message = (
                f"'{algorithm}' does not fit the key {authority.key_algorithm}: choose one that ends in 'WITH{family}'"
            )
            yield Finding(("certificate_authorities", key, "signing_algorithm"), message)


def subject_has_a_field(spec: Spec) -> Iterator[Finding]:
    """AWS asks for at least one field of the subject."""
    for key, authority in spec.certificate_authorities.items():
        if not authority.subject.model_dump(exclude_none=True):
            yield Finding(
                ("certificate_authorities", key, "subject"),
                "the subject is empty: give at least 'common_name'",
            )


def module_names_differ(spec: Spec) -> Iterator[Finding]:
    """`ca_KEY_certificate` is the module of KEY's certificate, so no CA may have the key `KEY_certificate`."""
    for key in spec.certificate_authorities:
        other = key.removesuffix("_certificate")
        if other != key and other in spec.certificate_authorities:
            message = f"the key '{key}' gives the module name that the certificate of '{other}' has: rename one of them"
            yield Finding(("certificate_authorities", key), message)

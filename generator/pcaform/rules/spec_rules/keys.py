"""Rules about keys, signatures, subjects and module names."""

import re
import unicodedata
from collections.abc import Iterator

from pydantic import BaseModel

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AUTHORITIES = "certificate_authorities"
_CERTIFICATE = re.compile(r"_certificate(_g[0-9]+)?\Z")
_ALGORITHMS = ("key_algorithm", "signing_algorithm")


@error("signing-algorithm")
def signing_algorithm_fits_key(spec: Spec) -> Iterator[Finding]:
    """A CA signs with an algorithm of its key's family."""
    for key, authority in spec.managed.items():
        allowed = facts.signing_algorithms(authority.key_algorithm)
        if authority.signing_algorithm not in allowed:
            message = (
                f"'{authority.signing_algorithm}' does not fit the key {authority.key_algorithm}, "
                f"allowed: {', '.join(allowed)}"
            )
            yield Finding((_AUTHORITIES, key, "signing_algorithm"), message)


@error("provider-version")
def provider_can_set_value(spec: Spec) -> Iterator[Finding]:
    """What AWS knows and the provider cannot write is an error that names the version needed."""
    for key, authority in spec.managed.items():
        for loc, name, value in _given(authority):
            if name in facts.INEXPRESSIBLE_KEYS and value not in (None, ()):
                yield Finding(
                    (_AUTHORITIES, key, *loc), f"Terraform cannot set '{name}': {facts.INEXPRESSIBLE_KEYS[name]}"
                )
            elif name in _ALGORITHMS and value in facts.INEXPRESSIBLE_VALUES:
                message = f"Terraform cannot set '{value}': {facts.INEXPRESSIBLE_VALUES[str(value)]}"
                yield Finding((_AUTHORITIES, key, *loc), message)


def _given(model: BaseModel) -> Iterator[tuple[Loc, str, object]]:
    """Yield path, name and value of each key that the spec gives, models inside models too."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from (((name, *loc), inner, found) for loc, inner, found in _given(value))
        elif name in model.model_fields_set:
            yield (name,), name, value


@error("empty-subject")
def subject_is_not_empty(spec: Spec) -> Iterator[Finding]:
    """A subject has at least one field."""
    for key, authority in spec.managed.items():
        if not authority.subject.model_dump(exclude_none=True):
            yield Finding((_AUTHORITIES, key, "subject"), "the subject is empty: give at least 'common_name'")


@error("subject-text")
def subject_is_visible(spec: Spec) -> Iterator[Finding]:
    """A subject holds no control, bidirectional or invisible characters: it must mean what it looks like."""
    for key, authority in spec.managed.items():
        for name, value in authority.subject.model_dump(exclude_none=True).items():
            hidden = [c for c in str(value) if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}]
            if hidden:
                message = f"the character U+{ord(hidden[0]):04X} cannot be seen in a name: remove it"
                yield Finding(("certificate_authorities", key, "subject", name), message)


@error("module-name")
def module_names_are_unique(spec: Spec) -> Iterator[Finding]:
    """`ca_KEY_certificate`, `_g2` and so on are modules of KEY's certificates, so no CA may have such a key."""
    for key in spec.certificate_authorities:
        other = _CERTIFICATE.sub("", key)
        if other != key and other in spec.certificate_authorities:
            message = f"the key '{key}' gives the module name that the certificate of '{other}' has: rename one of them"
            yield Finding((_AUTHORITIES, key), message)

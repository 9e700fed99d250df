"""Rules about keys, signatures, subjects and module names."""

import re
import unicodedata
from collections.abc import Iterator

from pydantic import BaseModel

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AUTHORITIES = "certificate_authorities"
_CERTIFICATE = re.compile(r"_certificate(_g[0-9]+)?\Z")
_ALGORITHMS = ("key_algorithm", "signing_algorithm")
_INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}


@error("signing-algorithm", source="https://docs.aws.amazon.com/privateca/latest/userguide/supported-algorithms.html")
def signing_algorithm_fits_key(spec: Spec) -> Iterator[Violation]:
    """A CA signs with an algorithm of its key's family."""
    for key, ca in spec.managed.items():
        allowed = facts.signing_algorithms(ca.key_algorithm)
        if ca.signing_algorithm not in allowed:
            message = f"'{ca.signing_algorithm}' does not fit the key {ca.key_algorithm}, allowed: {', '.join(allowed)}"
            yield Violation((_AUTHORITIES, key, "signing_algorithm"), message)


@error("provider-version")
def provider_can_set_value(spec: Spec) -> Iterator[Violation]:
    """A CA has only keys and values that the Terraform provider can set."""
    for key, ca in spec.managed.items():
        for loc, name, value in _list_set_keys(ca):
            if name in facts.INEXPRESSIBLE_KEYS and value not in (None, ()):
                message = f"Terraform cannot set '{name}': {facts.INEXPRESSIBLE_KEYS[name]}"
                yield Violation((_AUTHORITIES, key, *loc), message)
            elif name in _ALGORITHMS and value in facts.INEXPRESSIBLE_VALUES:
                message = f"Terraform cannot set '{value}': {facts.INEXPRESSIBLE_VALUES[str(value)]}"
                yield Violation((_AUTHORITIES, key, *loc), message)


@error("empty-subject")
def subject_is_not_empty(spec: Spec) -> Iterator[Violation]:
    """A subject has at least one field."""
    for key, ca in spec.managed.items():
        if not ca.subject.model_dump(exclude_none=True):
            yield Violation((_AUTHORITIES, key, "subject"), "the subject is empty: give at least 'common_name'")


@error("subject-text")
def subject_is_visible(spec: Spec) -> Iterator[Violation]:
    """A subject has no control, bidirectional or invisible characters: it reads as what it is."""
    for key, ca in spec.managed.items():
        for name, value in ca.subject.model_dump(exclude_none=True).items():
            hidden = [character for character in str(value) if unicodedata.category(character) in _INVISIBLE]
            if hidden:
                message = f"the character U+{ord(hidden[0]):04X} cannot be seen in a name: remove it"
                yield Violation((_AUTHORITIES, key, "subject", name), message)


@error("module-name")
def module_names_are_unique(spec: Spec) -> Iterator[Violation]:
    """No CA has the key `KEY_certificate` or `KEY_certificate_g2` beside a CA `KEY`: the module names would clash."""
    for key in spec.certificate_authorities:
        other = _CERTIFICATE.sub("", key)
        if other != key and other in spec.certificate_authorities:
            message = f"the key '{key}' gives the module name that the certificate of '{other}' has: rename one of them"
            yield Violation((_AUTHORITIES, key), message)


def _list_set_keys(model: BaseModel) -> Iterator[tuple[Loc, str, object]]:
    """Yield path, name and value of each key that is set in the spec, also in nested models."""
    waiting: list[tuple[Loc, BaseModel]] = [((), model)]
    for loc, each in waiting:
        for name, value in each:
            if isinstance(value, BaseModel):
                waiting.append(((*loc, name), value))
            elif name in each.model_fields_set:
                yield (*loc, name), name, value

"""Rules about keys, signatures, subjects, names and tags."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from pcaform.core import facts
from pcaform.rules.rule import Problems, error, select
from pcaform.spec.cas import Authority, CertificateAuthority, Subject
from pcaform.spec.issuers import Issuer
from pcaform.spec.messages import describe_value
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_TAGGED = ("managed", "issuers", "certificates", "crl_buckets", "administrators", "auditors")
_CERTIFICATE = re.compile(r"_certificate(_g[0-9]+)?\Z")
_INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Zl", "Zp"}
_TAG_SIGNS = frozenset("_.:/=+-@")
_TAG_CATEGORIES = ("L", "Z", "N")
_IAM_SECTIONS = ("issuers", "administrators", "auditors")
_PRINCIPAL_KEYS = ("user_name", "role", "existing_user", "existing_role")


@error("signing-algorithm", of="managed.*", source="privateca/latest/userguide/supported-algorithms.html")
def signing_algorithm_fits_key(ca: CertificateAuthority, *_: Any) -> Problems:
    """A CA signs with an algorithm of its key's family."""
    allowed = facts.signing_algorithms(ca.key_algorithm)
    if ca.signing_algorithm not in allowed:
        message = f"'{ca.signing_algorithm}' does not fit the key {ca.key_algorithm}, allowed: {', '.join(allowed)}"
        yield "signing_algorithm", message


@error("provider-version", of="managed.*")
def provider_can_set_value(ca: CertificateAuthority, *_: Any) -> Problems:
    """A CA has only keys that the Terraform provider can set."""
    for path, value in _list_set_keys(ca):
        name = path.rpartition(".")[2]
        if name in facts.INEXPRESSIBLE_KEYS and value not in (None, ()):
            yield path, f"Terraform cannot set '{name}': {facts.INEXPRESSIBLE_KEYS[name]}"


@error("empty-subject", of="managed.*.subject")
def subject_is_not_empty(subject: Subject, *_: Any) -> Problems:
    """A subject has at least one field."""
    if not subject.model_dump(exclude_none=True):
        yield "", "the subject is empty: give at least 'common_name'"


@error("subject-text", of="managed.*.subject")
def subject_is_visible(subject: Subject, *_: Any) -> Problems:
    """A subject has no control, bidirectional or invisible characters: it reads as what it is."""
    for name, value in subject.model_dump(exclude_none=True).items():
        hidden = [character for character in str(value) if unicodedata.category(character) in _INVISIBLE]
        if hidden:
            yield name, f"the character U+{ord(hidden[0]):04X} cannot be seen in a name: remove it"


@error("module-name", of="certificate_authorities.*")
def module_names_are_unique(_: Authority, key: str, spec: Spec) -> Problems:
    """No CA has the key `KEY_certificate` or `KEY_certificate_g2` beside a CA `KEY`: the module names would clash."""
    other = _CERTIFICATE.sub("", key)
    if other != key and other in spec.certificate_authorities:
        yield "", f"the key '{key}' gives the module name that the certificate of '{other}' has: rename one of them"


def _list_set_keys(model: BaseModel, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield path and value of each key that is set in the spec, also in nested models."""
    for name in model.model_fields_set:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _list_set_keys(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


@error("user-name", source="IAM/latest/UserGuide/reference_iam-quotas.html")
def principal_names_are_unique(spec: Spec) -> Iterator[Violation]:
    """Names of users and roles, and of the policies named after them, are unique; IAM ignores case."""
    owners: dict[str, str | int] = {}
    for loc, name in _list_principal_names(spec):
        if name.lower() in owners:
            other = owners[name.lower()]
            yield Violation(loc, f"the name '{name}' is also that of '{other}', IAM ignores case: rename one")
        owners.setdefault(name.lower(), loc[1])


@error("one-principal", of="issuers.*")
def issuer_is_one_principal(issuer: Issuer, key: str, _: Spec) -> Problems:
    """An issuer is one principal: a user, a role, or an existing user or role."""
    names = [name for name in _PRINCIPAL_KEYS if name in issuer.model_fields_set]
    names = [name for name in names if getattr(issuer, name) is not None]
    if len(names) > 1:
        yield names[1], f"'{key}' has {' and '.join(names)}: give one of them"


@error("tags", source="privateca/latest/APIReference/API_Tag.html")
def tags_are_valid(spec: Spec) -> Iterator[Violation]:
    """Tags are valid at AWS: no `aws:` keys, its characters only, at most 50 with the default ones, no two alike."""
    of_policies = (f"{section}.*.policy_tags" for section in _IAM_SECTIONS)
    for loc, tags in select(spec, "aws.default_tags", *(f"{section}.*.tags" for section in _TAGGED), *of_policies):
        for key, value in tags.items():
            if spec.aws.ignore_tags.covers(key):
                message = f"'aws.ignore_tags' has the tag '{key}', which no plan could set: remove it at one place"
                yield Violation((*loc, key), message)
            elif key.lower().startswith("aws:"):
                yield Violation((*loc, key), f"the tag '{key}' starts with 'aws:', which AWS reserves: rename it")
            elif not (_is_tag_text(key) and _is_tag_text(value)):
                message = (
                    f"the tag {describe_value(key)} is {describe_value(value)}, allowed: "
                    "letters, digits, spaces and any of '_.:/=+-@'"
                )
                yield Violation((*loc, key), message)
        all_tags = {*tags, *spec.aws.default_tags}
        spellings: dict[str, str] = {}
        for key in sorted(all_tags) if loc[0] in _IAM_SECTIONS else ():
            other = spellings.setdefault(key.lower(), key)
            if other != key:
                message = f"IAM takes the tags '{other}' and '{key}' for one, it ignores case: remove one"
                yield Violation((*loc, key if key in tags else other), message)
        if len(all_tags) > facts.TAG_LIMIT:
            message = f"{len(all_tags)} tags with the default ones, AWS allows {facts.TAG_LIMIT}: remove some"
            yield Violation(loc, message)


def _list_principal_names(spec: Spec) -> Iterator[tuple[Loc, str]]:
    for key, issuer in spec.issuers.items():
        if not issuer.is_owned and issuer.policy is not None:
            continue  # nothing of the stack is named after it
        yield ("issuers", key, *(("role", "role_name") if issuer.role else ("user_name",))), issuer.principal_name
    yield from (((section, key, "role_name"), role.role_name or key) for section, key, role in spec.operator_roles)


def _is_tag_text(text: str) -> bool:
    """Tell whether a tag's key or value has only letters, spaces, digits and a few signs. [API] TagKey."""
    return all(sign in _TAG_SIGNS or unicodedata.category(sign).startswith(_TAG_CATEGORIES) for sign in text)

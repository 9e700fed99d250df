"""Rules about names of principals, and tags."""

import unicodedata
from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.messages import describe_value
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_TAG_SIGNS = frozenset("_.:/=+-@")
_TAG_CATEGORIES = ("L", "Z", "N")


def _is_tag_text(text: str) -> bool:
    """Tell whether a tag's key or value has only letters, blanks, digits and a few signs. [API] TagKey."""
    return all(each in _TAG_SIGNS or unicodedata.category(each).startswith(_TAG_CATEGORIES) for each in text)


@error("user-name")
def principal_names_are_unique(spec: Spec) -> Iterator[Finding]:
    """IAM names are unique without regard to case: of users, of roles, and of the policies named after them."""
    owners: dict[str, str | int] = {}
    for loc, name in _principal_names(spec):
        if name.lower() in owners:
            other = owners[name.lower()]
            yield Finding(loc, f"the name '{name}' is also that of '{other}', IAM ignores case: rename one")
        owners.setdefault(name.lower(), loc[1])


def _principal_names(spec: Spec) -> Iterator[tuple[Loc, str]]:
    for key, issuer in spec.issuers.items():
        yield ("issuers", key, *(("role", "role_name") if issuer.role else ("user_name",))), issuer.principal_name
    yield from (((section, key, "role_name"), duty.role_name or key) for section, key, duty in spec.duties)


@error("one-principal")
def issuer_is_one_principal(spec: Spec) -> Iterator[Finding]:
    """An issuer is a user, a role, or a principal that exists: one of them."""
    names = ("user_name", "role", "existing_user", "existing_role")
    for key, issuer in spec.issuers.items():
        given = [name for name in names if name in issuer.model_fields_set and getattr(issuer, name) is not None]
        if len(given) > 1:
            yield Finding(("issuers", key, given[1]), f"'{key}' is {' and '.join(given)} at once: give one of them")


@error("tags")
def tags_are_valid(spec: Spec) -> Iterator[Finding]:
    """Tags are what AWS takes: no `aws:` keys, its characters only, at most 50 with the default ones."""
    for loc, tags in _tags(spec):
        for key, value in tags.items():
            if key.lower().startswith("aws:"):
                yield Finding((*loc, key), f"the tag '{key}' starts with 'aws:', which AWS keeps for itself: rename it")
            elif not (_is_tag_text(key) and _is_tag_text(value)):
                message = (
                    f"the tag {describe_value(key)} is {describe_value(value)}, allowed: "
                    "letters, digits, blanks and any of '_.:/=+-@'"
                )
                yield Finding((*loc, key), message)
        every = {*tags, *spec.aws.default_tags}
        if len(every) > facts.TAG_LIMIT:
            yield Finding(loc, f"{len(every)} tags with the default ones, AWS takes {facts.TAG_LIMIT}: remove some")


def _tags(spec: Spec) -> Iterator[tuple[Loc, dict[str, str]]]:
    yield ("aws", "default_tags"), spec.aws.default_tags
    for key, authority in spec.managed.items():
        yield ("certificate_authorities", key, "tags"), authority.tags
    for key, issuer in spec.issuers.items():
        yield ("issuers", key, "tags"), issuer.tags
    yield from (((section, key, "tags"), duty.tags) for section, key, duty in spec.duties)

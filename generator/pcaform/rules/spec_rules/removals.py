"""Rules about removed and renamed items."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.rules.rule import error
from pcaform.spec.cas import Reference
from pcaform.spec.parse import Violation
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AUTHORITIES = "certificate_authorities"
_SERVICES = {
    _AUTHORITIES: "acm-pca",
    "issuers": "iam",
    "administrators": "iam",
    "auditors": "iam",
    "certificates": "acm",
    "crl_buckets": "s3",
}


@error("removed-still-here")
def removed_item_is_absent(spec: Spec) -> Iterator[Violation]:
    """An item under `removed` is not in its section; a CA may stay as a reference, or without its certificate."""
    for name, removal in spec.removed.items():
        section, key = spec.removed_item(name)
        item = getattr(spec, section).get(key)
        if isinstance(removal, Forget) and removal.forget == "certificate":
            yield from _check_forgotten_certificate(spec, name, key)
        elif item is not None and not isinstance(item, Reference):
            yield Violation(("removed", name), f"'{key}' is still in '{section}': remove one of the two")


@error("removed-arn")
def removed_arn_matches_section(spec: Spec) -> Iterator[Violation]:
    """The ARN of an item to destroy is of its section's service."""
    for name, removal in spec.removed.items():
        section, key = spec.removed_item(name)
        if isinstance(removal, Destroy) and removal.destroy.split(":")[2] != _SERVICES[section]:
            message = f"'{removal.destroy}' is not an ARN of {_SERVICES[section]}, the service of '{key}'"
            yield Violation(("removed", name, "destroy"), message)


@error("renamed-from")
def renamed_from_key_is_free(spec: Spec) -> Iterator[Violation]:
    """The old key of a renamed item is not in use, and only one item was renamed from it."""
    sections: dict[str, Mapping[str, Any]] = {_AUTHORITIES: spec.managed, "issuers": spec.issuers}
    for section, items in sections.items():
        owners: dict[str, str] = {}
        for key, item in items.items():
            old = item.renamed_from
            if old is None:
                continue
            loc: Loc = (section, key, "renamed_from")
            if old in getattr(spec, section):
                yield Violation(loc, f"'{old}' is still in '{section}': an old key must be free")
            elif old in owners:
                yield Violation(loc, f"'{owners[old]}' was renamed from '{old}' as well: remove one of the two")
            owners.setdefault(old, key)


def _check_forgotten_certificate(spec: Spec, name: str, key: str) -> Iterator[Violation]:
    ca = spec.managed.get(key)
    if ca is None or ca.activation is None:
        message = "only the certificate of a CA that stays and has an 'activation' can be forgotten alone"
        yield Violation(("removed", name, "forget"), message)

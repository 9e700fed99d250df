"""Rules about removed and renamed items."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.rules.rule import error
from pcaform.spec.cas import Reference
from pcaform.spec.finding import Finding
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
def removed_item_is_absent(spec: Spec) -> Iterator[Finding]:
    """What is under `removed` is not in the spec any more; a CA may stay as a reference, or without its certificate."""
    for name, removal in spec.removed.items():
        section, key = spec.removed_item(name)
        item = getattr(spec, section).get(key)
        if isinstance(removal, Forget) and removal.forget == "certificate":
            yield from _certificate_only(spec, name, key)
        elif item is not None and not isinstance(item, Reference):
            yield Finding(("removed", name), f"'{key}' is still in '{section}': remove one of the two")


def _certificate_only(spec: Spec, name: str, key: str) -> Iterator[Finding]:
    authority = spec.managed.get(key)
    if authority is None or authority.activation is None:
        message = "only the certificate of a CA that stays, with an 'activation' of its own, is forgotten alone"
        yield Finding(("removed", name, "forget"), message)


@error("removed-arn")
def removed_arn_matches_section(spec: Spec) -> Iterator[Finding]:
    """What is destroyed is named by its own ARN: of the right service, account and key's section."""
    for name, removal in spec.removed.items():
        section, key = spec.removed_item(name)
        if isinstance(removal, Destroy) and removal.destroy.split(":")[2] != _SERVICES[section]:
            message = f"'{removal.destroy}' is no ARN of service {_SERVICES[section]}, which '{key}' is of"
            yield Finding(("removed", name, "destroy"), message)


@error("renamed-from")
def renamed_from_key_is_free(spec: Spec) -> Iterator[Finding]:
    """An item was renamed from a key that nothing has now, and that nothing else was renamed from."""
    sections: dict[str, Mapping[str, Any]] = {_AUTHORITIES: spec.managed, "issuers": spec.issuers}
    for section, items in sections.items():
        owners: dict[str, str] = {}
        for key, item in items.items():
            old = item.renamed_from
            if old is None:
                continue
            loc: Loc = (section, key, "renamed_from")
            if old in getattr(spec, section):
                yield Finding(loc, f"'{old}' is still in '{section}': an item takes over a key that is free")
            elif old in owners:
                yield Finding(loc, f"'{owners[old]}' was renamed from '{old}' already: one of them was not")
            owners.setdefault(old, key)

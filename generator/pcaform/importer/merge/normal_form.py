"""A spec -> what one source carries of it, one form for all spellings that mean the same: what imports compare."""

import json
from collections.abc import Mapping
from typing import Any

from pcaform.importer.merge.carried_fields import attached, by_state
from pcaform.importer.merge.semantic_compare import is_same_meaning
from pcaform.sources.inventory import Source
from pcaform.spec.fields import FIELDS
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec

Path = tuple[str, ...]
Form = dict[str, Any]

SECTIONS = (
    "certificate_authorities",
    "issuers",
    "administrators",
    "auditors",
    "crl_buckets",
    "certificates",
    "shares",
)
PERMISSIONS = "permissions"
GENERATION = "generation"
KINDS = ("role", "existing_user", "existing_role")
_ROLE = ("role_name", "trust", "max_session_duration", "path", "permissions_boundary", "tags")
_BUCKET = ("bucket", "cloudfront_distribution_arns", "force_destroy", "tags")
_TERRAFORM: tuple[Source, ...] = ("state", "hcl")
_MORE: Mapping[Path, tuple[Source, ...]] = {
    ("certificate_authorities", "*", GENERATION): _TERRAFORM,
    ("issuers", "*", "role"): _TERRAFORM,
    **{("shares", "*", name): ("state", "live", "hcl") for name in ("accounts", "organization", "template")},
    **{(section, "*", name): _TERRAFORM for section in ("administrators", "auditors") for name in _ROLE},
    **{("crl_buckets", "*", name): _TERRAFORM for name in _BUCKET},
}
"""What sources carry beside `fields`, which lists what is an argument of a CA, a user or a certificate."""


def normal_form(spec: Spec, source: Source) -> Form:
    """Return what a source carries of a spec, one form for all that means the same, permissions by their principal."""
    data = by_state(spec)
    carried = carried_fields(source)
    form: Form = {"aws": {"default_tags": data["aws"]["default_tags"]} if ("aws", "default_tags") in carried else {}}
    for section in SECTIONS:
        form[section] = {
            key: {name: value for name, value in item.items() if (section, "*", name) in carried or name in KINDS}
            for key, item in data.get(section, {}).items()
        }
    for key, item in form["issuers"].items():
        _set_meanings(item, spec.issuers[key], spec)
    for section, key, duty in spec.operator_roles:
        if "trust" in form[section][key]:
            form[section][key]["trust"] = is_same_meaning(
                duty.trust.model_dump(mode="json"), form[section][key]["trust"]
            )
    if source == "live":  # AWS does not tell the provider's tags from a thing's own
        for item in (each for section in SECTIONS for each in form[section].values() if "tags" in each):
            item["tags"] = {key: tag for key, tag in item["tags"].items() if spec.aws.default_tags.get(key) != tag}
    if source == "hcl":  # who signed a CA that exists already stands in no file
        for key, authority in spec.managed.items():
            if authority.activation == "external":
                form["certificate_authorities"][key] |= {"parent": None, "path_length": None}
    authorities = form["certificate_authorities"].items()
    form["certificate_authorities"] = {key: _authority(item, is_ours=key in spec.managed) for key, item in authorities}
    return form


def _set_meanings(item: Form, issuer: Issuer, spec: Spec) -> None:
    item["grants"] = is_same_meaning(_grants(issuer), attached(issuer, spec)) if issuer.grants else []
    if issuer.role and item["role"]:
        item["role"] = is_same_meaning(issuer.role.model_dump(mode="json"), [json.dumps(item["role"], sort_keys=True)])


def _authority(item: Form, *, is_ours: bool) -> Form:
    """Return what is compared of a CA: of one that others manage only what this stack adds to it."""
    permissions = {each["principal"]: each for each in item.get(PERMISSIONS, [])}
    if not is_ours:
        return {"managed": False, PERMISSIONS: permissions}
    subject = {name: value for name, value in item["subject"].items() if value is not None}
    return {**item, "subject": subject, PERMISSIONS: permissions}


def _grants(issuer: Issuer) -> list[Any]:
    """Return grants as data, what is a set in one order."""
    return [
        {name: sorted(value) if isinstance(value, list) else value for name, value in grant.items()}
        for grant in (each.model_dump(mode="json") for each in issuer.grants)
    ]


def carried_fields(source: Source) -> frozenset[Path]:
    """Return the fields that a source carries, such as `certificate_authorities.*.tags`, without what is below them."""
    arguments = {
        tuple(fact.path.replace("[]", "").split(".")[: 2 if fact.path.startswith("aws.") else 3])
        for fact in FIELDS
        if source in fact.carried
    }
    return frozenset(arguments | {path for path, sources in _MORE.items() if source in sources})

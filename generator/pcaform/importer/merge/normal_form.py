"""The normal form of a spec for one source, equal for equivalent spellings: imports compare it."""

import json
from collections.abc import Mapping
from typing import Any

from pcaform.importer.merge.carried_fields import by_state, grants_when_attached
from pcaform.importer.merge.semantic_compare import with_digest
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec
from pcaform.terraform.fields import FIELDS, Source

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
PRINCIPAL_KINDS = ("role", "existing_user", "existing_role")
_ROLE = ("role_name", "trust", "max_session_duration", "path", "permissions_boundary", "tags")
_BUCKET = ("bucket", "cloudfront_distribution_arns", "force_destroy", "tags")
_TERRAFORM: tuple[Source, ...] = ("state", "hcl")
_ADDITIONAL: Mapping[Path, tuple[Source, ...]] = {
    ("certificate_authorities", "*", GENERATION): _TERRAFORM,
    ("issuers", "*", "role"): _TERRAFORM,
    **{("shares", "*", name): ("state", "live", "hcl") for name in ("accounts", "organization", "template")},
    **{(section, "*", name): _TERRAFORM for section in ("administrators", "auditors") for name in _ROLE},
    **{("crl_buckets", "*", name): _TERRAFORM for name in _BUCKET},
}
"""Fields that sources provide besides `FIELDS`, which lists the arguments of CAs, users and certificates."""


def normal_form(spec: Spec, source: Source) -> Form:
    """Return the fields of a spec that a source provides, in normal form; permissions are keyed by principal."""
    data = by_state(spec)
    carried = carried_fields(source)
    form: Form = {"aws": {"default_tags": data["aws"]["default_tags"]} if ("aws", "default_tags") in carried else {}}
    for section in SECTIONS:
        form[section] = {
            key: {
                name: value
                for name, value in item.items()
                if (section, "*", name) in carried or name in PRINCIPAL_KINDS
            }
            for key, item in data.get(section, {}).items()
        }
    for key, item in form["issuers"].items():
        _set_digests(item, spec.issuers[key], spec)
    for section, key, role in spec.operator_roles:
        if "trust" in form[section][key]:
            form[section][key]["trust"] = with_digest(role.trust.model_dump(mode="json"), form[section][key]["trust"])
    if source == "live":  # AWS does not distinguish the provider's default tags
        for item in (each for section in SECTIONS for each in form[section].values() if "tags" in each):
            item["tags"] = {key: tag for key, tag in item["tags"].items() if spec.aws.default_tags.get(key) != tag}
    if source == "hcl":  # no file has the issuer of an existing CA
        for key, ca in spec.managed.items():
            if ca.activation == "external":
                form["certificate_authorities"][key] |= {"parent": None, "path_length": None}
    cas = form["certificate_authorities"].items()
    form["certificate_authorities"] = {key: _comparable_ca(item, is_managed=key in spec.managed) for key, item in cas}
    return form


def _set_digests(item: Form, issuer: Issuer, spec: Spec) -> None:
    item["grants"] = with_digest(_grants(issuer), grants_when_attached(issuer, spec)) if issuer.grants else []
    if issuer.role and item["role"]:
        item["role"] = with_digest(issuer.role.model_dump(mode="json"), [json.dumps(item["role"], sort_keys=True)])


def _comparable_ca(item: Form, *, is_managed: bool) -> Form:
    """Return the compared part of a CA: for unmanaged CAs only what this stack adds to them."""
    permissions = {each["principal"]: each for each in item.get(PERMISSIONS, [])}
    if not is_managed:
        return {"managed": False, PERMISSIONS: permissions}
    subject = {name: value for name, value in item["subject"].items() if value is not None}
    return {**item, "subject": subject, PERMISSIONS: permissions}


def _grants(issuer: Issuer) -> list[Any]:
    """Return grants as data, with sorted sets."""
    return [
        {name: sorted(value) if isinstance(value, list) else value for name, value in grant.items()}
        for grant in (each.model_dump(mode="json") for each in issuer.grants)
    ]


def carried_fields(source: Source) -> frozenset[Path]:
    """Return the fields that a source provides, such as `certificate_authorities.*.tags`, without their subfields."""
    arguments = {
        tuple(fact.path.replace("[]", "").split(".")[: 2 if fact.path.startswith("aws.") else 3])
        for fact in FIELDS
        if source in fact.carried
    }
    return frozenset(arguments | {path for path, sources in _ADDITIONAL.items() if source in sources})

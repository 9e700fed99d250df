"""The normal form of a spec: equal for specs that render to the same, whatever their spelling; and one diff over it.

Merging an import, drift, the comparison of two specs, and the round-trip tests all compare specs in this form. A form
is data: sections, items by key, fields. Fields that have many equivalent spellings (grants, trust) carry a digest of
what they mean beside their spelling.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pcaform.core import facts, name_constraints
from pcaform.core.unicode import nfc
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies, resource_policies
from pcaform.spec.issuers import EC2, Issuer, Trust
from pcaform.spec.stack import Spec
from pcaform.terraform.arguments import Source
from pcaform.terraform.schema import KINDS, SourceKind, by_path, default_of

Path = tuple[str, ...]
Form = dict[str, Any]

SECTIONS = ("certificate_authorities", "issuers", "administrators", "auditors", "crl_buckets", "certificates", "shares")
PERMISSIONS = "permissions"
PRINCIPAL_KINDS = ("role", "existing_user", "existing_role")
_UNKEPT = ("version", "stack", "profile", "references", "removed", "moves", "waivers")
"""What says how a spec came to be, and not what is there."""
_MEANS, _SPELLED = "means", "spelled"


def normal_form(spec: Spec, source: Source | None = None) -> Form:
    """Return a spec in normal form; with a source, only the fields that this source provides."""
    kind = None if source is None else KINDS[source]
    seen = spec
    if kind is not None and not kind.owns_principals:  # nobody can tell in an account whether a stack owns one
        seen = spec.model_copy(update={"issuers": {key: _attached(issuer) for key, issuer in spec.issuers.items()}})
    form: Form = nfc(seen.model_dump(mode="json", exclude=dict.fromkeys(_UNKEPT, True)))
    for section, normalize in _NORMALIZERS.items():
        for key, item in form[section].items():
            normalize(item, key, seen)
    if kind is not None:
        form = _select(form, kind.name)
        _adjust(form, spec, kind)
    return form


def _adjust(form: Form, spec: Spec, kind: SourceKind) -> None:
    """Leave out of a form what a source carries but cannot tell."""
    items = [item for section in SECTIONS for item in form[section].values()]
    tagged = [item for item in items if "tags" in item]
    defaults = spec.aws.default_tags
    if not kind.has_addresses:  # in an account, everything has an ARN and every CA is active
        for item in items:
            item.pop("arn", None)
            item.pop("activation", None)
    if not kind.has_default_tags:
        for item in tagged:
            item["tags"] = {key: tag for key, tag in item["tags"].items() if defaults.get(key) != tag}
    elif not kind.has_providers:  # only those that at least one item does not override can be seen
        seen = {key: tag for key, tag in defaults.items() if not all(key in item["tags"] for item in tagged)}
        form["aws"]["default_tags"] = nfc(seen)
    if not kind.has_certificates:  # nobody knows the issuer of a CA that exists already
        for key, ca in spec.managed.items():
            if ca.activation == "external":
                unknown = {"parent": None, "path_length": None, "name_constraints": None}
                form["certificate_authorities"][key] |= unknown


def carries(source: Source, path: str) -> bool:
    """Tell whether a source provides a field, such as `issuers.*.tags`, or anything below it."""
    below = (row for field, row in by_path().items() if f"{field.replace('[]', '')}.".startswith(f"{path}."))
    return any(source in row.carried for row in below)


def with_meaning(spelling: Any, statements: Iterable[str]) -> dict[str, Any]:
    """Return a value for comparing: its spelling, and a digest of its meaning."""
    digest = hashlib.sha256("\n".join(sorted(statements)).encode()).hexdigest()
    return {_SPELLED: spelling, _MEANS: digest}


def spelling_of(value: Any, part: str = _SPELLED) -> Any:
    """Return a value of a form as a spec spells it, including nested values; or the digests of what it means."""
    if _has_meaning(value):
        return value[part]
    return {key: spelling_of(each, part) for key, each in value.items()} if isinstance(value, Mapping) else value


def is_empty(value: Any) -> bool:
    """Tell whether a value of a form says nothing: None, an empty mapping and an empty list are the same."""
    return value is None or value in ({}, [])


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values of forms mean the same."""
    if is_empty(one) or is_empty(other):
        return is_empty(one) and is_empty(other)
    is_spelled_alike = _text(spelling_of(one)) == _text(spelling_of(other))  # a digest of an earlier release may differ
    return is_spelled_alike or _text(spelling_of(one, _MEANS)) == _text(spelling_of(other, _MEANS))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def differences(ours: Any, theirs: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield each innermost value that differs between two forms, with its path and both values (None if absent)."""
    if is_same(ours, theirs):
        return
    is_nested = isinstance(ours, Mapping) and isinstance(theirs, Mapping)
    if not is_nested or _has_meaning(ours) or _has_meaning(theirs):
        yield path, spelling_of(ours), spelling_of(theirs)
        return
    for name in {**ours, **theirs}:
        yield from differences(ours.get(name), theirs.get(name), (*path, name))


def differing_fields(ours: Spec, theirs: Spec, source: Source) -> list[str]:
    """Return the fields that a source provides and in which two specs differ, one line each."""
    found = differences(normal_form(ours, source), normal_form(theirs, source))
    return [f"{'.'.join(path)}: {one!r} became {other!r}" for path, one, other in found]


def _has_meaning(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {_MEANS, _SPELLED}


def _select(form: Form, source: Source) -> Form:
    """Return the part of a form that a source provides, by the table of arguments."""
    return {
        section: _carried_part(value, source, section)
        if section in ("aws", "terraform")
        else {key: _carried_part(item, source, f"{section}.*") for key, item in value.items()}
        for section, value in form.items()
    }


def _carried_part(value: Mapping[str, Any], source: Source, path: str) -> dict[str, Any]:
    part = {}
    for name, inner in value.items():
        at = f"{path}.{name}"
        row = by_path().get(at)
        if row is not None:
            if source in row.carried:
                part[name] = inner
        elif name == PERMISSIONS:  # by principal; every source that has one has all of it
            part[name] = inner
        elif carries(source, at):
            is_block = isinstance(inner, Mapping) and not _has_meaning(inner)
            part[name] = _carried_part(inner, source, at) if is_block else inner
    return part


def _attached(issuer: Issuer) -> Issuer:
    """Return an issuer whose policies are attached to a principal that exists already, of the same kind and name."""
    kind = "existing_role" if issuer.role or issuer.existing_role else "existing_user"
    of_stack = {name: field.get_default(call_default_factory=True) for name, field in Issuer.model_fields.items()}
    is_denying = bool(issuer.grants) and (issuer.is_owned or issuer.deny_other_templates)
    kept = {"grants": issuer.grants, "policy": issuer.policy, "deny_other_templates": is_denying}
    return issuer.model_copy(update={**of_stack, **kept, kind: issuer.principal_name})


def _normalize_ca(item: dict[str, Any], key: str, spec: Spec) -> None:
    _drop_notes(item)
    item[PERMISSIONS] = {each["principal"]: each for each in item[PERMISSIONS]}
    for permission in item[PERMISSIONS].values():
        permission["actions"].sort(key=facts.ALL_PERMISSION_ACTIONS.index)
    if not item["managed"]:
        del item["stack"], item["certificate_authority"]  # the ARN says which CA it is
        return
    item["subject"] = {name: value for name, value in item["subject"].items() if value is not None}
    item["revocation_configuration"] = enabled_blocks(item["revocation_configuration"])
    region = item["provider"]["region"] if item["provider"] else spec.aws.region
    if item["key_storage_security_standard"] == facts.DEFAULT_KEY_STORAGE == facts.only_key_storage(region):
        item["key_storage_security_standard"] = None
    item["timeouts"] = item["timeouts"] if any((item["timeouts"] or {}).values()) else None
    constraints = spec.managed[key].name_constraints
    item["name_constraints"] = constraints and constraints.texts()
    if name_constraints.is_in(item["api_passthrough"]) and not constraints:
        item["api_passthrough"], item["name_constraints"] = name_constraints.split(item["api_passthrough"])
    if isinstance(item["activation"], dict):
        item["activation"].pop("certificate_signing_request", None)
    if item["activation"] == "pending":  # its issuer and path length are not decided yet
        item |= {"parent": None, "path_length": None}


def enabled_blocks(configuration: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the revocation blocks that are on: to AWS one that is off and none are the same."""
    enabled = {name: inner for name, inner in (configuration or {}).items() if inner and inner["enabled"]}
    return {"crl_configuration": None, "ocsp_configuration": None, **enabled} if enabled else None


def _normalize_issuer(item: dict[str, Any], key: str, spec: Spec) -> None:
    _drop_notes(item)
    _drop_equal_settings(item)
    issuer = spec.issuers[key]
    item["grants"] = with_meaning(_sorted_grants(issuer), _allowed_statements(issuer, spec)) if issuer.grants else []
    if issuer.role and item["role"]:
        item["role"]["trust"] = sorted(_trust_statements(item["role"]["trust"], spec))
        _drop_default_session(item["role"])
        item["role"]["instance_profile"] = issuer.role.has_instance_profile
        item["role"] = with_meaning(issuer.role.model_dump(mode="json"), [json.dumps(item["role"], sort_keys=True)])


def _sorted_grants(issuer: Issuer) -> list[Any]:
    """Return grants as data, with sorted sets."""
    return [
        {name: sorted(value) if isinstance(value, list) else value for name, value in grant.items()}
        for grant in (each.model_dump(mode="json") for each in issuer.grants)
    ]


def _allowed_statements(issuer: Issuer, spec: Spec) -> list[str]:
    """Return what an issuer's grants allow, however they are grouped.

    This leaves out the deny statement for other templates, which `deny_other_templates` says.
    """
    attached = _attached(issuer).model_copy(update={"deny_other_templates": False})
    return sorted(normalized_statements(issuer_policies.documents(attached, spec.aws, arn_of=str).values()))


def _drop_equal_settings(item: dict[str, Any]) -> None:
    """Leave out the settings of policies that are those of the principal."""
    for name in ("path", "tags"):
        if item[f"policy_{name}"] == item[name]:
            item[f"policy_{name}"] = None


def _normalize_role(item: dict[str, Any], _: str, spec: Spec) -> None:
    _drop_notes(item)
    _drop_equal_settings(item)
    if item["instance_profile"] is None:
        item["instance_profile"] = EC2 in item["trust"]["services"]
    item["trust"] = with_meaning(item["trust"], _trust_statements(item["trust"], spec))
    _drop_default_session(item)


def _trust_statements(trust: Any, spec: Spec) -> frozenset[str]:
    return normalized_statements([resource_policies.trust_policy(Trust.model_validate(trust), spec.aws)])


def _drop_default_session(item: dict[str, Any]) -> None:
    if item["max_session_duration"] == default_of("administrators.*.max_session_duration"):
        item["max_session_duration"] = None


def _normalize_certificate(item: dict[str, Any], *_: Any) -> None:
    _drop_notes(item)
    item["subject_alternative_names"] = sorted({*item["subject_alternative_names"]} - {item["domain_name"]})


def _normalize_share(item: dict[str, Any], *_: Any) -> None:
    item["accounts"] = sorted(set(item["accounts"]))


def _normalize_bucket(item: dict[str, Any], key: str, _: Spec) -> None:
    item["bucket"] = item["bucket"] or key
    item["cloudfront_distribution_arns"] = sorted(set(item["cloudfront_distribution_arns"]))


def _drop_notes(item: dict[str, Any]) -> None:
    for name in ("ignore", "renamed_from", "issued_generation", "successor_of"):
        item.pop(name, None)


_NORMALIZERS: Mapping[str, Callable[[dict[str, Any], str, Spec], None]] = {
    "certificate_authorities": _normalize_ca,
    "issuers": _normalize_issuer,
    "administrators": _normalize_role,
    "auditors": _normalize_role,
    "certificates": _normalize_certificate,
    "shares": _normalize_share,
    "crl_buckets": _normalize_bucket,
}

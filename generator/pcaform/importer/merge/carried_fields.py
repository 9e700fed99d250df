"""Which spec fields each import source provides, for comparing a spec with its re-import.

Both are compared in a normal form for equivalent spellings: grants as the actions that they allow, lists that are sets
in sorted order, and a disabled revocation block like a missing one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.core.facts import default_key_storage
from pcaform.core.unicode import nfc
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import issuer_policies, trust_policy
from pcaform.spec.issuers import Issuer, Trust
from pcaform.spec.stack import Spec

_NEVER = ("ignore", "renamed_from")
_DEFAULT_SESSION = 3600


def by_state(spec: Spec) -> dict[str, Any]:
    """Return the part of a spec that a Terraform state contains."""
    data = _normalize_spec(spec)
    for ca in data["certificate_authorities"].values():
        ca.pop("deletion_protection", None)
        if ca["provider"]:
            ca["provider"].pop("assume_role")
        if ca.get("activation") == "pending":  # its issuer and path length are not decided yet
            ca |= {"parent": None, "path_length": None}
    for certificate in data["certificates"].values():
        certificate.pop("arn")  # a state does not show that it was imported
    data["aws"]["default_tags"] = _visible_default_tags(data)
    return data


def _visible_default_tags(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the default tags that are visible: those that at least one item does not override."""
    items = [item for name, section in data.items() if name not in ("version", "aws") for item in section.values()]
    tagged = [item["tags"] for item in items if "tags" in item]
    return {key: value for key, value in data["aws"]["default_tags"].items() if not all(key in each for each in tagged)}


def by_hcl(spec: Spec) -> dict[str, Any]:
    """Return the part of a spec that configuration files contain: all but explanations."""
    data = _normalize_spec(spec)
    for ca in data["certificate_authorities"].values():
        if ca.get("activation") in ("external", "pending"):  # no file has its issuer
            ca |= {"parent": None, "path_length": None}
    whole = {"terraform": spec.terraform.model_dump(mode="json"), "aws": spec.aws.model_dump(mode="json")}
    return {**data, **nfc(whole)}


def by_live(spec: Spec) -> dict[str, Any]:
    """Return the part of a spec that AWS itself has: every CA is active, every principal exists."""
    data = _normalize_spec(spec)
    del data["aws"]["default_tags"]
    cas = data["certificate_authorities"]
    for name in ("validity", "api_passthrough", "generation", "deletion_protection", "timeouts", "arn", "activation"):
        for ca in cas.values():
            ca.pop(name, None)
    for ca in cas.values():
        ca.pop("permanent_deletion_time_in_days", None)
        _remove_default_tags(ca, spec.aws.default_tags)
    for issuer, model in zip(data["issuers"].values(), spec.issuers.values(), strict=True):
        kind = "role" if model.role or model.existing_role else "user"
        for name in ("user_name", "role", "existing_user", "existing_role", "permissions_boundary", "force_destroy"):
            issuer.pop(name, None)
        issuer["principal"] = [kind, model.principal_name]
        issuer["grants"] = grants_when_attached(model, spec)
        del issuer["path"], issuer["tags"]
    for certificate in data["certificates"].values():
        certificate.pop("early_renewal_duration")
        certificate.pop("arn")
        _remove_default_tags(certificate, spec.aws.default_tags)
    for section in ("administrators", "auditors", "crl_buckets"):
        del data[section]
    return data


def _remove_default_tags(item: dict[str, Any], defaults: Mapping[str, str]) -> None:
    if "tags" in item:
        item["tags"] = {key: value for key, value in item["tags"].items() if defaults.get(key) != value}


def _normalize_spec(spec: Spec) -> dict[str, Any]:
    """Return a spec without what only people know, in one form for all spellings."""
    whole = ("stack", "terraform", "removed", "moves", "waivers")
    only: dict[str, Any] = {**dict.fromkeys(whole, True), "aws": {"assume_role"}}
    data: dict[str, Any] = nfc(spec.model_dump(mode="json", exclude=only))
    sections: dict[str, Callable[[dict[str, Any], Spec], None]] = {
        "certificate_authorities": _normalize_ca,
        "issuers": _normalize_issuer,
        "administrators": _normalize_role,
        "auditors": _normalize_role,
        "certificates": _normalize_certificate,
        "shares": _normalize_share,
        "crl_buckets": _normalize_bucket,
    }
    for section, normalize in sections.items():
        for key, item in data[section].items():
            for name in _NEVER:
                item.pop(name, None)
            item["key"] = key
            normalize(item, spec)
            del item["key"]
    return data


def _normalize_ca(item: dict[str, Any], spec: Spec) -> None:
    for permission in item["permissions"]:
        permission["actions"].sort(key=facts.ALL_PERMISSION_ACTIONS.index)
    if not item["managed"]:
        return
    item["revocation_configuration"] = _drop_disabled(item["revocation_configuration"])
    region = item["provider"]["region"] if item["provider"] else spec.aws.region
    if item["key_storage_security_standard"] == default_key_storage(region):
        item["key_storage_security_standard"] = None
    item["timeouts"] = item["timeouts"] if any((item["timeouts"] or {}).values()) else None
    if isinstance(item["activation"], dict):
        item["activation"].pop("certificate_signing_request", None)


def _normalize_issuer(item: dict[str, Any], spec: Spec) -> None:
    issuer = spec.issuers[item["key"]]
    item["grants"] = _allowed_statements(issuer, spec) if issuer.grants else []
    if item["role"]:
        _normalize_role(item["role"], spec)


def _allowed_statements(issuer: Issuer, spec: Spec) -> list[str]:
    """Return what an issuer's grants allow, however they are grouped."""
    return sorted(normalized_statements(issuer_policies.documents(issuer, spec.aws, arn_of=str).values()))


def grants_when_attached(issuer: Issuer, spec: Spec) -> list[str]:
    """Return what an issuer's grants allow if they are attached to an existing principal.

    This leaves out the deny statement for other templates, which only principals of the stack have.
    """
    kind = "existing_role" if issuer.role or issuer.existing_role else "existing_user"
    no_principal = {"user_name": None, "role": None, "existing_user": None, "existing_role": None}
    return (
        _allowed_statements(issuer.model_copy(update={**no_principal, kind: issuer.principal_name}), spec)
        if issuer.grants
        else []
    )


def _normalize_role(item: dict[str, Any], spec: Spec) -> None:
    item["trust"] = sorted(
        normalized_statements([trust_policy.document(Trust.model_validate(item["trust"]), spec.aws)])
    )
    item["max_session_duration"] = (
        None if item["max_session_duration"] == _DEFAULT_SESSION else item["max_session_duration"]
    )


def _normalize_certificate(item: dict[str, Any], _: Spec) -> None:
    item["subject_alternative_names"] = sorted({*item["subject_alternative_names"]} - {item["domain_name"]})


def _normalize_share(item: dict[str, Any], _: Spec) -> None:
    item["accounts"] = sorted(set(item["accounts"]))


def _normalize_bucket(item: dict[str, Any], _: Spec) -> None:
    item["bucket"] = item["bucket"] or item["key"]
    item["cloudfront_distribution_arns"] = sorted(set(item["cloudfront_distribution_arns"]))


def _drop_disabled(configuration: dict[str, Any] | None) -> dict[str, Any] | None:
    enabled = {name: inner for name, inner in (configuration or {}).items() if inner and inner["enabled"]}
    return {"crl_configuration": None, "ocsp_configuration": None, **enabled} if enabled else None

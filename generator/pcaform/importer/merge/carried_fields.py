"""Which part of a spec each source carries, so that "the same spec back" is a comparison and not a hope.

A spec that a source gives back is compared in one normal form for all spellings that mean the same: grants as what they
allow, lists that are sets in any order, a disabled revocation block like none.
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
_SESSION = 3600


def by_state(spec: Spec) -> dict[str, Any]:
    """Return what a Terraform state carries of a spec."""
    data = _normal(spec)
    for authority in data["certificate_authorities"].values():
        authority.pop("deletion_protection", None)
        if authority["provider"]:
            authority["provider"].pop("assume_role")
        if authority.get("activation") == "pending":  # who signs it, and for how deep a tree, is not decided yet
            authority |= {"parent": None, "path_length": None}
    for certificate in data["certificates"].values():
        certificate.pop("arn")  # that it was imported once does not show
    data["aws"]["default_tags"] = _added(data)
    return data


def _added(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the default tags that show on anything: those that not every item gives a value of its own."""
    items = [item for name, section in data.items() if name not in ("version", "aws") for item in section.values()]
    tagged = [item["tags"] for item in items if "tags" in item]
    return {key: value for key, value in data["aws"]["default_tags"].items() if not all(key in each for each in tagged)}


def by_hcl(spec: Spec) -> dict[str, Any]:
    """Return what configuration files carry of a spec: all but what explains it to people."""
    data = _normal(spec)
    for authority in data["certificate_authorities"].values():
        if authority.get("activation") in ("external", "pending"):  # who signed it, or will, stands in no file
            authority |= {"parent": None, "path_length": None}
    whole = {"terraform": spec.terraform.model_dump(mode="json"), "aws": spec.aws.model_dump(mode="json")}
    return {**data, **nfc(whole)}


def by_live(spec: Spec) -> dict[str, Any]:
    """Return what AWS itself carries of a spec: every CA is active already, every principal exists already."""
    data = _normal(spec)
    del data["aws"]["default_tags"]
    authorities = data["certificate_authorities"]
    for name in ("validity", "api_passthrough", "generation", "deletion_protection", "timeouts", "arn", "activation"):
        for authority in authorities.values():
            authority.pop(name, None)
    for authority in authorities.values():
        authority.pop("permanent_deletion_time_in_days", None)
        _without(authority, spec.aws.default_tags)
    for issuer, model in zip(data["issuers"].values(), spec.issuers.values(), strict=True):
        kind = "role" if model.role or model.existing_role else "user"
        for name in ("user_name", "role", "existing_user", "existing_role", "permissions_boundary", "force_destroy"):
            issuer.pop(name, None)
        issuer["principal"] = [kind, model.principal_name]
        issuer["grants"] = attached(model, spec)
        del issuer["path"], issuer["tags"]
    for certificate in data["certificates"].values():
        certificate.pop("early_renewal_duration")
        certificate.pop("arn")
        _without(certificate, spec.aws.default_tags)
    for section in ("administrators", "auditors", "crl_buckets"):
        del data[section]
    return data


def _without(item: dict[str, Any], defaults: Mapping[str, str]) -> None:
    if "tags" in item:
        item["tags"] = {key: value for key, value in item["tags"].items() if defaults.get(key) != value}


def _normal(spec: Spec) -> dict[str, Any]:
    """Return a spec without what only people know, in one form for all spellings."""
    whole = ("stack", "terraform", "removed", "moves", "waivers")
    only: dict[str, Any] = {**dict.fromkeys(whole, True), "aws": {"assume_role"}}
    data: dict[str, Any] = nfc(spec.model_dump(mode="json", exclude=only))
    sections: dict[str, Callable[[dict[str, Any], Spec], None]] = {
        "certificate_authorities": _authority,
        "issuers": _issuer,
        "administrators": _role,
        "auditors": _role,
        "certificates": _certificate,
        "shares": _share,
        "crl_buckets": _bucket,
    }
    for section, settle in sections.items():
        for key, item in data[section].items():
            for name in _NEVER:
                item.pop(name, None)
            item["key"] = key
            settle(item, spec)
            del item["key"]
    return data


def _authority(item: dict[str, Any], spec: Spec) -> None:
    for permission in item["permissions"]:
        permission["actions"].sort(key=facts.ALL_PERMISSION_ACTIONS.index)
    if not item["managed"]:
        return
    item["revocation_configuration"] = _enabled(item["revocation_configuration"])
    region = item["provider"]["region"] if item["provider"] else spec.aws.region
    if item["key_storage_security_standard"] == default_key_storage(region):
        item["key_storage_security_standard"] = None
    item["timeouts"] = item["timeouts"] if any((item["timeouts"] or {}).values()) else None
    if isinstance(item["activation"], dict):
        item["activation"].pop("certificate_signing_request", None)


def _issuer(item: dict[str, Any], spec: Spec) -> None:
    issuer = spec.issuers[item["key"]]
    item["grants"] = _allowed(issuer, spec) if issuer.grants else []
    if item["role"]:
        _role(item["role"], spec)


def _allowed(issuer: Issuer, spec: Spec) -> list[str]:
    """Return what an issuer's grants allow, whoever groups them."""
    return sorted(normalized_statements(issuer_policies.documents(issuer, spec.aws, arn_of=str).values()))


def attached(issuer: Issuer, spec: Spec) -> list[str]:
    """Return what an issuer's grants allow where they are attached to a principal that somebody else made.

    The denial of all other templates is for principals of the stack's own, so it tells nothing about the grants.
    """
    kind = "existing_role" if issuer.role or issuer.existing_role else "existing_user"
    theirs = {"user_name": None, "role": None, "existing_user": None, "existing_role": None}
    return _allowed(issuer.model_copy(update={**theirs, kind: issuer.principal_name}), spec) if issuer.grants else []


def _role(item: dict[str, Any], spec: Spec) -> None:
    item["trust"] = sorted(
        normalized_statements([trust_policy.document(Trust.model_validate(item["trust"]), spec.aws)])
    )
    item["max_session_duration"] = None if item["max_session_duration"] == _SESSION else item["max_session_duration"]


def _certificate(item: dict[str, Any], _: Spec) -> None:
    item["subject_alternative_names"] = sorted({*item["subject_alternative_names"]} - {item["domain_name"]})


def _share(item: dict[str, Any], _: Spec) -> None:
    item["accounts"] = sorted(set(item["accounts"]))


def _bucket(item: dict[str, Any], _: Spec) -> None:
    item["bucket"] = item["bucket"] or item["key"]
    item["cloudfront_distribution_arns"] = sorted(set(item["cloudfront_distribution_arns"]))


def _enabled(configuration: dict[str, Any] | None) -> dict[str, Any] | None:
    kept = {name: inner for name, inner in (configuration or {}).items() if inner and inner["enabled"]}
    return {"crl_configuration": None, "ocsp_configuration": None, **kept} if kept else None

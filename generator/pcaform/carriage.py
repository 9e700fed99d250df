"""Which part of a spec each source carries, so that "the same spec back" is a comparison and not a hope."""

from typing import Any

from pcaform import facts
from pcaform.infer.authorities import default_key_storage
from pcaform.spec.stack import Spec

SPEC_ONLY = ("stack", "terraform", "aws.assume_role", "ignore")
"""What no state holds."""


def by_state(spec: Spec) -> dict[str, Any]:
    """Return what a Terraform state carries of a spec, in one form for all spellings that mean the same."""
    data = spec.model_dump(mode="json", exclude={"stack": True, "terraform": True, "aws": {"assume_role"}})
    for item in [*data["certificate_authorities"].values(), *data["issuers"].values()]:
        del item["ignore"]
    for authority in data["certificate_authorities"].values():
        authority["revocation_configuration"] = _enabled(authority["revocation_configuration"])
        if authority["key_storage_security_standard"] == default_key_storage(spec.aws.region):
            authority["key_storage_security_standard"] = None
        for permission in authority["permissions"]:
            permission["actions"].sort(key=facts.ALL_PERMISSION_ACTIONS.index)
    for grant in (grant for issuer in data["issuers"].values() for grant in issuer["grants"]):
        for name in ("additional_actions", "key_algorithms"):
            grant[name] = sorted(set(grant[name]))
    return data


def _enabled(configuration: dict[str, Any] | None) -> dict[str, Any] | None:
    kept = {name: inner for name, inner in (configuration or {}).items() if inner and inner["enabled"]}
    return {"crl_configuration": None, "ocsp_configuration": None, **kept} if kept else None

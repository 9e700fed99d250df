"""Spec -> module calls: which module each CA, certificate, permission and issuer becomes, with its arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform import facts, policies
from pcaform.hcl import Call, Reference
from pcaform.spec.authorities import CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One `module` block: its name, the vendored module it calls, and its arguments in order."""

    name: str
    module: str
    arguments: Mapping[str, Any]


def certificate_authorities(spec: Spec) -> list[ModuleCall]:
    """Return the calls of every CA, each followed by the one of its certificate."""
    calls = []
    for key, authority in spec.managed.items():
        calls += [_authority(key, authority), _certificate(key, authority, spec)]
    return calls


def permissions(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CA that permits ACM; it waits until the CA is active, as AWS demands."""
    return [
        ModuleCall(
            f"acm_permission_{key}",
            "acm-permission",
            {
                "certificate_authority_arn": _output(_ca(key), "active_arn"),
                "actions": sorted(permission.actions),
            },
        )
        for key, authority in spec.managed.items()
        for permission in authority.permissions
    ]


def issuers(spec: Spec) -> list[ModuleCall]:
    """Return one call for each issuer; its policies name CAs by the ARN that is known first."""
    return [_issuer(key, issuer, spec) for key, issuer in spec.issuers.items()]


def _authority(key: str, authority: CertificateAuthority) -> ModuleCall:
    certificate = f"{_ca(key)}_certificate"
    arguments = {
        "type": authority.type,
        "subject": _given(authority.subject.model_dump(exclude_none=True)),
        "key_algorithm": authority.key_algorithm,
        "signing_algorithm": authority.signing_algorithm,
        "usage_mode": _unless(authority.usage_mode, "GENERAL_PURPOSE"),
        "key_storage_security_standard": authority.key_storage_security_standard,
        "enabled": _unless(authority.enabled, default=True),
        "permanent_deletion_time_in_days": _unless(authority.permanent_deletion_time_in_days, default=30),
        "revocation_configuration": _revocation(authority),
        "certificate": {
            "certificate": _output(certificate, "certificate"),
            "certificate_chain": _output(certificate, "certificate_chain"),
        },
        "tags": authority.tags or None,
    }
    return ModuleCall(_ca(key), "private-ca", _given(arguments))


def _certificate(key: str, authority: CertificateAuthority, spec: Spec) -> ModuleCall:
    """Return the call that issues a CA's own certificate; a root signs itself while it is still pending."""
    if authority.parent is None:
        issuer, signer, template = _output(_ca(key), "arn"), authority, facts.ROOT_TEMPLATE
    else:
        issuer = _output(_ca(authority.parent), "active_arn")
        signer = spec.managed[authority.parent]
        template = facts.subordinate_template(authority.path_length or 0)
    arguments = {
        "issuer_arn": issuer,
        "certificate_signing_request": _output(_ca(key), "certificate_signing_request"),
        "signing_algorithm": signer.signing_algorithm,
        "template_arn": facts.template_arn(spec.aws.region, template),
        "validity": _validity(authority),
    }
    return ModuleCall(f"{_ca(key)}_certificate", "ca-certificate", arguments)


def _validity(authority: CertificateAuthority) -> dict[str, str]:
    if authority.validity is None:
        raise ValueError("the rules let no CA through that is activated here and has no validity")
    return {"type": authority.validity.type, "value": str(authority.validity.value)}


def _revocation(authority: CertificateAuthority) -> dict[str, Any] | None:
    """Return the revocation settings; a disabled list carries nothing else, as the API demands."""
    configuration = authority.revocation_configuration
    if configuration is None:
        return None
    crl, ocsp = configuration.crl_configuration, configuration.ocsp_configuration
    written = {
        "crl_configuration": crl and (crl.model_dump(exclude_none=True) if crl.enabled else {"enabled": False}),
        "ocsp_configuration": ocsp and ocsp.model_dump(exclude_none=True),
    }
    return _given(written) or None


def _issuer(key: str, issuer: Issuer, spec: Spec) -> ModuleCall:
    document = policies.document(issuer, spec.aws, arn_of=lambda authority: _output(_ca(authority), "arn"))
    arguments = {
        "user_name": issuer.user_name,
        "path": _unless(issuer.path, "/"),
        "permissions_boundary": issuer.permissions_boundary,
        "force_destroy": _unless(issuer.force_destroy, default=False),
        "policies": {policies.policy_name(issuer): Call("jsonencode", document)},
        "tags": issuer.tags or None,
    }
    return ModuleCall(f"issuer_{key}", "issuer-user", _given(arguments))


def _ca(key: str) -> str:
    return f"ca_{key}"


def _output(module: str, name: str) -> Reference:
    return Reference(f"module.{module}.{name}")


def _unless(value: Any, default: Any) -> Any:
    """Return the value, or None where the module would use it anyway."""
    return None if value == default else value


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}

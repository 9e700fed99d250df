"""Certificate authorities -> module calls: one for each CA, and one for each CA certificate that this stack issues."""

from dataclasses import replace
from typing import Any

from pcaform.core import facts, name_constraints
from pcaform.render.plan.module_call import ModuleCall, build_call, output, plain_arguments, without_none
from pcaform.render.plan.providers import providers_argument
from pcaform.render.plan.references import reference_arn
from pcaform.spec.cas import CertificateAuthority, OfflineActivation, Reference
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names, provider_releases
from pcaform.terraform.hcl_writer import Call, StackFile
from pcaform.terraform.resource_types import AUTHORITY

_PEMS = ("certificate", "certificate_chain")


def ca_calls(spec: Spec) -> list[ModuleCall]:
    """Return the call of every CA, each followed by those of its certificates if this stack issues them."""
    calls = []
    for key, authority in spec.managed.items():
        calls.append(_ca_call(key, authority, spec))
        if authority.activation is None:
            calls += [
                _certificate_call(key, authority, spec, generation=generation)
                for generation in retained_generations(authority.generation)
            ]
    return calls


def retained_generations(generation: int) -> range:
    """Return the generations that a stack keeps: the one in use and the one before.

    Terraform cannot forget a certificate in the plan that replaces its installation (a cycle), so the one before leaves
    with the next renewal.
    """
    return range(max(1, generation - 1), generation + 1)


def arn(spec: Spec, key: str, name: str = "arn") -> Any:
    """Return a CA's ARN or a reference to it, known as soon as the CA exists; policies need not wait longer."""
    authority = spec.certificate_authorities[key]
    if isinstance(authority, Reference):
        return authority.arn or reference_arn(spec, key)
    return output(module_names.ca(key), name)


def active_arn(spec: Spec, key: str) -> Any:
    """Return a CA's ARN or a reference to it, known once the CA is active; whatever issues from the CA uses it to wait.

    The reference is what makes Terraform order the two.
    """
    return arn(spec, key, "active_arn")


def pem_files(spec: Spec) -> dict[str, str]:
    """Return path in the stack -> PEM, for each certificate that was signed elsewhere."""
    texts: dict[str, str] = {}
    for key, authority in spec.managed.items():
        if isinstance(authority.activation, OfflineActivation):
            texts |= without_none({_pem_path(key, name): getattr(authority.activation, name) for name in _PEMS})
    return texts


def _pem_path(key: str, name: str) -> str:
    return f"certificates/{module_names.ca(key)}.{name}.pem"


def _ca_call(key: str, authority: CertificateAuthority, spec: Spec) -> ModuleCall:
    """Return the call of a CA; arguments that only a later release has are in a copy of the module for that."""
    call = build_call(
        module_names.ca(key),
        "private-ca",
        providers=providers_argument(spec, key),
        type=authority.type,
        subject=authority.subject.model_dump(exclude_none=True),
        key_algorithm=authority.key_algorithm,
        signing_algorithm=authority.signing_algorithm,
        **plain_arguments(AUTHORITY, authority),
        revocation_configuration=_revocation(authority, spec),
        certificate=_certificate_to_install(key, authority),
        timeouts=authority.timeouts and (without_none(authority.timeouts.model_dump()) or None),
        tags=authority.tags or None,
    )
    release = provider_releases.needed(call.uses)
    copy = module_names.copy_of(call.module, release, is_protected=authority.deletion_protection)
    return replace(call, module=copy)


def _certificate_to_install(key: str, authority: CertificateAuthority) -> dict[str, Any] | None:
    """Return the certificate to install with its chain: issued by this stack, signed elsewhere, or None."""
    activation = authority.activation
    if activation is None:
        call = module_names.ca_certificate(key, authority.generation)
        return {name: output(call, name) for name in _PEMS}
    if isinstance(activation, OfflineActivation):
        return {name: StackFile(_pem_path(key, name)) for name in _PEMS if getattr(activation, name) is not None}
    return None


def _certificate_call(key: str, authority: CertificateAuthority, spec: Spec, *, generation: int) -> ModuleCall:
    """Return the call that issues a CA's own certificate; a root signs itself while it is still pending.

    The signer issues, so the call has the signer's provider and the template has the signer's partition.
    """
    signer = authority.parent or key
    arguments = {
        "providers": providers_argument(spec, signer),
        "issuer_arn": active_arn(spec, signer) if authority.parent else arn(spec, signer),
        "certificate_signing_request": output(module_names.ca(key), "certificate_signing_request"),
        "signing_algorithm": _signing_algorithm(spec, signer),
        "template_arn": facts.template_arn(spec.region_of(signer), authority.template or authority.default_template),
        "validity": _validity(authority),
        "superseded": generation < authority.generation or None,
        "api_passthrough": _passthrough(authority),
    }
    name = module_names.ca_certificate(key, generation)
    module = module_names.copy_of("ca-certificate", is_protected=authority.deletion_protection)
    return ModuleCall(name, module, without_none(arguments))


def _passthrough(authority: CertificateAuthority) -> Any:
    """Return what the API adds to the template: the spec's own extensions, and the one of the name constraints."""
    passthrough: Any = authority.api_passthrough
    if authority.name_constraints is not None:
        passthrough = name_constraints.join(passthrough, authority.name_constraints.texts())
    return passthrough and Call("jsonencode", passthrough)


def _signing_algorithm(spec: Spec, key: str) -> str:
    """Return the signing algorithm of a CA; for a reference, the default of its key algorithm."""
    signer = spec.certificate_authorities[key]
    algorithm = None if isinstance(signer, Reference) else signer.signing_algorithm
    if algorithm is None and signer.key_algorithm is not None:
        algorithm = facts.DEFAULT_SIGNING_ALGORITHM[signer.key_algorithm]
    if algorithm is None:
        raise ValueError("the rules require the key algorithm of each parent")
    return algorithm


def _validity(authority: CertificateAuthority) -> dict[str, str]:
    if authority.validity is None:
        raise ValueError("the rules require a validity for each CA that is activated here")
    return {"type": authority.validity.type, "value": str(authority.validity.value)}


def _revocation(authority: CertificateAuthority, spec: Spec) -> dict[str, Any] | None:
    """Return the revocation settings; what is disabled has no other settings, as the API requires."""
    configuration = authority.revocation_configuration
    if configuration is None:
        return None
    crl, ocsp = configuration.crl_configuration, configuration.ocsp_configuration
    blocks = {
        "crl_configuration": crl
        and (_crl_settings(crl.model_dump(exclude_none=True), spec) if crl.enabled else {"enabled": False}),
        "ocsp_configuration": ocsp and (ocsp.model_dump(exclude_none=True) if ocsp.enabled else {"enabled": False}),
    }
    return without_none(blocks) or None


def _crl_settings(crl: dict[str, Any], spec: Spec) -> dict[str, Any]:
    """Return the settings of a CRL; they wait for a bucket of this stack, since AWS tries to write to it at once."""
    for key, bucket in spec.crl_buckets.items():
        if (bucket.bucket or key) == crl.get("s3_bucket_name"):
            return {**crl, "s3_bucket_name": output(module_names.crl_bucket(key), "bucket")}
    return crl

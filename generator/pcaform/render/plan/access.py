"""What uses the CAs -> module calls: permissions, shares, issuers, operator roles, certificates and CRL buckets."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies import issuer_policies, resource_policies
from pcaform.iam.policies.resource_policies import bucket_policy, share_policy
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.render.plan.cas import active_arn, arn
from pcaform.render.plan.module_call import ModuleCall, build_call, none_if_default, output, plain_arguments
from pcaform.render.plan.providers import providers_argument
from pcaform.spec.issuers import Issuer, Role
from pcaform.spec.references import parameter_name
from pcaform.spec.sections import CrlBucket, OperatorRole
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.hcl_writer import Call
from pcaform.terraform.resource_types import ACM_CERTIFICATE

_CA_ARN = "certificate_authority_arn"


def permitting_cas(spec: Spec) -> list[str]:
    """Return the keys of the CAs whose permission is rendered; a CA that waits for its certificate cannot have one."""
    return [
        key
        for key, authority in spec.certificate_authorities.items()
        if authority.permissions and key not in spec.pending
    ]


def permissions(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CA that permits ACM; it waits until the CA is active, as AWS requires."""
    return [
        build_call(
            module_names.permission(key),
            "acm-permission",
            providers=providers_argument(spec, key),
            certificate_authority_arn=active_arn(spec, key),
            actions=sorted(permission.actions),
        )
        for key in permitting_cas(spec)
        for permission in spec.certificate_authorities[key].permissions
    ]


def shares(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CA that other accounts may issue from."""
    return [
        build_call(
            module_names.share(key),
            "ca-share",
            providers=providers_argument(spec, key),
            certificate_authority_arn=active_arn(spec, key),
            policy=Call("jsonencode", share_policy(entry, arn(spec, key), region=spec.region_of(key))),
        )
        for key, entry in spec.shares.items()
    ]


def parameters(spec: Spec) -> Iterator[ModuleCall]:
    """Yield one call for each active CA, if the spec says that stacks read ARNs from parameters: others may name it."""
    for key in spec.managed:
        name = parameter_name(spec, spec.stack, key)
        if name is not None and key not in spec.pending:
            yield build_call(
                module_names.parameter(key),
                "ssm-parameter",
                providers=providers_argument(spec, key),
                name=name,
                certificate_authority_arn=active_arn(spec, key),
            )


def issuers(spec: Spec) -> Iterator[ModuleCall]:
    """Yield one call for each issuer; its policies use the CA's `arn`, which is known before the CA is active."""
    for key, issuer in spec.issuers.items():
        documents = issuer_policies.documents(issuer, spec.aws, arn_of=partial(arn, spec))
        module, principal = _principal_module(issuer, spec)
        yield build_call(
            module_names.issuer(key),
            module,
            **principal,
            **_with_policies(issuer, "path", "/"),
            permissions_boundary=issuer.permissions_boundary,
            force_destroy=none_if_default(issuer.force_destroy, default=False),
            policies={name: Call("jsonencode", document) for name, document in documents.items()},
            policy_description=issuer.policy.description if issuer.policy else None,
            **_with_policies(issuer, "tags", {}),
        )


def _with_policies(item: Issuer | OperatorRole, name: str, default: Any) -> dict[str, Any]:
    """Return path or tags of a principal, and of its policies if they differ."""
    own, of_policies = getattr(item, name), getattr(item, f"policy_{name}")
    return {name: none_if_default(own, default), f"policy_{name}": none_if_default(of_policies, own)}


def operator_roles(spec: Spec) -> Iterator[ModuleCall]:
    """Yield one call for each operator role: the administrators and auditors of the CAs."""
    for section, key, role in spec.operator_roles:
        document = POLICY_BUILDERS[section](spec, arn_of=partial(arn, spec))
        yield build_call(
            module_names.operator_role(section, key),
            "issuer-role",
            **_role_arguments(role, spec),
            **_with_policies(role, "path", "/"),
            permissions_boundary=role.permissions_boundary,
            policies={f"{role.role_name}-private-ca": Call("jsonencode", document)},
            **_with_policies(role, "tags", {}),
        )


def _principal_module(issuer: Issuer, spec: Spec) -> tuple[str, dict[str, Any]]:
    """Return the module for an issuer's kind of principal, with the arguments that only this module has."""
    if issuer.existing_user or issuer.existing_role:
        return "issuer-attachment", {"user_name": issuer.existing_user, "role_name": issuer.existing_role}
    if issuer.role is None:
        return "issuer-user", {"user_name": issuer.user_name}
    return "issuer-role", _role_arguments(issuer.role, spec)


def _role_arguments(role: Role, spec: Spec) -> dict[str, Any]:
    return {
        "role_name": role.role_name,
        "assume_role_policy": Call("jsonencode", resource_policies.trust_policy(role.trust, spec.aws)),
        "max_session_duration": role.max_session_duration,
        "description": role.description,
        "instance_profile": none_if_default(role.has_instance_profile, default=False),
    }


def certificates(spec: Spec) -> Iterator[ModuleCall]:
    """Yield one call for each private certificate.

    It uses an ARN of its CA that is known once ACM may issue: that of the permission if this stack grants one.
    """
    for key, certificate in spec.certificates.items():
        ca, permission = certificate.certificate_authority, module_names.permission(certificate.certificate_authority)
        is_permitting = ca in permitting_cas(spec)
        yield build_call(
            module_names.certificate(key),
            "acm-certificate",
            providers=providers_argument(spec, ca),
            certificate_authority_arn=output(permission, _CA_ARN) if is_permitting else active_arn(spec, ca),
            domain_name=certificate.domain_name,
            subject_alternative_names=list(certificate.subject_alternative_names) or None,
            **plain_arguments(ACM_CERTIFICATE, certificate),
            tags=certificate.tags or None,
        )


def _distribution(bucket: CrlBucket, name: str, spec: Spec) -> dict[str, Any] | None:
    """Return the distribution of a bucket; with a certificate its aliases are the names of the CRLs in it."""
    if bucket.distribution is None:
        return None
    settings = bucket.distribution.model_dump(exclude_none=True)
    has_certificate = bucket.distribution.acm_certificate_arn is not None
    aliases = [each for each in crl_names(spec, name) if has_certificate and not facts.is_of_cloudfront(each)]
    return {**({"aliases": aliases} if aliases else {}), **settings}


def crl_names(spec: Spec, bucket: str) -> list[str]:
    """Return the names under which CAs say that their CRLs in a bucket are, sorted."""
    configurations = (ca.revocation_configuration for ca in spec.managed.values())
    crls = (each.crl_configuration for each in configurations if each and each.crl_configuration)
    return sorted({each.custom_cname for each in crls if each.s3_bucket_name == bucket and each.custom_cname})


def crl_buckets(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CRL bucket."""
    return [
        build_call(
            module_names.crl_bucket(key),
            "crl-bucket",
            bucket=bucket.bucket or key,
            policy=Call(
                "jsonencode",
                bucket_policy(
                    bucket,
                    bucket.bucket or key,
                    account_id=spec.aws.account_id,
                    region=spec.aws.region,
                    distribution=output(module_names.crl_bucket(key), "distribution_arn"),
                ),
            ),
            distribution=_distribution(bucket, bucket.bucket or key, spec),
            force_destroy=none_if_default(bucket.force_destroy, default=False),
            tags=bucket.tags or None,
        )
        for key, bucket in spec.crl_buckets.items()
    ]

"""Who may use the CAs -> module calls: ACM's permissions, shares with other accounts, and issuers."""

from typing import Any

from pcaform.core import facts
from pcaform.iam.policies import issuer_policies, trust_policy
from pcaform.iam.policies.roles import administrator_policy, auditor_policy
from pcaform.render.plan import providers
from pcaform.render.plan.cas import active_arn, arn
from pcaform.render.plan.module_call import ModuleCall, none_if_default, without_none
from pcaform.spec.issuers import Issuer, Role
from pcaform.spec.sections import OperatorRole
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.hcl_writer import Call


def permitting_cas(spec: Spec) -> list[str]:
    """Return the keys of the CAs whose permission is rendered: a CA that still waits for its certificate has none."""
    return [
        key
        for key, authority in spec.certificate_authorities.items()
        if authority.permissions and key not in spec.pending
    ]


def permissions(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CA that permits ACM; it waits until the CA is active, as AWS demands."""
    return [
        ModuleCall(
            module_names.permission(key),
            "acm-permission",
            without_none(
                {
                    "providers": providers.providers(spec, key),
                    "certificate_authority_arn": active_arn(spec, key),
                    "actions": sorted(permission.actions),
                }
            ),
        )
        for key in permitting_cas(spec)
        for permission in spec.certificate_authorities[key].permissions
    ]


def shares(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CA that others may issue from."""
    return [
        ModuleCall(
            module_names.share(key),
            "ca-share",
            without_none(
                {
                    "providers": providers.providers(spec, key),
                    "certificate_authority_arn": active_arn(spec, key),
                    "accounts": list(share.accounts) or None,
                    "organization": share.organization,
                    "template_arn": facts.template_arn(spec.region_of(key), share.template),
                }
            ),
        )
        for key, share in spec.shares.items()
    ]


def issuers(spec: Spec) -> list[ModuleCall]:
    """Return one call for each issuer; its policies name CAs by the ARN that is known first."""
    return [_issuer(key, issuer, spec) for key, issuer in spec.issuers.items()]


def _issuer(key: str, issuer: Issuer, spec: Spec) -> ModuleCall:
    documents = issuer_policies.documents(issuer, spec.aws, arn_of=lambda authority: arn(spec, authority))
    module, principal = _principal(issuer, spec)
    arguments = {
        **principal,
        "path": none_if_default(issuer.path, "/"),
        "permissions_boundary": issuer.permissions_boundary,
        "force_destroy": none_if_default(issuer.force_destroy, default=False),
        "policies": {name: Call("jsonencode", document) for name, document in documents.items()},
        "tags": issuer.tags or None,
    }
    return ModuleCall(module_names.issuer(key), module, without_none(arguments))


def operator_roles(spec: Spec) -> list[ModuleCall]:
    """Return one call for each role that administers the CAs or looks at them."""
    return [_duty(section, key, duty, spec) for section, key, duty in spec.duties]


def _duty(section: str, key: str, duty: OperatorRole, spec: Spec) -> ModuleCall:
    make = administrator_policy if section == "administrators" else auditor_policy
    document = make(spec, arn_of=lambda authority: arn(spec, authority))
    arguments = {
        **_role(duty, spec),
        "path": none_if_default(duty.path, "/"),
        "permissions_boundary": duty.permissions_boundary,
        "policies": {f"{duty.role_name}-private-ca": Call("jsonencode", document)},
        "tags": duty.tags or None,
    }
    return ModuleCall(module_names.operator_role(section, key), "issuer-role", without_none(arguments))


def _principal(issuer: Issuer, spec: Spec) -> tuple[str, dict[str, Any]]:
    """Return the module that an issuer's principal needs, with what only that module takes."""
    if issuer.existing_user or issuer.existing_role:
        return "issuer-attachment", {"user_name": issuer.existing_user, "role_name": issuer.existing_role}
    if issuer.role is None:
        return "issuer-user", {"user_name": issuer.user_name}
    return "issuer-role", _role(issuer.role, spec)


def _role(role: Role, spec: Spec) -> dict[str, Any]:
    return {
        "role_name": role.role_name,
        "assume_role_policy": Call("jsonencode", trust_policy.document(role.trust, spec.aws)),
        "max_session_duration": role.max_session_duration,
        "instance_profile": True if trust_policy.EC2 in role.trust.services else None,
    }

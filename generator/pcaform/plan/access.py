"""Who may use the CAs -> module calls: ACM's permissions, shares with other accounts, and issuers."""

from pcaform import facts, policies
from pcaform.hcl import Call
from pcaform.plan import naming, places
from pcaform.plan.authorities import active_arn, arn
from pcaform.plan.calls import ModuleCall, given, unless
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec


def permitting(spec: Spec) -> list[str]:
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
            naming.permission(key),
            "acm-permission",
            given(
                {
                    "providers": places.providers(spec, key),
                    "certificate_authority_arn": active_arn(spec, key),
                    "actions": sorted(permission.actions),
                }
            ),
        )
        for key in permitting(spec)
        for permission in spec.certificate_authorities[key].permissions
    ]


def shares(spec: Spec) -> list[ModuleCall]:
    """Return one call for each CA that others may issue from."""
    return [
        ModuleCall(
            naming.share(key),
            "ca-share",
            given(
                {
                    "providers": places.providers(spec, key),
                    "certificate_authority_arn": active_arn(spec, key),
                    "accounts": list(share.accounts) or None,
                    "organization": share.organization,
                    "template_arn": facts.template_arn(places.region(spec, key), share.template),
                }
            ),
        )
        for key, share in spec.shares.items()
    ]


def issuers(spec: Spec) -> list[ModuleCall]:
    """Return one call for each issuer; its policies name CAs by the ARN that is known first."""
    return [_issuer(key, issuer, spec) for key, issuer in spec.issuers.items()]


def _issuer(key: str, issuer: Issuer, spec: Spec) -> ModuleCall:
    document = policies.document(issuer, spec.aws, arn_of=lambda authority: arn(spec, authority))
    arguments = {
        "user_name": issuer.user_name,
        "path": unless(issuer.path, "/"),
        "permissions_boundary": issuer.permissions_boundary,
        "force_destroy": unless(issuer.force_destroy, default=False),
        "policies": {policies.policy_name(issuer): Call("jsonencode", document)},
        "tags": issuer.tags or None,
    }
    return ModuleCall(naming.issuer(key), "issuer-user", given(arguments))

"""Rules about the permissions that let ACM issue and renew."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"


@error("partial-permission")
def permission_has_all_actions(spec: Spec) -> Iterator[Finding]:
    """ACM renews only with all three actions; with fewer, renewals fail months later and nobody is told."""
    for key, authority in spec.certificate_authorities.items():
        for index, permission in enumerate(authority.permissions):
            missing = [action for action in facts.ALL_PERMISSION_ACTIONS if action not in permission.actions]
            if missing:
                listed = ", ".join(missing)
                message = f"ACM cannot renew without {listed}: leave 'actions' out, the default is all three"
                yield Finding((_AUTHORITIES, key, "permissions", index, "actions"), message)


@error("second-permission")
def permissions_are_unique(spec: Spec) -> Iterator[Finding]:
    """AWS keeps one permission per principal and CA."""
    for key, authority in spec.certificate_authorities.items():
        principals = [permission.principal for permission in authority.permissions]
        for index, principal in enumerate(principals):
            if principal in principals[:index]:
                loc = (_AUTHORITIES, key, "permissions", index)
                yield Finding(loc, f"a second permission for '{principal}': AWS keeps one per principal, merge them")


@error("short-lived-permission")
def short_lived_ca_has_no_permission(spec: Spec) -> Iterator[Finding]:
    """ACM cannot issue from a CA for short-lived certificates."""
    for key, authority in spec.managed.items():
        if authority.usage_mode == "SHORT_LIVED_CERTIFICATE" and authority.permissions:
            message = f"ACM cannot issue from '{key}', which is for short-lived certificates: remove 'permissions'"
            yield Finding((_AUTHORITIES, key, "permissions"), message)


@error("foreign-permission")
def permitted_ca_is_of_account(spec: Spec) -> Iterator[Finding]:
    """A permission holds in the CA's own account only; other accounts need a share."""
    for key, authority in spec.certificate_authorities.items():
        if authority.arn and authority.permissions and authority.arn.split(":")[4] != spec.aws.account_id:
            message = f"'{key}' is of another account, where AWS knows no permission for ACM: its owner shares the CA"
            yield Finding((_AUTHORITIES, key, "permissions"), message)

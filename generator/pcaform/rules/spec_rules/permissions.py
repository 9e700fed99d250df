"""Rules about the permissions that let ACM issue and renew."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"
_ASSIGN = "https://docs.aws.amazon.com/privateca/latest/userguide/assign-permissions.html"
_CREATE = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html"
_SHORT_LIVED = "https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html"


@error("partial-permission", source=_ASSIGN)
def permission_has_all_actions(spec: Spec) -> Iterator[Violation]:
    """A permission has all three actions: with fewer, ACM's renewals fail silently, months later."""
    for key, ca in spec.certificate_authorities.items():
        for index, permission in enumerate(ca.permissions):
            missing = [action for action in facts.ALL_PERMISSION_ACTIONS if action not in permission.actions]
            if missing:
                names = ", ".join(missing)
                message = f"ACM cannot renew without {names}: leave 'actions' out, the default is all three"
                yield Violation((_AUTHORITIES, key, "permissions", index, "actions"), message)


@error("second-permission", source=_CREATE)
def permissions_are_unique(spec: Spec) -> Iterator[Violation]:
    """A CA has one permission for each principal."""
    for key, ca in spec.certificate_authorities.items():
        principals = [permission.principal for permission in ca.permissions]
        for index, principal in enumerate(principals):
            if principal in principals[:index]:
                loc = (_AUTHORITIES, key, "permissions", index)
                yield Violation(loc, f"a second permission for '{principal}': AWS keeps one per principal, merge them")


@error("short-lived-permission", source=_SHORT_LIVED)
def short_lived_ca_has_no_permission(spec: Spec) -> Iterator[Violation]:
    """ACM cannot issue from a CA for short-lived certificates."""
    for key, ca in spec.managed.items():
        if ca.usage_mode == "SHORT_LIVED_CERTIFICATE" and ca.permissions:
            message = f"ACM cannot issue from '{key}', which is for short-lived certificates: remove 'permissions'"
            yield Violation((_AUTHORITIES, key, "permissions"), message)


@error("foreign-permission", source=_ASSIGN)
def permitted_ca_is_of_account(spec: Spec) -> Iterator[Violation]:
    """A permission works only in the CA's own account; other accounts need a share."""
    for key, ca in spec.certificate_authorities.items():
        if ca.arn and ca.permissions and ca.arn.split(":")[4] != spec.aws.account_id:
            message = f"'{key}' is of another account, where ACM cannot be permitted: its owner shares the CA"
            yield Violation((_AUTHORITIES, key, "permissions"), message)

"""Rules about permissions, issuers and what they are granted."""

from collections.abc import Iterator

from pcaform import facts
from pcaform.rules.rule import Finding
from pcaform.spec.issuers import ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Spec
from pcaform.spec.wording import nearest


def permission_is_whole(spec: Spec) -> Iterator[Finding]:
    """ACM renews only with all three actions; with fewer, renewals fail months later and nobody is told."""
    for key, authority in spec.certificate_authorities.items():
        for index, permission in enumerate(authority.permissions):
            missing = [action for action in facts.ALL_PERMISSION_ACTIONS if action not in permission.actions]
            if missing:
                message = (
                    f"ACM cannot renew without {', '.join(missing)}: leave 'actions' out, the default is all three"
                )
                yield Finding(("certificate_authorities", key, "permissions", index, "actions"), message)


def permission_is_single(spec: Spec) -> Iterator[Finding]:
    """AWS keeps one permission per principal and CA."""
    for key, authority in spec.certificate_authorities.items():
        principals = [permission.principal for permission in authority.permissions]
        for index, principal in enumerate(principals):
            if principal in principals[:index]:
                loc = ("certificate_authorities", key, "permissions", index)
                yield Finding(loc, f"a second permission for '{principal}': AWS keeps one per principal, merge them")


def granted_authorities_exist(spec: Spec) -> Iterator[Finding]:
    """A grant names CAs of this spec."""
    known = list(spec.certificate_authorities)
    for loc, grant in _grants(spec):
        for index, key in enumerate(grant.certificate_authorities):
            if key not in known:
                close = nearest(key, known)
                message = f"the CA '{key}' is not in this spec{close}, known: {', '.join(known)}"
                yield Finding((*loc, "certificate_authorities", index), message)


def managed_grant_has_permission(spec: Spec) -> Iterator[Finding]:
    """ACM issues and renews only from a CA that permits it."""
    for loc, grant in _grants(spec):
        if not isinstance(grant, ManagedGrant):
            continue
        for index, key in enumerate(grant.certificate_authorities):
            authority = spec.certificate_authorities.get(key)
            if authority is not None and not authority.permissions:
                message = (
                    f"ACM cannot issue from '{key}': the CA does not permit it. Add to it "
                    f"'permissions: [{{principal: {facts.ACM_PRINCIPAL}}}]'"
                )
                yield Finding((*loc, "certificate_authorities", index), message)


def no_ca_template(spec: Spec) -> Iterator[Finding]:
    """An issuer never signs a CA certificate: that would make it an administrator of trust."""
    for loc, grant in _grants(spec):
        if isinstance(grant, UnmanagedGrant):
            for index, template in enumerate(grant.templates):
                if "CACertificate" in template:
                    message = f"'{template}' signs CA certificates: an issuer may use end-entity templates only"
                    yield Finding((*loc, "templates", index), message)


def issuer_has_something(spec: Spec) -> Iterator[Finding]:
    """An issuer has grants or a verbatim policy, not both and not neither."""
    for key, issuer in spec.issuers.items():
        if bool(issuer.grants) == (issuer.policy is not None):
            has = "both 'grants' and 'policy'" if issuer.policy else "neither 'grants' nor 'policy'"
            yield Finding(("issuers", key), f"the issuer '{key}' has {has}: give one of them")


def user_names_differ(spec: Spec) -> Iterator[Finding]:
    """IAM user names are unique without regard to case."""
    owners: dict[str, str] = {}
    for key, issuer in spec.issuers.items():
        name = (issuer.user_name or key).lower()
        if name in owners:
            message = (
                f"the user name '{issuer.user_name}' is also that of '{owners[name]}', IAM ignores case: rename one"
            )
            yield Finding(("issuers", key), message)
        owners.setdefault(name, key)


def _grants(spec: Spec) -> Iterator[tuple[tuple[str | int, ...], UnmanagedGrant | ManagedGrant]]:
    for key, issuer in spec.issuers.items():
        for index, grant in enumerate(issuer.grants):
            yield ("issuers", key, "grants", index, grant.certificates), grant

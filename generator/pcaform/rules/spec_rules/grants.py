"""Rules about grants, permissions and shares: who may issue from a CA, and whether ACM can renew."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import UnionType

from pcaform.core import facts
from pcaform.iam.policies import issuer_policies
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.iam.policies.statements import CaRef
from pcaform.rules.rule import error
from pcaform.spec.cas import CertificateAuthority, compute_end
from pcaform.spec.issuers import ManagedGrant, UnmanagedGrant
from pcaform.spec.messages import describe_value, suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_DOMAIN_NAME = re.compile(r"[A-Za-z0-9*?._:-]+")
_LETTER_OR_DIGIT = re.compile(r"[A-Za-z0-9]")
_AFTER_WILDCARD = re.compile(r"[*?](?P<rest>[^*?]*)$")
_PERMISSIONS = "https://docs.aws.amazon.com/privateca/latest/userguide/assign-permissions.html"
_REQUEST = "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"
_TEMPLATES = "https://docs.aws.amazon.com/privateca/latest/userguide/template-varieties.html"
_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_TAGS = "https://docs.aws.amazon.com/acm/latest/userguide/tags-restrictions.html"
_AUTHORITIES = "certificate_authorities"
_ACM = "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"
_CREATE = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html"
_SHARES = "https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html"
_UNSHARED = frozenset(facts.TEMPLATES) - frozenset(facts.SHARED_TEMPLATES)
_SHORT_LIVED = "https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html"


@error("unknown-authority")
def granted_cas_exist(spec: Spec) -> Iterator[Violation]:
    """The CAs of a grant or certificate are keys of `certificate_authorities`."""
    for loc, key in _list_uses(spec, UnmanagedGrant | ManagedGrant):
        if key not in spec.certificate_authorities:
            yield Violation(loc, _describe_unknown_ca(key, spec))


@error("managed-without-permission", source=_PERMISSIONS)
def acm_has_permission(spec: Spec) -> Iterator[Violation]:
    """A CA of managed certificates permits ACM to use it; without that, renewals fail."""
    for loc, key in _list_uses(spec, ManagedGrant):
        ca = spec.managed.get(key)
        if ca is not None and not ca.permissions:
            message = (
                f"ACM has no permission on '{key}' and cannot renew: add to this CA "
                f"'permissions: [{{principal: {facts.ACM_PRINCIPAL}}}]'"
            )
            yield Violation(loc, message)


@error("managed-authority", source=_REQUEST)
def acm_can_issue_from_ca(spec: Spec) -> Iterator[Violation]:
    """ACM issues from CAs of the same account with an RSA or EC key, not from those for short-lived certificates."""
    for loc, key in _list_uses(spec, ManagedGrant):
        ca = spec.certificate_authorities.get(key)
        if ca is None:
            continue
        if ca.arn is not None and ca.arn.split(":")[4] != spec.aws.account_id:
            yield Violation(loc, f"'{key}' is of another account: ACM renews from it only through a share")
        if ca.key_algorithm is not None and facts.key_family(ca.key_algorithm) not in ("RSA", "EC"):
            yield Violation(loc, f"ACM's certificates have RSA or EC keys, '{key}' has {ca.key_algorithm}")
        if isinstance(ca, CertificateAuthority) and ca.usage_mode == "SHORT_LIVED_CERTIFICATE":
            yield Violation(loc, f"ACM cannot issue from '{key}', which is for short-lived certificates")


@error("shorter-than-managed", source=_ACM)
def ca_outlives_managed_certificates(spec: Spec) -> Iterator[Violation]:
    """A CA of managed certificates is valid for more than the 13 months for which ACM issues them."""
    now, days = datetime.now(UTC), facts.ACM_VALIDITY_DAYS
    for key in sorted({key for _, key in _list_uses(spec, ManagedGrant)} & set(spec.managed)):
        validity = spec.managed[key].validity
        try:
            is_short = validity is not None and compute_end(validity, now) < now + timedelta(days=days)
        except ValueError:
            continue
        if is_short:
            message = f"ACM's certificates are valid for {days} days, longer than '{key}': ACM would refuse to issue"
            yield Violation((_AUTHORITIES, key, "validity"), message)


@error("certificate-key", source=_REQUEST)
def certificate_key_matches_ca(spec: Spec) -> Iterator[Violation]:
    """The key of a private certificate is of the same family as its CA's key."""
    for key, certificate in spec.certificates.items():
        ca = spec.certificate_authorities.get(certificate.certificate_authority)
        algorithm = ca.key_algorithm if ca else None
        if algorithm is not None and facts.key_family(algorithm) != facts.key_family(certificate.key_algorithm):
            message = f"{certificate.key_algorithm} is not of the same family as the CA's key, {algorithm}"
            yield Violation(("certificates", key, "key_algorithm"), message)


@error("unknown-template", source=_TEMPLATES)
def templates_exist(spec: Spec) -> Iterator[Violation]:
    """A template is one that AWS Private CA has."""
    for loc, template in _list_templates(spec):
        if template not in facts.TEMPLATES:
            yield Violation(loc, f"AWS has no template '{template}'{suggest(template, facts.TEMPLATES)}")


@error("ca-template", source=_TEMPLATES)
def no_ca_template(spec: Spec) -> Iterator[Violation]:
    """An issuer never signs CA certificates: it could then create trusted CAs."""
    for loc, template in _list_templates(spec):
        if "CACertificate" in template:
            yield Violation(loc, f"'{template}' signs CA certificates: an issuer may use end-entity templates only")


@error("privileged-template", source=_TEMPLATES)
def no_privileged_template(spec: Spec) -> Iterator[Violation]:
    """A template with which an issuer signs code, OCSP responses or whatever a request asks for needs a reason."""
    for loc, template in _list_templates(spec):
        if facts.is_privileged(template):
            message = (
                f"'{template}' lets the issuer choose what its certificates may be used for: use a plain template, or "
                f"accept it with 'ignore: [{{rule: {no_privileged_template.id}, reason: ...}}]' on the issuer"
            )
            yield Violation(loc, message)


@error("foreign-template", source=_SHARES)
def foreign_ca_shares_template(spec: Spec) -> Iterator[Violation]:
    """On a CA of another account only those templates work that AWS can share."""
    uses = [
        ((*loc, "templates", index), key, template)
        for loc, grant in _list_grants(spec)
        if isinstance(grant, UnmanagedGrant)
        for key in grant.certificate_authorities
        for index, template in enumerate(grant.templates)
    ]
    for key, ca in spec.managed.items():
        parent = spec.certificate_authorities.get(ca.parent or "")
        has_role = parent is not None and parent.provider is not None and parent.provider.assume_role is not None
        if ca.parent is not None and ca.activation is None and not has_role:
            uses.append(((_AUTHORITIES, key, "parent"), ca.parent, ca.template or ca.default_template))
    for loc, key, template in uses:
        used = spec.certificate_authorities.get(key)
        if used and used.arn and used.arn.split(":")[4] != spec.aws.account_id and template in _UNSHARED:
            allowed = ", ".join(facts.SHARED_TEMPLATES)
            message = f"'{key}' is of another account, and AWS shares no CA for '{template}', allowed: {allowed}"
            yield Violation(loc, message)


@error("grants-or-policy")
def issuer_has_grants_or_policy(spec: Spec) -> Iterator[Violation]:
    """An issuer has either grants or a verbatim policy."""
    for key, issuer in spec.issuers.items():
        if bool(issuer.grants) == (issuer.policy is not None):
            has = "both 'grants' and 'policy'" if issuer.policy else "neither 'grants' nor 'policy'"
            yield Violation(("issuers", key), f"the issuer '{key}' has {has}: give one of them")


@error("policy-size", source=_QUOTAS)
def issuer_policies_fit_quotas(spec: Spec) -> Iterator[Violation]:
    """The policies of an issuer fit IAM's quotas: ten policies of 6,144 characters, spaces not counted."""
    for key, issuer in spec.issuers.items():
        sizes = issuer_policies.sizes(issuer, spec.aws)
        longest = max(sizes)
        if longest > facts.POLICY_LIMIT:
            message = (
                f"a policy of '{key}' has {longest} characters, IAM allows {facts.POLICY_LIMIT}: name fewer templates "
                "or domain names in one grant"
            )
            yield Violation(("issuers", key), message)
        elif len(sizes) > facts.POLICIES_LIMIT:
            message = (
                f"'{key}' needs {len(sizes)} policies, IAM allows {facts.POLICIES_LIMIT} for one principal: grant "
                "fewer CAs, or split the issuer"
            )
            yield Violation(("issuers", key), message)


@error("duty-size", source=_QUOTAS)
def operator_policy_fits_quota(spec: Spec) -> Iterator[Violation]:
    """The policy of an administrator or auditor, which names every CA of the stack, fits IAM's quota."""
    for section, key, _ in spec.operator_roles:
        size = issuer_policies.size(POLICY_BUILDERS[section](spec, arn_of=CaRef))
        if size > facts.POLICY_LIMIT:
            message = f"the policy of '{key}' has {size} characters, IAM allows {facts.POLICY_LIMIT}: split the stack"
            yield Violation((section, key), message)


@error("domain-names", source="https://docs.aws.amazon.com/acm/latest/userguide/acm-conditions.html")
def domain_names_are_narrow(spec: Spec) -> Iterator[Violation]:
    """A domain name of a grant names a domain: `*` and `?` match any text, so a dot follows them."""
    for loc, grant in _list_grants(spec):
        for index, name in enumerate(grant.domain_names if isinstance(grant, ManagedGrant) else ()):
            if not _DOMAIN_NAME.fullmatch(name):
                allowed = "letters, digits, any of '.-_:', and the wildcards '*' and '?'"
                message = f"{describe_value(name)} is not a domain name, allowed: {allowed}"
            elif not _LETTER_OR_DIGIT.search(name):
                message = f"'{name}' matches every name: name a domain, or leave 'domain_names' out"
            elif _matches_other_domains(name):
                message = f"'{name}' also matches names of other domains: put a dot between '*' and the domain"
            else:
                continue
            yield Violation((*loc, "domain_names", index), message)


@error("domain-names-case", source="https://docs.aws.amazon.com/acm/latest/userguide/acm-conditions.html")
def domain_names_are_lower_case(spec: Spec) -> Iterator[Violation]:
    """Domain names of a grant are in lower case, as ACM has them: the condition compares them with case."""
    for loc, grant in _list_grants(spec):
        for index, name in enumerate(grant.domain_names if isinstance(grant, ManagedGrant) else ()):
            if name != name.lower():
                message = f"'{name}' has capitals, ACM's names are in lower case: write '{name.lower()}'"
                yield Violation((*loc, "domain_names", index), message)


@error("owner-tag", source=_TAGS)
def principal_name_fits_tag(spec: Spec) -> Iterator[Violation]:
    """The principal of a managed grant has a name that is a valid tag, since its certificates carry it."""
    for key, issuer in spec.issuers.items():
        is_managed = any(isinstance(grant, ManagedGrant) for grant in issuer.grants)
        if is_managed and "," in issuer.principal_name:
            message = f"'{issuer.principal_name}' becomes a tag of its certificates, and a tag has no ',': rename it"
            yield Violation(("issuers", key), message)


def _matches_other_domains(name: str) -> bool:
    """Tell whether a pattern matches several domains: `*corp.example` also matches `othercorp.example`."""
    match = _AFTER_WILDCARD.search(name)
    return match is not None and not match["rest"].startswith(".") and match["rest"].count(".") <= 1


def _list_grants(spec: Spec) -> Iterator[tuple[Loc, UnmanagedGrant | ManagedGrant]]:
    for key, issuer in spec.issuers.items():
        for index, grant in enumerate(issuer.grants):
            yield ("issuers", key, "grants", index), grant


def _list_uses(spec: Spec, kind: type | UnionType) -> Iterator[tuple[Loc, str]]:
    """Yield location and key of each CA that a grant of some kind or a private certificate names."""
    for loc, grant in _list_grants(spec):
        for index, key in enumerate(grant.certificate_authorities if isinstance(grant, kind) else ()):
            yield (*loc, "certificate_authorities", index), key
    for name, certificate in spec.certificates.items():
        yield ("certificates", name, "certificate_authority"), certificate.certificate_authority


def _list_templates(spec: Spec) -> Iterator[tuple[Loc, str]]:
    for loc, grant in _list_grants(spec):
        if isinstance(grant, UnmanagedGrant):
            yield from (((*loc, "templates", index), template) for index, template in enumerate(grant.templates))


@error("partial-permission", source=_PERMISSIONS)
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


@error("foreign-permission", source=_PERMISSIONS)
def permitted_ca_is_of_account(spec: Spec) -> Iterator[Violation]:
    """A permission works only in the CA's own account; other accounts need a share."""
    for key, ca in spec.certificate_authorities.items():
        if ca.arn and ca.permissions and ca.arn.split(":")[4] != spec.aws.account_id:
            message = f"'{key}' is of another account, where ACM cannot be permitted: its owner shares the CA"
            yield Violation((_AUTHORITIES, key, "permissions"), message)


@error("share", source=_SHARES)
def share_is_valid(spec: Spec) -> Iterator[Violation]:
    """A share has a CA of this spec and account, accounts or an organization, and a template that AWS can share."""
    for key, share in spec.shares.items():
        ca = spec.certificate_authorities.get(key)
        if ca is None:
            yield Violation(("shares", key), _describe_unknown_ca(key, spec))
        elif not share.accounts and share.organization is None:
            yield Violation(("shares", key), f"'{key}' is shared with no one: give 'accounts' or 'organization'")
        elif ca.arn is not None and ca.arn.split(":")[4] != spec.aws.account_id:
            yield Violation(("shares", key), f"'{key}' is of another account: only its owner can share it")
        for index, account in enumerate(share.accounts):
            if account == spec.aws.account_id or account in share.accounts[:index]:
                reason = "here already" if account in share.accounts[:index] else "the CA's own, which needs no share"
                yield Violation(("shares", key, "accounts", index), f"account {account} is {reason}: remove it")
        if share.template not in facts.SHARED_TEMPLATES:
            message = f"AWS cannot share '{share.template}', allowed: {', '.join(facts.SHARED_TEMPLATES)}"
            yield Violation(("shares", key, "template"), message)


def _describe_unknown_ca(key: str, spec: Spec) -> str:
    known = list(spec.certificate_authorities)
    return f"the CA '{key}' is not in this spec{suggest(key, known, word='known')}"

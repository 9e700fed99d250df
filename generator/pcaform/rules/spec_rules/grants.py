"""Rules about grants, permissions and shares: who may issue from a CA, and whether ACM can renew."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies import issuer_policies
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.iam.policies.statements import CaRef
from pcaform.rules.rule import Problems, end_of, error, select
from pcaform.spec.cas import Authority, CertificateAuthority
from pcaform.spec.issuers import Issuer, ManagedGrant, UnmanagedGrant
from pcaform.spec.messages import describe_value, suggest
from pcaform.spec.parse import Violation
from pcaform.spec.sections import Certificate, Share
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_DOMAIN_NAME = re.compile(r"[A-Za-z0-9*?._:-]+")
_LETTER_OR_DIGIT = re.compile(r"[A-Za-z0-9]")
_AFTER_WILDCARD = re.compile(r"[*?](?P<rest>[^*?]*)$")
_PERMISSIONS = "privateca/latest/userguide/assign-permissions.html"
_REQUEST = "acm/latest/APIReference/API_RequestCertificate.html"
_TEMPLATES = "privateca/latest/userguide/template-varieties.html"
_QUOTAS = "IAM/latest/UserGuide/reference_iam-quotas.html"
_CONDITIONS = "acm/latest/userguide/acm-conditions.html"
_AUTHORITIES = "certificate_authorities"
_GRANTED_TEMPLATES, _DOMAIN_NAMES = "issuers.*.grants.*.templates.*", "issuers.*.grants.*.domain_names.*"
_SHARES = "privateca/latest/userguide/pca-rbp.html"
_UNSHARED = frozenset(facts.TEMPLATES) - frozenset(facts.SHARED_TEMPLATES)


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
        if spec.account_of(key) != spec.aws.account_id:
            yield Violation(loc, f"'{key}' is of another account: ACM renews from it only through a share")
        if ca.key_algorithm is not None and facts.key_family(ca.key_algorithm) not in ("RSA", "EC"):
            yield Violation(loc, f"ACM's certificates have RSA or EC keys, '{key}' has {ca.key_algorithm}")
        if isinstance(ca, CertificateAuthority) and ca.usage_mode == "SHORT_LIVED_CERTIFICATE":
            yield Violation(loc, f"ACM cannot issue from '{key}', which is for short-lived certificates")


@error("shorter-than-managed", source="acm/latest/userguide/acm-certificate-characteristics.html")
def ca_outlives_managed_certificates(spec: Spec) -> Iterator[Violation]:
    """A CA of managed certificates is valid for more than the 13 months for which ACM issues them."""
    now, days = datetime.now(UTC), facts.ACM_VALIDITY_DAYS
    for key in sorted({key for _, key in _list_uses(spec, ManagedGrant)} & set(spec.managed)):
        end = end_of(spec.managed[key].validity, now)
        if end is not None and end < now + timedelta(days=days):
            message = f"ACM's certificates are valid for {days} days, longer than '{key}': ACM would refuse to issue"
            yield Violation((_AUTHORITIES, key, "validity"), message)


@error("certificate-key", of="certificates.*", source=_REQUEST)
def certificate_key_matches_ca(certificate: Certificate, _: str, spec: Spec) -> Problems:
    """The key of a private certificate is of the same family as its CA's key."""
    ca = spec.certificate_authorities.get(certificate.certificate_authority)
    algorithm = ca.key_algorithm if ca else None
    if algorithm is not None and facts.key_family(algorithm) != facts.key_family(certificate.key_algorithm):
        message = f"{certificate.key_algorithm} is not of the same family as the CA's key, {algorithm}"
        yield "key_algorithm", message


@error("unknown-template", of=_GRANTED_TEMPLATES, source=_TEMPLATES)
def templates_exist(template: str, *_: Any) -> Problems:
    """A template is one that AWS Private CA has."""
    if template not in facts.TEMPLATES:
        yield "", f"AWS has no template '{template}'{suggest(template, facts.TEMPLATES)}"


@error("ca-template", of=_GRANTED_TEMPLATES, source=_TEMPLATES)
def no_ca_template(template: str, *_: Any) -> Problems:
    """An issuer never signs CA certificates: it could then create trusted CAs."""
    if "CACertificate" in template:
        yield "", f"'{template}' signs CA certificates: an issuer may use end-entity templates only"


@error("privileged-template", of=_GRANTED_TEMPLATES, source=_TEMPLATES)
def no_privileged_template(template: str, *_: Any) -> Problems:
    """A template with which an issuer signs code, OCSP responses or whatever a request asks for needs a reason."""
    if facts.is_privileged(template):
        message = (
            f"'{template}' lets the issuer choose what its certificates may be used for: use a plain template, or "
            f"accept it with 'ignore: [{{rule: {no_privileged_template.id}, reason: ...}}]' on the issuer"
        )
        yield "", message


@error("foreign-template", source=_SHARES)
def foreign_ca_shares_template(spec: Spec) -> Iterator[Violation]:
    """On a CA of another account only those templates work that AWS can share."""
    uses = [
        (loc, key, template)
        for loc, template in select(spec, _GRANTED_TEMPLATES)
        for key in spec.issuers[str(loc[1])].grants[int(loc[3])].certificate_authorities
    ]
    for key, ca in spec.managed.items():
        parent = spec.certificate_authorities.get(ca.parent or "")
        has_role = parent is not None and parent.provider is not None and parent.provider.assume_role is not None
        if ca.parent is not None and ca.activation is None and not has_role:
            uses.append(((_AUTHORITIES, key, "parent"), ca.parent, ca.template or ca.default_template))
    for loc, key, template in uses:
        used = spec.certificate_authorities.get(key)
        if used and spec.account_of(key) != spec.aws.account_id and template in _UNSHARED:
            allowed = ", ".join(facts.SHARED_TEMPLATES)
            message = f"'{key}' is of another account, and AWS shares no CA for '{template}', allowed: {allowed}"
            yield Violation(loc, message)


@error("grants-or-policy", of="issuers.*")
def issuer_has_grants_or_policy(issuer: Issuer, key: str, _: Spec) -> Problems:
    """An issuer has either grants or a verbatim policy."""
    if bool(issuer.grants) == (issuer.policy is not None):
        has = "both 'grants' and 'policy'" if issuer.policy else "neither 'grants' nor 'policy'"
        yield "", f"the issuer '{key}' has {has}: give one of them"


@error("policy-size", of="issuers.*", source=_QUOTAS)
def issuer_policies_fit_quotas(issuer: Issuer, key: str, spec: Spec) -> Problems:
    """The policies of an issuer fit IAM's quotas: ten policies of 6,144 characters, spaces not counted."""
    sizes = issuer_policies.sizes(issuer, spec.aws)
    longest = max(sizes)
    if longest > facts.POLICY_LIMIT:
        message = (
            f"a policy of '{key}' has {longest} characters, IAM allows {facts.POLICY_LIMIT}: name fewer templates "
            "or domain names in one grant"
        )
        yield "", message
    elif len(sizes) > facts.POLICIES_LIMIT:
        message = (
            f"'{key}' needs {len(sizes)} policies, IAM allows {facts.POLICIES_LIMIT} for one principal: grant "
            "fewer CAs, or split the issuer"
        )
        yield "", message


@error("duty-size", source=_QUOTAS)
def operator_policy_fits_quota(spec: Spec) -> Iterator[Violation]:
    """The policy of an administrator or auditor, which names every CA of the stack, fits IAM's quota."""
    for section, key, _ in spec.operator_roles:
        size = issuer_policies.size(POLICY_BUILDERS[section](spec, arn_of=CaRef))
        if size > facts.POLICY_LIMIT:
            message = f"the policy of '{key}' has {size} characters, IAM allows {facts.POLICY_LIMIT}: split the stack"
            yield Violation((section, key), message)


@error("domain-names", of=_DOMAIN_NAMES, source=_CONDITIONS)
def domain_names_are_narrow(name: str, *_: Any) -> Problems:
    """A domain name of a grant names a domain: `*` and `?` match any text, so a dot follows them."""
    if not _DOMAIN_NAME.fullmatch(name):
        allowed = "letters, digits, any of '.-_:', and the wildcards '*' and '?'"
        yield "", f"{describe_value(name)} is not a domain name, allowed: {allowed}"
    elif not _LETTER_OR_DIGIT.search(name):
        yield "", f"'{name}' matches every name: name a domain, or leave 'domain_names' out"
    elif _matches_other_domains(name):
        yield "", f"'{name}' also matches names of other domains: put a dot between '*' and the domain"


@error("domain-names-case", of=_DOMAIN_NAMES, source=_CONDITIONS)
def domain_names_are_lower_case(name: str, *_: Any) -> Problems:
    """Domain names of a grant are in lower case, as ACM has them: the condition compares them with case."""
    if name != name.lower():
        yield "", f"'{name}' has capitals, ACM's names are in lower case: write '{name.lower()}'"


@error("owner-tag", of="issuers.*", source="acm/latest/userguide/tags-restrictions.html")
def principal_name_fits_tag(issuer: Issuer, *_: Any) -> Problems:
    """The principal of a managed grant has a name that is a valid tag, since its certificates carry it."""
    is_managed = any(isinstance(grant, ManagedGrant) for grant in issuer.grants)
    if is_managed and "," in issuer.principal_name:
        yield "", f"'{issuer.principal_name}' becomes a tag of its certificates, and a tag has no ',': rename it"


def _matches_other_domains(name: str) -> bool:
    """Tell whether a pattern matches several domains: `*corp.example` also matches `othercorp.example`."""
    match = _AFTER_WILDCARD.search(name)
    return match is not None and not match["rest"].startswith(".") and match["rest"].count(".") <= 1


def _list_uses(spec: Spec, kind: Any) -> Iterator[tuple[Loc, str]]:
    """Yield location and key of each CA that a grant of some kind or a private certificate names."""
    for loc, grant in select(spec, "issuers.*.grants.*"):
        for index, key in enumerate(grant.certificate_authorities if isinstance(grant, kind) else ()):
            yield (*loc, "certificate_authorities", index), key
    yield from select(spec, "certificates.*.certificate_authority")


@error("partial-permission", of="certificate_authorities.*.permissions.*.actions", source=_PERMISSIONS)
def permission_has_all_actions(actions: Sequence[str], *_: Any) -> Problems:
    """A permission has all three actions: with fewer, ACM's renewals fail silently, months later."""
    if missing := [action for action in facts.ALL_PERMISSION_ACTIONS if action not in actions]:
        yield "", f"ACM cannot renew without {', '.join(missing)}: leave 'actions' out, the default is all three"


@error(
    "second-permission",
    of="certificate_authorities.*",
    source="privateca/latest/APIReference/API_CreatePermission.html",
)
def permissions_are_unique(ca: Authority, *_: Any) -> Problems:
    """A CA has one permission for each principal."""
    principals = [permission.principal for permission in ca.permissions]
    for index, principal in enumerate(principals):
        if principal in principals[:index]:
            message = f"a second permission for '{principal}': AWS keeps one per principal, merge them"
            yield f"permissions.{index}", message


@error("short-lived-permission", of="managed.*", source="privateca/latest/userguide/short-lived-certificates.html")
def short_lived_ca_has_no_permission(ca: CertificateAuthority, key: str, _: Spec) -> Problems:
    """ACM cannot issue from a CA for short-lived certificates."""
    if ca.usage_mode == "SHORT_LIVED_CERTIFICATE" and ca.permissions:
        message = f"ACM cannot issue from '{key}', which is for short-lived certificates: remove 'permissions'"
        yield "permissions", message


@error("foreign-permission", of="certificate_authorities.*", source=_PERMISSIONS)
def permitted_ca_is_of_account(ca: Authority, key: str, spec: Spec) -> Problems:
    """A permission works only in the CA's own account; other accounts need a share."""
    if ca.permissions and spec.account_of(key) != spec.aws.account_id:
        message = f"'{key}' is of another account, where ACM cannot be permitted: its owner shares the CA"
        yield "permissions", message


@error("share", of="shares.*", source=_SHARES)
def share_is_valid(share: Share, key: str, spec: Spec) -> Problems:
    """A share has a CA of this spec and account, accounts or an organization, and a template that AWS can share."""
    ca = spec.certificate_authorities.get(key)
    if ca is None:
        yield "", _describe_unknown_ca(key, spec)
    elif not share.accounts and share.organization is None:
        yield "", f"'{key}' is shared with no one: give 'accounts' or 'organization'"
    elif spec.account_of(key) != spec.aws.account_id:
        yield "", f"'{key}' is of another account: only its owner can share it"
    for index, account in enumerate(share.accounts):
        if account == spec.aws.account_id or account in share.accounts[:index]:
            reason = "here already" if account in share.accounts[:index] else "the CA's own, which needs no share"
            yield f"accounts.{index}", f"account {account} is {reason}: remove it"
    if share.template not in facts.SHARED_TEMPLATES:
        yield "template", f"AWS cannot share '{share.template}', allowed: {', '.join(facts.SHARED_TEMPLATES)}"


def _describe_unknown_ca(key: str, spec: Spec) -> str:
    known = list(spec.certificate_authorities)
    return f"the CA '{key}' is not in this spec{suggest(key, known, word='known')}"

"""Rules about what issuers, administrators and auditors are granted."""

import re
from collections.abc import Iterator

from pcaform.core import facts
from pcaform.core.facts import is_privileged
from pcaform.iam.policies import issuer_policies, roles, split_policies
from pcaform.iam.policies.statements import CaRef
from pcaform.rules.rule import error
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.finding import Finding
from pcaform.spec.issuers import ManagedGrant, UnmanagedGrant
from pcaform.spec.messages import describe_value, nearest
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_DOMAIN_NAME = re.compile(r"[A-Za-z0-9*?._:-]+")
_NAMED = re.compile(r"[A-Za-z0-9]")
_AFTER_WILDCARD = re.compile(r"[*?](?P<rest>[^*?]*)$")


@error("unknown-authority")
def granted_cas_exist(spec: Spec) -> Iterator[Finding]:
    """A grant or certificate names CAs of this spec."""
    known = list(spec.certificate_authorities)
    named = [
        ((*loc, "certificate_authorities", index), key)
        for loc, grant in _grants(spec)
        for index, key in enumerate(grant.certificate_authorities)
    ]
    named += [
        (("certificates", key, "certificate_authority"), certificate.certificate_authority)
        for key, certificate in spec.certificates.items()
    ]
    for loc, key in named:
        if key not in known:
            message = f"the CA '{key}' is not in this spec{nearest(key, known)}, known: {', '.join(known)}"
            yield Finding(loc, message)


@error("managed-without-permission")
def acm_has_permission(spec: Spec) -> Iterator[Finding]:
    """A CA permits ACM to use it, which AWS demands for issuing and renewing; without that, renewals fail."""
    for loc, key in _managed(spec):
        authority = spec.managed.get(key)
        if authority is not None and not authority.permissions:
            message = (
                f"ACM cannot renew from '{key}': the CA does not permit it. Add to it "
                f"'permissions: [{{principal: {facts.ACM_PRINCIPAL}}}]'"
            )
            yield Finding(loc, message)


@error("managed-authority")
def acm_can_issue_from_ca(spec: Spec) -> Iterator[Finding]:
    """ACM issues from CAs of the same account with an RSA or EC key, not from those for short-lived certificates."""
    for loc, key in _managed(spec):
        authority = spec.certificate_authorities.get(key)
        if authority is None:
            continue
        if authority.arn is not None and authority.arn.split(":")[4] != spec.aws.account_id:
            yield Finding(loc, f"'{key}' is of another account: ACM renews there through a share only")
        if authority.key_algorithm is not None and facts.key_family(authority.key_algorithm) not in ("RSA", "EC"):
            yield Finding(loc, f"ACM's certificates have RSA or EC keys, '{key}' has {authority.key_algorithm}")
        if isinstance(authority, CertificateAuthority) and authority.usage_mode == "SHORT_LIVED_CERTIFICATE":
            yield Finding(loc, f"ACM cannot issue from '{key}', which is for short-lived certificates")


@error("certificate-key")
def certificate_key_matches_ca(spec: Spec) -> Iterator[Finding]:
    """A private certificate's key is of the family of its CA's key."""
    for key, certificate in spec.certificates.items():
        authority = spec.certificate_authorities.get(certificate.certificate_authority)
        above = authority.key_algorithm if authority else None
        if above is not None and facts.key_family(above) != facts.key_family(certificate.key_algorithm):
            message = f"{certificate.key_algorithm} is not of the family of the CA's key, {above}"
            yield Finding(("certificates", key, "key_algorithm"), message)


@error("ca-template")
def no_ca_template(spec: Spec) -> Iterator[Finding]:
    """An issuer never signs a CA certificate: that would make it an administrator of trust."""
    for loc, template in _templates(spec):
        if "CACertificate" in template:
            yield Finding(loc, f"'{template}' signs CA certificates: an issuer may use end-entity templates only")


@error("privileged-template")
def no_privileged_template(spec: Spec) -> Iterator[Finding]:
    """An issuer signs code, OCSP answers or whatever a request asks for only where a reason is given."""
    for loc, template in _templates(spec):
        if is_privileged(template):
            message = (
                f"'{template}' lets the issuer choose what its certificates may do: take a plain template, or "
                f"accept it with 'ignore: [{{rule: {no_privileged_template.id}, reason: ...}}]' on the issuer"
            )
            yield Finding(loc, message)


@error("grants-or-policy")
def issuer_has_grants_or_policy(spec: Spec) -> Iterator[Finding]:
    """An issuer has grants or a verbatim policy, not both and not neither."""
    for key, issuer in spec.issuers.items():
        if bool(issuer.grants) == (issuer.policy is not None):
            has = "both 'grants' and 'policy'" if issuer.policy else "neither 'grants' nor 'policy'"
            yield Finding(("issuers", key), f"the issuer '{key}' has {has}: give one of them")


@error("policy-size")
def issuer_policies_fit_quotas(spec: Spec) -> Iterator[Finding]:
    """What an issuer may do fits into what IAM takes: policies of 6,144 characters without blanks, ten of them."""
    for key, issuer in spec.issuers.items():
        sizes = issuer_policies.sizes(issuer, spec.aws)
        longest = max(sizes)
        if longest > facts.POLICY_LIMIT:
            message = (
                f"a policy of '{key}' has {longest} characters, IAM takes {facts.POLICY_LIMIT}: name fewer templates "
                "or domain names in one grant"
            )
            yield Finding(("issuers", key), message)
        elif len(sizes) > facts.POLICIES_LIMIT:
            message = (
                f"'{key}' needs {len(sizes)} policies, IAM takes {facts.POLICIES_LIMIT} of one principal: grant fewer "
                "CAs, or split the issuer"
            )
            yield Finding(("issuers", key), message)


@error("domain-names")
def domain_names_are_narrow(spec: Spec) -> Iterator[Finding]:
    """A domain name of a grant names a domain: `*` and `?` stand for other text, and a dot ends what they match."""
    for loc, grant in _grants(spec):
        for index, name in enumerate(grant.domain_names if isinstance(grant, ManagedGrant) else ()):
            if not _DOMAIN_NAME.fullmatch(name):
                allowed = "letters, digits, any of '.-_:', '*' and '?' for text"
                why = f"{describe_value(name)} is no domain name, allowed: {allowed}"
            elif not _NAMED.search(name):
                why = f"'{name}' matches every name: name a domain, or leave 'domain_names' out"
            elif _is_loose(name):
                why = f"'{name}' also matches names of other domains: put a dot between '*' and the domain"
            else:
                continue
            yield Finding((*loc, "domain_names", index), why)


@error("duty-size")
def operator_policy_fits_quota(spec: Spec) -> Iterator[Finding]:
    """The policy of an administrator or auditor fits into what IAM takes: it names every CA of the stack."""
    makers = {"administrators": roles.administrator_policy, "auditors": roles.auditor_policy}
    for section, key, _ in spec.duties:
        size = split_policies.size(makers[section](spec, arn_of=CaRef))
        if size > facts.POLICY_LIMIT:
            message = f"the policy of '{key}' has {size} characters, IAM takes {facts.POLICY_LIMIT}: split the stack"
            yield Finding((section, key), message)


def _is_loose(name: str) -> bool:
    """Tell whether a pattern leaves open which domain it ends in: `*corp.example` is also `othercorp.example`."""
    match = _AFTER_WILDCARD.search(name)
    return match is not None and not match["rest"].startswith(".") and match["rest"].count(".") <= 1


@error("unknown-template")
def templates_exist(spec: Spec) -> Iterator[Finding]:
    """A template is one that AWS Private CA has."""
    for loc, template in _templates(spec):
        if template not in facts.TEMPLATES:
            yield Finding(loc, f"AWS has no template '{template}'{nearest(template, facts.TEMPLATES)}")


@error("owner-tag")
def principal_name_fits_tag(spec: Spec) -> Iterator[Finding]:
    """The principal of a managed grant has a name that a tag can hold, since its certificates carry it."""
    for key, issuer in spec.issuers.items():
        is_managed = any(isinstance(grant, ManagedGrant) for grant in issuer.grants)
        if is_managed and "," in issuer.principal_name:
            message = f"'{issuer.principal_name}' becomes a tag of its certificates, and tags take no ',': rename it"
            yield Finding(("issuers", key), message)


def _grants(spec: Spec) -> Iterator[tuple[Loc, UnmanagedGrant | ManagedGrant]]:
    for key, issuer in spec.issuers.items():
        for index, grant in enumerate(issuer.grants):
            yield ("issuers", key, "grants", index), grant


def _managed(spec: Spec) -> Iterator[tuple[Loc, str]]:
    """Yield place and key of each CA that a managed grant or a private certificate names."""
    for loc, grant in _grants(spec):
        if isinstance(grant, ManagedGrant):
            yield from (
                ((*loc, "certificate_authorities", i), key) for i, key in enumerate(grant.certificate_authorities)
            )
    for name, certificate in spec.certificates.items():
        yield ("certificates", name, "certificate_authority"), certificate.certificate_authority


def _templates(spec: Spec) -> Iterator[tuple[Loc, str]]:
    for loc, grant in _grants(spec):
        if isinstance(grant, UnmanagedGrant):
            yield from (((*loc, "templates", index), template) for index, template in enumerate(grant.templates))

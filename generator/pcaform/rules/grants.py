"""Rules about issuers and what they are granted."""

import json
import re
from collections.abc import Iterator

from pcaform import facts, policies
from pcaform.document import Loc
from pcaform.rules.rule import Finding
from pcaform.spec.authorities import CertificateAuthority
from pcaform.spec.issuers import ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Spec
from pcaform.spec.wording import nearest

_PRIVILEGED = re.compile(r"^(OCSPSigning|CodeSigning|Blank)|Passthrough/")
_LONGEST_ID = "00000000-0000-0000-0000-000000000000"


def granted_authorities_exist(spec: Spec) -> Iterator[Finding]:
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


def managed_grant_has_permission(spec: Spec) -> Iterator[Finding]:
    """A CA permits ACM to use it, which AWS demands for issuing and renewing; without that, renewals fail."""
    for loc, key in _managed(spec):
        authority = spec.managed.get(key)
        if authority is not None and not authority.permissions:
            message = (
                f"ACM cannot renew from '{key}': the CA does not permit it. Add to it "
                f"'permissions: [{{principal: {facts.ACM_PRINCIPAL}}}]'"
            )
            yield Finding(loc, message)


def managed_grant_fits_authority(spec: Spec) -> Iterator[Finding]:
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


def certificate_fits_authority(spec: Spec) -> Iterator[Finding]:
    """A private certificate's key is of the family of its CA's key."""
    for key, certificate in spec.certificates.items():
        authority = spec.certificate_authorities.get(certificate.certificate_authority)
        above = authority.key_algorithm if authority else None
        if above is not None and facts.key_family(above) != facts.key_family(certificate.key_algorithm):
            message = f"{certificate.key_algorithm} is not of the family of the CA's key, {above}"
            yield Finding(("certificates", key, "key_algorithm"), message)


def no_ca_template(spec: Spec) -> Iterator[Finding]:
    """An issuer never signs a CA certificate: that would make it an administrator of trust."""
    for loc, template in _templates(spec):
        if "CACertificate" in template:
            yield Finding(loc, f"'{template}' signs CA certificates: an issuer may use end-entity templates only")


def no_privileged_template(spec: Spec) -> Iterator[Finding]:
    """An issuer signs code, OCSP answers or whatever a request asks for only where a reason is given."""
    for loc, template in _templates(spec):
        if _PRIVILEGED.search(template) and "CACertificate" not in template:
            message = (
                f"'{template}' lets the issuer choose what its certificates may do: take a plain template, or "
                "accept it with 'ignore: [{rule: privileged-template, reason: ...}]' on the issuer"
            )
            yield Finding(loc, message)


def issuer_has_something(spec: Spec) -> Iterator[Finding]:
    """An issuer has grants or a verbatim policy, not both and not neither."""
    for key, issuer in spec.issuers.items():
        if bool(issuer.grants) == (issuer.policy is not None):
            has = "both 'grants' and 'policy'" if issuer.policy else "neither 'grants' nor 'policy'"
            yield Finding(("issuers", key), f"the issuer '{key}' has {has}: give one of them")


def policy_is_short_enough(spec: Spec) -> Iterator[Finding]:
    """A policy fits into what IAM takes, 6,144 characters without blanks."""
    for key, issuer in spec.issuers.items():
        document = policies.document(issuer, spec.aws, arn_of=lambda name: _arn(spec, name))
        size = len(re.sub(r"\s", "", json.dumps(document)))
        if size > facts.POLICY_LIMIT:
            message = f"the policy has {size} characters, IAM takes {facts.POLICY_LIMIT}: grant fewer CAs or names"
            yield Finding(("issuers", key), message)


def _arn(spec: Spec, key: str) -> str:
    authority = spec.certificate_authorities.get(key)
    place = f"{facts.partition(spec.aws.region)}:acm-pca:{spec.aws.region}:{spec.aws.account_id}"
    return (authority and authority.arn) or f"arn:{place}:certificate-authority/{_LONGEST_ID}"


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

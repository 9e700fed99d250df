"""What the words of a spec promise for a request: said here once more, without looking at any policy."""

import re
from collections.abc import Callable, Mapping
from functools import partial

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.scenario import Subject
from pcaform.core import facts
from pcaform.iam import actions
from pcaform.spec.issuers import Issuer, ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Spec

ExpectedDecision = Callable[[AccessRequest], bool]
"""Whether a request is promised to one principal."""

_READ = ("DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate")
_THROUGH_ACM = ("GetCertificate", "ListPermissions")


_LOOKING = (*actions.READING, "acm-pca:CreateCertificateAuthorityAuditReport", "acm-pca:ListCertificateAuthorities")
_RUNNING = tuple(name for name in actions.ADMINISTERING if name not in actions.MAKING_AND_ENDING)


def expected_decision(spec: Spec, subject: Subject) -> ExpectedDecision | None:
    """Return what a spec promises to a principal; None for a policy that it takes word for word."""
    if subject.kind != "issuer":
        return partial(_is_duty, spec, subject.kind)
    issuer = spec.issuers[subject.key]
    return partial(is_promised, issuer, owner_tag=subject.owner_tag) if issuer.grants else None


def _is_duty(spec: Spec, kind: str, request: AccessRequest) -> bool:
    """Tell whether a request is the duty of an administrator or of an auditor: on the stack's CAs, and nothing else."""
    is_ca = "CACertificate" in (request.template or "")
    if request.circumstance == access_request.MORE_RIGHTS:
        return request.action == actions.ISSUE and is_ca
    if request.action == "acm-pca:ListCertificateAuthorities":
        return True
    if request.action in _LOOKING:
        return request.target in spec.certificate_authorities
    if kind != "administrator" or request.target not in spec.managed:
        return False
    return request.action in (*_RUNNING, "acm-pca:RevokeCertificate") or (request.action == actions.ISSUE and is_ca)


def is_promised(issuer: Issuer, request: AccessRequest, *, owner_tag: str) -> bool:
    """Tell whether any of an issuer's grants is about a request."""
    if request.circumstance == access_request.MORE_RIGHTS:
        return any(request.template in _templates(grant) for grant in issuer.grants)
    if request.circumstance not in (access_request.PLAIN, access_request.EVERY_KEY, access_request.FIRST_LOCK):
        return False
    return any(
        _unmanaged(grant, request) if isinstance(grant, UnmanagedGrant) else _managed(grant, request, owner_tag)
        for grant in issuer.grants
    )


def _templates(grant: UnmanagedGrant | ManagedGrant) -> tuple[str, ...]:
    return grant.templates if isinstance(grant, UnmanagedGrant) else (facts.DEFAULT_TEMPLATE,)


def _unmanaged(grant: UnmanagedGrant, request: AccessRequest) -> bool:
    service, _, name = request.action.partition(":")
    if service != "acm-pca":
        return False
    if name == "ListCertificateAuthorities":
        return name in grant.additional_actions
    if request.target not in grant.certificate_authorities:
        return False
    if name == "IssueCertificate":
        is_key = not grant.key_algorithms or request.key_algorithm in grant.key_algorithms
        return is_key and request.template in grant.templates
    return name in _READ or name in grant.additional_actions


def _managed(grant: ManagedGrant, request: AccessRequest, owner_tag: str) -> bool:
    service, _, name = request.action.partition(":")
    if request.action == actions.REQUEST:
        return _is_own_request(grant, request, owner_tag)
    if service == "acm":
        return _is_about_own(grant, request, name, owner_tag)
    if request.route != access_request.THROUGH_ACM or request.target not in grant.certificate_authorities:
        return False
    return name in _THROUGH_ACM or (name == "IssueCertificate" and request.template == facts.DEFAULT_TEMPLATE)


def _is_own_request(grant: ManagedGrant, request: AccessRequest, owner_tag: str) -> bool:
    names = request.names or ()
    are_named = not grant.domain_names or (bool(names) and all(_fits(name, grant.domain_names) for name in names))
    is_key = not grant.key_algorithms or request.key_algorithm in grant.key_algorithms
    return request.target in grant.certificate_authorities and are_named and is_key and request.tag == owner_tag


def _is_about_own(grant: ManagedGrant, request: AccessRequest, name: str, owner_tag: str) -> bool:
    """Tell whether a request is about a certificate of the issuer's own, or tags one that is being requested."""
    if request.action in actions.TAGGING:
        is_first = name == "AddTagsToCertificate" and request.target == access_request.NEW and request.tag == owner_tag
        return is_first or (
            name in grant.additional_actions and request.target == access_request.OWN and request.tag is None
        )
    reads = ("DescribeCertificate", "GetCertificate")
    return request.target == access_request.OWN and (name in reads or name in grant.additional_actions)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(_expression(pattern).fullmatch(name) for pattern in patterns)


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern))


def name_patterns(issuers: Mapping[str, Issuer]) -> dict[str, None]:
    """Return the patterns of domain names that a spec's grants have, in their order."""
    grants = [grant for issuer in issuers.values() for grant in issuer.grants if isinstance(grant, ManagedGrant)]
    return dict.fromkeys(pattern for grant in grants for pattern in grant.domain_names)

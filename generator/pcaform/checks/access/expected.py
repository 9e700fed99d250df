"""Computes the expected decision for a request from the spec's grants, independently of the policies (test oracle)."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.scenario import Subject, fill_pattern
from pcaform.core import facts
from pcaform.iam import actions
from pcaform.iam.policies import statements
from pcaform.spec.issuers import Issuer, ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Spec


@dataclass(frozen=True, slots=True)
class ExpectedDecision:
    """Whether the spec allows a request of one principal, and what it says of a CA's label, and of a name.

    The last two tell CAs and names apart: for those of which it says the same, all decisions are the same.
    """

    decide: Callable[[AccessRequest], bool]
    of_ca: Callable[[str], Hashable] = lambda _: None
    of_name: Callable[[str], Hashable] = lambda _: None


NOTHING_EXPECTED = ExpectedDecision(lambda _: False)
_READ = ("DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate")
"""On purpose not the list that policies are built from: what is expected must not follow an error there."""
_THROUGH_ACM = ("GetCertificate", "ListPermissions")
_AUDITING = actions.named("acm-pca", "CreateCertificateAuthorityAuditReport ListCertificateAuthorities")
_ADMINISTRATOR_ACTIONS = tuple(name for name in actions.ADMINISTERING if name not in actions.MAKING_AND_ENDING)


def expected_decision(spec: Spec, subject: Subject) -> ExpectedDecision | None:
    """Return what a spec allows a principal; None for one with a policy that it copies verbatim, in any entry."""
    if subject.kind != "issuer":
        decide = partial(_is_operator_request, spec, subject.kind)
        return ExpectedDecision(decide, lambda key: (key in spec.certificate_authorities, key in spec.managed))
    grants = spec.issuers[subject.key].grants
    patterns = [each for grant in grants if isinstance(grant, ManagedGrant) for each in grant.domain_names]
    copied = (statements.owner_tag(each) for each in spec.issuers.values() if each.policy is not None)
    if not grants or subject.owner_tag in copied:
        return None
    return ExpectedDecision(
        partial(is_granted, spec.issuers[subject.key], owner_tag=subject.owner_tag),
        lambda key: tuple(key in grant.certificate_authorities for grant in grants),
        lambda name: tuple(_is_like(name, pattern) for pattern in patterns),
    )


def _is_operator_request(spec: Spec, kind: str, request: AccessRequest) -> bool:
    """Tell whether a request is part of the administrator or auditor role, which cover only the stack's CAs."""
    if request.variant == access_request.WITH_ALLOW_ALL:
        return request.action == actions.ISSUE and request.has_ca_template
    if request.action == "acm-pca:ListCertificateAuthorities":
        return True
    if request.action in (*actions.READING, *_AUDITING):
        return request.target in spec.certificate_authorities
    if kind != "administrator" or request.target not in spec.managed:
        return False
    return request.action in (*_ADMINISTRATOR_ACTIONS, "acm-pca:RevokeCertificate") or (
        request.action == actions.ISSUE and request.has_ca_template
    )


def is_granted(issuer: Issuer, request: AccessRequest, *, owner_tag: str) -> bool:
    """Tell whether any of an issuer's grants allows a request."""
    if request.variant == access_request.WITH_ALLOW_ALL:
        return any(request.template in _templates(grant) for grant in issuer.grants)
    if request.variant not in (access_request.PLAIN, access_request.CONDITIONS_MET, access_request.WITHOUT_DENIES):
        return False
    return any(
        _is_in_unmanaged(grant, request)
        if isinstance(grant, UnmanagedGrant)
        else _is_in_managed(grant, request, owner_tag)
        for grant in issuer.grants
    )


def _templates(grant: UnmanagedGrant | ManagedGrant) -> tuple[str, ...]:
    return grant.templates if isinstance(grant, UnmanagedGrant) else (facts.DEFAULT_TEMPLATE,)


def _is_in_unmanaged(grant: UnmanagedGrant, request: AccessRequest) -> bool:
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


def _is_in_managed(grant: ManagedGrant, request: AccessRequest, owner_tag: str) -> bool:
    service, _, name = request.action.partition(":")
    if request.action == actions.REQUEST:
        return _is_granted_request(grant, request, owner_tag)
    if service == "acm":
        return _is_on_own_certificate(grant, request, name, owner_tag)
    if request.route != access_request.THROUGH_ACM or request.target not in grant.certificate_authorities:
        return False
    return name in _THROUGH_ACM or (name == "IssueCertificate" and request.template == facts.DEFAULT_TEMPLATE)


def _is_granted_request(grant: ManagedGrant, request: AccessRequest, owner_tag: str) -> bool:
    names = request.names or ()
    are_names_granted = not grant.domain_names or (
        bool(names) and all(any(_is_like(name, pattern) for pattern in grant.domain_names) for name in names)
    )
    is_key = not grant.key_algorithms or request.key_algorithm in grant.key_algorithms
    return request.target in grant.certificate_authorities and are_names_granted and is_key and request.tag == owner_tag


def _is_on_own_certificate(grant: ManagedGrant, request: AccessRequest, name: str, owner_tag: str) -> bool:
    """Tell whether a request is about the issuer's own certificate, or tags one that is being requested."""
    if request.action in actions.TAGGING:
        is_new = name == "AddTagsToCertificate" and request.target == access_request.NEW and request.tag == owner_tag
        return is_new or (
            name in grant.additional_actions and request.target == access_request.OWN and request.tag is None
        )
    reads = ("DescribeCertificate", "GetCertificate")
    return request.target == access_request.OWN and (name in reads or name in grant.additional_actions)


def _is_like(name: str, pattern: str) -> bool:
    return _regex(pattern).fullmatch(name) is not None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern))


def sample_names(issuers: Mapping[str, Issuer]) -> dict[str, str]:
    """Return a name that fits each pattern of domain names in a spec's grants, in their order."""
    grants = [grant for issuer in issuers.values() for grant in issuer.grants if isinstance(grant, ManagedGrant)]
    return {pattern: fill_pattern(pattern) for grant in grants for pattern in grant.domain_names}

"""Grants of an issuer -> the statements of its IAM policies, each with its reason.

Sources, below https://docs.aws.amazon.com/: [PCA] privateca/latest/userguide/assign-permissions.html and
auth-IdentityBasedPolicies.html, [KEYS] privateca/latest/userguide/certguard-condition-keys.html, [ACM]
acm/latest/userguide/acm-conditions.html, [REF] service-authorization/latest/reference/list_awscertificatemanager.html
and list_awsprivatecertificateauthority.html (which keys each action has).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pcaform.core import facts
from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.spec.issuers import Issuer, ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Aws

Statement = dict[str, Any]
"""A statement, or a whole document."""
ISSUER_TAG = "pcaform:issuer"
"""The tag with the issuer of an ACM certificate: set with the request, and required by all later permissions."""

_READ = ("DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate")
_TAGGING = ("AddTagsToCertificate", "RemoveTagsFromCertificate")
CURVES = {
    "EC_prime256v1": ("P-256", "prime256v1", "secp256r1"),
    "EC_secp384r1": ("P-384", "secp384r1"),
    "EC_secp521r1": ("P-521", "secp521r1"),
}
"""All names of each curve: AWS's page uses P-256 in its text, and the real value could not be checked. An additional
name of the same curve does not allow more."""


@dataclass(frozen=True, slots=True)
class CaRef:
    """A CA in a statement, by its key, to be replaced by a reference or an ARN."""

    key: str


def policy(statements: Iterable[Statement]) -> Statement:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(
    sid: str,
    actions: list[str] | str,
    resources: Any = None,
    *,
    effect: str = "Allow",
    principal: Any = None,
    condition: Statement | None = None,
) -> Statement:
    """Return a statement with the elements that it has; a condition without keys is none."""
    elements = {"Sid": sid, "Effect": effect, "Principal": principal, "Action": actions, "Resource": resources}
    elements["Condition"] = condition or None
    return {name: value for name, value in elements.items() if value is not None}


def owner_tag(issuer: Issuer) -> str:
    """Return the value of ISSUER_TAG on an issuer's certificates: the kind and the name of its principal."""
    kind = "role" if issuer.role or issuer.existing_role else "user"
    return f"{kind}/{issuer.principal_name}"


def build_statements(issuer: Issuer, aws: Aws) -> Iterator[Statement]:
    """Yield the statements of an issuer's grants, and the Deny for all other templates."""
    for number, grant in enumerate(issuer.grants, start=1):
        if isinstance(grant, UnmanagedGrant):
            yield from _unmanaged(grant, f"Grant{number}", aws=aws)
        else:
            yield from _managed(grant, f"Grant{number}", aws=aws, tag=owner_tag(issuer))
    # Unasked, a Deny on an existing principal would also deny what others allow it.
    if issuer.is_owned or issuer.deny_other_templates:
        yield _deny_other_templates(issuer, aws)


def _unmanaged(grant: UnmanagedGrant, name: str, *, aws: Aws) -> Iterator[Statement]:
    """AWS's case 1 [PCA]."""
    authorities = [CaRef(key) for key in grant.certificate_authorities]
    template = {"ArnLike": {"acm-pca:TemplateArn": _template_arns(grant.templates, aws)}}
    for suffix, keys in _key_conditions(grant.key_algorithms):  # the template decides the usage of a certificate
        condition = {**template, **keys}
        yield statement(f"{name}Issue{suffix}", [ISSUE], authorities, condition=condition)
    # IssueCertificate only returns an ARN, and a chain needs the CA's own certificate.
    yield statement(f"{name}Read", _acm_pca(*_READ), authorities)
    if "RevokeCertificate" in grant.additional_actions:  # no condition key has the issuer [REF]
        yield statement(f"{name}Revoke", _acm_pca("RevokeCertificate"), authorities)
    if "ListCertificateAuthorities" in grant.additional_actions:  # takes no resource [REF]
        yield statement(f"{name}List", _acm_pca("ListCertificateAuthorities"), ["*"])


def _key_conditions(key_algorithms: Iterable[str]) -> Iterator[tuple[str, Statement]]:
    """Yield suffix and condition for each family of keys in the certificate [KEYS]; one empty item for any key."""
    sizes = [name.removeprefix("RSA_") for name in key_algorithms if facts.key_family(name) == "RSA"]
    curves = [spelling for name in key_algorithms for spelling in CURVES.get(name, ())]
    algorithm = "acm-pca:x509Key/algorithm"
    if sizes:
        yield "Rsa", {"StringEquals": {algorithm: ["RSA"]}, "NumericEquals": {"acm-pca:x509Key/size": sizes}}
    if curves:
        yield "Ec", {"StringEquals": {algorithm: ["EC"], "acm-pca:x509Key/curve": curves}}
    if not (sizes or curves):
        yield "", {}


def _managed(grant: ManagedGrant, name: str, *, aws: Aws, tag: str) -> Iterator[Statement]:
    """AWS's case 2 [PCA], restricted to certificates that the issuer itself requested."""
    authorities = [CaRef(key) for key in grant.certificate_authorities]
    place = f"arn:{facts.partition(aws.region)}:acm:{aws.region}:{aws.account_id}:certificate"
    own = {"StringEquals": {f"aws:ResourceTag/{ISSUER_TAG}": [tag]}}
    tagged = {f"aws:RequestTag/{ISSUER_TAG}": [tag]}
    # A request without a CA is for a public certificate: it has no such key [ACM], and StringEquals requires one. [ACM]
    # calls the key an ARN and [REF] a text: StringEquals works for both. The action takes no resource [REF].
    asked = {"StringEquals": {"acm:CertificateAuthority": authorities, **tagged}}
    if grant.key_algorithms:
        asked["StringEquals"]["acm:KeyAlgorithm"] = list(grant.key_algorithms)
    if grant.domain_names:
        asked["ForAllValues:StringLike"] = {"acm:DomainNames": list(grant.domain_names)}
        asked["Null"] = {"acm:DomainNames": "false"}  # ForAllValues is also met by an absent key
    yield statement(f"{name}Request", [REQUEST], ["*"], condition=asked)
    # Tagging with the request needs it; `${*}` is a literal star, AWS's name for a resource that does not exist yet, so
    # no existing certificate can be tagged and taken over.
    request = {"StringEquals": tagged}
    yield statement(f"{name}Tag", ["acm:AddTagsToCertificate"], [f"{place}/${{*}}"], condition=request)
    used = [action for action in grant.additional_actions if action not in _TAGGING]
    actions = sorted(f"acm:{action}" for action in ("DescribeCertificate", "GetCertificate", *used))
    yield statement(f"{name}Own", actions, [f"{place}/*"], condition=own)
    if retagging := sorted(f"acm:{action}" for action in grant.additional_actions if action in _TAGGING):
        others = {"ForAllValues:StringNotEquals": {"aws:TagKeys": [ISSUER_TAG]}, "Null": {"aws:TagKeys": "false"}}
        yield statement(f"{name}Retag", retagging, [f"{place}/*"], condition={**own, **others})
    # The permissions on the CA only apply to calls by ACM for the issuer: IssueCertificate has no key for domain names.
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    template = {"ArnLike": {"acm-pca:TemplateArn": _template_arns((facts.DEFAULT_TEMPLATE,), aws)}}
    read = _acm_pca("GetCertificate", "ListPermissions")
    yield statement(f"{name}IssueThroughAcm", [ISSUE], authorities, condition={**template, **through})
    yield statement(f"{name}ReadThroughAcm", read, authorities, condition=through)


def _deny_other_templates(issuer: Issuer, aws: Aws) -> Statement:
    """Return the Deny for all other templates, whatever else is attached to the issuer.

    AWS's own AWSPrivateCAUser policy has the same pair of statements.
    """
    signed = (
        each.templates if isinstance(each, UnmanagedGrant) else (facts.DEFAULT_TEMPLATE,) for each in issuer.grants
    )
    allowed = _template_arns(dict.fromkeys(chain.from_iterable(signed)), aws)
    condition = {"ArnNotLike": {"acm-pca:TemplateArn": allowed}}
    return statement("DenyOtherTemplates", [ISSUE], ["*"], effect="Deny", condition=condition)


def _acm_pca(*operations: str) -> list[str]:
    return [f"acm-pca:{operation}" for operation in operations]


def _template_arns(templates: Iterable[str], aws: Aws) -> list[str]:
    return [facts.template_arn(aws.region, template) for template in templates]

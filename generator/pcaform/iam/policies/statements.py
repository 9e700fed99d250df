"""Grants -> the statements of IAM policies: what an issuer may do, each with the one reason for it.

Sources, below https://docs.aws.amazon.com/: [PCA] privateca/latest/userguide/assign-permissions.html and
auth-IdentityBasedPolicies.html, [KEYS] privateca/latest/userguide/certguard-condition-keys.html, [ACM]
acm/latest/userguide/acm-conditions.html, [REF] service-authorization/latest/reference/list_awscertificatemanager.html
and list_awsprivatecertificateauthority.html (which keys each action has).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pcaform.core import facts
from pcaform.spec.issuers import Issuer, ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Aws

Statement = dict[str, Any]
ISSUER_TAG = "pcaform:issuer"
"""The tag that says whose an ACM certificate is: set with the request, and what all later rights hang on."""

_READ = ("DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate")
_TAGGING = ("AddTagsToCertificate", "RemoveTagsFromCertificate")
CURVES = {
    "EC_prime256v1": ("P-256", "prime256v1", "secp256r1"),
    "EC_secp384r1": ("P-384", "secp384r1"),
    "EC_secp521r1": ("P-521", "secp521r1"),
}
"""Every name of a curve: AWS's page calls it P-256 in words, and its value could not be checked. Another name for the
same curve allows nothing more."""


@dataclass(frozen=True, slots=True)
class CaRef:
    """Stands for a CA in a statement until somebody says by what it is named: a reference or an ARN."""

    key: str


def owner_tag(issuer: Issuer) -> str:
    """Return the value of ISSUER_TAG on an issuer's certificates: the kind and the name of its principal."""
    kind = "role" if issuer.role or issuer.existing_role else "user"
    return f"{kind}/{issuer.principal_name}"


def build_statements(issuer: Issuer, aws: Aws) -> Iterator[Statement]:
    """Yield the statements of an issuer's grants, and the second lock on what it signs."""
    for number, grant in enumerate(issuer.grants, start=1):
        if isinstance(grant, UnmanagedGrant):
            yield from _unmanaged(grant, f"Grant{number}", aws=aws)
        else:
            yield from _managed(grant, f"Grant{number}", aws=aws, tag=owner_tag(issuer))
    if issuer.is_owned:  # a Deny on somebody else's principal would take away what others gave it
        yield _deny_other_templates(issuer, aws)


def _unmanaged(grant: UnmanagedGrant, name: str, *, aws: Aws) -> Iterator[Statement]:
    """AWS's case 1 [PCA]."""
    authorities = _named(grant.certificate_authorities)
    template = {"ArnLike": {"acm-pca:TemplateArn": _template_arns(grant.templates, aws)}}
    for suffix, keys in _narrowed(grant.key_algorithms):  # the template decides what a certificate may be used for
        yield _allow(f"{name}Issue{suffix}", _acm_pca("IssueCertificate"), authorities, {**template, **keys})
    # IssueCertificate only returns an ARN, and a chain needs the CA's own certificate.
    yield _allow(f"{name}Read", _acm_pca(*_READ), authorities)
    if "RevokeCertificate" in grant.additional_actions:  # no key says whose a certificate is [REF]
        yield _allow(f"{name}Revoke", _acm_pca("RevokeCertificate"), authorities)
    if "ListCertificateAuthorities" in grant.additional_actions:  # takes no resource [REF]
        yield _allow(f"{name}List", _acm_pca("ListCertificateAuthorities"), ["*"])


def _narrowed(key_algorithms: Iterable[str]) -> Iterator[tuple[str, Statement]]:
    """Yield for each family of keys how the key in the certificate is told [KEYS]; one empty item for any key."""
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
    """AWS's case 2 [PCA], narrowed to what the issuer itself requested."""
    authorities = _named(grant.certificate_authorities)
    place = f"arn:{facts.partition(aws.region)}:acm:{aws.region}:{aws.account_id}:certificate"
    own = {"StringEquals": {f"aws:ResourceTag/{ISSUER_TAG}": [tag]}}
    tagged = {f"aws:RequestTag/{ISSUER_TAG}": [tag]}
    # A request without a CA is a public one: it has no such key [ACM], and StringEquals needs one. [ACM] calls the key
    # an ARN and [REF] a text: StringEquals is right for both. The action takes no resource [REF].
    yield _allow(
        f"{name}Request",
        ["acm:RequestCertificate"],
        ["*"],
        _narrowed_request(grant, {"acm:CertificateAuthority": authorities, **tagged}),
    )
    # Tagging with the request needs it; `${*}` is the star itself, as AWS writes what is not made yet, so no
    # certificate that exists can be tagged, which would be taking it over.
    yield _allow(f"{name}Tag", ["acm:AddTagsToCertificate"], [f"{place}/${{*}}"], {"StringEquals": tagged})
    used = [action for action in grant.additional_actions if action not in _TAGGING]
    actions = sorted(f"acm:{action}" for action in ("DescribeCertificate", "GetCertificate", *used))
    yield _allow(f"{name}Own", actions, [f"{place}/*"], own)
    if retagging := sorted(f"acm:{action}" for action in grant.additional_actions if action in _TAGGING):
        others = {"ForAllValues:StringNotEquals": {"aws:TagKeys": [ISSUER_TAG]}, "Null": {"aws:TagKeys": "false"}}
        yield _allow(f"{name}Retag", retagging, [f"{place}/*"], {**own, **others})
    # The rights on the CA count only when ACM calls for the issuer: IssueCertificate knows no domain names.
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    template = {"ArnLike": {"acm-pca:TemplateArn": _template_arns((facts.DEFAULT_TEMPLATE,), aws)}}
    yield _allow(f"{name}IssueThroughAcm", _acm_pca("IssueCertificate"), authorities, {**template, **through})
    yield _allow(f"{name}ReadThroughAcm", _acm_pca("GetCertificate", "ListPermissions"), authorities, through)


def _narrowed_request(grant: ManagedGrant, equal: Statement) -> Statement:
    """Return what a request must be: for these names only, with these keys only, and what else it must be equal to."""
    keys = {"acm:KeyAlgorithm": list(grant.key_algorithms)} if grant.key_algorithms else {}
    names = {
        "ForAllValues:StringLike": {"acm:DomainNames": list(grant.domain_names)},
        "Null": {"acm:DomainNames": "false"},  # all of no names would fit
    }
    return {"StringEquals": {**equal, **keys}, **(names if grant.domain_names else {})}


def _deny_other_templates(issuer: Issuer, aws: Aws) -> Statement:
    """Return the second lock: whatever else is attached to the issuer, it signs nothing but these templates.

    AWS's own AWSPrivateCAUser policy has the same pair of statements.
    """
    allowed: dict[str, None] = {}
    for grant in issuer.grants:
        allowed |= dict.fromkeys(grant.templates if isinstance(grant, UnmanagedGrant) else [facts.DEFAULT_TEMPLATE])
    condition = {"ArnNotLike": {"acm-pca:TemplateArn": _template_arns(tuple(allowed), aws)}}
    allow = _allow("DenyOtherTemplates", _acm_pca("IssueCertificate"), ["*"], condition)
    return {**allow, "Effect": "Deny"}


def _allow(name: str, actions: list[str], resources: list[Any], condition: Statement | None = None) -> Statement:
    statement: Statement = {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def _named(keys: Iterable[str]) -> list[Any]:
    return [CaRef(key) for key in keys]


def _acm_pca(*operations: str) -> list[str]:
    return [f"acm-pca:{operation}" for operation in operations]


def _template_arns(templates: Iterable[str], aws: Aws) -> list[str]:
    return [facts.template_arn(aws.region, template) for template in templates]

"""The policies of administrators and auditors, separate from issuers as AWS recommends.

Sources, below https://docs.aws.amazon.com/privateca/latest/userguide/: assign-permissions.html (separate issuers and
administrators), auth-AwsManagedPolicies.html (AWSPrivateCAAuditor, AWSPrivateCAPrivilegedUser: these policies follow
them, but AWS's own apply to every CA of the account).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.spec.stack import Spec

Statement = dict[str, Any]
_READ = (
    "DescribeCertificateAuthority",
    "DescribeCertificateAuthorityAuditReport",
    "GetCertificate",
    "GetCertificateAuthorityCertificate",
    "GetCertificateAuthorityCsr",
    "GetPolicy",
    "ListPermissions",
    "ListTags",
)
_REPORT = ("CreateCertificateAuthorityAuditReport",)
_ADMINISTER = (
    "CreatePermission",
    "ImportCertificateAuthorityCertificate",
    "PutPolicy",
    "RestoreCertificateAuthority",
    "RevokeCertificate",
    "TagCertificateAuthority",
    "UntagCertificateAuthority",
    "UpdateCertificateAuthority",
)
"""Without deleting a CA, its policy, or ACM's permission: those end trust or renewals, and are done in the spec."""

_CA_TEMPLATES = "*CACertificate*/V*"


def auditor_policy(spec: Spec, *, arn_of: Callable[[str], Any]) -> Statement:
    """Return the policy of a role that reads the CAs of a stack and creates audit reports."""
    arns = [arn_of(key) for key in spec.certificate_authorities]
    return _document([_allow("Read", (*_READ, *_REPORT), arns), _list_cas()])


def administrator_policy(spec: Spec, *, arn_of: Callable[[str], Any]) -> Statement:
    """Return the policy of a role that administers the CAs of a stack, and issues only CA certificates."""
    return _document(_administrator_statements(spec, arn_of))


def _administrator_statements(spec: Spec, arn_of: Callable[[str], Any]) -> Iterator[Statement]:
    managed = [arn_of(key) for key in spec.managed]
    templates = {"acm-pca:TemplateArn": [facts.template_arn(spec.aws.region, _CA_TEMPLATES)]}
    yield _allow("Read", (*_READ, *_REPORT), [arn_of(key) for key in spec.certificate_authorities])
    yield _list_cas()
    if managed:
        yield _allow("Administer", _ADMINISTER, managed)
        yield {**_allow("IssueToCas", ("IssueCertificate",), managed), "Condition": {"ArnLike": templates}}
    # Whatever else is attached to the role: an administrator must not issue to end entities, directly or through ACM.
    denied = {**_allow("DenyOtherTemplates", ("IssueCertificate",), ["*"]), "Condition": {"ArnNotLike": templates}}
    yield {**denied, "Effect": "Deny"}
    yield {"Sid": "DenyRequests", "Effect": "Deny", "Action": ["acm:RequestCertificate"], "Resource": ["*"]}


def _list_cas() -> Statement:
    return _allow("List", ("ListCertificateAuthorities",), ["*"])


def _allow(name: str, operations: tuple[str, ...], resources: list[Any]) -> Statement:
    actions = sorted(f"acm-pca:{operation}" for operation in operations)
    return {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources}


def _document(statements: Iterator[Statement] | list[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


PolicyBuilder = Callable[..., dict[str, Any]]
POLICY_BUILDERS: Mapping[str, PolicyBuilder] = {"administrators": administrator_policy, "auditors": auditor_policy}

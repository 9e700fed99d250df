"""The policies of administrators and auditors, separate from issuers as AWS recommends.

Sources, below https://docs.aws.amazon.com/privateca/latest/userguide/: assign-permissions.html (separate issuers and
administrators), auth-AwsManagedPolicies.html (AWSPrivateCAAuditor, AWSPrivateCAPrivilegedUser: these policies follow
them, but AWS's own apply to every CA of the account).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.iam.actions import ISSUE, READING, REQUEST
from pcaform.spec.stack import Spec

Statement = dict[str, Any]
_READ = (*READING, "acm-pca:CreateCertificateAuthorityAuditReport")
_ADMINISTER = (
    "acm-pca:CreatePermission",
    "acm-pca:ImportCertificateAuthorityCertificate",
    "acm-pca:PutPolicy",
    "acm-pca:RestoreCertificateAuthority",
    "acm-pca:RevokeCertificate",
    "acm-pca:TagCertificateAuthority",
    "acm-pca:UntagCertificateAuthority",
    "acm-pca:UpdateCertificateAuthority",
)
"""Without deleting a CA, its policy, or ACM's permission: those end trust or renewals, and are done in the spec."""

_CA_TEMPLATES = "*CACertificate*/V*"


def auditor_policy(spec: Spec, *, arn_of: Callable[[str], Any]) -> Statement:
    """Return the policy of a role that reads the CAs of a stack and creates audit reports."""
    arns = [arn_of(key) for key in spec.certificate_authorities]
    return _document([_allow("Read", _READ, arns), _list_cas()])


def administrator_policy(spec: Spec, *, arn_of: Callable[[str], Any]) -> Statement:
    """Return the policy of a role that administers the CAs of a stack, and issues only CA certificates."""
    return _document(_administrator_statements(spec, arn_of))


def _administrator_statements(spec: Spec, arn_of: Callable[[str], Any]) -> Iterator[Statement]:
    managed = [arn_of(key) for key in spec.managed]
    templates = {"acm-pca:TemplateArn": [facts.template_arn(spec.aws.region, _CA_TEMPLATES)]}
    yield _allow("Read", _READ, [arn_of(key) for key in spec.certificate_authorities])
    yield _list_cas()
    if managed:
        yield _allow("Administer", _ADMINISTER, managed)
        yield {**_allow("IssueToCas", (ISSUE,), managed), "Condition": {"ArnLike": templates}}
    # Whatever else is attached to the role: an administrator must not issue to end entities, directly or through ACM.
    denied = {**_allow("DenyOtherTemplates", (ISSUE,), ["*"]), "Condition": {"ArnNotLike": templates}}
    yield {**denied, "Effect": "Deny"}
    yield {"Sid": "DenyRequests", "Effect": "Deny", "Action": [REQUEST], "Resource": ["*"]}


def _list_cas() -> Statement:
    return _allow("List", ("acm-pca:ListCertificateAuthorities",), ["*"])


def _allow(name: str, actions: tuple[str, ...], resources: list[Any]) -> Statement:
    return {"Sid": name, "Effect": "Allow", "Action": sorted(actions), "Resource": resources}


def _document(statements: Iterator[Statement] | list[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


PolicyBuilder = Callable[..., dict[str, Any]]
POLICY_BUILDERS: Mapping[str, PolicyBuilder] = {"administrators": administrator_policy, "auditors": auditor_policy}

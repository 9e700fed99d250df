"""The policies of administrators and auditors, separate from issuers as AWS recommends.

Sources, below https://docs.aws.amazon.com/privateca/latest/userguide/: assign-permissions.html (separate issuers and
administrators), auth-AwsManagedPolicies.html (AWSPrivateCAAuditor, AWSPrivateCAPrivilegedUser: these policies follow
them, but AWS's own apply to every CA of the account), PcaAuditReport.html.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.iam.actions import ISSUE, READING, REQUEST, named
from pcaform.iam.policies.statements import Statement, policy, statement
from pcaform.spec.stack import Spec

_READ = (*READING, "acm-pca:CreateCertificateAuthorityAuditReport")
_ADMINISTER = named(
    "acm-pca",
    "CreatePermission ImportCertificateAuthorityCertificate PutPolicy RestoreCertificateAuthority RevokeCertificate "
    "TagCertificateAuthority UntagCertificateAuthority UpdateCertificateAuthority",
)
"""Without deleting a CA, its policy, or ACM's permission: those end trust or renewals, and are done in the spec."""

_LIST_CAS = statement("List", ["acm-pca:ListCertificateAuthorities"], ["*"])
_CA_TEMPLATES = "*CACertificate*/V*"


def auditor_policy(spec: Spec, *, arn_of: Callable[[str], Any]) -> Statement:
    """Return the policy of a role that reads the CAs of a stack, and creates audit reports in its buckets for them.

    Private CA writes a report; where it does so with the auditor's rights, these hold for it and not for the auditor.
    """
    arns = [arn_of(key) for key in spec.certificate_authorities]
    partition = facts.partition(spec.aws.region)
    names = (each.bucket or key for key, each in spec.crl_buckets.items() if each.content == "audit_reports")
    buckets = [f"arn:{partition}:s3:::{name}" for name in names]
    reports = [f"{bucket}/audit-report/*" for bucket in buckets]
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    of_reports = (
        statement("ReadReports", ["s3:GetObject"], reports),
        statement("ListReports", ["s3:ListBucket"], buckets),
        statement("WriteReports", list(facts.CRL_WRITER_ACTIONS), [*buckets, *reports], condition=through),
    )
    return policy([statement("Read", sorted(_READ), arns), _LIST_CAS, *(of_reports if buckets else ())])


def administrator_policy(spec: Spec, *, arn_of: Callable[[str], Any]) -> Statement:
    """Return the policy of a role that administers the CAs of a stack, and issues only CA certificates."""
    managed = [arn_of(key) for key in spec.managed]
    templates = {"acm-pca:TemplateArn": [facts.template_arn(spec.aws.region, _CA_TEMPLATES)]}
    allowed = [
        statement("Administer", sorted(_ADMINISTER), managed),
        statement("IssueToCas", [ISSUE], managed, condition={"ArnLike": templates}),
    ]
    # Whatever else is attached to the role: an administrator must not issue to end entities, directly or through ACM.
    denied = [
        statement("DenyOtherTemplates", [ISSUE], ["*"], effect="Deny", condition={"ArnNotLike": templates}),
        statement("DenyRequests", [REQUEST], ["*"], effect="Deny"),
    ]
    return policy([*auditor_policy(spec, arn_of=arn_of)["Statement"], *(allowed if managed else ()), *denied])


PolicyBuilder = Callable[..., dict[str, Any]]
POLICY_BUILDERS: Mapping[str, PolicyBuilder] = {"administrators": administrator_policy, "auditors": auditor_policy}

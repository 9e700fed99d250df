"""Rules about principals that have too much access to CAs."""

from collections.abc import Iterator

from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core import facts, renewal
from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import PolicyError, read_document
from pcaform.sources.account_snapshot import PERMISSIONS, CaStatus

_TEMPLATE = "acm-pca:templatearn"
_DELETE = "aws acm-pca delete-permission"
_SERVICE_ROLE = ":role/aws-service-role/"
_RESTRICT = (
    "restrict it to CAs and templates, as 'pcaform render' does; 'pcaform access --live' shows everything it may do"
)


@rule("too-much-power", source="privateca/latest/userguide/ca-best-practices.html")
def too_much_power(context: AuditContext) -> Iterator[AuditFinding]:
    """A user or role may issue CA certificates, issue from every CA, administer CAs and issue, or take such rights."""
    messages: dict[str, dict[str, None]] = {}
    for finding in context.access.findings:
        messages.setdefault(finding.subject, {})[finding.message] = None
    for principal in context.snapshot.principals.principals if context.snapshot.principals else ():
        if (texts := messages.get(f"{principal.kind} {principal.name}")) and _SERVICE_ROLE not in principal.arn:
            yield too_much_power.finding(principal, "; ".join(texts), advice=_RESTRICT, day=None)


@rule("shared-too-widely", source="privateca/latest/userguide/pca-rbp.html")
def shared_too_widely(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA's resource policy lets another account issue CA certificates under it, or issue with any template."""
    for ca in context.snapshot.own:
        for message in dict.fromkeys(_wide_statements(ca)):
            advice = f"share it for {facts.DEFAULT_TEMPLATE} only, unless they should run a CA"
            yield shared_too_widely.finding(ca, message, advice=advice, day=None)


@rule("permission-for-others", source="privateca/latest/APIReference/API_Permission.html")
def permission_for_others(context: AuditContext) -> Iterator[AuditFinding]:
    """A permission of a CA is for another account, or for a service other than ACM."""
    for ca in context.snapshot.own:
        for permission in ca.permissions if PERMISSIONS not in ca.unread else ():
            principal, source = permission.principal, permission.source_account
            if principal != facts.ACM_PRINCIPAL or not renewal.is_for_own_account(source, ca.arn):
                account = source or ca.arn.split(":")[4]
                message = f"its permission lets {principal} act for account {account}: {', '.join(permission.actions)}"
                advice = f"if nobody needs it: {_DELETE} --principal {principal} --source-account {account}"
                yield permission_for_others.finding(ca, message, advice=advice, day=None)


def _wide_statements(ca: CaStatus) -> Iterator[str]:
    """Yield a message for each statement of a CA's policy that allows CA certificates."""
    try:
        statements = read_document(ca.policy, ca.name).statements if ca.policy else ()
    except PolicyError:
        yield "its resource policy cannot be read, and may let others issue CA certificates"
        return
    context = {_TEMPLATE: (facts.template_arn(ca.region, facts.ca_template("SUBORDINATE")),)}
    for statement in statements:
        is_wide = all(condition.is_met(context) for condition in statement.conditions if condition.key == _TEMPLATE)
        if statement.is_allow and statement.matches_action(ISSUE) and is_wide:
            names = [name for _, name in statement.principals or ()]
            principals = ", ".join("anyone who meets its conditions" if name == "*" else name for name in names)
            yield f"its resource policy lets {principals} issue CA certificates under it"

"""Who may do too much with the CAs of an account: its own people by their policies, others by the CAs' policies."""

from collections.abc import Iterator

from pcaform.checks.access.check import Access, AccessResult
from pcaform.checks.audit.finding import Finding, Rule
from pcaform.core import facts
from pcaform.iam.evaluator.documents import Statement, read_document
from pcaform.iam.evaluator.elements import PolicyError
from pcaform.iam.evaluator.patterns import is_action
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus

_ISSUE = "acm-pca:IssueCertificate"
_TEMPLATE = "acm-pca:templatearn"
_OF_A_SERVICE = ":role/aws-service-role/"
_NARROW = "narrow it to CAs and templates, as 'pcaform render' does; 'pcaform access --live' shows all that it may do"


def check_excess_access(result: AccessResult) -> Iterator[Finding]:
    """Yield everybody who crosses a line, once, with all lines; roles of AWS's services are theirs."""
    for access in {_arn(each): each for each in result.accesses}.values():
        subject = f"{access.subject.kind} {access.subject.key}"
        said = dict.fromkeys(each.message for each in result.findings if each.subject == subject)
        if said and _OF_A_SERVICE not in _arn(access):
            yield Finding(Rule.POWER, subject, "; ".join(said), _NARROW, None, _arn(access))


def _arn(access: Access) -> str:
    return access.subject.principal.role_arn or access.subject.principal.arn


def check_shares(snapshot: AccountSnapshot) -> Iterator[Finding]:
    """Yield the CAs whose own policy lets others make CAs, or issue with any template."""
    for authority in snapshot.own:
        for who in dict.fromkeys(_makers(authority)):
            message = f"its own policy lets {who} make certificates of CAs below it"
            advice = f"share it for {facts.DEFAULT_TEMPLATE} alone, unless they are to run a CA"
            yield Finding(Rule.SHARE, f"CA {authority.name}", message, advice, None, authority.arn, authority.region)


def _makers(authority: CaStatus) -> Iterator[str]:
    if not authority.policy:
        return
    try:
        statements = read_document(authority.policy, authority.name).statements
    except PolicyError:
        yield "somebody, in words that cannot be read,"
        return
    for statement in statements:
        if statement.is_allow and _makes(statement, authority):
            names = [each for named in (statement.principals or {}).values() for each in named]
            yield ", ".join("everybody whom a condition lets in" if name == "*" else name for name in names)


def _makes(statement: Statement, authority: CaStatus) -> bool:
    if any(is_action(_ISSUE, each) for each in statement.actions) is statement.are_actions_excluded:
        return False
    asked = {_TEMPLATE: (facts.template_arn(authority.region, facts.subordinate_template(0)),)}
    return all(found.is_met(asked) for found in statement.conditions if found.key == _TEMPLATE)

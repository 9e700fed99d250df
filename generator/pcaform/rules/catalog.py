"""Every rule with its id, and the function that applies them all to a document."""

from collections.abc import Mapping

from pcaform.document import Document, Loc
from pcaform.problems import Problem, Severity
from pcaform.rules import grants, hierarchy, keys
from pcaform.rules.rule import Check, Rule
from pcaform.spec.authorities import CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.reading import located
from pcaform.spec.stack import Spec


def _error(name: str, check: Check) -> Rule:
    return Rule(name, Severity.ERROR, check)


RULES: tuple[Rule, ...] = (
    _error("unknown-parent", hierarchy.parent_exists),
    _error("parent-of-type", hierarchy.parent_fits_type),
    _error("parent-cycle", hierarchy.no_cycle),
    _error("path-length", hierarchy.path_length_fits_parent),
    _error("signing-algorithm", keys.signing_algorithm_fits_key),
    _error("empty-subject", keys.subject_has_a_field),
    _error("module-name", keys.module_names_differ),
    _error("partial-permission", grants.permission_is_whole),
    _error("second-permission", grants.permission_is_single),
    _error("unknown-authority", grants.granted_authorities_exist),
    _error("managed-without-permission", grants.managed_grant_has_permission),
    _error("ca-template", grants.no_ca_template),
    _error("grants-or-policy", grants.issuer_has_something),
    _error("user-name", grants.user_names_differ),
)


def problems(spec: Spec, document: Document) -> list[Problem]:
    """Return what all rules find in a spec, each at its place in the document the spec was read from."""
    return [
        document.problem(located(document, finding.loc), finding.message, rule=rule.id, severity=rule.severity)
        for rule in RULES
        for finding in rule.check(spec)
        if not _is_ignored(spec, rule, finding.loc)
    ]


def _is_ignored(spec: Spec, rule: Rule, loc: Loc) -> bool:
    """Tell whether the CA or issuer that a finding is about ignores the rule, with a reason."""
    items: Mapping[str, CertificateAuthority | Issuer] = getattr(spec, str(loc[0]))
    return any(ignored.rule == rule.id for ignored in items[str(loc[1])].ignore)

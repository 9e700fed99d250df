"""All rules of `rules/spec_rules/`, and the functions that apply them to a spec."""

from collections.abc import Iterator

from pcaform.core.finding import Finding, Severity
from pcaform.core.rules import collect
from pcaform.rules import spec_rules
from pcaform.rules.rule import Rule
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation, hide_source, locate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc

RULES: tuple[Rule, ...] = collect(spec_rules, Rule)
"""Files in alphabetical order, the rules of each as they are defined: also the order of the documentation."""


_OF_BACKEND = "backend-"
"""Rules whose findings may stand in the line of a secret, also of one under a name that nobody knows."""


def findings(spec: Spec) -> Iterator[tuple[Rule, Violation]]:
    """Yield the findings of all rules, without those that an item of the spec ignores."""
    of_parts = [pair for rule in RULES if not rule.is_of_whole for pair in _check(rule, spec)]
    yield from of_parts
    if not any(rule.severity is Severity.ERROR for rule, _ in of_parts):
        yield from (pair for rule in RULES if rule.is_of_whole for pair in _check(rule, spec))


def _check(rule: Rule, spec: Spec) -> Iterator[tuple[Rule, Violation]]:
    yield from ((rule, finding) for finding in rule.check(spec) if not _is_ignored(spec, rule, finding.loc))


def problems(spec: Spec, document: Document) -> list[Finding]:
    """Return all findings as problems, each with its location in the document; no line with a secret is shown."""
    located = [
        document.problem(locate(document, loc), message, rule=rule.id, of_key=of_key, severity=rule.severity)
        for rule, (loc, message, of_key) in findings(spec)
    ]
    located += [
        document.problem(locate(document, finding.loc), finding.message, rule="ignore")
        for finding in _unknown_rules(spec)
    ]
    lines = {each.location.line for each in located if each.rule.startswith(_OF_BACKEND) and each.location}
    return [
        hide_source(each) if each.location and each.location.line in lines else each for each in dict.fromkeys(located)
    ]


def _is_ignored(spec: Spec, rule: Rule, loc: Loc) -> bool:
    """Tell whether the item of a finding ignores the rule."""
    section = getattr(spec, str(loc[0]))
    item = section.get(loc[1]) if isinstance(section, dict) else None
    return any(ignored.rule == rule.id for ignored in getattr(item, "ignore", ()))


def _unknown_rules(spec: Spec) -> Iterator[Violation]:
    """Yield a finding for each ignored rule that does not exist, such as a misspelt one."""
    known = [rule.id for rule in RULES]
    for section in ("certificate_authorities", "issuers", "administrators", "auditors", "certificates"):
        for key, item in getattr(spec, section).items():
            for index, ignored in enumerate(item.ignore):
                if ignored.rule not in known:
                    message = f"there is no rule '{ignored.rule}'{suggest(ignored.rule, known)}"
                    yield Violation((section, key, "ignore", index, "rule"), message)

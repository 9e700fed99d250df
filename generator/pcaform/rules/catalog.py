"""All rules of `rules/spec_rules/`, and the functions that apply them to a spec."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from pcaform.core.problems import Problem, Severity
from pcaform.rules import spec_rules
from pcaform.rules.rule import Rule
from pcaform.spec.finding import Finding
from pcaform.spec.messages import nearest
from pcaform.spec.parse import locate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc


def _discover() -> Iterator[Rule]:
    for module in iter_modules(spec_rules.__path__, f"{spec_rules.__name__}."):
        yield from (value for value in vars(import_module(module.name)).values() if isinstance(value, Rule))


RULES: tuple[Rule, ...] = tuple(_discover())
"""Files in alphabetical order, the rules of each as they are defined: also the order of the documentation."""


def findings(spec: Spec) -> Iterator[tuple[Rule, Finding]]:
    """Yield what all rules find in a spec, but for what its items ignore."""
    found = [each for rule in RULES if not rule.is_of_whole for each in _found(rule, spec)]
    yield from found
    if not any(rule.severity is Severity.ERROR for rule, _ in found):
        yield from (each for rule in RULES if rule.is_of_whole for each in _found(rule, spec))


def _found(rule: Rule, spec: Spec) -> Iterator[tuple[Rule, Finding]]:
    yield from ((rule, each) for each in rule.check(spec) if not _is_ignored(spec, rule, each.loc))


def problems(spec: Spec, document: Document) -> list[Problem]:
    """Return what all rules find in a spec, each at its place in the document the spec was read from."""
    found = [
        document.problem(locate(document, finding.loc), finding.message, rule=rule.id, severity=rule.severity)
        for rule, finding in findings(spec)
    ]
    found += [
        document.problem(locate(document, finding.loc), finding.message, rule="ignore")
        for finding in _unknown_rules(spec)
    ]
    return list(dict.fromkeys(found))


def _is_ignored(spec: Spec, rule: Rule, loc: Loc) -> bool:
    """Tell whether the item that a finding is about ignores the rule, with a reason."""
    section = getattr(spec, str(loc[0]))
    item = section.get(loc[1]) if isinstance(section, dict) else None
    return any(ignored.rule == rule.id for ignored in getattr(item, "ignore", ()))


def _unknown_rules(spec: Spec) -> Iterator[Finding]:
    """Yield each ignored rule that does not exist, so that a misspelt one is not trusted."""
    known = [rule.id for rule in RULES]
    for section in ("certificate_authorities", "issuers", "administrators", "auditors", "certificates"):
        for key, item in getattr(spec, section).items():
            for index, ignored in enumerate(item.ignore):
                if ignored.rule not in known:
                    message = f"there is no rule '{ignored.rule}'{nearest(ignored.rule, known)}"
                    yield Finding((section, key, "ignore", index, "rule"), message)

"""All rules of `checks/audit/rules/`."""

from pcaform.checks.audit import rules
from pcaform.checks.audit.rule import Rule
from pcaform.core.rules import collect

RULES: tuple[Rule, ...] = collect(rules, Rule)
"""Files in alphabetical order, the rules of each as they are defined."""

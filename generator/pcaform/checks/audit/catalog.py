"""All rules of `checks/audit/rules/`."""

from pcaform.checks.audit import rules
from pcaform.checks.audit.rule import Rule
from pcaform.core.discovery import collect

RULES: tuple[Rule, ...] = tuple(collect(rules, Rule))
"""Files in alphabetical order, the rules of each as they are defined."""

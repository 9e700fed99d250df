"""Checks an inferred spec with the rules: errors, and rules that imported resources may break."""

from collections.abc import Iterator

from pcaform.core.problems import Severity
from pcaform.rules.catalog import findings
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AS_FOUND = "imported as it exists"
_ISSUED = "imported as already issued"
TOLERATED_RULES = {
    "certificate-key": _AS_FOUND,
    "china": _AS_FOUND,
    "cname-protocol": _AS_FOUND,
    "crl-public": _AS_FOUND,
    "deletion-window": "the state has this value already",
    "domain-names": _AS_FOUND,
    "managed-authority": _AS_FOUND,
    "managed-without-permission": "imported as it exists: ACM cannot renew until the CA permits it",
    "offline-certificate": _ISSUED,
    "offline-date": _ISSUED,
    "outlives-parent": _ISSUED,
    "partial-permission": "imported as it exists: ACM cannot renew until it has all three actions",
    "path-length": _ISSUED,
    "privileged-template": _AS_FOUND,
    "short-lived-permission": _AS_FOUND,
    "shorter-than-managed": _ISSUED,
    "trust-anybody": _AS_FOUND,
    "validity-value": _ISSUED,
}
"""Rules that existing resources may break, each with the reason that is written to the spec."""


def find_errors(spec: Spec) -> Iterator[tuple[str, Loc, str]]:
    """Yield rule, position and message of each error in a spec."""
    for rule, finding in findings(spec):
        if rule.severity is Severity.ERROR:
            yield rule.id, finding.loc, finding.message

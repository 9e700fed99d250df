"""A spec that was inferred -> what the rules say of it: which are ignored with a reason, and what is left out."""

from collections.abc import Iterator

from pcaform.core.problems import Severity
from pcaform.rules.catalog import findings
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_AS_FOUND = "found so by an import"
_ISSUED = "issued already, and found so by an import"
TOLERATED_RULES = {
    "certificate-key": _AS_FOUND,
    "china": _AS_FOUND,
    "cname-protocol": _AS_FOUND,
    "crl-public": _AS_FOUND,
    "deletion-window": "the state has this value already",
    "domain-names": _AS_FOUND,
    "managed-authority": _AS_FOUND,
    "managed-without-permission": "found so by an import: ACM cannot renew until the CA permits it",
    "offline-certificate": _ISSUED,
    "offline-date": _ISSUED,
    "outlives-parent": _ISSUED,
    "partial-permission": "found so by an import: ACM cannot renew until it has all three actions",
    "path-length": _ISSUED,
    "privileged-template": _AS_FOUND,
    "short-lived-permission": _AS_FOUND,
    "shorter-than-managed": _ISSUED,
    "trust-anybody": _AS_FOUND,
    "validity-value": _ISSUED,
}
"""Rules that something may break which exists at AWS already, each with the reason that is written for it."""


def errors(spec: Spec) -> Iterator[tuple[str, Loc, str]]:
    """Yield rule, place and message of each error in a spec."""
    for rule, finding in findings(spec):
        if rule.severity is Severity.ERROR:
            yield rule.id, finding.loc, finding.message

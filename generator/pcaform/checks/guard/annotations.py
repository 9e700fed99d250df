"""Turns findings into problems at a position in a file, printed as GitHub annotations and SARIF.

The position is the entry of the spec that the address was rendered from; without a spec, the plan file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.report import describe_change
from pcaform.checks.guard.verdict import GuardResult
from pcaform.core.problems import Problem, Severity
from pcaform.spec.parse import locate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc
from pcaform.terraform import module_names

UNDECIDED = "cannot-judge"


@dataclass(frozen=True, slots=True)
class SourcePositions:
    """Where findings are reported: in `path`, and with a spec at the entry whose module call an address is in."""

    path: str
    document: Document | None = None
    calls: Mapping[str, Loc] | None = None

    def problem(self, address: str, message: str, *, rule: str, severity: Severity) -> Problem:
        """Return a problem at the position of an address."""
        call = address.removeprefix("module.").partition(".")[0]
        loc = (self.calls or {}).get(call)
        if self.document is None or loc is None:
            return Problem(self.path, 0, 0, message, rule, severity)
        return self.document.problem(locate(self.document, loc), message, rule=rule, severity=severity, of_key=True)


def positions_of_spec(path: str, spec: Spec, document: Document | None) -> SourcePositions:
    """Return the positions of a spec's entries, by the module calls that are rendered from them."""
    return SourcePositions(path, document, dict(_calls(spec)))


def _calls(spec: Spec) -> Iterator[tuple[str, Loc]]:
    for key, authority in spec.certificate_authorities.items():
        loc = ("certificate_authorities", key)
        generations = range(1, getattr(authority, "generation", 1) + 1)
        named = (module_names.ca(key), module_names.permission(key), module_names.share(key))
        yield from ((name, loc) for name in named)
        yield from ((module_names.ca_certificate(key, number), loc) for number in generations)
    yield from ((module_names.share(key), ("shares", key)) for key in spec.shares)
    yield from ((module_names.issuer(key), ("issuers", key)) for key in spec.issuers)
    yield from ((module_names.operator_role(section, key), (section, key)) for section, key, _ in spec.operator_roles)
    yield from ((module_names.crl_bucket(key), ("crl_buckets", key)) for key in spec.crl_buckets)
    yield from ((module_names.certificate(key), ("certificates", key)) for key in spec.certificates)


def problems(result: GuardResult, positions: SourcePositions) -> list[Problem]:
    """Return findings and undecided changes as problems: an error where trust breaks, else a warning."""
    found = [
        positions.problem(
            each.address,
            f"{each.address}: {describe_change(each)}{each.message}; instead: {each.advice}".removeprefix(": "),
            rule=each.rule,
            severity=_severity(each.level),
        )
        for each in result.findings
    ]
    found += [
        positions.problem(
            each.address,
            f"{each.address}: cannot be judged: {each.message}".removeprefix(": "),
            rule=UNDECIDED,
            severity=_severity(each.level),
        )
        for each in result.doubts
    ]
    return sorted(found)


def _severity(level: Level) -> Severity:
    return Severity.ERROR if level is Level.BREAKS_TRUST else Severity.WARNING

"""What a rule of a spec is: one object with its id, severity, text, source and check.

A function in a file of `rules/spec_rules/` becomes a rule by its decorator, and is registered by being there:

    @error("parent-of-type", of="managed.*")
    def parent_fits_type(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
        \"\"\"A root has no `parent`, and no `path_length` without a `template`; others have one.\"\"\"

`of` is the path of what is checked one by one. Without it, a check gets the whole spec, and yields violations.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any

from pcaform.core import rules
from pcaform.core.finding import Severity
from pcaform.spec.cas import Validity, compute_end
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

Check = Callable[[Spec], Iterator[Violation]]
AnyCheck = Callable[..., Iterator[Any]]
_found: tuple[Spec | None, dict[str, list[tuple[Loc, Any]]]] = (None, {})
"""The last spec that was asked for, and what it has at each path."""
Problems = Iterator[tuple[str, str]]
"""What is wrong with one thing: the path of a value in it, such as `validity.value`, and the message."""


@dataclass(frozen=True, slots=True)
class Rule(rules.Rule[Check]):
    """One rule; `text` states what must hold."""

    severity: Severity
    is_of_whole: bool = False
    """Whether it checks the stack that a spec makes, which exists only if the spec has no other errors."""
    is_practice: bool = False
    """Whether it is an error in the profile strict, whatever it is by default."""
    is_silent: bool = False
    """Whether it says something only in the profile strict: by default its findings are what is usual."""

    def severity_in(self, profile: str) -> Severity | None:
        """Return its severity in a profile of specs; None where it says nothing."""
        if profile == "strict" and self.is_practice:
            return Severity.ERROR
        return None if self.is_silent else self.severity


def error(
    rule_id: str, *, of: str = "", source: str = "", severity: Severity = Severity.ERROR, **marks: bool
) -> Callable[[AnyCheck], Rule]:
    """Make a check a rule whose findings stop every command; its docstring is the rule's text."""
    return lambda check: Rule(rule_id, check.__doc__ or "", rules.page(source), _each(check, of), severity, **marks)


warning = partial(error, severity=Severity.WARNING)
"""Make a check a rule whose findings are printed, and stop only `validate --strict`."""
practice = partial(warning, is_practice=True)
"""Make a check a rule of good practice: an error in the profile strict; by default a warning, or nothing."""


def _each(check: AnyCheck, path: str) -> Check:
    """Return the check of a whole spec: each thing at the path, with the key of the item that it is in."""

    @wraps(check)
    def check_spec(spec: Spec) -> Iterator[Violation]:
        for loc, value in select(spec, path):
            for field, message in check(value, str(loc[1]), spec):
                steps = (int(step) if step.isdigit() else step for step in field.split(".") if step)
                yield Violation((*loc, *steps), message)

    return check_spec if path else check


def end_of(validity: Validity | None, start: datetime | None = None) -> datetime | None:
    """Return when a certificate ends that is issued at a time, or now; None where that is not known."""
    try:
        return compute_end(validity, start or datetime.now(UTC)) if validity is not None else None
    except ValueError:
        return None


def select(spec: Spec, *paths: str) -> Iterator[tuple[Loc, Any]]:
    """Yield place and value of all that is at paths of a spec, such as `issuers.*.grants.*.templates.*`, but not None.

    `managed` are those of `certificate_authorities` that the stack creates or imports.
    """
    global _found  # noqa: PLW0603 - many rules look at the same places of one spec
    found = _found
    if found[0] is not spec:
        found = _found = (spec, {"": [((), spec)]})
    for path in paths:
        yield from _find(path, found[1])


def _find(path: str, known: dict[str, list[tuple[Loc, Any]]]) -> list[tuple[Loc, Any]]:
    """Return what is at a path; what is known of it and of the steps before is not looked for again."""
    if path not in known:
        before, _, step = path.rpartition(".")
        known[path] = list(_descend(_find(before, known), step))
    return known[path]


def _descend(found: Iterable[tuple[Loc, Any]], step: str) -> Iterator[tuple[Loc, Any]]:
    """Yield what is one step below."""
    name = "certificate_authorities" if step == "managed" else step
    for loc, value in found:
        if step == "*":
            for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
                yield (*loc, key), inner
        elif (inner := getattr(value, step, None)) is not None:
            yield (*loc, name), inner

"""All rules of `rules/spec_rules/`, and how a spec is loaded from a file or text and checked by them.

That is the first step of every command that takes a spec.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path

from pcaform.core import files
from pcaform.core.files import STDIN, base_directory, display_name, read_bytes
from pcaform.core.finding import Finding, Severity
from pcaform.core.problems import Invalid
from pcaform.core.rules import collect
from pcaform.rules import spec_rules
from pcaform.rules.rule import Rule, select
from pcaform.rules.spec_rules.changes import waiver_is_valid
from pcaform.rules.together import SpecFile, check_together, list_claims
from pcaform.spec.extends import Reader, extend
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation, file_reader, hide_source, locate, parse_spec
from pcaform.spec.references import LoadParts, join_stacks, load_parts
from pcaform.spec.sections import Waiver
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc, parse

RULES: tuple[Rule, ...] = collect(spec_rules, Rule)
"""Files in alphabetical order, the rules of each as they are defined: also the order of the documentation."""
PRACTICE = frozenset(rule.id for rule in RULES if rule.is_practice)
"""The ids of the rules of good practice."""
_OF_BACKEND = "backend-"
"""Rules whose findings may stand in the line of a secret, also of one under a name that nobody knows."""
_FRAME = {"version": 1, "stack": "waivers", "aws": {"region": "us-east-1", "account_id": "000000000000"}}
"""What a spec needs besides waivers."""


def findings(spec: Spec) -> Iterator[tuple[Rule, Violation]]:
    """Yield the findings of all rules, without those that an item of the spec ignores."""
    of_parts = [pair for rule in RULES if not rule.is_of_whole for pair in _check(rule, spec)]
    yield from of_parts
    if not any(rule.severity is Severity.ERROR for rule, _ in of_parts):
        yield from (pair for rule in RULES if rule.is_of_whole for pair in _check(rule, spec))


def _check(rule: Rule, spec: Spec) -> Iterator[tuple[Rule, Violation]]:
    if rule.severity_in(spec.profile):
        yield from ((rule, finding) for finding in rule.check(spec) if not _is_ignored(spec, rule, finding.loc))


def problems(spec: Spec, document: Document) -> list[Finding]:
    """Return all findings as problems, each with its location in the document; no line with a secret is shown."""
    located = [_locate(rule, violation, spec, document) for rule, violation in findings(spec)]
    located += [
        document.problem(locate(document, finding.loc), finding.message, rule="ignore")
        for finding in _unknown_rules(spec)
    ]
    lines = {_line(each) for each in located if each.rule.startswith(_OF_BACKEND)}
    return [hide_source(each) if _line(each) in lines else each for each in dict.fromkeys(located)]


def check_joined(file: SpecFile, stacks: Mapping[str, Spec]) -> Iterator[Finding]:
    """Yield what is wrong with the CAs of a spec together with those of other stacks that it names.

    `stacks` are the specs at hand. Each rule is checked once more as if those CAs were in this spec.
    """
    _, spec, document = file
    joined = join_stacks(spec, stacks)
    if joined is not None:
        of_parts = (_check(rule, joined) for rule in RULES if not rule.is_of_whole)
        for rule, violation in chain.from_iterable(of_parts):
            is_own = violation.loc[0] == "certificate_authorities" and violation.loc[1] in spec.managed
            if is_own and (rule, violation) not in _check(rule, spec):
                yield _locate(rule, violation, spec, document)


def _locate(rule: Rule, violation: Violation, spec: Spec, document: Document) -> Finding:
    loc, message, of_key = violation
    severity = rule.severity_in(spec.profile) or Severity.WARNING
    return document.problem(locate(document, loc), message, rule=rule.id, of_key=of_key, severity=severity)


def _line(problem: Finding) -> tuple[str, int] | None:
    return (problem.location.path, problem.location.line) if problem.location else None


def _is_ignored(spec: Spec, rule: Rule, loc: Loc) -> bool:
    """Tell whether the item of a finding ignores the rule."""
    section = getattr(spec, str(loc[0]))
    item = section.get(loc[1]) if isinstance(section, dict) else None
    return any(ignored.rule == rule.id for ignored in getattr(item, "ignore", ()))


def _unknown_rules(spec: Spec) -> Iterator[Violation]:
    """Yield a finding for each ignored rule that does not exist, such as a misspelt one."""
    known = [rule.id for rule in RULES]
    sections = ("certificate_authorities", "issuers", "administrators", "auditors", "certificates")
    for loc, name in select(spec, *(f"{section}.*.ignore.*.rule" for section in sections)):
        if name not in known:
            yield Violation(loc, f"there is no rule '{name}'{suggest(name, known)}")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """A spec, or None if its shape is wrong, with every problem, sorted by location.

    `inputs` has each file that was asked for, by its name relative to the spec, as `read_inputs` describes it.
    """

    spec: Spec | None
    problems: tuple[Finding, ...]
    document: Document | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Tell whether a problem is an error, so that no command may use this spec."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def valid(self) -> tuple[Spec, Document] | None:
        """The spec and its document, if no problem is an error."""
        return None if self.spec is None or self.document is None or self.has_errors else (self.spec, self.document)


def load_text(
    text: bytes, name: str, *, directory: Path = Path(), is_judged: bool = True, load: LoadParts = load_parts
) -> LoadResult:
    """Return the spec in a file's bytes with all its problems, located under `name`; raises nothing.

    `directory` is that of the spec's file: bases and PEM files are named relative to it. A spec of before is not judged
    by the rules of today (`is_judged`), only its shape is. `load` reads its other files.
    """
    document, inputs = None, {"": _describe(text)}
    read = _record(file_reader(directory), inputs)
    try:
        document, of_bases = extend(parse(text, name), read)
        if of_bases:
            return LoadResult(None, tuple(sorted(of_bases)), document, inputs)
        spec = load(parse_spec(document), document, read)
    except Invalid as invalid:
        return LoadResult(None, tuple(invalid.problems), document, inputs)
    return LoadResult(spec, tuple(sorted(problems(spec, document))) if is_judged else (), document, inputs)


def read_inputs(path: str, names: Iterable[str]) -> dict[str, str]:
    """Return a digest of each file that a spec was loaded from, or why it cannot be read; the spec itself has no name.

    Raises Failure where the spec cannot be read.
    """
    inputs = {"": _describe(read_bytes(path))}
    read = _record(file_reader(base_directory(path)), inputs)
    for name in filter(None, names):
        with suppress(OSError):
            read(name)
    return inputs


def _record(read: Reader, inputs: dict[str, str]) -> Reader:
    """Return a reader that also notes what it found."""

    def recorded(name: str) -> bytes:
        try:
            content = read(name)
        except OSError as error:
            inputs[name] = f"{error.strerror}"
            raise
        inputs[name] = _describe(content)
        return content

    return recorded


def _describe(content: bytes) -> str:
    return sha256(content).hexdigest()


def load_valid_text(text: bytes, name: str, *, directory: Path = Path()) -> Spec:
    """Return the spec in a file's bytes; raises Invalid with every problem if one of them is an error."""
    return require_valid(load_text(text, name, directory=directory))[0]


def load_file(path: str) -> Spec:
    """Return the spec in a file, or on standard input for `-`.

    Raises Invalid with every problem in it, and Failure if the file cannot be read.
    """
    return load_valid_text(read_bytes(path), display_name(path), directory=base_directory(path))


def list_spec_files(paths: Iterable[str]) -> Iterator[str]:
    """Yield the files that arguments name: a directory means every spec below it, `-` is standard input."""
    for path in paths:
        is_one = path == STDIN or not files.is_directory(path)
        yield from [path] if is_one else files.list_spec_files(path)


def check_file(path: str, *, is_judged: bool = True, load: LoadParts = load_parts) -> LoadResult:
    """Return the spec in a file with all its problems; raises Failure where the file cannot be read."""
    return load_text(
        read_bytes(path), display_name(path), directory=base_directory(path), is_judged=is_judged, load=load
    )


def load_checked(path: str) -> tuple[Spec, Document]:
    """Return the spec in a file, and its document; raises Invalid with every problem if one of them is an error."""
    return require_valid(check_file(path))


def require_valid(result: LoadResult) -> tuple[Spec, Document]:
    """Return the spec and its document; raises Invalid with every problem if one of them is an error."""
    if result.valid is None:
        raise Invalid(result.problems)
    return result.valid


def check_files(
    paths: Iterable[str], *, is_judged: bool = True, load: LoadParts = load_parts
) -> tuple[list[LoadResult], list[SpecFile]]:
    """Return the result of each spec that arguments name, and those without errors with their path and document.

    A base of another one is not a spec of its own.
    """
    results = {path: check_file(path, is_judged=is_judged, load=load) for path in list_spec_files(paths)}
    bases = {base for path, result in results.items() for base in list_bases(path, result.document)}
    if bases:
        results = {path: result for path, result in results.items() if os.path.realpath(path) not in bases}
    valid = [(path, *pair) for path, result in results.items() if (pair := result.valid) is not None]
    return list(results.values()), valid


def check_all(specs: Sequence[SpecFile]) -> list[Finding]:
    """Return what is wrong with specs together."""
    shared = list(dict.fromkeys(problem for problem, *_ in check_together(map(list_claims, specs))))
    stacks = {spec.stack: spec for _, spec, _ in specs}
    return shared or [problem for each in specs for problem in check_joined(each, stacks)]


def require_all(specs: Sequence[SpecFile]) -> None:
    """Raise Invalid where specs do not fit together."""
    if errors := [problem for problem in check_all(specs) if problem.severity is Severity.ERROR]:
        raise Invalid(errors)


def load_specs(paths: Iterable[str], *, is_judged: bool = True) -> list[SpecFile]:
    """Return all specs that arguments name; raises Invalid with the problems of each that has errors."""
    results, valid = check_files(paths, is_judged=is_judged)
    if len(valid) < len(results):
        raise Invalid({problem for result in results if result.has_errors for problem in result.problems})
    return valid


def list_bases(path: str, document: Document | None) -> list[str]:
    """Return the real path of each base of a spec."""
    bases = document.layers[1:] if document else ()
    return [os.path.realpath(base_directory(path) / base.place) for base in bases]


def load_waivers(path: str) -> tuple[Waiver, ...]:
    """Return the waivers in a file that has nothing else; raises Invalid with every problem, as in a spec."""
    document = parse(read_bytes(path), display_name(path))
    data = document.data
    if isinstance(data, Mapping):
        if strange := [name for name in data if name != "waivers"]:
            message = f"unknown key '{strange[0]}', allowed: waivers"
            raise Invalid([document.problem((strange[0],), message, rule="shape", of_key=True)])
        data = {**_FRAME, **data}
    spec = parse_spec(replace(document, data=data))
    problems = [document.problem(loc, text, rule=waiver_is_valid.id) for loc, text, _ in waiver_is_valid.check(spec)]
    if problems:
        raise Invalid(problems)
    return tuple(spec.waivers)

"""What specs are checked for together: two stacks never have one name, one state, or one CA that both manage.

A stack destroys what its state has and its spec has not, and `prevent_destroy` is in the directory of the other one.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from pcaform.core.files import display_name
from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.grouping import grouped
from pcaform.rules.across import CaNames, check_references, list_ca_names, report_use
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc
from pcaform.terraform.state_location import state_identity, state_location

if TYPE_CHECKING:
    from pcaform.render.manifest import Record

OF_FILES = {
    "yaml": "The text is YAML, without duplicate keys, tags or aliases that a spec does not have.",
    "shape": "Every key exists, is there where it is required, and has a value of its type, pattern and limits.",
    "extends": (
        "A base that a spec extends is a plain file of YAML without `stack`, named relative to the file that extends "
        "it, and none of its own bases."
    ),
    "ignore": "An ignored rule exists.",
    "file": "A file that a spec names is a plain file in PEM, with certificates (or a request) and nothing else.",
    "stack-twice": (
        "Two specs are not of one stack: they would write one directory, also where a disk ignores case. Nor is the "
        "directory of one in that of another."
    ),
    "shared-state": (
        "Two stacks do not have their state in one place: the apply of each destroys what the other has. The "
        "stacks below `--out` that are not rendered now count too. One of them may be a renamed stack under its former "
        "name, if only `terraform init` knows the backend."
    ),
    "shared-arn": (
        "What exists is managed, or destroyed, by one stack only; others name the CA with `managed: false`. That "
        "includes the stacks below `--out` that are not rendered now."
    ),
    "provider-release": (
        "With `validate --provider RELEASE`, and as a warning of `render` with the release in the stack's lock file: "
        "provider aws of that release takes all that the stack uses, and has no known defect that it meets."
    ),
    "left-unsaid": (
        "`render` loses nothing that the stack has without a word in the spec: `removed`, `renamed_from`, a new "
        "`generation`."
    ),
}
"""The rules about files and about what lies beside them, which no item can ignore: id -> what must hold."""

SpecFile = tuple[str, Spec, Document]
Fact = tuple[str, Hashable]
"""A rule, and a value that only one stack may have."""
_TWICE: Fact = ("stack-twice", "")


@dataclass(frozen=True, slots=True)
class Claims:
    """What must be one stack's own: each fact with its location in the spec's file, and its name in messages."""

    path: str
    stack: str
    facts: tuple[tuple[Fact, Location, str], ...]
    names: CaNames

    @property
    def brief(self) -> "Brief":
        """What finds those of many specs that may have something in common."""
        has_state = any(rule == "shared-state" for (rule, _), *_ in self.facts)
        names = CaNames(self.names.used, self.names.destroyed)
        return Brief(self.path, self.stack, tuple(_mark(fact) for fact, *_ in self.facts), has_state, names)

    @property
    def location(self) -> Location:
        """Where the spec has the stack's name, the first of the facts."""
        return self.facts[0][1]


class Brief(NamedTuple):
    """Claims in short: a number for each fact, whether the place of the state is known, and the CAs of others."""

    path: str
    stack: str
    marks: tuple[int, ...]
    has_state: bool
    names: CaNames


def _mark(fact: Fact) -> int:
    return int.from_bytes(blake2b(repr(fact).encode(), digest_size=8).digest())


def list_claims(file: SpecFile, out: str = "") -> Claims:
    """Return what a spec claims for its stack.

    `out` is the directory of the stacks, if it is known: a state can be in a file that is named with its whole path.
    """
    path, spec, document = file
    facts = tuple((fact, document.location(loc), what) for fact, loc, what in _list_facts(spec, out))
    return Claims(path, spec.stack, facts, list_ca_names(spec, document, out))


def list_suspects(briefs: Sequence[Brief]) -> set[str]:
    """Return the paths of all specs that may have a fact in common with another: `check_facts` judges these."""
    names = {each.stack.casefold(): each.path for each in briefs}
    marks = sorted(mark for each in briefs for mark in each.marks)
    common = {mark for mark, following in pairwise(marks) if mark == following}
    suspects = {each.path for each in briefs if common.intersection(each.marks)}
    for each in briefs:
        if outer := [names[name] for name in _outer_names(each.stack) if name in names]:
            suspects |= {each.path, *outer}
    return suspects


def check_together(claims: Iterable[Claims]) -> Iterator[tuple[Finding, str, str]]:
    """Yield what is wrong with specs together, each with the paths of the two."""
    claims = list(claims)
    yield from check_facts(claims)
    yield from check_references({each.stack: (each.path, each.names) for each in claims})


def check_facts(claims: Sequence[Claims]) -> Iterator[tuple[Finding, str, str]]:
    """Yield each fact that a spec has in common with an earlier one, at its place in the later; and both paths."""
    owners: dict[Fact, Claims] = {}
    names = {each.stack.casefold(): each for each in claims}
    for each in claims:
        for outer in (names[name] for name in _outer_names(each.stack) if name in names):
            message = f"the directory of '{each.stack}' is in that of '{outer.stack}', {display_name(outer.path)}"
            yield _problem(each.location, _TWICE, message), each.path, outer.path
        for fact, location, what in each.facts:
            other = owners.setdefault(fact, each)
            if other.path != each.path:
                others = ", and of all that extend this file" if location.path != display_name(each.path) else ""
                message = f"{what} is also that of '{other.stack}', {display_name(other.path)}{others}"
                yield _problem(location, fact, message), each.path, other.path


def _outer_names(stack: str) -> list[str]:
    """Return the names of the stacks in whose directories this one would be."""
    parts = stack.casefold().split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1)]


class Neighbour(NamedTuple):
    """A rendered stack that has no spec, as its manifest has it, and the facts that it has taken."""

    name: str
    record: "Record"
    taken: frozenset[Fact]

    @property
    def has_state(self) -> bool:
        """Whether its state is known to be in one place."""
        return any(rule == "shared-state" for rule, _ in self.taken)

    @property
    def used(self) -> set[str]:
        """The ARNs of the CAs of others that it uses."""
        return {item.arn for item in self.record.items.values() if not item.is_managed and item.arn is not None}

    def list_suspects(self, index: Mapping[Hashable, Sequence[str]]) -> set[str]:
        """Return the paths of all specs that may have something in common with it: `check_against` judges these."""
        keys = [*map(_mark, self.taken), *_outer_names(self.name), (self.name.casefold(),), *self.used]
        return {path for key in keys for path in index.get(key, ())}


def index_briefs(briefs: Iterable[Brief]) -> Mapping[Hashable, Sequence[str]]:
    """Return the paths of specs by mark, by stack and the directories around it, and by what they destroy."""
    return grouped(
        (key, each.path)
        for each in briefs
        for key in (
            *(*each.marks, each.stack.casefold(), *(arn for arn, _ in each.names.destroyed)),
            *((outer,) for outer in _outer_names(each.stack)),
        )
    )


def read_neighbour(out: str, name: str, record: "Record") -> Neighbour:
    """Return a rendered stack with what it has taken."""
    taken: set[Fact] = {("stack-twice", name.casefold())}
    backend, place = record.place.get("backend", {}), PurePath(out, name).as_posix()
    states = (state_identity(kind, settings, place) for kind, settings in backend.items())
    taken |= {("shared-state", state) for state in states if state is not None}
    taken |= {("shared-arn", item.arn) for item in record.items.values() if item.is_managed and item.arn is not None}
    return Neighbour(name, record, frozenset(taken))


def check_against(claims: Claims, neighbour: Neighbour) -> Iterator[Finding]:
    """Yield each fact that a spec has in common with a rendered stack."""
    name = neighbour.name
    if name in _outer_names(claims.stack) or claims.stack in _outer_names(name):
        message = f"one of the directories of '{claims.stack}' and of the stack '{name}' beside it is in the other"
        yield _problem(claims.location, _TWICE, message)
    for fact, location, what in claims.facts:
        if fact in neighbour.taken:
            yield _problem(location, fact, f"{what} is also that of the stack '{name}' beside it")
    used, destroyed = neighbour.used, claims.names.destroyed
    yield from (report_use(arn, location, f"'{name}' beside it") for arn, location in destroyed if arn in used)


def check_renamed(spec_file: SpecFile, neighbour: Neighbour) -> Finding | None:
    """Return the problem of a new stack that may be a rendered one under another name, and so have its state.

    A backend that only `terraform init` completes does not tell. The new name would start without a history.
    """
    from pcaform.render import history, manifest

    _, spec, document = spec_file
    name, record, _ = neighbour
    kind, settings = state_location(spec.terraform.state)
    old = record.place.get(manifest.BACKEND, {kind: {}}).get(kind)
    if old is None or any(settings.get(setting, value) != value for setting, value in old.items()):
        return None
    if all(state_identity(kind, each, name) for each in (settings, old)):
        return None
    own = manifest.build_manifest_items(spec)
    own |= {origin: own[item] for origin, item in history.renamed_items(spec).items()}
    if manifest.place_of(spec)[manifest.AWS] != record.place.get(manifest.AWS):
        return None
    for item in sorted(own.keys() & record.items.keys()):
        ours, theirs = ((each.identity, each.name) for each in (own[item], record.items[item]))
        if any(ours) and ours == theirs:
            message = (
                f"the stack '{name}' beside it has '{item.partition('.')[2]}' too, and only 'terraform init' knows the "
                f"places of the states. If it is this stack, rename its directory to '{spec.stack}'. If this one has a "
                "state of its own, say 'pcaform render --never-applied'"
            )
            return document.problem(("stack",), message, rule="shared-state")
    return None


def _problem(location: Location, fact: Fact, message: str) -> Finding:
    advice = {
        "stack-twice": "rename one of them",
        "shared-state": (
            "each would destroy what the other has: give each stack its own, or rename the directory of a renamed one"
        ),
        "shared-arn": "only one stack may manage it; the other names it with 'managed: false'",
    }
    return Finding(fact[0], "", f"{message}: {advice[fact[0]]}", severity=Severity.ERROR, location=location)


def _list_facts(spec: Spec, out: str) -> Iterator[tuple[Fact, Loc, str]]:
    """Yield what must be a stack's own, with its place and its name."""
    yield ("stack-twice", spec.stack.casefold()), ("stack",), f"the stack '{spec.stack}'"
    kind, settings = state_location(spec.terraform.state)
    state = state_identity(kind, settings, PurePath(out, spec.stack).as_posix())
    if state is not None:
        yield ("shared-state", state), ("terraform", "backend", kind), "the place of the state"
    for section, entries in (("certificate_authorities", spec.managed), ("certificates", spec.certificates)):
        for key, entry in entries.items():
            if entry.arn is not None:
                yield ("shared-arn", entry.arn), (section, key, "arn"), f"'{entry.arn}'"
    for name, removal in spec.removed.items():
        if isinstance(removal, Destroy):
            yield ("shared-arn", removal.destroy), ("removed", name, "destroy"), f"'{removal.destroy}'"

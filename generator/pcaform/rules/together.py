"""What specs are checked for together: two stacks never have one name, one state, or one CA that both manage.

A stack destroys what its state has and its spec has not, and `prevent_destroy` is in the directory of the other one.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pcaform.core.files import display_name
from pcaform.core.finding import Finding
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc
from pcaform.terraform.state_location import state_identity, state_location

TOGETHER = {
    "stack-twice": "Two specs are not of one stack: they would write one directory, also where a disk ignores case.",
    "shared-state": (
        "Two stacks do not have their state in one place: the apply of each destroys what the other has. That "
        "includes the stacks below `--out` that are not rendered now."
    ),
    "shared-arn": (
        "What exists is managed, or destroyed, by one stack only; others name the CA with `managed: false`. That "
        "includes the stacks below `--out` that are not rendered now."
    ),
}
"""The rules about specs together: id -> what must hold."""

SpecFile = tuple[str, Spec, Document]
Fact = tuple[str, Hashable]
"""A rule, and a value that only one stack may have."""


def check_together(files: Sequence[SpecFile]) -> Iterator[Finding]:
    """Yield each fact that a spec has in common with an earlier one, at its place in the later."""
    owners: dict[Fact, tuple[str, Spec]] = {}
    for path, spec, document in files:
        for fact, loc, what in _list_facts(spec):
            other_path, other = owners.setdefault(fact, (path, spec))
            if other_path != path:
                yield _problem(
                    document, fact, loc, f"{what} is also that of '{other.stack}', {display_name(other_path)}"
                )


def check_against(files: Iterable[SpecFile], name: str, items: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield each fact that a spec has in common with a rendered stack, as its manifest has the items."""
    taken: set[Fact] = {("stack-twice", name.casefold())}
    taken |= {("shared-state", state_identity(kind, found, name)) for kind, found in items.get("backend", {}).items()}
    managed = (item for item in items.values() if item.get("managed", True))
    taken |= {("shared-arn", item["arn"]) for item in managed if item.get("arn") is not None}
    for _, spec, document in files:
        for fact, loc, what in _list_facts(spec):
            if fact in taken:
                yield _problem(document, fact, loc, f"{what} is also that of the stack '{name}' beside it")


def _problem(document: Document, fact: Fact, loc: Loc, message: str) -> Finding:
    advice = {
        "stack-twice": "rename one of them",
        "shared-state": "each would destroy what the other has: give each stack its own",
        "shared-arn": "only one stack may manage it; the other names it with 'managed: false'",
    }
    return document.problem(loc, f"{message}: {advice[fact[0]]}", rule=fact[0])


def _list_facts(spec: Spec) -> Iterator[tuple[Fact, Loc, str]]:
    """Yield what must be a stack's own, with its place and its name."""
    yield ("stack-twice", spec.stack.casefold()), ("stack",), f"the stack '{spec.stack}'"
    kind, settings = state_location(spec.terraform.backend)
    state = state_identity(kind, settings, spec.stack)
    if state is not None:
        yield ("shared-state", state), ("terraform", "backend", kind), "the place of the state"
    for section, entries in (("certificate_authorities", spec.managed), ("certificates", spec.certificates)):
        for key, entry in entries.items():
            if entry.arn is not None:
                yield ("shared-arn", entry.arn), (section, key, "arn"), f"'{entry.arn}'"
    for name, removal in spec.removed.items():
        if isinstance(removal, Destroy):
            yield ("shared-arn", removal.destroy), ("removed", name, "destroy"), f"'{removal.destroy}'"

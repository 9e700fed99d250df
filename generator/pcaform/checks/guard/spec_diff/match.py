"""Matches the stacks of two versions of specs: a stack is new only where nothing of before is like it.

A stack is the one of before that has its name, and each one whose state it has. Where there is none, it is each one
that nothing else continues and that has a CA with the same ARN, or else with the same subject; but that one is gone as
well, unless neither says where its state is.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pcaform.core.grouping import grouped
from pcaform.spec.stack import Spec
from pcaform.terraform.state_location import state_identity, state_location

Facts = Callable[[Spec], set[Hashable]]
"""What tells a stack from others: two that have one of them in common are alike."""


@dataclass(frozen=True, slots=True, eq=False)
class EarlierSpec:
    """A spec of before and its file; `is_kept` if the file still has this stack, and is not checked itself."""

    path: str
    spec: Spec
    is_kept: bool = False


def match_specs(
    earlier: Sequence[EarlierSpec], now: Mapping[str, Spec]
) -> tuple[dict[str, list[EarlierSpec]], list[EarlierSpec]]:
    """Return the specs of before of each spec, by its file, and those that nothing continues."""
    matches: dict[str, list[EarlierSpec]] = {path: [] for path in now}
    for facts in (_name, _state):
        _add_alike(matches, now, earlier, facts)
    loose = _list_loose(earlier, matches)
    new = [path for path, alike in matches.items() if not alike]
    for facts in (_arns, _subjects):
        _add_alike(matches, {path: now[path] for path in new if not matches[path]}, loose, facts)
    silent = {path: [each for each in matches[path] if not _state(each.spec) | _state(now[path])] for path in new}
    return matches, _list_loose(loose, silent)


def _add_alike(
    matches: dict[str, list[EarlierSpec]], now: Mapping[str, Spec], earlier: Iterable[EarlierSpec], facts: Facts
) -> None:
    by_fact = grouped((fact, each) for each in earlier for fact in facts(each.spec))
    for path, spec in now.items():
        alike = dict.fromkeys(each for fact in facts(spec) for each in by_fact.get(fact, ()))
        matches[path] += [each for each in _choose(alike, path, facts) if each not in matches[path]]


def _list_loose(earlier: Iterable[EarlierSpec], matches: Mapping[str, list[EarlierSpec]]) -> list[EarlierSpec]:
    used = {each for group in matches.values() for each in group}
    return [each for each in earlier if not each.is_kept and each not in used]


def _choose(alike: Iterable[EarlierSpec], path: str, facts: Facts) -> list[EarlierSpec]:
    """Return, of several specs with one name, that of the same file, else those whose file lost it."""
    named = list(alike)
    if facts is not _name:
        return named
    return [each for each in named if each.path == path] or [each for each in named if not each.is_kept] or named


def is_same_stack(one: Spec, other: Spec) -> bool:
    """Tell whether two specs are of one stack: by its name, or where its state is."""
    return any(facts(one) & facts(other) for facts in (_name, _state))


def _name(spec: Spec) -> set[Hashable]:
    return {spec.stack.casefold()}


def _state(spec: Spec) -> set[Hashable]:
    state = state_identity(*state_location(spec.terraform.state), spec.stack)
    return {state} if state else set()


def _arns(spec: Spec) -> set[Hashable]:
    return {ca.arn for ca in spec.managed.values() if ca.arn}


def _subjects(spec: Spec) -> set[Hashable]:
    return {ca.subject.model_dump_json(exclude_none=True) for ca in spec.managed.values()}

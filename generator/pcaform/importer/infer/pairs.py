"""Matches items of a spec with those of a source by identity, and only if the match is unique."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Identity = Sequence[Hashable]
"""The identities of an item, the strictest first; None for those that it does not have."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`keys` by the id of the found item; `ambiguous` are groups of keys and ids with the same identity."""

    keys: Mapping[str, str]
    ambiguous: Sequence[tuple[Sequence[str], Sequence[str]]]


def match_pairs(ours: Mapping[str, Identity], theirs: Mapping[str, Identity], stages: int) -> Pairs:
    """Pair keys with ids if exactly one of each has an identity, by the strictest identity first.

    Items on one side only are not ambiguous: they are new, or missing.
    """
    keys: dict[str, str] = {}
    ambiguous: list[tuple[Sequence[str], Sequence[str]]] = []
    for stage in range(stages):
        taken = set(keys.values())
        own_groups = _groups({key: each for key, each in ours.items() if key not in taken}, stage)
        found_groups = _groups({name: each for name, each in theirs.items() if name not in keys}, stage)
        both = [(own_groups[each], found_groups[each]) for each in own_groups if each in found_groups]
        keys |= {ids[0]: own[0] for own, ids in both if len(own) == len(ids) == 1}
        ambiguous = [(own, ids) for own, ids in both if not len(own) == len(ids) == 1]
    return Pairs(keys, ambiguous)


def _groups(items: Mapping[str, Identity], stage: int) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for name, identities in items.items():
        if identities[stage] is not None:
            groups.setdefault(identities[stage], []).append(name)
    return groups


def join_names(names: Iterable[str]) -> str:
    """Return quoted names, separated by commas."""
    return ", ".join(f"'{name}'" for name in names)

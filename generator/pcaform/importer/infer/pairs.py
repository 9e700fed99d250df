"""What a spec has and what a source has -> which is which, where only likeness tells; never by chance."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Alike = Sequence[Hashable]
"""What a thing is known by, the strictest first; None where it has no such."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`keys` by the id of what was found; `doubts` are groups of keys and ids among which it cannot be told."""

    keys: Mapping[str, str]
    doubts: Sequence[tuple[Sequence[str], Sequence[str]]]


def pairs(mine: Mapping[str, Alike], theirs: Mapping[str, Alike], stages: int) -> Pairs:
    """Pair keys with ids where one of each alone is alike, by the strictest likeness first.

    What is left over on one side only is no doubt: it is new, or not there.
    """
    keys: dict[str, str] = {}
    doubts: list[tuple[Sequence[str], Sequence[str]]] = []
    for stage in range(stages):
        taken = set(keys.values())
        ours = _groups({key: each for key, each in mine.items() if key not in taken}, stage)
        found = _groups({name: each for name, each in theirs.items() if name not in keys}, stage)
        both = [(ours[alike], found[alike]) for alike in ours if alike in found]
        keys |= {ids[0]: own[0] for own, ids in both if len(own) == len(ids) == 1}
        doubts = [(own, ids) for own, ids in both if not len(own) == len(ids) == 1]
    return Pairs(keys, doubts)


def _groups(things: Mapping[str, Alike], stage: int) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for name, alike in things.items():
        if alike[stage] is not None:
            groups.setdefault(alike[stage], []).append(name)
    return groups


def join_pairs(names: Iterable[str]) -> str:
    """Return names as a sentence has them."""
    return ", ".join(f"'{name}'" for name in names)

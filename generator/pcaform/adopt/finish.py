"""Removes moves from a spec that the state has absorbed; other lines stay unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pcaform.adopt.state import State
from pcaform.core.problems import Failure, Invalid
from pcaform.spec.yaml_reader import Document, parse
from pcaform.terraform import addresses

_MOVES = "moves"


@dataclass(frozen=True, slots=True)
class FinishedSpec:
    """The new content, and the old addresses of removed moves and of those that the state has not absorbed yet."""

    content: bytes
    removed: tuple[str, ...]
    remaining: tuple[str, ...]


def remove_absorbed_moves(document: Document, content: bytes, state: State) -> FinishedSpec:
    """Return a spec without absorbed moves, and without `moves` if none remains; comments on separate lines stay.

    A move is absorbed once the state has nothing at its old address and something at its new one. Raises Failure if
    removing lines would change more than that: `moves` in flow style on one line, or a value over several lines.
    """
    moves: Mapping[str, str] = document.data.get(_MOVES) or {}
    instances = [addresses.parse(address).steps for _, address, _ in state.instances()]
    removed = tuple(old for old, new in moves.items() if not _exists(old, instances) and _exists(new, instances))
    remaining = tuple(old for old in moves if old not in removed)
    numbers = _line_numbers(document, removed, is_empty=not remaining) if removed else set()
    result = _remove_lines(content, numbers)
    if _read_data(result, document.path) != {**document.data, _MOVES: {old: moves[old] for old in remaining}}:
        raise Failure(f"{document.path}: 'moves' does not have one line for each move: remove these by hand: {removed}")
    return FinishedSpec(result, removed, remaining)


def _exists(address: str, instances: Sequence[tuple[object, ...]]) -> bool:
    """Tell whether a state has an instance at an address, or below that resource or module."""
    steps = addresses.parse(address).steps
    return any(instance[: len(steps)] == steps for instance in instances)


def _line_numbers(document: Document, removed: tuple[str, ...], *, is_empty: bool) -> set[int]:
    """Return the line numbers of removed moves, and of the key `moves` itself if none remains."""
    numbers = {document.position((_MOVES,), of_key=True)[0]} if is_empty else set()
    for old in removed:
        first, last = document.position((_MOVES, old), of_key=True)[0], document.position((_MOVES, old))[0]
        numbers |= set(range(first, last + 1))
    return numbers


def _remove_lines(content: bytes, numbers: set[int]) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for number, line in enumerate(lines, 1) if number not in numbers)


def _read_data(content: bytes, path: str) -> Mapping[str, object]:
    """Return a spec's data, with an empty `moves` if there is none; empty for content that is not a spec any more."""
    try:
        data = parse(content, path).data
    except Invalid:
        return {}
    return {**data, _MOVES: data.get(_MOVES) or {}}

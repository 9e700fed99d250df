"""A spec's text and a state -> the text without the moves that the state has absorbed; other lines stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pcaform.adopt.state import State
from pcaform.core.problems import Failure, Invalid
from pcaform.spec.yaml_reader import Document, parse
from pcaform.terraform import addresses

_MOVES = "moves"


@dataclass(frozen=True, slots=True)
class FinishedSpec:
    """The content that is left, the moves that went, and those that the state has not absorbed yet, by old address."""

    content: bytes
    removed: tuple[str, ...]
    left: tuple[str, ...]


def without_absorbed_moves(document: Document, content: bytes, state: State) -> FinishedSpec:
    """Return a spec without absorbed moves, and without `moves` where none is left; comments stay on their own lines.

    A move is absorbed once the state has nothing at its old address and something at its new one. Raises Failure
    where taking lines out would change more than that: `moves` in braces on one line, or a value over several lines.
    """
    moves: Mapping[str, str] = document.data.get(_MOVES) or {}
    held = [addresses.parse(address).steps for _, address, _ in state.instances()]
    removed = tuple(old for old, new in moves.items() if not _is_held(old, held) and _is_held(new, held))
    left = tuple(old for old in moves if old not in removed)
    without = _without(content, _lines(document, removed, is_empty=not left)) if removed else content
    wanted = {old: moves[old] for old in left}
    if _moves(without, document.path) != {**document.data, _MOVES: wanted}:
        raise Failure(f"{document.path}: 'moves' is not one line for each move: take these out by hand: {removed}")
    return FinishedSpec(without, removed, left)


def _is_held(address: str, held: Sequence[tuple[object, ...]]) -> bool:
    """Tell whether a state has something at an address: that instance, or one below that resource or module."""
    steps = addresses.parse(address).steps
    return any(each[: len(steps)] == steps for each in held)


def _lines(document: Document, removed: tuple[str, ...], *, is_empty: bool) -> set[int]:
    """Return the numbers of the lines on which removed moves stand, and of the key itself where nothing is left."""
    found = {document.position((_MOVES,), of_key=True)[0]} if is_empty else set()
    for old in removed:
        first, last = document.position((_MOVES, old), of_key=True)[0], document.position((_MOVES, old))[0]
        found |= set(range(first, last + 1))
    return found


def _without(content: bytes, numbers: set[int]) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for number, line in enumerate(lines, 1) if number not in numbers)


def _moves(content: bytes, path: str) -> Mapping[str, object]:
    """Return a spec's data with `moves` even where there is none; nothing for content that is no spec any more."""
    try:
        data = parse(content, path).data
    except Invalid:
        return {}
    return {**data, _MOVES: data.get(_MOVES) or {}}

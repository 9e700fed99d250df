"""Allowed requests -> rows for people: what a principal may do on one thing, itself and through ACM."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pcaform import facts
from pcaform.access import actions, cells
from pcaform.access.cells import ANY_NAME, Cell


@dataclass(frozen=True, slots=True)
class Row:
    """What may be done on one CA or certificate, in words, by who calls."""

    target: str
    direct: list[str]
    through_acm: list[str]

    def routes(self) -> Iterator[tuple[str, list[str]]]:
        """Yield how a call comes and what it may do then."""
        if self.direct:
            yield "itself", self.direct
        if self.through_acm and self.through_acm != self.direct:
            yield "through ACM", self.through_acm


def rows(allowed: Sequence[Cell]) -> list[Row]:
    """Return a row for each target, in the order in which they were asked about."""
    targets = dict.fromkeys(cell.target for cell in allowed)
    return [
        Row(target, _words(allowed, target, cells.DIRECT), _words(allowed, target, cells.THROUGH_ACM))
        for target in targets
    ]


def _words(allowed: Sequence[Cell], target: str, route: str) -> list[str]:
    found: dict[str, set[str | None]] = {}
    for cell in allowed:
        if (cell.target, cell.route) == (target, route) and not _is_special(cell, allowed):
            found.setdefault(_word(cell), set()).add(cell.key_algorithm)
    return [f"{word}{_with(keys)}" for word, keys in _shortened(found).items()]


def _shortened(found: dict[str, set[str | None]]) -> dict[str, set[str | None]]:
    """Say in one word that every template of CA certificates is allowed."""
    every = [_issuing(template) for template in facts.TEMPLATES if "CACertificate" in template]
    if not all(word in found for word in every):
        return found
    rest = {word: keys for word, keys in found.items() if word not in every}
    return {_issuing("with every template of CA certificates"): found[every[0]], **rest}


def _issuing(template: str) -> str:
    return f"{actions.ISSUE.partition(':')[2]} {template}"


def _is_special(cell: Cell, allowed: Sequence[Cell]) -> bool:
    """Tell whether a request for names says nothing that the one for any name does not say."""
    is_any = any(each.names_said == ANY_NAME and each.target == cell.target for each in allowed)
    return cell.names is not None and is_any and cell.names_said != ANY_NAME


def _word(cell: Cell) -> str:
    name = cell.action.partition(":")[2]
    if cell.circumstance == cells.EVERY_KEY:
        return f"{_word(replace(cell, circumstance=cells.PLAIN))} under conditions"
    if cell.template is not None:
        return f"{name} {cell.template}"
    return f"{name} for {cell.names_said}" if cell.names_said else name


def _with(keys: set[str | None]) -> str:
    """Return which keys are meant; a request that names none is allowed only where all are."""
    return "" if None in keys else f" ({', '.join(sorted(key for key in keys if key))})"

"""Allowed requests -> rows for people: what a principal may do on one thing, itself and through ACM."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import ANY_NAME, AccessRequest
from pcaform.core import facts
from pcaform.iam import actions


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


def rows(allowed: Sequence[AccessRequest]) -> list[Row]:
    """Return a row for each target, in the order in which they were asked about."""
    targets = dict.fromkeys(request.target for request in allowed)
    return [
        Row(target, _words(allowed, target, access_request.DIRECT), _words(allowed, target, access_request.THROUGH_ACM))
        for target in targets
    ]


def merge_rows(found: Sequence[Row]) -> list[Row]:
    """Return one row for all targets on which the same may be done: an account can have a thousand CAs."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Row]] = {}
    for row in found:
        alike.setdefault((tuple(row.direct), tuple(row.through_acm)), []).append(row)
    return [replace(rows_[0], target=_together([row.target for row in rows_])) for rows_ in alike.values()]


def _together(targets: list[str]) -> str:
    """Return names as one; that CAs are meant which come later stays visible."""
    named = [target for target in targets if target != access_request.ANOTHER]
    shown = [*named[:_SHOWN], *([f"{len(named) - _SHOWN} more"] if len(named) > _SHOWN else [])]
    return ", ".join([*shown, *([access_request.ANOTHER] if access_request.ANOTHER in targets else [])])


_SHOWN = 3


def _words(allowed: Sequence[AccessRequest], target: str, route: str) -> list[str]:
    found: dict[str, set[str | None]] = {}
    for request in allowed:
        if (request.target, request.route) == (target, route) and not _is_special(request, allowed):
            found.setdefault(_word(request), set()).add(request.key_algorithm)
    return [f"{word}{_with(keys)}" for word, keys in _shortened(found).items()]


def _shortened(found: dict[str, set[str | None]]) -> dict[str, set[str | None]]:
    """Say in one word that every template is allowed, or every one of CA certificates, and every action."""
    of_cas = [_issuing(template) for template in facts.TEMPLATES if "CACertificate" in template]
    every = [*map(_issuing, facts.TEMPLATES), _issuing("").rstrip()]
    for said, words in (("with every template", every), ("with every template of CA certificates", of_cas)):
        if all(found.get(word) == found.get(words[0], set()) for word in words):
            found = {_issuing(said): found[words[0]], **_without(found, words)}
            break
    every = [action.partition(":")[2] for action in actions.ON_AUTHORITY]
    if all(word in found for word in every):
        found = {**_without(found, every), "every other action on a CA": {None}}
    return found


def _without(found: dict[str, set[str | None]], words: list[str]) -> dict[str, set[str | None]]:
    return {word: keys for word, keys in found.items() if word not in words}


def _issuing(template: str) -> str:
    return f"{actions.ISSUE.partition(':')[2]} {template}"


def _is_special(request: AccessRequest, allowed: Sequence[AccessRequest]) -> bool:
    """Tell whether a request for names says nothing that the one for any name does not say."""
    is_any = any(each.names_said == ANY_NAME and each.target == request.target for each in allowed)
    return request.names is not None and is_any and request.names_said != ANY_NAME


def _word(request: AccessRequest) -> str:
    name = request.action.partition(":")[2]
    if request.circumstance == access_request.EVERY_KEY:
        return f"{_word(replace(request, circumstance=access_request.PLAIN))} under conditions"
    if request.template is not None:
        return f"{name} {request.template}"
    return f"{name} for {request.names_said}" if request.names_said else name


def _with(keys: set[str | None]) -> str:
    """Return which keys are meant; a request that names none is allowed only where all are."""
    return "" if None in keys else f" ({', '.join(sorted(key for key in keys if key))})"

"""Summarizes allowed requests in table rows: what a principal may do on one target, itself and through ACM."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import ANY_NAME, AccessRequest
from pcaform.core import facts
from pcaform.iam import actions

_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """What is allowed on one CA or certificate, by route."""

    target: str
    direct: list[str]
    through_acm: list[str]

    def routes(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each route and what it allows."""
        if self.direct:
            yield "itself", self.direct
        if self.through_acm and self.through_acm != self.direct:
            yield "through ACM", self.through_acm


def rows(allowed: Sequence[AccessRequest]) -> list[Row]:
    """Return a row for each target, in the order of the requests."""
    targets = dict.fromkeys(request.target for request in allowed)
    return [
        Row(
            target,
            _phrases(allowed, target, access_request.DIRECT),
            _phrases(allowed, target, access_request.THROUGH_ACM),
        )
        for target in targets
    ]


def merge_rows(table: Sequence[Row]) -> list[Row]:
    """Merge rows of targets on which the same is allowed: an account can have a thousand CAs."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Row]] = {}
    for row in table:
        groups.setdefault((tuple(row.direct), tuple(row.through_acm)), []).append(row)
    return [replace(group[0], target=_join_targets([row.target for row in group])) for group in groups.values()]


def _join_targets(targets: list[str]) -> str:
    """Return targets as one text; "another CA" (future CAs) is never cut off."""
    names = [target for target in targets if target != access_request.OTHER_CA]
    parts = [*names[:_MAX_NAMES], *([f"{len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else [])]
    return ", ".join([*parts, *([access_request.OTHER_CA] if access_request.OTHER_CA in targets else [])])


def _phrases(allowed: Sequence[AccessRequest], target: str, route: str) -> list[str]:
    keys_by_phrase: dict[str, set[str | None]] = {}
    for request in allowed:
        if (request.target, request.route) == (target, route) and not _is_special(request, allowed):
            keys_by_phrase.setdefault(_phrase(request), set()).add(request.key_algorithm)
    return [f"{phrase}{_format_keys(keys)}" for phrase, keys in _shorten(keys_by_phrase).items()]


def _shorten(phrases: dict[str, set[str | None]]) -> dict[str, set[str | None]]:
    """Replace all templates, all templates of CA certificates, and all actions by one phrase each."""
    of_cas = [_issue_phrase(template) for template in facts.TEMPLATES if "CACertificate" in template]
    every = [*map(_issue_phrase, facts.TEMPLATES), _issue_phrase("").rstrip()]
    for summary, group in (("with every template", every), ("with every template of CA certificates", of_cas)):
        if all(phrases.get(phrase) == phrases.get(group[0], set()) for phrase in group):
            phrases = {_issue_phrase(summary): phrases[group[0]], **_remove(phrases, group)}
            break
    every = [action.partition(":")[2] for action in actions.ON_AUTHORITY]
    if all(action in phrases for action in every):
        phrases = {**_remove(phrases, every), "every other action on a CA": {None}}
    return phrases


def _remove(phrases: dict[str, set[str | None]], unwanted: list[str]) -> dict[str, set[str | None]]:
    return {phrase: keys for phrase, keys in phrases.items() if phrase not in unwanted}


def _issue_phrase(template: str) -> str:
    return f"{actions.ISSUE.partition(':')[2]} {template}"


def _is_special(request: AccessRequest, allowed: Sequence[AccessRequest]) -> bool:
    """Tell whether a request for certain names is covered by an allowed request for any name."""
    is_any = any(each.names_label == ANY_NAME and each.target == request.target for each in allowed)
    return request.names is not None and is_any and request.names_label != ANY_NAME


def _phrase(request: AccessRequest) -> str:
    name = request.action.partition(":")[2]
    if request.variant == access_request.CONDITIONS_MET:
        return f"{_phrase(replace(request, variant=access_request.PLAIN))} under conditions"
    if request.template is not None:
        return f"{name} {request.template}"
    return f"{name} for {request.names_label}" if request.names_label else name


def _format_keys(keys: set[str | None]) -> str:
    """Return the keys in brackets; None means that the request names no key, so that all are allowed."""
    return "" if None in keys else f" ({', '.join(sorted(key for key in keys if key))})"

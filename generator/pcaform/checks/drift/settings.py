"""Compares the settings of a CA with AWS: its normal form in the spec, and that of what AWS has."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.drift.difference import Difference, Kind
from pcaform.render.normal_form import differences, enabled_blocks
from pcaform.sources.account_snapshot import TAGS, CaStatus
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import by_path, read_fields

_SECTION = "certificate_authorities"
_REVOCATION = "revocation_configuration"
_TAGS = "tags"

_REPLACED = "write what AWS has into the spec: a new CA has a key that no one trusts"
_APPLY = "apply the stack, or write what AWS has into the spec"
_UNCHANGEABLE = "write what AWS has into the spec: AWS never changes it, and every plan would show it"
_ON = "apply the stack: until then, clients do not learn of revocations"
_OFF = "write it into the spec, or the next apply switches it off"


def compare_settings(
    key: str, ours: Mapping[str, Any], live: CaStatus, defaults: Mapping[str, str]
) -> Iterator[Difference]:
    """Yield the differences of a CA's settings. `ours` is its normal form, `defaults` are the tags of the provider."""
    place = f"{_SECTION}.{key}"
    theirs = _live_form(live)
    wanted = {**{name: ours.get(name) for name in theirs}, _TAGS: {**defaults, **ours[_TAGS]}}
    wanted[_REVOCATION] = wanted[_REVOCATION] or {}
    if TAGS in live.unread:
        del wanted[_TAGS], theirs[_TAGS]
    for path, value, live_value in differences(wanted, theirs):
        if path[0] == _REVOCATION and len(path) == 2:  # noqa: PLR2004 - one of the two blocks
            yield _switch(".".join((place, *path)), live, is_on=value is not None)
            continue
        row = by_path().get(".".join((_SECTION, "*", *path[: 1 if path[0] == _TAGS else None])))
        if value is None and row is not None and row.is_computed:
            continue
        message = f"{format_value(value)} in the spec, {format_value(live_value)} at AWS"
        kind, advice = Kind.APPLIED, _APPLY
        if row is not None and row.is_fixed:
            kind, advice = (Kind.REPLACES, _REPLACED) if row.replaces else (Kind.STAYS, _UNCHANGEABLE)
        yield Difference(kind, ".".join((place, *path)), message, advice, live.arn)
    for message in live.unsupported_settings:
        yield Difference(Kind.INEXPRESSIBLE, place, message, "nothing: a spec cannot express it", live.arn)


def _live_form(live: CaStatus) -> dict[str, Any]:
    """Return what AWS has, in normal form."""
    form = read_fields(AUTHORITY, _SECTION, live.arguments, "live")
    del form["enabled"]  # compared with the status
    form[_REVOCATION] = enabled_blocks(form[_REVOCATION]) or {}
    return {**form, _TAGS: dict(live.tags)}


def _switch(place: str, live: CaStatus, *, is_on: bool) -> Difference:
    message = "on in the spec, off at AWS" if is_on else "off in the spec, on at AWS"
    return Difference(Kind.APPLIED, place, message, _ON if is_on else _OFF, live.arn, is_urgent=is_on)


def format_value(value: Any) -> str:
    """Return a value as messages write it."""
    if value is None:
        return "nothing"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else f"'{value}'"

"""A spec's data and decisions -> the data that the spec shall hold: each value where a person would look for it.

What `certificate_authority_defaults` give stays there: only what differs from them is written at a CA.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from pydantic import TypeAdapter

from pcaform.core import facts
from pcaform.core.unicode import nfc
from pcaform.importer.merge.decisions import Decision
from pcaform.importer.merge.normal_form import PERMISSIONS, Path
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.issuers import Grant, Issuer
from pcaform.spec.messages import DEFAULTS
from pcaform.spec.parse import merge
from pcaform.spec.stack import Spec

_CAS = "certificate_authorities"
_REVOCATION = "revocation_configuration"
_GRANTS = "grants"
_GRANT: TypeAdapter[Grant] = TypeAdapter(Grant)
_BLOCKS = ("crl_configuration", "ocsp_configuration")
_ORDERS: Mapping[str, Sequence[str]] = {
    _CAS: list(CertificateAuthority.model_fields),
    "issuers": list(Issuer.model_fields),
}
_SECTIONS = ["version", "stack", "aws", "terraform", DEFAULTS, *list(Spec.model_fields)[4:]]


@dataclass(frozen=True, slots=True)
class MergedData:
    """The data, and the paths that cannot be taken out at a CA since the defaults give them to it."""

    data: dict[str, Any]
    held: tuple[Path, ...]


def apply_decisions(data: Mapping[str, Any], decisions: Sequence[Decision], short: Mapping[str, Any]) -> MergedData:
    """Return a spec's data with what was taken and added in it; `short` is what was found, every default left out."""
    wanted, held = dict(data), []
    for item, taken in _by_item(decisions).items():
        if taken[0].kind == "added":
            section = _placed(wanted.get(item[0]) or {}, item[1], _at(short, item), order=())
            wanted = _placed(wanted, item[0], section, order=_SECTIONS)
            continue
        defaults = data.get(DEFAULTS) or {} if item[0] == _CAS else {}
        own, order = _at(data, item), _ORDERS.get(item[0], ())
        whole = merge(defaults, own)
        for each in taken:
            whole = _put(whole, each.path[len(item) :], each, short=_at(short, each.path), order=order)
        result, kept = _above(own, defaults, whole, item, order=order)
        held += kept
        wanted = _replaced(wanted, item, result)
    return MergedData(wanted, tuple(held))


def _by_item(decisions: Sequence[Decision]) -> Mapping[Path, Sequence[Decision]]:
    """Return what is to be written by section and key; the stack's own settings are one item."""
    found: dict[Path, list[Decision]] = {}
    for decision in decisions:
        if decision.kind in ("taken", "added"):
            found.setdefault(decision.path[: 1 if decision.path[0] == "aws" else 2], []).append(decision)
    return found


def _replaced(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    head, *rest = path
    return {**data, head: _replaced(data[head], tuple(rest), value) if rest else value}


def _at(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, list):
            data = next((each for each in data if _principal(each) == step), None)
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _principal(permission: Any) -> Any:
    return permission.get("principal", facts.ACM_PRINCIPAL) if isinstance(permission, Mapping) else None


def _put(data: Any, path: Path, decision: Decision, *, short: Any, order: Sequence[str] = ()) -> dict[str, Any]:
    """Return a mapping with the value that was found at a path in it, or without what was not found."""
    head, *rest = path
    head = next((key for key in data if nfc(key) == head), head)  # a spec may spell an accent in two characters
    inner = data.get(head)
    if head == PERMISSIONS and rest:
        value: Any = _permissions(inner or [], rest[0], short if short is not None else decision.found)
    elif rest:
        value = _put(inner if isinstance(inner, Mapping) else {}, tuple(rest), decision, short=short)
    else:
        value = _value(inner, decision, short)
        if value is None and head in _BLOCKS and isinstance(inner, Mapping):
            value = {**inner, "enabled": False}
    if value is None or value in ({}, []):
        return {key: each for key, each in data.items() if key != head}
    return _placed(data, head, value, order=order)


def _permissions(permissions: Sequence[Any], principal: str, permission: Any) -> list[Any]:
    if any(_principal(each) == principal for each in permissions):
        return [permission if _principal(each) == principal else each for each in permissions]
    return [*permissions, permission]


def _value(raw: Any, decision: Decision, short: Any) -> Any:
    """Return what is written for a value; of a list what did not change stays as a person wrote it."""
    new = short if short is not None else _without_nothing(decision.found)
    if isinstance(raw, list) and isinstance(new, list):
        return _listed(raw, new, is_of_grants=decision.path[-1] == _GRANTS)
    return new


def _listed(raw: Sequence[Any], new: Sequence[Any], *, is_of_grants: bool) -> list[Any]:
    before, after = ([_normal(each, is_of_grants=is_of_grants) for each in side] for side in (raw, new))
    result: list[Any] = []
    for tag, low, high, other_low, other_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        result += raw[low:high] if tag == "equal" else new[other_low:other_high]
    return result


def _normal(item: Any, *, is_of_grants: bool) -> str:
    data = _GRANT.validate_python(item).model_dump(mode="json") if is_of_grants else item
    return json.dumps(data, sort_keys=True)


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nothing(each) for key, each in value.items() if each is not None}
    return value


def _above(
    own: Mapping[str, Any], below: Mapping[str, Any], whole: Mapping[str, Any], path: Path, *, order: Sequence[str]
) -> tuple[dict[str, Any], list[Path]]:
    """Return what must be written above `below` so that both together are `whole`, and what that cannot take away."""
    result: dict[str, Any] = {key: own[key] for key in own if key in whole}
    held: list[Path] = []
    for key, value in whole.items():
        under = below.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            inner = own.get(key) if isinstance(own.get(key), Mapping) else {}
            part, more = _above(inner or {}, under, value, (*path, key), order=())
            held += more
            if part or own.get(key) == {}:
                result = _placed(result, key, part, order=order)
            else:
                result.pop(key, None)
        elif key in own or key not in below or under != value:
            result = _placed(result, key, value, order=order)
    for key in (key for key, value in below.items() if key not in whole and value not in (None, {}, [])):
        if path[2:3] == (_REVOCATION,) or (len(path) == 2 and _may_be_null(key)):  # noqa: PLR2004 - section, key
            result = _placed(result, key, None, order=order)
        else:
            held += _leaves((*path, key), below[key])
            result |= {key: own[key]} if key in own else {}
    return result, held


def _leaves(path: Path, value: Any) -> list[Path]:
    """Return the paths of all single values in a value of the defaults."""
    if isinstance(value, Mapping):
        return [leaf for key, each in value.items() for leaf in _leaves((*path, key), each)]
    return [path]


def _may_be_null(field: str) -> bool:
    known = CertificateAuthority.model_fields.get(field)
    return known is not None and known.default is None


def _placed(data: Mapping[str, Any], key: str, value: Any, *, order: Sequence[str]) -> dict[str, Any]:
    """Return a mapping with a value in it: where the key was, else behind those that come before it in `order`."""
    if key in data or key not in order:
        return {**data, key: value}
    rank = order.index(key)
    before = [each for each in data if each in order and order.index(each) < rank]
    if not before:
        return {key: value, **data}
    keys = list(data)
    cut = max(keys.index(each) for each in before) + 1
    return {**{each: data[each] for each in keys[:cut]}, key: value, **{each: data[each] for each in keys[cut:]}}

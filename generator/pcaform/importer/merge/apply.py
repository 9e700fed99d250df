"""Applies decisions to a spec's data: each value is written at the place where a user expects it.

Values from `certificate_authority_defaults` and from bases stay there: the spec gets only the values that differ.
"""

import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from pydantic import TypeAdapter

from pcaform.core import facts
from pcaform.core.grouping import grouped
from pcaform.core.unicode import nfc
from pcaform.importer.merge.decisions import Decision
from pcaform.render.normal_form import PERMISSIONS, Path
from pcaform.spec.cas import CertificateAuthority, CrlConfiguration
from pcaform.spec.extends import base_data, merge, own_data
from pcaform.spec.issuers import Grant, Issuer
from pcaform.spec.messages import DEFAULTS, EXTENDS
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document

_CAS = "certificate_authorities"
_REVOCATION = "revocation_configuration"
_GRANTS = "grants"
_DEFAULTS = {"s3_object_acl": CrlConfiguration.model_fields["s3_object_acl"].default}
"""What takes the place of a field of the revocation that cannot be null."""
_GRANT: TypeAdapter[Grant] = TypeAdapter(Grant)
_BLOCKS = ("crl_configuration", "ocsp_configuration")
_ORDERS: Mapping[str, Sequence[str]] = {
    _CAS: list(CertificateAuthority.model_fields),
    "issuers": list(Issuer.model_fields),
}
_SECTIONS = [EXTENDS, "version", "stack", "aws", "terraform", DEFAULTS, *list(Spec.model_fields)[4:]]


def apply_decisions(
    document: Document, decisions: Sequence[Decision], short: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Path]]:
    """Return a spec's data with taken and added values; `short` is the imported data without default values.

    With it, return the paths that cannot be removed in the spec's file since the defaults or a base has them.
    """
    merged, bases = dict(own_data(document)), base_data(document)
    inherited: list[Path] = []
    for item, changes in _group_by_item(decisions).items():
        if changes[0].kind == "added":
            value = _value_at(short, item)
            value = changes[0].found if value is None else value  # of what only the merge forgets
            section = _insert(merged.get(item[0]) or {}, item[1], value, order=())
            merged = _insert(merged, item[0], section, order=_SECTIONS)
            continue
        defaults = document.data.get(DEFAULTS) or {} if item[0] == _CAS else {}
        inner = _value_at(bases, item)
        defaults = merge(defaults, inner) if isinstance(inner, Mapping) else defaults
        own, order = _value_at(merged, item) or {}, _ORDERS.get(item[0], ())
        whole = merge(defaults, own)
        for change in changes:
            new = _value_at(short, change.path)
            whole = _set_value(whole, change.path[len(item) :], change, short=new, order=order)
        result, not_removable = _override_defaults(own, defaults, whole, item, order=order)
        inherited += not_removable
        if result or _value_at(merged, item) is not None:
            section = merged.get(item[0]) or {}
            merged = _insert(merged, item[0], section if len(item) > 1 else result, order=_SECTIONS)
            merged = replace_value(merged, item, result)
    return merged, inherited


def _group_by_item(decisions: Sequence[Decision]) -> Mapping[Path, Sequence[Decision]]:
    """Group decisions that change the spec by section and key; the stack's `aws` settings are one item."""
    changing = (each for each in decisions if each.kind in ("taken", "added"))
    return grouped((each.path[: 1 if each.path[0] == "aws" else 2], each) for each in changing)


def replace_value(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return nested mappings with another value at a path."""
    head, *rest = path
    return {**data, head: replace_value(data[head], tuple(rest), value) if rest else value}


def _value_at(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, list):
            data = next((each for each in data if _principal(each) == step), None)
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _principal(permission: Any) -> Any:
    return permission.get("principal", facts.ACM_PRINCIPAL) if isinstance(permission, Mapping) else None


def _set_value(data: Any, path: Path, decision: Decision, *, short: Any, order: Sequence[str] = ()) -> dict[str, Any]:
    """Return a mapping with the found value at a path, or without it if nothing was found."""
    head, *rest = path
    head = next((key for key in data if nfc(key) == head), head)  # a spec may write an accent as a separate character
    inner = data.get(head)
    if head == PERMISSIONS and rest:
        value: Any = _permissions(inner or [], rest[0], short if short is not None else decision.found)
    elif rest:
        value = _set_value(inner if isinstance(inner, Mapping) else {}, tuple(rest), decision, short=short)
    else:
        value = _value(inner, decision, short)
        if value is None and head in _BLOCKS and isinstance(inner, Mapping):
            value = {**inner, "enabled": False}
    if value is None or value in ({}, []):
        return {key: each for key, each in data.items() if key != head}
    return _insert(data, head, value, order=order)


def _permissions(permissions: Sequence[Any], principal: str, permission: Any) -> list[Any]:
    if any(_principal(each) == principal for each in permissions):
        return [permission if _principal(each) == principal else each for each in permissions]
    return [*permissions, permission]


def _value(raw: Any, decision: Decision, short: Any) -> Any:
    """Return the value to write; unchanged elements of a list keep the user's spelling."""
    new = short if short is not None else _drop_nulls(decision.found)
    if isinstance(raw, list) and isinstance(new, list):
        return _merge_list(raw, new, is_of_grants=decision.path[-1] == _GRANTS)
    return new


def _merge_list(raw: Sequence[Any], new: Sequence[Any], *, is_of_grants: bool) -> list[Any]:
    before, after = ([_normalize(each, is_of_grants=is_of_grants) for each in side] for side in (raw, new))
    result: list[Any] = []
    for tag, low, high, other_low, other_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        result += raw[low:high] if tag == "equal" else new[other_low:other_high]
    return result


def _normalize(item: Any, *, is_of_grants: bool) -> str:
    data = _GRANT.validate_python(item).model_dump(mode="json") if is_of_grants else item
    return json.dumps(data, sort_keys=True)


def _drop_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _drop_nulls(each) for key, each in value.items() if each is not None}
    return value


def _override_defaults(
    own: Mapping[str, Any], defaults: Mapping[str, Any], whole: Mapping[str, Any], path: Path, *, order: Sequence[str]
) -> tuple[dict[str, Any], list[Path]]:
    """Return the values to write over `defaults` to get `whole`, and the paths of defaults that cannot be removed."""
    result: dict[str, Any] = {key: own[key] for key in own if key in whole}
    inherited: list[Path] = []
    for key, value in whole.items():
        default = defaults.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            inner = own.get(key) if isinstance(own.get(key), Mapping) else {}
            part, more = _override_defaults(inner or {}, default, value, (*path, key), order=())
            inherited += more
            if part or own.get(key) == {}:
                result = _insert(result, key, part, order=order)
            else:
                result.pop(key, None)
        elif key in own or key not in defaults or default != value:
            result = _insert(result, key, value, order=order)
    for key in (key for key, value in defaults.items() if key not in whole and value not in (None, {}, [])):
        is_ca = path[0] == _CAS and len(path) == 2  # noqa: PLR2004 - section, key
        if path[2:3] == (_REVOCATION,) or (is_ca and _is_nullable(key)):
            default = _DEFAULTS.get(key)
            result = result if default == defaults[key] else _insert(result, key, default, order=order)
        else:
            inherited += _leaf_paths((*path, key), defaults[key])
            result |= {key: own[key]} if key in own else {}
    return result, inherited


def _leaf_paths(path: Path, value: Any) -> list[Path]:
    """Return the paths of all scalar values in a value of the defaults."""
    if isinstance(value, Mapping):
        return [leaf for key, each in value.items() for leaf in _leaf_paths((*path, key), each)]
    return [path]


def _is_nullable(field: str) -> bool:
    definition = CertificateAuthority.model_fields.get(field)
    return definition is not None and definition.default is None


def _insert(data: Mapping[str, Any], key: str, value: Any, *, order: Sequence[str]) -> dict[str, Any]:
    """Return a mapping with a value: in place of the existing key, else after its predecessors in `order`."""
    if key in data or key not in order:
        return {**data, key: value}
    rank = order.index(key)
    before = [each for each in data if each in order and order.index(each) < rank]
    if not before:
        return {key: value, **data}
    keys = list(data)
    cut = max(keys.index(each) for each in before) + 1
    return {**{each: data[each] for each in keys[:cut]}, key: value, **{each: data[each] for each in keys[cut:]}}

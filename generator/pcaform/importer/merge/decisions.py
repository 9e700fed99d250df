"""Three-way comparison of the spec, the last import (base) and this import: a decision for each difference."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pcaform.render.normal_form import (
    PERMISSIONS,
    PRINCIPAL_KINDS,
    SECTIONS,
    Form,
    Path,
    is_empty,
    is_same,
    normal_form,
    spelling_of,
)
from pcaform.spec.stack import Spec
from pcaform.terraform.arguments import Source
from pcaform.terraform.schema import certificate_terms

_COMPARED_BY_KEY = ("tags", "default_tags", "subject", "revocation_configuration", PERMISSIONS)
"""Mappings that are compared key by key, even if one side does not have them."""
_NOT_MERGED = ("managed", "arn", "activation", "provider", "deletion_protection")
"""Fields that say what this stack does about an object, which no import changes."""
_GENERATION = "generation"
_IDENTITY = {
    "certificate_authorities": ("subject", "key_algorithm"),
    "issuers": ("user_name", *PRINCIPAL_KINDS),
    "administrators": ("role_name",),
    "auditors": ("role_name",),
    "certificates": ("certificate_authority", "domain_name"),
    "crl_buckets": ("bucket",),
    "shares": (),
}
"""The fields that identify an item, whatever else changes; a share is identified by its CA alone."""

Kind = Literal["taken", "added", "kept", "conflict", "missing", "unread", "withheld"]
_NO_BASE: Any = object()
IsSearched = Callable[[Path], bool]
"""Whether an item, by section and key, would have been found if it existed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision for one value or item: `ours` is the spec's, `found` the source's; None if it has none.

    `line` and `column` are its position in the new text, from 1, once that is known.

    Taken: the found value is written. Added: a new item. Kept: the user changed it since the last import, the source
    did not. Conflict: both changed it. Missing: the source does not have this item; it stays. Unread: not found, but
    not everything could be read; it stays. Withheld: the user removed the item from the spec.
    """

    kind: Kind
    path: Path
    ours: Any = None
    found: Any = None
    line: int = 0
    column: int = 0

    @property
    def name(self) -> str:
        """Return the path as text."""
        return format_path(self.path)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Decisions, and the names of all compared values, including equal ones."""

    decisions: tuple[Decision, ...]
    names: frozenset[str]


def merge_form(spec: Spec, source: Source) -> Form:
    """Return the part of a spec's normal form that an import from a source may change."""
    form = normal_form(spec, source)
    merged: Form = {"aws": {key: value for key, value in form["aws"].items() if key == "default_tags"}}
    for section in SECTIONS:
        merged[section] = {key: _merged_part(item) for key, item in form[section].items()}
    for key in (key for key, issuer in spec.issuers.items() if issuer.is_owned):
        del merged["issuers"][key]["deny_other_templates"]  # a principal of the stack always is
    return merged


def _merged_part(item: Mapping[str, Any]) -> Form:
    if item.get("managed") is False:
        return {"managed": False, PERMISSIONS: item[PERMISSIONS]}
    return {name: value for name, value in item.items() if name not in _NOT_MERGED}


def format_path(path: Path) -> str:
    """Return a path as text, with quotes around steps that are not plain words."""
    return ".".join(step if step.replace("-", "_").isidentifier() else json.dumps(step) for step in path)


def compare(
    ours: Form, base: Form | None, found: Form, *, is_complete: bool, is_searched: IsSearched = lambda _: True
) -> Comparison:
    """Return a decision for each difference between a spec and an import; `base` is what the last import found.

    If the source could not read everything (`is_complete` is false), missing values do not count as absent. Nor do
    items that were not searched for.
    """
    decisions, names = [], set()
    for values in _list_values(ours, base, found):
        names.add(format_path(values.path))
        if decision := _decide(values, is_complete=is_complete):
            decisions.append(decision)
    items = _compare_items(ours, base or {}, found, lambda path: is_complete and is_searched(path))
    return Comparison((*decisions, *items), frozenset(names))


class _Values(NamedTuple):
    path: Path
    ours: Any
    base: Any
    found: Any


def _decide(values: _Values, *, is_complete: bool) -> Decision | None:
    path, ours, base, found = values
    if is_same(ours, found):
        return None
    is_field = len(path) == 3 and path[0] != "aws"  # noqa: PLR2004 - section, key, field; a tag may have any name
    field = path[2] if is_field else ""
    if is_empty(found):
        if field in certificate_terms():  # a source without the request does not know them
            return None
        if not is_complete:
            return Decision("unread", path, spelling_of(ours))
        if path[0] != "aws" and path[2:3] == (PERMISSIONS,):
            return Decision("missing", path, ours)
    if not is_complete and _is_partial(found, ours):
        return Decision("unread", path, spelling_of(ours), spelling_of(found))
    if field == _GENERATION and found < ours:
        return None  # the next certificate is requested, but not issued yet
    if base is _NO_BASE or is_same(ours, base):
        return Decision("taken", path, spelling_of(ours), spelling_of(found))
    return Decision("kept" if is_same(found, base) else "conflict", path, spelling_of(ours), spelling_of(found))


def _is_partial(found: Any, ours: Any) -> bool:
    """Tell whether the found list lacks some of our elements, which may not have been read."""
    one, other = spelling_of(found), spelling_of(ours)
    return isinstance(one, list) and isinstance(other, list) and any(each not in one for each in other)


def _compare_items(spec: Form, base: Form, found: Form, is_searched: IsSearched) -> Iterator[Decision]:
    for section in SECTIONS:
        ours, theirs, last = spec.get(section, {}), found.get(section, {}), base.get(section, {})
        for key, item in ours.items():
            # A source shows CAs of others only if it needs them.
            if key not in theirs and item.get("managed") is not False:
                yield Decision("missing" if is_searched((section, key)) else "unread", (section, key))
        for key in theirs:
            if key not in ours:
                then, now = last.get(key, {}), theirs[key]
                is_removed = key in last and all(is_same(then.get(name), now.get(name)) for name in _IDENTITY[section])
                yield Decision("withheld" if is_removed else "added", (section, key), None, spelling_of(theirs[key]))


def _list_values(ours: Form, base: Form | None, found: Form) -> Iterator[_Values]:
    """Yield each value that both the spec and the source could have."""
    last = {} if base is None else base
    default_tags = _nested_values(("aws",), ours.get("aws", {}), last.get("aws", _NO_BASE), found=found.get("aws", {}))
    for values in default_tags:
        if not (values.found is None and _is_tag_overridden(values.path[-1], found)):
            yield values
    for section in SECTIONS:
        for key, item in ours.get(section, {}).items():
            if key in found.get(section, {}):
                before = last.get(section, {}).get(key, _NO_BASE)
                other = found[section][key]
                yield from _nested_values((section, key), item, before, found=_comparable_part(section, item, other))


def _is_tag_overridden(tag: str, found: Form) -> bool:
    """Tell whether every item has its own tag with a key: then the default tag is not visible."""
    tag_maps = [each["tags"] for section in SECTIONS for each in found.get(section, {}).values() if "tags" in each]
    return all(tag in tags for tags in tag_maps)


def _comparable_part(section: str, ours: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a found item that can be compared: for principals made elsewhere only their permissions."""
    if section == "issuers" and any(bool(ours.get(kind)) != bool(found.get(kind)) for kind in PRINCIPAL_KINDS):
        return {name: value for name, value in found.items() if name in ("grants", "policy")}
    if (ours.get("managed") is False) != (found.get("managed") is False):
        return {}  # one of the two does not manage it, nor knows its settings
    kinds = PRINCIPAL_KINDS[1:] if section == "issuers" else ()
    return {name: value for name, value in found.items() if name not in kinds}


def _nested_values(path: Path, ours: Mapping[str, Any], base: Any, *, found: Mapping[str, Any]) -> Iterator[_Values]:
    is_inside_item = len(path) > 2 or path == ("aws", "default_tags")  # noqa: PLR2004 - section, key, field
    for name in {**ours, **found}:
        if not is_inside_item and (name not in found or name not in ours):
            continue
        one, other = ours.get(name), found.get(name)
        before = base.get(name) if isinstance(base, Mapping) else (None if base is None else _NO_BASE)
        if isinstance(base, Mapping) and name not in base and not is_inside_item:
            before = _NO_BASE
        is_block = path[2:] == ("revocation_configuration",) and one and other
        if (name in _COMPARED_BY_KEY and not is_inside_item) or is_block:
            yield from _nested_values((*path, name), one or {}, before, found=other or {})
        else:
            yield _Values((*path, name), one, before, other)

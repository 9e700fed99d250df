"""The spec, what the last import found and what this one finds -> decisions: what is taken, kept, in conflict, new."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pcaform.importer.merge.normal_form import GENERATION, KINDS, PERMISSIONS, SECTIONS, Form, Path
from pcaform.importer.merge.semantic_compare import comparable, restore_spelling

_OPEN = ("tags", "default_tags", "subject", "revocation_configuration", PERMISSIONS)
"""Mappings that are compared key by key also where one side has none."""
_ISSUING = ("parent", "path_length", "validity", "api_passthrough")
"""What a source without the certificate's request does not know: absent there is not absent at AWS."""
_IDENTITY = {
    "certificate_authorities": ("subject", "key_algorithm"),
    "issuers": ("user_name", *KINDS),
    "administrators": ("role_name",),
    "auditors": ("role_name",),
    "certificates": ("certificate_authority", "domain_name"),
    "crl_buckets": ("bucket",),
    "shares": (),
}
"""What an item is known by, whatever else of it changes; a share by its CA alone."""

Kind = Literal["taken", "added", "kept", "conflict", "missing", "unread", "withheld"]
_UNKNOWN: Any = object()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one value or one item: `mine` is in the spec, `found` is what the source has; None is nothing.

    Taken: written. Added: a new item. Kept: a person changed it since the last import, and the source did not.
    Conflict: both did. Missing: an item that the source does not have; it stays. Unread: not found where not all
    could be read; it stays. Withheld: a person took it out.
    """

    kind: Kind
    path: Path
    mine: Any = None
    found: Any = None

    @property
    def name(self) -> str:
        """Return the path as text."""
        return name_of(self.path)


@dataclass(frozen=True, slots=True)
class Compared:
    """Decisions, and the names of all values that were compared, the same ones too."""

    decisions: tuple[Decision, ...]
    names: frozenset[str]


def name_of(path: Path) -> str:
    """Return a path as text, with quotes where a step is no plain word."""
    return ".".join(each if each.replace("-", "_").isidentifier() else json.dumps(each) for each in path)


def compare(mine: Form, base: Form | None, found: Form, *, is_complete: bool) -> Compared:
    """Return what becomes of each difference between a spec and what was found; `base` is what was found last.

    Where the source could not read everything (`is_complete` is false) nothing is taken for absent.
    """
    found_all, names = [], set()
    for path, values in _values(mine, base, found):
        names.add(name_of(path))
        if decision := _decided(path, values, is_complete=is_complete):
            found_all.append(decision)
    return Compared((*found_all, *_items(mine, base or {}, found, is_complete=is_complete)), frozenset(names))


@dataclass(frozen=True, slots=True)
class _Values:
    mine: Any
    base: Any
    found: Any


def _decided(path: Path, values: _Values, *, is_complete: bool) -> Decision | None:
    mine, base, found = values.mine, values.base, values.found
    if _same(mine, found):
        return None
    field = path[2] if len(path) == 3 else ""  # noqa: PLR2004 - section, key, field; a tag may have any name
    if _is_nothing(found):
        if field in _ISSUING:
            return None
        if not is_complete:
            return Decision("unread", path, restore_spelling(mine))
        if path[2:3] == (PERMISSIONS,):
            return Decision("missing", path, mine)
    if not is_complete and _is_part(found, mine):
        return Decision("unread", path, restore_spelling(mine), restore_spelling(found))
    if field == GENERATION and found < mine:
        return None  # the next certificate is asked for, and not issued yet
    if base is _UNKNOWN or _same(mine, base):
        return Decision("taken", path, restore_spelling(mine), restore_spelling(found))
    return Decision("kept" if _same(found, base) else "conflict", path, restore_spelling(mine), restore_spelling(found))


def _is_part(found: Any, mine: Any) -> bool:
    """Tell whether what was found is a list that lacks something of ours, which then may not have been read."""
    one, other = restore_spelling(found), restore_spelling(mine)
    return isinstance(one, list) and isinstance(other, list) and any(each not in one for each in other)


def _items(mine: Form, base: Form, found: Form, *, is_complete: bool) -> Iterator[Decision]:
    for section in SECTIONS:
        ours, theirs, last = mine.get(section, {}), found.get(section, {}), base.get(section, {})
        for key, item in ours.items():
            if key not in theirs and item.get("managed") is not False:  # of others' CAs a source shows what it needs
                yield Decision("missing" if is_complete else "unread", (section, key))
        for key in theirs:
            if key not in ours:
                is_out = key in last and _is_the_same_thing(section, last[key], theirs[key])
                yield Decision("withheld" if is_out else "added", (section, key), None, restore_spelling(theirs[key]))


def _is_the_same_thing(section: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(_same(one.get(name), other.get(name)) for name in _IDENTITY[section])


def _values(mine: Form, base: Form | None, found: Form) -> Iterator[tuple[Path, _Values]]:
    """Yield each value that both the spec and the source could have."""
    last = {} if base is None else base
    for path, values in _below(("aws",), mine.get("aws", {}), last.get("aws", _UNKNOWN), found=found.get("aws", {})):
        if not (values.found is None and _is_covered(path[-1], found)):
            yield path, values
    for section in SECTIONS:
        for key, item in mine.get(section, {}).items():
            if key in found.get(section, {}):
                before = last.get(section, {}).get(key, _UNKNOWN)
                other = found[section][key]
                yield from _below((section, key), item, before, found=_comparable(section, item, other))


def _is_covered(tag: str, found: Form) -> bool:
    """Tell whether everything has a tag of its own under a key: then a default one could not show."""
    tagged = [each["tags"] for section in SECTIONS for each in found.get(section, {}).values() if "tags" in each]
    return all(tag in tags for tags in tagged)


def _comparable(section: str, mine: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what of a found item can be held against ours: of a principal made elsewhere only what it may do."""
    if section == "issuers" and any(bool(mine.get(kind)) != bool(found.get(kind)) for kind in KINDS):
        return {name: value for name, value in found.items() if name in ("grants", "policy")}
    if mine.get("managed") is False and found.get("managed") is not False:
        return {}  # the spec says that others manage it, so what hangs on it is theirs too
    kinds = KINDS[1:] if section == "issuers" else ()
    return {name: value for name, value in found.items() if name not in kinds}


def _below(
    path: Path, mine: Mapping[str, Any], base: Any, *, found: Mapping[str, Any]
) -> Iterator[tuple[Path, _Values]]:
    inner_of_item = len(path) > 2 or path == ("aws", "default_tags")  # noqa: PLR2004 - section, key, field
    for name in {**mine, **found}:
        if not inner_of_item and (name not in found or name not in mine):
            continue
        one, other = mine.get(name), found.get(name)
        before = base.get(name) if isinstance(base, Mapping) else (None if base is None else _UNKNOWN)
        if isinstance(base, Mapping) and name not in base and not inner_of_item:
            before = _UNKNOWN
        is_block = path[2:] == ("revocation_configuration",) and one and other
        if (name in _OPEN and not inner_of_item) or is_block:
            yield from _below((*path, name), one or {}, before, found=other or {})
        else:
            yield (*path, name), _Values(one, before, other)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ({}, [])


def _same(one: Any, other: Any) -> bool:
    if _is_nothing(one) or _is_nothing(other):
        return _is_nothing(one) and _is_nothing(other)
    return json.dumps(comparable(one), sort_keys=True) == json.dumps(comparable(other), sort_keys=True)

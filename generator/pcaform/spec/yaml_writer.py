"""Spec -> YAML text: in the order of the documentation, without default values."""

import io
import json
import math
import re
from typing import Any

import yaml

from pcaform.core import facts
from pcaform.spec.cas import Authority, CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec

_WIDTH = 110
_TEXT = "tag:yaml.org,2002:str"
_COMMAND = re.compile(r"(?:^|\s)::|##(?:vso)?\[")
"""What a log of GitHub or Azure Pipelines reads as a command; a long text may be folded at any space."""
_HEAD, _SECTIONS = list(Spec.model_fields)[:4], list(Spec.model_fields)[4:]
_HASHES = re.compile(r"##(?=(?:vso)?\[)")


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper, which quotes any text that some YAML version could read as another type."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Double-quote text with invisible characters, so that they are escaped; write several lines as a block scalar.

        Text that ends in empty lines is quoted too: empty lines after it in the file would become part of it. And so is
        text that would command a CI log: a spec may be printed there.
        """
        if data.isprintable() and not _COMMAND.search(data):
            return super().represent_str(data)
        is_block = "\n" in data and not f"\n{data}".endswith("\n\n") and not _COMMAND.search(data)
        is_block = is_block and all(line.isprintable() for line in data.split("\n"))
        return self.represent_scalar(_TEXT, data, style="|" if is_block else '"')


_Dumper.add_representer(str, _Dumper.represent_str)


class _NotPlain(Exception):  # noqa: N818 - it is a result, not a fault
    """A part of a section that only PyYAML lays out: long lines, lists of lists, invisible characters."""


class _Layout:
    """Writes sections with PyYAML's layout, but not event by event, which takes most of the time of an import.

    PyYAML decides on the quotes of each scalar; an item with anything unusual is written by PyYAML as a whole.
    """

    def __init__(self) -> None:
        self._library = _Dumper(io.StringIO(), allow_unicode=True)
        self._scalars: dict[tuple[type, Any, bool], str] = {}
        self._leaves: dict[str, str] = {}

    def section(self, name: str, items: dict[str, Any]) -> str:
        """Return a section of items, each on lines of its own."""
        return "".join([f"{name}:\n", *(self._item(name, key, item) for key, item in items.items())])

    def _item(self, section: str, key: str, item: Any) -> str:
        lines: list[str] = []
        try:
            self._add(lines, f"  {self._scalar(key)}:", item, 2)
        except _NotPlain:
            lines = []
        if lines and max(map(len, lines)) <= _WIDTH:
            return "\n".join([*lines, ""])
        return _format_block({section: {key: item}}).partition("\n")[2]

    def _add(self, lines: list[str], start: str, value: Any, column: int) -> None:
        """Add the lines of a value after the start of its line; `column` is that of its key."""
        is_mapping = isinstance(value, dict)
        if not is_mapping and not isinstance(value, list):
            lines.append(f"{start} {self._scalar(value)}")
        elif not any(isinstance(each, dict | list) for each in (value.values() if is_mapping else value)):
            lines.append(f"{start} {self._leaf(value)}")
        elif is_mapping:
            lines.append(start)
            indent = " " * (column + 2)
            for key, each in value.items():
                self._add(lines, f"{indent}{self._scalar(key)}:", each, column + 2)
        else:
            lines.append(start)
            for each in value:
                self._add_element(lines, each, column)

    def _add_element(self, lines: list[str], element: Any, column: int) -> None:
        inner: list[str] = []
        self._add(inner, f"{' ' * column}-", element, column)
        if isinstance(element, list) and len(inner) > 1:
            raise _NotPlain
        lines += inner if len(inner) == 1 else [f"{inner[0]} {inner[1].lstrip()}", *inner[2:]]

    def _leaf(self, value: dict[str, Any] | list[Any]) -> str:
        """Return a collection of scalars on one line; most occur many times."""
        name = repr(value)
        if name not in self._leaves:
            if isinstance(value, dict):
                pairs = (
                    f"{self._scalar(key, is_in_flow=True)}: {self._scalar(each, is_in_flow=True)}"
                    for key, each in value.items()
                )
                self._leaves[name] = f"{{{', '.join(pairs)}}}"
            else:
                self._leaves[name] = f"[{', '.join(self._scalar(each, is_in_flow=True) for each in value)}]"
        return self._leaves[name]

    def _scalar(self, value: Any, *, is_in_flow: bool = False) -> str:
        """Return a scalar as PyYAML writes it in a block or between brackets; raises _NotPlain for several lines."""
        known = type(value), value, is_in_flow
        if known not in self._scalars:
            if isinstance(value, str) and not (value and value.isprintable()):
                raise _NotPlain
            if self._is_bare(value, is_in_flow=is_in_flow):
                self._scalars[known] = value
            else:
                self._scalars[known] = format_flow([value])[1:-1] if is_in_flow else format_flow(value)
        return self._scalars[known]

    def _is_bare(self, value: Any, *, is_in_flow: bool) -> bool:
        """Tell whether PyYAML writes a text without quotes."""
        if not isinstance(value, str):
            return False
        analysis = self._library.analyze_scalar(value)
        is_allowed = analysis.allow_flow_plain if is_in_flow else analysis.allow_block_plain
        tag: Any = self._library.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
        return bool(is_allowed) and tag == _TEXT

    def line(self, text: str) -> str:
        """Return a text on one line, whatever its length and characters."""
        if "\n" in text:
            return _escape_invisible(json.dumps(text, ensure_ascii=False))
        return self._scalar(text) if text.isprintable() and text else format_flow(text)


def dump(spec: Spec) -> str:
    """Return a spec as YAML; reading it back gives an equal spec."""
    data = minimal_data(spec)
    head = {key: data[key] for key in _HEAD if key in data}
    layout = _Layout()
    sections = (_format_section(key, data[key], layout) for key in _SECTIONS if data.get(key))
    return "\n".join([_format_block(head), *sections])


def _format_section(name: str, section: Any, layout: _Layout) -> str:
    if name == "moves":
        return _format_moves(section, layout)
    if isinstance(section, dict) and all(isinstance(item, dict) for item in section.values()):
        return layout.section(name, section)
    return _format_block({name: section})


def minimal_data(spec: Spec) -> dict[str, Any]:
    """Return a spec as the data of its shortest YAML, without default values."""
    data = spec.model_dump(mode="json", exclude_defaults=True, exclude={"certificate_authorities", "issuers"})
    data |= {"version": spec.version}
    data["certificate_authorities"] = {key: _ca_data(ca) for key, ca in spec.certificate_authorities.items()}
    data["issuers"] = {key: _issuer_data(key, issuer) for key, issuer in spec.issuers.items()}
    for section in ("administrators", "auditors"):
        data[section] = {key: _drop_default_name(key, role) for key, role in data.get(section, {}).items()}
    return data


def _ca_data(authority: Authority) -> dict[str, Any]:
    data = authority.model_dump(mode="json", exclude_defaults=True)
    if isinstance(authority, CertificateAuthority):
        if data.get("signing_algorithm") == facts.DEFAULT_SIGNING_ALGORITHM[authority.key_algorithm]:
            del data["signing_algorithm"]
        if data.get("path_length") == 0 and authority.type == "SUBORDINATE":
            del data["path_length"]
    if authority.permissions:
        data["permissions"] = [
            {"principal": permission.principal, **permission.model_dump(mode="json", exclude_defaults=True)}
            for permission in authority.permissions
        ]
    return data


def _drop_default_name(key: str, role: dict[str, Any]) -> dict[str, Any]:
    """Return a role without its name if that is the key, the default."""
    return {name: value for name, value in role.items() if (name, value) != ("role_name", key)}


def _issuer_data(key: str, issuer: Issuer) -> dict[str, Any]:
    data = issuer.model_dump(mode="json", exclude_defaults=True)
    if data.get("user_name") == key:
        del data["user_name"]
    if "role" in data:
        data["role"] = _drop_default_name(key, data["role"])
    return data


def format_flow(value: Any) -> str:
    """Return a value on one line, as it can follow a key; its collections are in flow style."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=True
    )
    return _escape_invisible(text.removesuffix("\n").removesuffix("\n..."))


def _format_moves(moves: dict[str, str], layout: _Layout) -> str:
    """Return the moves, one per line whatever its length, so that each can be deleted once it is applied."""
    pairs = ((layout.line(old), layout.line(new)) for old, new in moves.items())
    return "".join(["moves:\n", *(f"  {old}: {new}\n" for old, new in pairs)])


def _format_block(section: dict[str, Any]) -> str:
    text = yaml.dump(
        section, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )
    return _escape_invisible(text)


def _escape_invisible(text: str) -> str:
    """Return YAML with invisible characters escaped: PyYAML writes some of them unescaped, for example U+2028."""
    text = _HASHES.sub(r"#\\x23", text)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else f"\\U{ord(c):08X}" for c in text)

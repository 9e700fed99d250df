"""Spec -> YAML text: in the order of the documentation, without default values."""

import json
import re
from contextlib import suppress
from typing import Any

import yaml
from yaml.representer import SafeRepresenter

from pcaform.core import facts
from pcaform.core.unicode import COMMAND
from pcaform.spec.cas import Authority, CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec

_WIDTH, _NO_WIDTH = 110, 2**31 - 1
_COMMAND = re.compile(r"(?:^|\s)::|##(?:vso)?\[")
"""What a log of GitHub or Azure Pipelines reads as a command; a long text may be folded at any space."""
_FIELDS = list(Spec.model_fields)
_FIRST = _FIELDS.index("certificate_authorities")
_HEAD, _SECTIONS = _FIELDS[:_FIRST], _FIELDS[_FIRST:]


class _Representer(SafeRepresenter):
    """The styles of values; PyYAML also quotes any text that some YAML version could read as another type."""

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
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if is_block else '"')


_Representer.add_representer(str, _Representer.represent_str)


class _Dumper(_Representer, yaml.SafeDumper):
    """PyYAML's layout from pure Python."""


_FAST: Any = type("_Fast", (_Representer, yaml.CSafeDumper), {}) if yaml.__with_libyaml__ else _Dumper
"""The same layout from libyaml if PyYAML was built with it, about three times faster."""


def dump(spec: Spec) -> str:
    """Return a spec as YAML; reading it back gives an equal spec."""
    data = minimal_data(spec)
    head = {key: data[key] for key in _HEAD if key in data}
    sections = {key: data[key] for key in _SECTIONS if data.get(key)}
    texts = (_format_moves(each) if key == "moves" else _format_block({key: each}) for key, each in sections.items())
    return "\n".join([_format_block(head), *texts])


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
    return _format(value, width=_NO_WIDTH, is_flow=True).removesuffix("\n").removesuffix("\n...")


def _format_moves(moves: dict[str, str]) -> str:
    """Return the moves, one per line whatever its length, so that each can be deleted once it is applied."""
    return "".join(["moves:\n", *(f"  {_format_line(old)}: {_format_line(new)}\n" for old, new in moves.items())])


def _format_line(text: str) -> str:
    return _escape_invisible(json.dumps(text, ensure_ascii=False)) if "\n" in text else format_flow(text)


def _format_block(section: dict[str, Any]) -> str:
    return _format(section, width=_WIDTH, is_flow=None)


def _format(value: Any, *, width: int, is_flow: bool | None) -> str:
    style: Any = {"sort_keys": False, "allow_unicode": True, "width": width, "default_flow_style": is_flow}
    with suppress(UnicodeEncodeError):  # half of a pair of surrogates, for which libyaml has no escape
        text = yaml.dump(value, Dumper=_FAST, **style)
        if "\\" not in text and not _COMMAND.search(text):  # libyaml folds quoted text with escapes elsewhere
            return _escape_invisible(text)
    return _escape_invisible(yaml.dump(value, Dumper=_Dumper, **style))


def _escape_invisible(text: str) -> str:
    """Return YAML with invisible characters escaped: PyYAML writes some of them unescaped, for example U+2028."""
    text = COMMAND.sub(r"#\\x23", text)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else f"\\U{ord(c):08X}" for c in text)

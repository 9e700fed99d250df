"""Spec -> YAML text: in the order of the documentation, without default values."""

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
_COMMAND = re.compile(r"(?:^|\s)::|##(?:vso)?\[")
"""What a log of GitHub or Azure Pipelines reads as a command; a long text may be folded at any space."""
_HEAD = ("version", "stack", "aws", "terraform")
_SECTIONS = (
    "certificate_authorities",
    "issuers",
    "crl_buckets",
    "certificates",
    "shares",
    "administrators",
    "auditors",
    "removed",
    "moves",
    "waivers",
)
_HASHES = re.compile(r"##(?=(?:vso)?\[)")


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper, which quotes any text that some YAML version could read as another type."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._analyses: dict[str, Any] = {}

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Double-quote text with invisible characters, so that they are escaped; write several lines as a block scalar.

        Text that ends in empty lines is quoted too: empty lines after it in the file would become part of it. And so is
        text that would command a CI log: a spec may be printed there.
        """
        if _COMMAND.search(data):
            return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')
        if data.isprintable():
            return super().represent_str(data)
        has_lines = "\n" in data and not f"\n{data}".endswith("\n\n")
        if has_lines and all(line.isprintable() for line in data.split("\n")):
            return self.represent_scalar("tag:yaml.org,2002:str", data, style="|")
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')

    def analyze_scalar(self, scalar: str) -> Any:
        """Return the possible styles of a text, cached, since most texts of a spec occur many times."""
        if scalar not in self._analyses:
            self._analyses[scalar] = super().analyze_scalar(scalar)
        return self._analyses[scalar]


_Dumper.add_representer(str, _Dumper.represent_str)


def dump(spec: Spec) -> str:
    """Return a spec as YAML; reading it back gives an equal spec."""
    data = minimal_data(spec)
    head = {key: data[key] for key in _HEAD if key in data}
    sections = ({key: data[key]} for key in _SECTIONS if data.get(key))
    return "\n".join(
        [
            _format_block(head),
            *(
                _format_moves(section["moves"]) if "moves" in section else _format_block(section)
                for section in sections
            ),
        ]
    )


def minimal_data(spec: Spec) -> dict[str, Any]:
    """Return a spec as the data of its shortest YAML, without default values."""
    data = {"version": spec.version, **spec.model_dump(mode="json", exclude_defaults=True)}
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
        if data.get("path_length") == 0:
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


def _format_moves(moves: dict[str, str]) -> str:
    """Return the moves, one per line whatever its length, so that each can be deleted once it is applied."""
    return "".join(["moves:\n", *(f"  {_format_line(old)}: {_format_line(new)}\n" for old, new in moves.items())])


def _format_line(text: str) -> str:
    return _escape_invisible(json.dumps(text, ensure_ascii=False)) if "\n" in text else format_flow(text)


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

"""Spec -> YAML text: short, in the order of the documentation, every default left out."""

import json
import math
from typing import Any

import yaml

from pcaform.core import facts
from pcaform.spec.cas import Authority, CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec

_WIDTH = 110
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


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper, which quotes whatever any YAML version could read as something other than text."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._analyses: dict[str, Any] = {}

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Double-quote text in which something would not show, so that it can be escaped; lines stand as lines.

        Text that ends in blank lines is quoted too: those that follow it in a file would become part of it.
        """
        if data.isprintable():
            return super().represent_str(data)
        has_lines = "\n" in data and not f"\n{data}".endswith("\n\n")
        if has_lines and all(line.isprintable() for line in data.split("\n")):
            return self.represent_scalar("tag:yaml.org,2002:str", data, style="|")
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')

    def analyze_scalar(self, scalar: str) -> Any:
        """Return in which styles a text can stand; most texts of a spec stand in it many times."""
        if scalar not in self._analyses:
            self._analyses[scalar] = super().analyze_scalar(scalar)
        return self._analyses[scalar]


_Dumper.add_representer(str, _Dumper.represent_str)


def dump(spec: Spec) -> str:
    """Return a spec as YAML; reading it back gives an equal spec."""
    data = data_of(spec)
    head = {key: data[key] for key in _HEAD if key in data}
    sections = ({key: data[key]} for key in _SECTIONS if data.get(key))
    return "\n".join([_text(head), *(_moves(each["moves"]) if "moves" in each else _text(each) for each in sections)])


def data_of(spec: Spec) -> dict[str, Any]:
    """Return a spec as the data that its shortest YAML holds."""
    data = {"version": spec.version, **spec.model_dump(mode="json", exclude_defaults=True)}
    data["certificate_authorities"] = {key: _authority(each) for key, each in spec.certificate_authorities.items()}
    data["issuers"] = {key: _issuer(key, issuer) for key, issuer in spec.issuers.items()}
    for section in ("administrators", "auditors"):
        data[section] = {key: _named(key, role) for key, role in data.get(section, {}).items()}
    return data


def _authority(authority: Authority) -> dict[str, Any]:
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


def _named(key: str, role: dict[str, Any]) -> dict[str, Any]:
    """Return a role without the name that goes without saying."""
    return {name: value for name, value in role.items() if (name, value) != ("role_name", key)}


def _issuer(key: str, issuer: Issuer) -> dict[str, Any]:
    data = issuer.model_dump(mode="json", exclude_defaults=True)
    if data.get("user_name") == key:
        del data["user_name"]
    if "role" in data:
        data["role"] = _named(key, data["role"])
    return data


def flow(value: Any) -> str:
    """Return a value on one line, as it may stand behind a key; its collections in braces and brackets."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=True
    )
    return _escaped(text.removesuffix("\n").removesuffix("\n..."))


def _moves(moves: dict[str, str]) -> str:
    """Return the moves, each on a line of its own however long, so that it can be taken out when it is absorbed."""
    return "".join(["moves:\n", *(f"  {_line(old)}: {_line(new)}\n" for old, new in moves.items())])


def _line(text: str) -> str:
    return _escaped(json.dumps(text, ensure_ascii=False)) if "\n" in text else flow(text)


def _text(section: dict[str, Any]) -> str:
    text = yaml.dump(
        section, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )
    return _escaped(text)


def _escaped(text: str) -> str:
    """Return YAML in which all that does not show is escaped: PyYAML writes some of it as it is, U+2028 among it."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else f"\\U{ord(c):08X}" for c in text)

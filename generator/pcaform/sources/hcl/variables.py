"""Where the root module's variables get their values: files that Terraform reads by itself, then those that are named.

Order: https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence. `TF_VAR_...`
in the environment is not read: what it holds today says nothing about what was applied.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pcaform.core.files import read_bytes
from pcaform.core.problems import Failure
from pcaform.core.unicode import nfc
from pcaform.sources.hcl.block_values import value_of
from pcaform.sources.hcl.blocks import body
from pcaform.sources.hcl.source_text import source
from pcaform.sources.hcl.unknown import Unknown

_FIRST = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")


class _NoNames:
    """A file of values refers to nothing."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:  # noqa: ARG002 - a scope has it
        return Unknown(f"a file of values cannot refer to '{root}'")

    def call(self, function: str, arguments: list[Any]) -> Any:  # noqa: ARG002 - a scope has it
        return Unknown(f"a file of values cannot call {function}()")

    def with_names(self, names: Mapping[str, Any]) -> "_NoNames":  # noqa: ARG002 - a scope has it
        return self


def variables(directory: Path, shown: str, named: Sequence[str]) -> dict[str, Any]:
    """Return what the files of values in a directory and those that are named say; later ones win."""
    automatic = sorted(path.name for path in directory.iterdir() if path.name.endswith(_AUTOMATIC))
    files = [name for name in _FIRST if (directory / name).is_file()] + automatic
    found: dict[str, Any] = {}
    for name in files:
        found |= _values(read_bytes(str(directory / name)), name if shown == "." else f"{shown}/{name}")
    for path in named:
        found |= _values(read_bytes(path), path)
    return found


def _values(text: bytes, name: str) -> dict[str, Any]:
    if name.endswith(".json"):
        return _of_json(text, name)
    read = body(source(text, name))
    for block in read.blocks:
        raise block.source.failure(block.start, f"'{block.type}' is a block: a file of values holds 'name = value'")
    return {key: value_of(attribute, _NoNames()) for key, attribute in read.attributes.items()}


def _of_json(text: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a whole JSON document") from None
    if not isinstance(found, dict):
        raise Failure(f"{name}: a file of values holds one JSON object")
    kept: dict[str, Any] = nfc(found)
    return kept

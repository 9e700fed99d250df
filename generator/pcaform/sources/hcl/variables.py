"""Loads the root module's variables: from files that Terraform loads automatically, then from those of `--var-file`.

Precedence: https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence.
`TF_VAR_...` in the environment is not read: its value today need not be the one that was applied.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pcaform.core.files import read_bytes
from pcaform.core.problems import Failure
from pcaform.core.unicode import nfc
from pcaform.sources.hcl.block_values import evaluate
from pcaform.sources.hcl.blocks import parse_body
from pcaform.sources.hcl.source_text import decode_source
from pcaform.sources.hcl.unknown import Unknown

_DEFAULT_FILES = ("terraform.tfvars", "terraform.tfvars.json")
_AUTOMATIC_SUFFIXES = (".auto.tfvars", ".auto.tfvars.json")


class _EmptyScope:
    """The scope of a variable definitions file, which cannot refer to anything."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:  # noqa: ARG002 - part of the protocol Scope
        return Unknown(f"a .tfvars file cannot refer to '{root}'")

    def call(self, function: str, arguments: list[Any]) -> Any:  # noqa: ARG002 - part of the protocol Scope
        return Unknown(f"a .tfvars file cannot call {function}()")

    def with_names(self, names: Mapping[str, Any]) -> "_EmptyScope":  # noqa: ARG002 - part of the protocol Scope
        return self


def load_variables(directory: Path, display_path: str, var_files: Sequence[str]) -> dict[str, Any]:
    """Return the values in a directory's .tfvars files and in the files of `--var-file`; later ones win."""
    automatic = sorted(path.name for path in directory.iterdir() if path.name.endswith(_AUTOMATIC_SUFFIXES))
    files = [name for name in _DEFAULT_FILES if (directory / name).is_file()] + automatic
    values: dict[str, Any] = {}
    for name in files:
        values |= _read_values(
            read_bytes(str(directory / name)), name if display_path == "." else f"{display_path}/{name}"
        )
    for path in var_files:
        values |= _read_values(read_bytes(path), path)
    return values


def _read_values(text: bytes, name: str) -> dict[str, Any]:
    if name.endswith(".json"):
        return _read_json(text, name)
    file_body = parse_body(decode_source(text, name))
    for block in file_body.blocks:
        raise block.source.failure(block.start, f"'{block.type}' is a block: a .tfvars file has only 'name = value'")
    return {key: evaluate(attribute, _EmptyScope()) for key, attribute in file_body.attributes.items()}


def _read_json(text: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a complete JSON document") from None
    if not isinstance(document, dict):
        raise Failure(f"{name}: a .tfvars.json file must be one JSON object")
    values: dict[str, Any] = nfc(document)
    return values

"""Characters as Terraform writes them: it composes all text, so that an accent is one character with its letter."""

import unicodedata
from collections.abc import Mapping
from typing import Any


def nfc(value: Any) -> Any:
    """Return plain data with all of its text in Unicode's form NFC, as every value of Terraform's has it.

    Source: https://github.com/zclconf/go-cty/blob/main/docs/types.md, "Primitive Types".
    """
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {nfc(key): nfc(inner) for key, inner in value.items()}
    return [nfc(inner) for inner in value] if isinstance(value, list) else value

"""Unicode normalization as in Terraform, which converts all text to NFC: a letter with its accent is one character."""

import unicodedata
from collections.abc import Mapping
from typing import Any


def nfc(value: Any) -> Any:
    """Return plain data with all of its text in Unicode's form NFC, as in every value of Terraform.

    Source: https://github.com/zclconf/go-cty/blob/main/docs/types.md, "Primitive Types".
    """
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {nfc(key): nfc(inner) for key, inner in value.items()}
    return [nfc(inner) for inner in value] if isinstance(value, list) else value

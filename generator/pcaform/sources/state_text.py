"""Decodes the JSON of a state or plan; detects other files that are often passed instead, and says what to do."""

import gc
import json
from collections.abc import Mapping
from typing import Any

from pcaform.core.problems import Failure

VERSION = 4
_FORMAT_VERSION = "format_version"
_PLAN_FILE = b"PK\x03\x04"
_ADVICE = "use the output of 'terraform state pull' or 'terraform show -json'"


def decode(content: bytes, name: str) -> Mapping[str, Any]:
    """Return the document: a state of version 4, or the output of `terraform show -json`.

    Raises Failure that says what was found and what to do, but never shows a part of the content.
    """
    if not content.strip():
        raise Failure(f"{name}: the state is empty: nothing has been applied yet, or the wrong workspace is selected")
    if content.startswith(_PLAN_FILE):
        raise Failure(
            f"{name}: a plan file, which only Terraform can read: use the output of 'terraform show -json {name}'"
        )
    document = _json(content, name)
    if isinstance(document, Mapping) and "encrypted_data" in document:
        raise Failure(f"{name}: the state is encrypted: use 'tofu state pull' or 'tofu show -json', which decrypt it")
    if not isinstance(document, Mapping) or not ("version" in document or _FORMAT_VERSION in document):
        raise Failure(f"{name}: not a Terraform state: {_ADVICE}")
    if _FORMAT_VERSION not in document:
        _check_state(document, name)
    elif not any(isinstance(document.get(part), Mapping) for part in ("values", "planned_values", "prior_state")):
        raise Failure(f"{name}: nothing has been applied or planned yet: it has no values")
    return document


def _json(content: bytes, name: str) -> Any:
    """Return the document; the garbage collector is off meanwhile, since it would find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a complete JSON document: {_ADVICE}") from None
    finally:
        if was_enabled:
            gc.enable()


def _check_state(document: Mapping[str, Any], name: str) -> None:
    version = document["version"]
    if isinstance(document.get("backend"), Mapping):
        raise Failure(f"{name}: this file only describes the backend of a state: {_ADVICE} in its directory")
    if version != VERSION:
        shown_version = version if isinstance(version, int) else "that is not a number"
        problem = f"state version {shown_version} is not supported, only {VERSION}"
        raise Failure(f"{name}: {problem}: upgrade the state with Terraform 0.12 or later")
    if not isinstance(document.get("resources"), list):
        raise Failure(f"{name}: the state has no list of resources: it is damaged or incomplete")

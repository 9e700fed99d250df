"""The bytes of a state or plan -> its JSON, or why it is none: every form that people hand over instead, in words."""

import gc
import json
from collections.abc import Mapping
from typing import Any

from pcaform.core.problems import Failure

VERSION = 4
_SHOWN = "format_version"
_PLAN_FILE = b"PK\x03\x04"
_TAKE = "take the output of 'terraform state pull' or 'terraform show -json'"


def decode(content: bytes, name: str) -> Mapping[str, Any]:
    """Return a whole document: a state of version 4, or what `terraform show -json` prints.

    Raises Failure with what was seen and what to do, never with a part of the content.
    """
    if not content.strip():
        raise Failure(f"{name}: the state is empty: nothing was applied yet, or the wrong workspace is selected")
    if content.startswith(_PLAN_FILE):
        raise Failure(f"{name}: this is a plan file, which only Terraform reads: pipe in 'terraform show -json {name}'")
    document = _json(content, name)
    if isinstance(document, Mapping) and "encrypted_data" in document:
        raise Failure(f"{name}: the state is encrypted: use 'tofu state pull' or 'tofu show -json', which decrypt it")
    if not isinstance(document, Mapping) or not ("version" in document or _SHOWN in document):
        raise Failure(f"{name}: not a Terraform state: {_TAKE}")
    if _SHOWN not in document:
        _check_state(document, name)
    elif not any(isinstance(document.get(part), Mapping) for part in ("values", "planned_values", "prior_state")):
        raise Failure(f"{name}: nothing was applied or planned there yet: it holds no values")
    return document


def _json(content: bytes, name: str) -> Any:
    """Return the document; the collector only costs time here, since nothing of it is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a whole JSON document: {_TAKE}") from None
    finally:
        if was_enabled:
            gc.enable()


def _check_state(document: Mapping[str, Any], name: str) -> None:
    version = document["version"]
    if isinstance(document.get("backend"), Mapping):
        raise Failure(f"{name}: this only says where the state is, a backend: {_TAKE} in that directory")
    if version != VERSION:
        shown = version if isinstance(version, int) else "of another kind"
        raise Failure(f"{name}: state version {shown}, only {VERSION} is read: upgrade with Terraform 0.12+")
    if not isinstance(document.get("resources"), list):
        raise Failure(f"{name}: the state has no list of resources: it is damaged or cut off")

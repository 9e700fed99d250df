"""What an import found, as the next one remembers it: a file beside the spec, so that a person's edits are told apart.

It holds spec data and nothing else, and is meant to be committed with the spec.
"""

import json
from collections.abc import Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.importer.merge.normal_form import SECTIONS, Form

FORMAT_VERSION = "1.0"
SUFFIX = ".imported.json"


def format_baseline(form: Form) -> bytes:
    """Return the file's bytes: one value a line, sorted, so that a change of one is a change of one line."""
    content = {"format_version": FORMAT_VERSION, "found": form}
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def form_in(content: bytes, name: str) -> Form:
    """Return what the last import found; raises Failure for a file that is not one of ours or was damaged."""
    try:
        data = json.loads(content)
        version, form = data["format_version"], data["found"]
        is_whole = all(isinstance(item, dict) for section in form.values() for item in section.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        version, form, is_whole = None, {}, False
    if version != FORMAT_VERSION or not is_whole:
        raise Failure(
            f"{name}: not what an import of this version leaves beside a spec; restore it, or delete it: "
            "then what is found now replaces what the spec says"
        )
    return dict(form)


def read_baseline(last: Form | None, found: Form) -> Form:
    """Return what to remember: what was found, and of the last import what this source does not carry."""
    before: Form = last or {}
    form: Form = {"aws": {**before.get("aws", {}), **found.get("aws", {})}}
    for section in SECTIONS:
        items: dict[str, Any] = {**before.get(section, {})}
        for key, item in found.get(section, {}).items():
            earlier: Mapping[str, Any] = items.get(key, {})
            items[key] = {**earlier, **item}
        if items:
            form[section] = items
    return form

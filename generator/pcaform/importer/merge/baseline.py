"""The baseline file of an import: what it found, so that the next import can distinguish the user's edits.

It is next to the spec, contains only spec data, and should be committed with the spec.
"""

import json
from collections.abc import Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.render.normal_form import SECTIONS, Form

FORMAT_VERSION = "1.0"
SUFFIX = ".imported.json"


def format_baseline(form: Form) -> bytes:
    """Return the file's bytes: sorted, with one value per line, so that one changed value is one changed line."""
    content = {"format_version": FORMAT_VERSION, "found": form}
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def parse_baseline(content: bytes, name: str) -> Form:
    """Return what the last import found; raises Failure for a damaged or other file."""
    try:
        data = json.loads(content)
        version, form = data["format_version"], data["found"]
        is_whole = all(isinstance(item, dict) for section in form.values() for item in section.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        version, form, is_whole = None, {}, False
    if version != FORMAT_VERSION or not is_whole:
        raise Failure(
            f"{name}: this is not a baseline file of this version; restore it, or delete it: then the imported "
            "values replace those of the spec"
        )
    return dict(form)


def update_baseline(last: Form | None, found: Form) -> Form:
    """Return the new baseline: the found values, and earlier values that this source does not provide."""
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

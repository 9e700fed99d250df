"""A spec's stack on disk without what only pcaform puts there: outputs, tags of ours, comments and the manifest."""

import re
from pathlib import Path

from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.spec.stack import Spec

_COMMENT = re.compile(rb"^#[^\n]*\n", re.MULTILINE)


def rendered(spec: Spec, directory: Path) -> Path:
    """Write a spec's stack into a directory, as plain as somebody else would have written it."""
    for path, content in render(plan(spec, source="spec.yaml")).files.items():
        if path in ("outputs.tf", ".pcaform.json"):
            continue
        place = directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if path.startswith("modules/") else _COMMENT.sub(b"", content))
    return directory

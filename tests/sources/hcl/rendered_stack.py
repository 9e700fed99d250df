"""Renders a spec's stack without what only pcaform writes: outputs, tags of ours, comments and the manifest."""

import re
from pathlib import Path

from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.spec.stack import Spec

_COMMENT = re.compile(rb"^#[^\n]*\n", re.MULTILINE)


def render_plain(spec: Spec, directory: Path) -> Path:
    """Write a spec's stack into a directory, without anything that only pcaform writes."""
    for path, content in render(plan(spec, source="spec.yaml")).files.items():
        if path in ("outputs.tf", ".pcaform.json"):
            continue
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if path.startswith("modules/") else _COMMENT.sub(b"", content))
    return directory

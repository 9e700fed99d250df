"""Adds a comment above a CA in the new spec for each part that could not be read, since reports get lost."""

from collections.abc import Iterable

from pcaform.core.unicode import visible
from pcaform.importer.merge.conflict_marks import find_position
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_edit.splices import open_buffer

_SECTION = "certificate_authorities"


def add_unread_comments(text: str, spec: Spec, notes: Iterable[ImportNote]) -> str:
    """Return the text of a spec with a comment for each unknown part of its CAs."""
    keys = {ca.arn: key for key, ca in spec.certificate_authorities.items()}
    unknown = [note for note in notes if note.kind == "unknown" and note.address in keys]
    if not unknown:
        return text
    sheet = open_buffer(text)
    for note in unknown:
        sheet.above(find_position(sheet.top, (_SECTION, keys[note.address])), [f"# unknown: {visible(note.reason)}"])
    return sheet.result()

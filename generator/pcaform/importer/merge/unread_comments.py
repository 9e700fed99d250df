"""What could not be read of a CA -> a comment above the CA in the new spec, since a report is soon lost."""

from collections.abc import Iterable

from pcaform.importer.merge.conflict_marks import position
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_edit.splices import open_buffer

_SECTION = "certificate_authorities"


def add_unread_comments(text: str, spec: Spec, notes: Iterable[ImportNote]) -> str:
    """Return the text of a spec with a comment for each unknown thing of a CA in it."""
    keys = {each.arn: key for key, each in spec.certificate_authorities.items()}
    found = [each for each in notes if each.kind == "unknown" and each.address in keys]
    if not found:
        return text
    sheet = open_buffer(text)
    for note in found:
        sheet.above(position(sheet.top, (_SECTION, keys[note.address])), [f"# unknown: {note.reason}"])
    return sheet.result()

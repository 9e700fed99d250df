"""Rules about CAs that are named by the stack that manages them."""

from collections.abc import Iterator

from pcaform.rules.rule import error
from pcaform.spec.parse import Violation
from pcaform.spec.references import list_references
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"


@error("reference")
def reference_can_be_resolved(spec: Spec) -> Iterator[Violation]:
    """A CA of another stack is named by that stack and its key there, and `references` says where its ARN is."""
    for key, stack, _ in list_references(spec):
        if stack == spec.stack:
            message = f"'{key}' is said to be a CA of this stack itself: without 'managed: false' it is one"
            yield Violation((_AUTHORITIES, key, "stack"), message)
        elif spec.references is None:
            message = f"'{key}' is named by its stack: add 'references: {{lock_file: ../pcaform.lock.json}}'"
            yield Violation((_AUTHORITIES, key, "stack"), message)

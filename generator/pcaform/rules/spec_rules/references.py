"""Rules about CAs that are named by the stack that manages them."""

from collections.abc import Iterator

from pcaform.rules.rule import error
from pcaform.spec.cas import Reference
from pcaform.spec.parse import Violation
from pcaform.spec.references import list_references, list_unresolved, needed_stacks, remote_state
from pcaform.spec.stack import Spec
from pcaform.terraform.state_location import state_identity, state_location

_AUTHORITIES = "certificate_authorities"
_REMOTE_STATE = ("references", "remote_state")


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
    yield from _check_accounts(spec)
    seen: dict[tuple[str | None, str | None], str] = {}
    for key, ca in list_unresolved(spec):
        if (other := seen.setdefault((ca.stack, ca.certificate_authority), key)) != key:
            yield Violation((_AUTHORITIES, key), f"'{other}' is the same CA: remove one of the two")
    yield from _check_remote_state(spec)


def _check_accounts(spec: Spec) -> Iterator[Violation]:
    for key, ca in spec.certificate_authorities.items():
        if isinstance(ca, Reference) and ca.arn and ca.account_id not in (None, spec.account_of(key)):
            message = f"the ARN is of account {spec.account_of(key)}: leave 'account_id' out"
            yield Violation((_AUTHORITIES, key, "account_id"), message)


def _check_remote_state(spec: Spec) -> Iterator[Violation]:
    if spec.references is None or spec.references.remote_state is None:
        return
    own_kind, own = state_location(spec.terraform.state)
    places = {spec.stack: state_identity(own_kind, own, spec.stack)}
    for stack in needed_stacks(spec):
        kind, settings = remote_state(spec, stack)
        place = state_identity(*state_location({kind: settings}), spec.stack)
        if place is None:
            message = f"this does not say where the state of '{stack}' is: a data source has no 'terraform init'"
            yield Violation((*_REMOTE_STATE, kind), f"{message} that completes it")
            return
        if other := next((name for name, each in places.items() if each == place and name != stack), None):
            message = f"the state of '{stack}' would be that of '{other}': write '{{stack}}' where their names differ"
            yield Violation((*_REMOTE_STATE, kind), message)
        places.setdefault(stack, place)

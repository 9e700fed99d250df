"""Rules about CAs that are named by the stack that manages them."""

from collections.abc import Iterator

from pcaform.rules.rule import error
from pcaform.spec.cas import Reference
from pcaform.spec.parse import Violation
from pcaform.spec.references import list_references, list_unresolved, needed_stacks, parameter_name, remote_state
from pcaform.spec.stack import Spec
from pcaform.terraform.state_location import state_identity, state_location

_AUTHORITIES = "certificate_authorities"
_REMOTE_STATE = ("references", "remote_state")
_PARAMETER = ("references", "ssm_parameter")
_RESERVED, _LEVELS = ("/aws", "/ssm"), 15
"""Starts of names that AWS keeps for itself in any case, and the most levels that a name may have.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""


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
    yield from _check_parameters(spec)


def _check_accounts(spec: Spec) -> Iterator[Violation]:
    for key, ca in spec.certificate_authorities.items():
        if not isinstance(ca, Reference) or ca.account_id is None:
            continue
        loc = (_AUTHORITIES, key, "account_id")
        if ca.arn is not None and ca.account_id != spec.account_of(key):
            yield Violation(loc, f"the ARN is of account {spec.account_of(key)}: leave 'account_id' out")
        own = spec.provider_account_of(ca)
        if spec.references is not None and spec.references.ssm_parameter and ca.account_id != own:
            message = f"the credentials that read its parameter are of account {own}: give a 'provider' with a role"
            yield Violation(loc, f"{message}, or use 'lock_file' or 'remote_state'")


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


def _check_parameters(spec: Spec) -> Iterator[Violation]:
    own = ((spec.stack, key) for key in spec.managed)
    for stack, key in (*own, *((stack, name) for _, stack, name in list_references(spec))):
        name = parameter_name(spec, stack, key) or ""
        if name.lower().startswith(_RESERVED):
            yield Violation(_PARAMETER, f"'{name}' starts as names of AWS: put another level before it")
            return
        if name.count("/") > _LEVELS:
            yield Violation(_PARAMETER, f"'{name}' has {name.count('/')} levels: AWS allows {_LEVELS}")
            return

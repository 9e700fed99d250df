"""Rules about a stack as a whole, which only specs show: where it is, where its state is, and what its entries are."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.verdict import Outcome


@rule(
    "stack-moved",
    Level.BREAKS_TRUST,
    types=[change_types.ACCOUNT],
    change="moves the stack to another region or account",
    consequence="every CA is made anew there",
    source="https://docs.aws.amazon.com/privateca/latest/userguide/PcaRegions.html",
)
def stack_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a stack that changes its account or region."""
    del context
    where = f"account {change.before['account_id']}, {change.before['region']}"
    message = f"the stack was in {where}, where its CAs are: elsewhere Terraform makes all of them anew"
    names = [name for name in change.before if change.before[name] != change.after[name]]
    yield stack_moved.finding(change, message, advice="another place is another stack", arguments=names)


@rule(
    "state-moved",
    Level.BREAKS_TRUST,
    types=[change_types.BACKEND],
    change="keeps the state of a stack in another place",
    consequence="Terraform finds no state there and makes every CA anew",
    source="https://developer.hashicorp.com/terraform/language/backend",
)
def state_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a stack that looks for its state in another place."""
    del context
    old, new = change.before, change.after
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    message = "the state is looked for in another place: where there is none, Terraform makes all CAs a second time"
    advice = (
        "take the state along with 'terraform init -migrate-state', see that a plan has no changes, and waive this; or "
        "leave the backend as it is"
    )
    arguments = ["backend"] if "backend" in names else names
    yield state_moved.finding(change, message, advice=advice, arguments=arguments)


@rule(
    "stack-gone",
    Level.BREAKS_TRUST,
    types=[change_types.STACK],
    change="takes the spec of a stack away",
    consequence="nothing says any more how its CAs are kept",
    source="https://developer.hashicorp.com/terraform/language/state/purpose",
)
def stack_gone(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a stack that has no spec any more."""
    del context
    message = (
        "its CAs stay as they are until somebody destroys the stack's directory, and then nothing says which of them "
        "must be kept"
    )
    advice = "let go of its CAs first, with 'removed', and take the spec away when nothing is left in it"
    yield stack_gone.finding(change, message, advice=advice)


@rule(
    "arn-changed",
    Level.BREAKS_TRUST,
    types=[change_types.CA, change_types.CERTIFICATE],
    change="gives the entry of a CA or a certificate the ARN of another one",
    consequence=(
        "the state keeps the one that it has; where it is lost, the other one is taken and changed in its place"
    ),
    source="https://developer.hashicorp.com/terraform/language/import",
)
def arn_changed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find an entry with another ARN: no plan shows it, since what is in the state is imported no more."""
    del context
    old, new = change.before.get("arn"), change.after.get("arn")
    if old is not None and new is not None and old != new:
        message = "the entry stands for another one now, and Terraform keeps the one that is in its state"
        advice = "leave 'arn' as it is, and give the other one a key of its own"
        yield arn_changed.finding(change, message, advice=advice, arguments=["arn"])

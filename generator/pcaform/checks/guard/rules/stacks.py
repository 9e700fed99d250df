"""Rules about a stack as a whole, which only specs show: its account and region, its state, and its ARNs."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.verdict import Level, Outcome


@rule(
    "stack-moved",
    Level.BREAKS_TRUST,
    types=[change_types.ACCOUNT],
    change="moves the stack to another account or region",
    consequence="every CA is created again there",
    source="https://docs.aws.amazon.com/privateca/latest/userguide/PcaRegions.html",
)
def stack_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a stack that changes its account or region."""
    del context
    where = f"account {change.before['account_id']}, {change.before['region']}"
    message = f"the stack was in {where}, where its CAs are: Terraform creates all of them again in the new one"
    names = [name for name in change.before if change.before[name] != change.after[name]]
    yield stack_moved.finding(
        change, message, advice="create another stack for another account or region", arguments=names
    )


@rule(
    "state-moved",
    Level.BREAKS_TRUST,
    types=[change_types.BACKEND],
    change="moves the state of a stack to another location",
    consequence="Terraform finds no state there and creates every CA again",
    source="https://developer.hashicorp.com/terraform/language/backend",
)
def state_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a stack whose backend names another location."""
    del context
    old, new = change.before, change.after
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    message = "the state is expected in another location: if there is none, Terraform creates every CA a second time"
    advice = (
        "move the state with 'terraform init -migrate-state', check that a plan has no changes, and waive this; or "
        "leave the backend as it is"
    )
    arguments = ["backend"] if "backend" in names else names
    yield state_moved.finding(change, message, advice=advice, arguments=arguments)


@rule(
    "stack-gone",
    Level.BREAKS_TRUST,
    types=[change_types.STACK],
    change="removes the spec of a stack",
    consequence="nothing records any more which of its CAs must be kept",
    source="https://developer.hashicorp.com/terraform/language/state/purpose",
)
def stack_gone(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a stack whose spec is removed."""
    del context
    message = (
        "its CAs stay as they are until the stack's directory is destroyed, and then nothing records which of them "
        "must be kept"
    )
    advice = "forget its CAs first, with 'removed', and remove the spec when nothing is left in it"
    yield stack_gone.finding(change, message, advice=advice)


@rule(
    "arn-changed",
    Level.BREAKS_TRUST,
    types=[change_types.CA, change_types.CERTIFICATE],
    change="gives the entry of a CA or a certificate another ARN",
    consequence=("the state keeps the old object; if the state is lost, the other one is imported and changed instead"),
    source="https://developer.hashicorp.com/terraform/language/import",
)
def arn_changed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find an entry with another ARN: no plan shows it, since an object in the state is not imported again."""
    del context
    old, new = change.before.get("arn"), change.after.get("arn")
    if old is not None and new is not None and old != new:
        message = "the entry names another object now, and Terraform keeps the one in its state"
        advice = "leave 'arn' as it is, and add the other object under another key"
        yield arn_changed.finding(change, message, advice=advice, arguments=["arn"])

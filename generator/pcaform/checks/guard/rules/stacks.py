"""Rules about a stack as a whole, which only specs show: its account, region, state, ARNs, and expired waivers."""

from collections.abc import Iterator

from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.rule import all_rules, rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.plan_json import Change


@rule("stack-moved", Level.BREAKS_TRUST, types=[ChangeType.ACCOUNT])
def stack_moved(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Moves the stack to another account or region.

    Consequence: every CA is created again there; for a region alone, provider aws 6 leaves them where they are
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaRegions.html
    """
    where = f"account {change.before['account_id']}, {change.before['region']}"
    message = f"the stack was in {where}, where its CAs are: Terraform creates all of them again in the new one"
    names = [name for name in change.before if change.before[name] != change.after[name]]
    if names == ["region"]:
        message += "; provider aws 6 leaves them where they are, and creates only what is new there"
    yield stack_moved.finding(
        change, message, advice="create another stack for another account or region", arguments=names
    )


@rule("state-moved", Level.BREAKS_TRUST, types=[ChangeType.BACKEND])
def state_moved(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Moves the state of a stack to another location.

    Consequence: Terraform finds no state there and creates every CA again
    Source: https://developer.hashicorp.com/terraform/language/backend
    """
    old, new = change.before, change.after
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    message = "the state is expected in another location: if there is none, Terraform creates every CA a second time"
    advice = (
        "move the state with 'terraform init -migrate-state', check that a plan has no changes, and waive this; or "
        "leave the backend as it is"
    )
    arguments = ["backend"] if "backend" in names else names
    yield state_moved.finding(change, message, advice=advice, arguments=arguments)


@rule("state-empty", Level.BREAKS_TRUST, types=[ChangeType.STATE])
def state_empty(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Creates every CA of a stack that was applied before.

    Consequence: the CAs that exist are in another state, and each gets a twin with a new key, which nothing trusts
    Source: https://developer.hashicorp.com/terraform/language/state/purpose
    """
    message = f"every CA of the stack is created, and {change.before['why']}: this is not the state of the stack"
    advice = "check the backend, its workspace and the directory, or restore the state from its last version"
    yield state_empty.finding(change, message, advice=advice)


@rule("stack-gone", Level.BREAKS_TRUST, types=[ChangeType.STACK])
def stack_gone(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Removes the spec of a stack.

    Consequence: nothing records any more which of its CAs must be kept
    Source: https://developer.hashicorp.com/terraform/language/state/purpose
    """
    message = (
        "its CAs stay as they are until the stack's directory is destroyed, and then nothing records which of them "
        "must be kept"
    )
    advice = "forget its CAs first, with 'removed', and remove the spec when nothing is left in it"
    yield stack_gone.finding(change, message, advice=advice)


@rule("extra-file", Level.BREAKS_TRUST, types=[ChangeType.FILE])
def extra_file(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Adds, changes or deletes a file in the stack's directory that pcaform does not write.

    Consequence: Terraform reads it with the stack: it can run code with the pipeline's rights, or change any argument
    Source: https://developer.hashicorp.com/terraform/language/files/override
    """
    is_harmless = change.after["is_accepted"] or change.actions == ("delete",)
    message = "pcaform does not write it, and Terraform or a tool may read it and run code for it"
    advice = "read it: only a plan shows what it does"
    if not is_harmless:
        advice = "take it out, or accept it by its path in the stack: 'terraform.extra_files' in the spec"
    yield extra_file.finding(change, message, advice=advice, level=Level.NOTICE if is_harmless else None)


@rule("removed-another", Level.BREAKS_TRUST, types=[ChangeType.REMOVED])
def removed_another(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Destroys another object than the one whose ARN is under `removed` in the spec.

    Consequence: what the ARN confirms stays, and what nobody meant is gone
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html
    """
    typed, old = change.after["arn"], change.before["arn"]
    if old != typed:
        message = f"{old} is destroyed, and the spec confirms {typed}"
        advice = "write the ARN of what is to be destroyed, or keep it"
        yield removed_another.finding(change, message, advice=advice, arguments=["arn"])


@rule("arn-changed", Level.BREAKS_TRUST, types=[ChangeType.CA, ChangeType.CERTIFICATE])
def arn_changed(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Gives the entry of a CA or a certificate another ARN.

    Consequence: the state keeps the old object; if the state is lost, the other one is imported and changed instead
    Source: https://developer.hashicorp.com/terraform/language/import
    """
    old, new = change.before.get("arn"), change.after.get("arn")
    if (
        old is not None and new is not None and old != new
    ):  # no plan shows it: what is in the state is not imported again
        message = "the entry names another object now, and Terraform keeps the one in its state"
        advice = "leave 'arn' as it is, and add the other object under another key"
        yield arn_changed.finding(change, message, advice=advice, arguments=["arn"])


@rule("waiver-expired", Level.BREAKS_TRUST, types=[ChangeType.WAIVER])
def waiver_expired(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Relies on an expired waiver.

    Consequence: what the waiver accepted counts again
    Source: docs/guard.md#waivers
    """
    what, until, why = (change.after[name] for name in ("what", "until", "why"))
    message = f"the waiver of '{what}' ended on {until}: {why}"
    advice = "remove the waiver, or decide again and write a later day"
    level = all_rules()[what].level if what in all_rules() else None  # that of the rule that it names
    yield waiver_expired.finding(change, message, advice=advice, level=level)

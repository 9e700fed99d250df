"""What happens to who may use CAs: policies that allow more, come or go, or become somebody else's."""

from collections.abc import Iterator, Mapping

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding, undecided
from pcaform.checks.guard.new_cas import strip_cas
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.policy_attachments import has_unknown_text, holders, texts
from pcaform.checks.guard.relevance import is_about_authorities
from pcaform.checks.guard.rules.attachments import REVIEW, SEE, follow_renames
from pcaform.checks.guard.verdict import Outcome
from pcaform.checks.guard.widening import Widening, find_widening, have_same_meaning
from pcaform.iam.evaluator.documents import PolicyError

_SPEC = "give the guard the spec with '--spec SPEC', which says it"
_NARROW = "narrow the policy to what was asked for; 'pcaform access SPEC' shows all that everybody may do"


def policy(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a policy by its text, before and after."""
    before, after = texts(change.before), texts(change.after)
    is_unknown = has_unknown_text(change.unknown)
    if before and after and _moves(change, context):
        yield from _judged(change, before, {}, is_unknown=False)
        yield from _judged(change, {}, after, is_unknown=is_unknown)
        return
    is_unknown = is_unknown or (bool(before) and change.unknown.get("inline_policy") is True)
    yield from _judged(
        change, before, strip_cas(after, context.created_ids) if before else after, is_unknown=is_unknown
    )


def _moves(change: Change, context: PlanContext) -> bool:
    """Tell whether an inline policy is somebody else's than before."""
    before = frozenset((who, "") for who in holders(change.before))
    return follow_renames(change, before, context) != frozenset(
        (who, "") for who in holders(change.after, change.unknown)
    )


def _judged(
    change: Change, before: Mapping[str, str], after: Mapping[str, str], *, is_unknown: bool
) -> Iterator[Outcome]:
    """Compare two states of a policy: its texts by name, none where there is none."""
    is_concerned = any(map(is_about_authorities, (*before.values(), *after.values())))
    if is_unknown:
        yield from _unknown(change, before)
    elif not is_concerned or have_same_meaning(before.values(), after.values()):
        return
    elif not after:
        yield finding(change, "access-removed", "its principals issue nothing by it any more", advice=SEE)
    else:
        yield from _compared(change, before, after)


def _unknown(change: Change, before: Mapping[str, str]) -> Iterator[Outcome]:
    if any(map(is_about_authorities, before.values())):
        message = f"what the policy will allow is known only after the apply: {_SPEC}"
        yield undecided(change, "ca-template", message)
    else:
        message = f"what the new policy allows is known only after the apply: {_SPEC}"
        yield finding(change, "access-granted", message, advice=REVIEW)


def _compared(change: Change, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Outcome]:
    try:
        found = find_widening(before, after)
    except PolicyError as error:
        yield undecided(change, "ca-template", f"the policy cannot be judged: {error}")
        return
    if found.gained:
        yield _widened(change, found, is_new=not before)
    elif before:
        message = "the policy changes, and of all requests that were tried none is newly allowed"
        yield finding(change, "policy-changed", message, advice="read the difference")


def _widened(change: Change, found: Widening, *, is_new: bool) -> Outcome:
    if is_new:
        added = ", CA certificates among it" if found.has_ca_template else ""
        message = f"a new policy allows what no policy of this address did{added}"
        return finding(change, "access-granted", message, advice=REVIEW, affected=found.lines())
    if found.has_ca_template:
        message = "its principals may now issue CA certificates: whoever trusts this CA trusts the CAs that they make"
        return finding(change, "ca-template", message, advice=_NARROW, affected=found.lines())
    if found.has_privileged_template:
        message = "its principals may now issue certificates whose purpose they choose themselves"
        return finding(change, "privileged-template", message, advice=_NARROW, affected=found.lines())
    message = f"{len(found.gained)} kinds of requests are newly allowed"
    return finding(change, "policy-widened", message, advice=_NARROW, affected=found.lines())

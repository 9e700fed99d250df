"""Two specs of one stack -> the judgement on the step from the first to the second."""

from pcaform.guard.findings import finding
from pcaform.guard.judgement import Finding, Judgement
from pcaform.guard.judging import gathered, judge
from pcaform.guard.reading import Change
from pcaform.guard.specs.comparison import plan
from pcaform.guard.specs.promises import moved, promises
from pcaform.spec.stack import Spec


def judged(before: Spec | None, after: Spec) -> Judgement:
    """Judge what changes; a stack that is new has nothing before."""
    if before is None:
        before = Spec(version=1, stack=after.stack, aws=after.aws)
    elsewhere = moved(before, after)
    if elsewhere is not None:
        return gathered([elsewhere])
    found = judge(plan(before, after))
    told = list(promises(before, after))
    known = {each.address for each in told if isinstance(each, Finding)}
    doubts = [each for each in found.doubts if each.address not in known]
    return gathered([*found.findings, *found.notes, *told, *doubts])


def gone(before: Spec) -> Judgement:
    """Judge that a stack has no spec any more."""
    change = Change(f"stack {before.stack}", "stack", ("delete",), {}, {}, {}, "", (), "")
    message = (
        "its CAs stay as they are until somebody destroys the stack's directory, and then nothing says which of them "
        "must be kept"
    )
    advice = "let go of its CAs first, with 'removed', and take the spec away when nothing is left in it"
    return gathered([finding(change, "stack-gone", message, advice=advice)])

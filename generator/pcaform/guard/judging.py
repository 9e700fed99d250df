"""A plan -> the judgement on it: each change seen by the function of its kind, and nothing unknown let through."""

from collections.abc import Iterator

from pcaform.guard.hazards import HAZARDS, Remark
from pcaform.guard.judgement import Doubt, Finding, Judgement, Note
from pcaform.guard.reading import Change, Plan

_KNOWN = {
    frozenset(actions)
    for actions in (
        ["no-op"],
        ["create"],
        ["read"],
        ["open"],  # OpenTofu's word for an ephemeral resource
        ["update"],
        ["delete"],
        ["forget"],
        ["create", "delete"],
        ["create", "forget"],
    )
}
_ERRORED = "Terraform stopped with an error: the plan is not whole, and more may follow once the error is gone"


def judge(plan: Plan) -> Judgement:
    """Return all findings, notes and doubts about a plan; what a plan that broke off still says is judged as well."""
    remarks = [remark for change in plan.changes for remark in _remarks(change)]
    if plan.is_errored:
        remarks.append(Doubt("", _ERRORED))
    return Judgement(
        findings=tuple(sorted(remark for remark in remarks if isinstance(remark, Finding))),
        notes=tuple(sorted(remark for remark in remarks if isinstance(remark, Note))),
        doubts=tuple(sorted(remark for remark in remarks if isinstance(remark, Doubt))),
    )


def _remarks(change: Change) -> Iterator[Remark]:
    if frozenset(change.actions) not in _KNOWN:
        words = ", ".join(change.actions) or "none"
        yield Doubt(change.address, f"the actions '{words}' are not known to this release")
        return
    if "forget" in change.actions:
        yield Note(change.address, "forgotten: it leaves the state and stays at AWS as it is")
    if change.type in HAZARDS:
        yield from HAZARDS[change.type](change)

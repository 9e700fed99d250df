"""Sequences of edits of a spec, of which any may have been applied."""

from copy import deepcopy
from dataclasses import dataclass, field

from pcaform.core.problems import Invalid
from pcaform.render import history, removal_check
from pcaform.render.manifest import Record
from pcaform.render.plan.stack import StackPlan, plan
from pcaform.rules.load import load_valid_text
from pcaform.spec.yaml_reader import parse
from render.drafts import Draft, Editor, Step, arn_of, empty_draft, text_of
from render.removal_specs import read_back
from render.terraform_model import Outcome, Thing, content_of, terraform_plan


@dataclass
class Stack:
    """A stack on disk with its spec, and the state that the applied renders made."""

    editor: Editor = field(default_factory=Editor)
    draft: Draft = field(default_factory=empty_draft)
    record: Record = field(default_factory=Record)
    state: dict[str, Thing] = field(default_factory=dict)
    asked: set[tuple[int, str]] = field(default_factory=set)
    """Number of a CA, and what of it the user lets go on purpose: `destroy` or `permission`."""
    is_last_applied: bool = False
    was_applied: bool = False
    rendered: int = 0

    def take(self, step: Step) -> Outcome | None:
        """Make one edit and render it; None if pcaform refuses it, otherwise what Terraform would do."""
        draft = self.editor.edit(self.draft, step)
        before = self._known(step.word)
        planned = render(draft, before) if before is not None else None
        if planned is None:
            return None
        self._ask(draft, step.word)
        self.draft, self.record = draft, read_back(planned.record)
        self.editor.earlier.append(deepcopy(draft))
        self.rendered += 1
        outcome = terraform_plan(self.state, planned, draft)
        outcome.lost = {call: thing for call, thing in outcome.lost.items() if not self._is_asked(call, thing)}
        if step.is_applied and not outcome.refused:
            self.state, self.was_applied = outcome.state, True
        self.is_last_applied = step.is_applied and not outcome.refused
        return outcome

    def _known(self, word: str) -> Record | None:
        """Return what is known of the stack; only what is true is said."""
        if word == "applied":
            return history.settle(self.record) if self.is_last_applied else self.record
        if word == "never-applied":
            return self.record if self.was_applied else Record()
        return history.confirm(self.record, content_of(self.state)) if word == "state" else self.record

    def _ask(self, draft: Draft, word: str) -> None:
        """Note what is let go on purpose; without a state or an `arn`, a render cannot know a CA by its ARN."""
        known = {arn_of(ca["owner"]) for ca in self.draft["cas"].values() if "arn" in ca or word == "state"}
        for key, ca in self.draft["cas"].items():
            removal = draft["removed"].get(key)
            typed = removal.get("destroy") if isinstance(removal, dict) else None
            own = arn_of(ca["owner"])
            if typed is not None and (typed == own or not {typed, own} & known):
                self.asked.add((ca["owner"], "destroy"))
        for ca in draft["cas"].values():
            if ca.get("permissions") == []:
                self.asked.add((ca["owner"], "permission"))

    def _is_asked(self, call: str, thing: Thing) -> bool:
        what = "permission" if call.startswith("acm_permission_") else ""
        return (thing.owner, "destroy") in self.asked or (thing.owner, what) in self.asked


def render(draft: Draft, before: Record) -> StackPlan | None:
    """Return the plan of a stack, or None if the spec is wrong or would lose something."""
    try:
        spec = load_valid_text(text_of(draft), "s.yaml")
    except Invalid:
        return None
    planned = plan(spec, source="s.yaml", before=before)
    problems = removal_check.list_problems(spec, parse(text_of(draft), "s.yaml"), planned, before)
    return None if problems else planned

"""Sequences of edits of a spec, of which any may have been applied, and a model of what Terraform plans for them.

The model knows module calls only. It is compared with Terraform itself in the end-to-end tests.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any, NamedTuple

from pcaform.core.problems import Invalid
from pcaform.render import history, removal_check
from pcaform.render.history import StateContent
from pcaform.render.manifest import Record
from pcaform.render.plan.stack import StackPlan, plan
from pcaform.rules.load import load_valid_text
from pcaform.spec.yaml_reader import parse
from pcaform.terraform import addresses, module_names
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.resource_types import AUTHORITY
from render.removal_specs import read_back

ACCOUNT = "123456789012"
KEYS = ("a", "b", "c")
WORDS = ("", "", "", "", "applied", "never-applied", "state")


class Step(NamedTuple):
    """One edit: its kind, the keys that it is about, what is said of the renders before, and whether it is applied."""

    kind: str
    key: str
    other: str
    word: str
    is_applied: bool


class Thing(NamedTuple):
    """An object at AWS: the CA or issuer of the user's mind that it belongs to, and what may not change in it."""

    owner: int
    identity: str


@dataclass
class Outcome:
    """What Terraform would do: the objects that it destroys or replaces, and what it refuses."""

    lost: dict[str, Thing] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    state: dict[str, Thing] = field(default_factory=dict)


Draft = dict[str, Any]
"""A spec as the user has it in mind: `cas` and `issuers` by key, each with the `owner` that stays the same."""


def arn_of(owner: int) -> str:
    """Return the ARN that AWS gives a CA."""
    return f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-{owner:012}"


def empty_draft() -> Draft:
    return {"cas": {}, "issuers": {}, "removed": {}, "moves": {}}


def text_of(draft: Draft, stack: str = "s") -> bytes:
    """Return the spec of a draft; JSON is YAML."""
    spec: dict[str, Any] = {"version": 1, "stack": stack, "aws": {"region": "eu-west-1", "account_id": ACCOUNT}}
    spec["certificate_authorities"] = {key: _ca_of(ca) for key, ca in draft["cas"].items()}
    spec["issuers"] = {
        key: {
            "user_name": f"user-{issuer['owner']}",
            "grants": [{"certificates": "unmanaged", "certificate_authorities": [issuer["ca"]]}],
            **({"renamed_from": issuer["renamed_from"]} if "renamed_from" in issuer else {}),
        }
        for key, issuer in draft["issuers"].items()
    }
    spec |= {name: draft[name] for name in ("removed", "moves") if draft[name]}
    return json.dumps({name: value for name, value in spec.items() if value != {}}).encode()


def _ca_of(ca: Mapping[str, Any]) -> dict[str, Any]:
    fixed: dict[str, Any] = {
        "type": "ROOT",
        "key_algorithm": "EC_prime256v1",
        "subject": {"common_name": f"CA {ca['subject']}"},
    }
    optional = ("renamed_from", "generation", "permissions", "deletion_protection", "activation", "arn")
    off = {"ocsp_configuration": {"enabled": False}}
    validity = {"type": "YEARS", "value": 10}
    fixed |= {"revocation_configuration": off} if "activation" in ca else {"validity": validity}
    return {**fixed, **{name: ca[name] for name in optional if name in ca}}


class Editor:
    """Edits drafts; every CA and issuer that the user means gets a number."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.earlier: list[Draft] = [empty_draft()]

    def edit(self, draft: Draft, step: Step) -> Draft:
        """Return the draft after an edit; one that cannot be made leaves it as it is.

        Most edits are of something that is there.
        """
        new = deepcopy(draft)
        there = sorted(draft["issuers" if step.kind.endswith("_issuer") and step.kind != "add_issuer" else "cas"])
        if step.kind in _OF_EXISTING and there:
            step = step._replace(key=there[KEYS.index(step.key) % len(there)])
        getattr(self, f"_{step.kind}")(new, step.key, step.other)
        return new

    def _add(self, draft: Draft, key: str, _: str) -> None:
        owner = next(self.numbers)
        permissions = [{"principal": "acm.amazonaws.com"}]
        draft["cas"].setdefault(key, {"owner": owner, "subject": owner, "permissions": permissions})

    def _rename(self, draft: Draft, key: str, other: str) -> None:
        if key in draft["cas"] and other not in draft["cas"]:
            draft["cas"][other] = {**draft["cas"].pop(key), "renamed_from": key}
            for issuer in draft["issuers"].values():
                issuer["ca"] = other if issuer["ca"] == key else issuer["ca"]

    def _drop_renamed_from(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].get(key, {}).pop("renamed_from", None)

    def _forget(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].pop(key, None):
            generation = ca.get("generation", 1)
            forgotten = {"forget": "everything", "generation": generation}
            draft["removed"][key] = "forget" if generation == 1 else forgotten

    def _delete(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].pop(key, None)

    def _drop_removed(self, draft: Draft, key: str, _: str) -> None:
        draft["removed"].pop(key, None)
        draft["removed"].pop(f"issuers.{key}", None)

    def _renew(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["generation"] = ca.get("generation", 1) + 1
            ca.pop("activation", None)

    def _roll_back(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["generation"] = max(1, ca.get("generation", 1) - 1)

    def _stop_permission(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["permissions"] = []

    def _leave_out_permission(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].get(key, {}).pop("permissions", None)

    def _permit(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["permissions"] = [{"principal": "acm.amazonaws.com"}]

    def _replace(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["subject"] = ca["owner"] = next(self.numbers)

    def _unprotect(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca["deletion_protection"] = False

    def _destroy(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].pop(key, None):
            draft["removed"][key] = {"destroy": arn_of(ca["owner"])}

    def _destroy_other(self, draft: Draft, key: str, other: str) -> None:
        if ca := draft["cas"].get(other):
            draft["cas"].pop(key, None)
            draft["removed"][key] = {"destroy": arn_of(ca["owner"])}

    def _hand_over(self, draft: Draft, key: str, _: str) -> None:
        if ca := draft["cas"].get(key):
            ca |= {"activation": "external", "arn": arn_of(ca["owner"])}
            draft["removed"][key] = {"forget": "certificate", "generation": ca.pop("generation", 1)}

    def _move(self, draft: Draft, key: str, other: str) -> None:
        """Give a CA another key with `moves`, as a module, as a resource, or over a third address."""
        if key in draft["cas"]:
            draft["cas"].setdefault(other, draft["cas"].pop(key) if other > key else draft["cas"][key])
            draft["removed"][key] = "forget"
            tail = f".{AUTHORITY}.this" if key < other else ""
            over = [
                f"module.ca_{key}{tail}",
                *(["module.ca_x" + tail] if key == "b" else []),
                f"module.ca_{other}{tail}",
            ]
            draft["moves"] |= dict(pairwise(over))

    def _move_permission(self, draft: Draft, key: str, other: str) -> None:
        self._forget(draft, key, other)
        draft["moves"][f"module.acm_permission_{key}"] = f"module.acm_permission_{other}"

    def _drop_moves(self, draft: Draft, _: str, __: str) -> None:
        draft["moves"] = {}

    def _revert(self, draft: Draft, key: str, _: str) -> None:
        back = min(len(self.earlier), 1 + KEYS.index(key))
        draft.clear()
        draft.update(deepcopy(self.earlier[-back]))

    def _add_issuer(self, draft: Draft, key: str, other: str) -> None:
        if other in draft["cas"]:
            draft["issuers"].setdefault(key, {"owner": next(self.numbers), "ca": other})

    def _rename_issuer(self, draft: Draft, key: str, other: str) -> None:
        if key in draft["issuers"] and other not in draft["issuers"]:
            draft["issuers"][other] = {**draft["issuers"].pop(key), "renamed_from": key}

    def _forget_issuer(self, draft: Draft, key: str, _: str) -> None:
        if draft["issuers"].pop(key, None):
            draft["removed"][f"issuers.{key}"] = "forget"

    def _delete_issuer(self, draft: Draft, key: str, _: str) -> None:
        draft["issuers"].pop(key, None)

    def _import(self, draft: Draft, key: str, _: str) -> None:
        owner = next(self.numbers)
        draft["cas"].setdefault(key, {"owner": owner, "subject": owner, "arn": arn_of(owner), "activation": "external"})

    def _drop_arn(self, draft: Draft, key: str, _: str) -> None:
        draft["cas"].get(key, {}).pop("arn", None)


_OF_EXISTING = frozenset(
    name[1:]
    for name in vars(Editor)
    if name.startswith("_")
    and name not in ("_add", "_add_issuer", "_drop_removed", "_drop_moves", "_revert", "_import")
)
KINDS = tuple(name[1:] for name in vars(Editor) if name.startswith("_") and not name.startswith("__"))


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
        known = {ca["owner"] for ca in self.draft["cas"].values() if "arn" in ca or word == "state"}
        for key, ca in self.draft["cas"].items():
            removal = draft["removed"].get(key)
            typed = removal.get("destroy") if isinstance(removal, dict) else None
            if typed is not None and (typed == arn_of(ca["owner"]) or not known):
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


def content_of(state: Mapping[str, Thing]) -> StateContent:
    """Return what a state of these calls shows."""
    arns = {
        f"module.{call}.{AUTHORITY if _is_ca(call) else 'x'}.this": arn_of(thing.owner) if _is_ca(call) else None
        for call, thing in state.items()
    }
    return StateContent(arns, is_empty=not state)


def _is_ca(call: str) -> bool:
    return call.startswith("ca_") and "_certificate" not in call


def _owners(draft: Draft) -> dict[str, Thing]:
    """Return what each call of a draft stands for."""
    things = {}
    for key, ca in draft["cas"].items():
        own = Thing(ca["owner"], f"CA {ca['subject']}")
        things |= dict.fromkeys((module_names.ca(key), module_names.permission(key)), own)
        things |= {module_names.ca_certificate(key, number): own for number in range(1, ca.get("generation", 1) + 1)}
    return things | {module_names.issuer(key): Thing(each["owner"], "") for key, each in draft["issuers"].items()}


def terraform_plan(state: Mapping[str, Thing], planned: StackPlan, draft: Draft) -> Outcome:
    """Return what Terraform does with a state: it moves first, and what is neither called nor removed is destroyed."""
    values = [file.values for file in planned.files]
    called = [call["name"] for each in values for call in each.get("calls", ())]
    blocks = [block for each in values for block in each.get("blocks", ())]
    moved = [tuple(_text(block.arguments[end]) for end in ("from", "to")) for block in blocks if block.kind == "moved"]
    removed = {_call(_text(block.arguments["from"])) for block in blocks if block.kind == "removed"}
    outcome = Outcome(refused=list(_refusals(called, moved, removed)))
    things = _owners(draft)
    moves, after = {pair[0]: pair[1] for pair in moved}, {}
    for call, thing in state.items():
        target = _follow(call, moves)
        blocked = target != call and target in state and _follow(target, moves) == target
        after[call if blocked else target] = thing
    for call in called:
        old, new = after.get(call), things[call]
        if old is not None and _is_ca(call) and old.identity != new.identity:
            outcome.lost[call] = old
        if old is None and _is_ca(call) and new.owner in [each.owner for name, each in state.items() if _is_ca(name)]:
            outcome.lost[f"{call}, a second time"] = new
        outcome.state[call] = new if old is None else old
    for call, old in after.items():
        if call not in called and call not in removed:
            outcome.lost[call] = old
    outcome.refused += _cycles(after, removed, planned)
    return outcome


def _cycles(after: Mapping[str, Thing], removed: set[str], planned: StackPlan) -> Iterator[str]:
    """Yield each CA whose installed certificate is forgotten while another one is installed: a cycle in Terraform."""
    for name, item in planned.record.items.items():
        section, _, key = name.partition(".")
        if section == "certificate_authorities" and "certificate" in item and module_names.ca(key) in after:
            numbers = [number for number in range(1, 9) if module_names.ca_certificate(key, number) in after]
            if numbers and module_names.ca_certificate(key, numbers[-1]) in removed:
                yield f"cycle: {key}"


def _refusals(called: list[str], moved: list[tuple[str, ...]], removed: set[str]) -> Iterator[str]:
    sources, targets = [old for old, _ in moved], [new for _, new in moved]
    yield from (f"moved twice: {old}" for old in sources if sources.count(old) > 1)
    yield from (f"moved to twice: {new}" for new in targets if targets.count(new) > 1)
    yield from (f"moved and declared: {old}" for old in sources if _call(old) in called)
    yield from (f"removed and declared: {call}" for call in removed if call in called)
    yield from (f"removed and moved: {call}" for call in removed if f"module.{call}" in sources)
    moves = {pair[0]: pair[1] for pair in moved}
    for old in sources:
        seen, now = {old}, moves[old]
        while now in moves and now not in seen:
            seen.add(now)
            now = moves[now]
        if now in seen:
            yield f"circle: {old}"


def _follow(call: str, moves: Mapping[str, str]) -> str:
    """Return the call that an object moves to; a CA may move alone, by the address of its resource."""
    for _ in moves:
        alone = moves.get(f"module.{call}.{AUTHORITY}.this")
        target = alone or moves.get(f"module.{call}")
        if target is None:
            break
        call = _call(target)
    return call


def _text(address: Any) -> str:
    return address.path if isinstance(address, Reference) else addresses.format_address(address)


def _call(address: str) -> str:
    return address.removeprefix("module.").partition(".")[0]

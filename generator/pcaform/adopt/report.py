"""What was proven -> JSON for reviewers and programs with its JSON Schema, and text for people.

It holds addresses, ids, names of arguments and digests: no value of any argument, no output, nothing of a state.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform import __version__
from pcaform.adopt.plan_check import PlanLine
from pcaform.adopt.transaction import ProvenState

Verdict = Literal["proven", "refused"]
Step = Literal["nothing to push", "not pushed", "emitted", "pushed and planned again"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One address of the plan.

    `actions` are Terraform's words, `import_id` the id of an import, `moved_from` the old address of a move.
    `taken_over_id` is the id under which adopt put it into the state. `differing_arguments` are the names of those that
    an apply would change, and `classes` the ones that cover them all.
    """

    address: str
    actions: tuple[str, ...]
    import_id: str | None
    moved_from: str | None
    taken_over_id: str | None
    differing_arguments: tuple[str, ...]
    classes: tuple[str, ...]
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 of the plan in JSON, of the state before and after, and of the stack's files."""

    plan: str
    state_before: str
    state_after: str
    stack: str


@dataclass(frozen=True, slots=True)
class Versions:
    """What proved it."""

    pcaform: str
    terraform: str
    provider: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What `pcaform adopt --proof` writes; the first part of `format_version` grows when a reader could break.

    `outputs` are the outputs whose value an apply writes to the state. `reasons` say what refuses the plan as a whole.
    """

    format_version: Literal["1.0"]
    verdict: Verdict
    step: Step
    made_at: str
    stack: str
    workspace: str
    account_id: str
    region: str
    accepted_classes: tuple[str, ...]
    resources: tuple[Resource, ...]
    outputs: tuple[str, ...]
    reasons: tuple[str, ...]
    digests: Digests
    versions: Versions


@dataclass(frozen=True, slots=True)
class ProofContext:
    """What a proof says beside the plan: where it was made, of what, and with what."""

    stack: str
    workspace: str
    account_id: str
    region: str
    accepted: tuple[str, ...]
    files: Mapping[str, bytes]
    terraform: str
    provider: str


_PROOF = TypeAdapter(Proof)


def build_proof(proven: ProvenState, circumstances: ProofContext, step: Step) -> Proof:
    """Return the proof of what was proven."""
    result = proven.result
    ids = {entry.address: entry.id for entry in proven.entries}
    return Proof(
        format_version="1.0",
        verdict="proven" if result.is_accepted else "refused",
        step=step,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        stack=circumstances.stack,
        workspace=circumstances.workspace,
        account_id=circumstances.account_id,
        region=circumstances.region,
        accepted_classes=circumstances.accepted,
        resources=tuple(_resource(line, ids.get(line.address)) for line in result.lines),
        outputs=result.outputs,
        reasons=result.doubts,
        digests=Digests(
            plan=_digest(json.dumps(proven.plan, sort_keys=True).encode()),
            state_before=_digest(proven.before),
            state_after=_digest(proven.after),
            stack=_digest_of_files(circumstances.files),
        ),
        versions=Versions(__version__, circumstances.terraform, circumstances.provider),
    )


def format_json(found: Proof) -> str:
    """Return one JSON document, as `json_schema` describes it."""
    return _PROOF.dump_json(found, indent=2).decode() + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a proof, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_PROOF.json_schema(mode="serialization")}


def format_text(found: Proof) -> str:
    """Return a line for each address that the plan does something with, then the count."""
    return "\n".join([*(line for each in found.resources if (line := _line(each))), summary(found.resources)])


def summary(resources: Sequence[Resource]) -> str:
    """Return the count in Terraform's words, with what adopt itself takes over."""
    counts = {
        "to import": sum(each.import_id is not None for each in resources),
        "taken over": sum(each.taken_over_id is not None for each in resources),
        "to move": sum(each.moved_from is not None for each in resources),
        "to add": sum("create" in each.actions for each in resources),
        "to change": sum("update" in each.actions for each in resources),
        "to destroy": sum("delete" in each.actions for each in resources),
    }
    optional = ("taken over", "to move")
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count or word not in optional)


def _resource(line: PlanLine, taken: str | None) -> Resource:
    return Resource(
        address=line.address,
        actions=line.actions,
        import_id=line.importing,
        moved_from=line.moved_from,
        taken_over_id=taken,
        differing_arguments=line.arguments,
        classes=line.classes,
        is_accepted=line.is_accepted,
    )


def _line(each: Resource) -> str:
    done = [
        f"imported by {each.import_id}" if each.import_id else "",
        f"taken over as {each.taken_over_id}" if each.taken_over_id else "",
        f"moved from {each.moved_from}" if each.moved_from else "",
        _changed(each),
    ]
    told = ", ".join(part for part in done if part)
    return f"{each.address}: {told}" if told else ""


def _changed(each: Resource) -> str:
    if each.actions in (("no-op",), ("read",)):
        return ""
    arguments = f" of {', '.join(each.differing_arguments)}" if each.differing_arguments else ""
    covered = f" [{', '.join(each.classes)}]" if each.classes else ""
    return f"{'' if each.is_accepted else 'REFUSED: '}{' and '.join(each.actions)}{arguments}{covered}"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _digest_of_files(files: Mapping[str, bytes]) -> str:
    return _digest("".join(f"{_digest(files[path])}  {path}\n" for path in sorted(files)).encode())

"""The proof of an adoption: what its JSON holds, and its text.

It contains addresses, ids, argument names and digests, but no argument values, outputs or state content.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pcaform import __version__
from pcaform.adopt.backend import read_files
from pcaform.adopt.session import Session
from pcaform.adopt.transaction import CLASSES, TRUST, AdoptCheck, PlanLine, ProvenState
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.renewal import certificate_problem
from pcaform.iam.normalize import describe_policy_difference
from pcaform.sources.inventory import Inventory
from pcaform.terraform import resource_types as types

Verdict = Literal["proven", "refused"]
_TAGS_OPTION = "'pcaform adopt' then needs --accept tags"
_POLICY_ADVICE = (
    "to keep what AWS has, write it into the spec: for an issuer's policy 'pcaform import aws --into SPEC' does so. To "
    "have what the stack has, change it at AWS first"
)
HOLDERS = {
    **dict.fromkeys((types.IAM_USER_POLICY, types.IAM_USER_POLICY_ATTACHMENT), "user"),
    **dict.fromkeys((types.IAM_ROLE_POLICY, types.IAM_ROLE_POLICY_ATTACHMENT), "role"),
}
"""Resource type -> the attribute with who has the policy."""
Step = Literal["nothing to push", "not pushed", "emitted", "pushed and planned again"]


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 of the plan in JSON, of the state before and after, and of the stack's files."""

    plan: str
    state_before: str
    state_after: str
    stack: str


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions that made the proof."""

    pcaform: str
    terraform: str
    provider: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What `pcaform adopt --proof` writes.

    `outputs` are the outputs whose value an apply writes to the state. `reasons` say why the whole plan is refused,
    `warnings` what is wrong with what is taken over, and stays so.
    """

    format_version: Literal["1.1"]
    verdict: Verdict
    step: Step
    made_at: str
    stack: str
    workspace: str
    account_id: str
    region: str
    accepted_classes: tuple[str, ...]
    resources: tuple[PlanLine, ...]
    outputs: tuple[str, ...]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    digests: Digests
    versions: Versions


def build_proof(proven: ProvenState, session: Session, accepted: Iterable[str]) -> Proof:
    """Build the proof of a proven state, of which nothing is pushed yet."""
    result, terraform, provider = proven.result, session.terraform, session.providers[0]
    ids = {entry.address: entry.id for entry in proven.entries}
    contents = read_files(terraform.directory, terraform.environment)
    files = (f"{_digest(content)}  {path}\n" for path, content in sorted(contents.items()))
    return Proof(
        format_version="1.1",
        verdict="proven" if result.is_accepted else "refused",
        step="not pushed",
        made_at=_now(),
        stack=terraform.directory.resolve().name,
        workspace=session.workspace,
        account_id=provider.account_id,
        region=provider.region,
        accepted_classes=tuple(sorted(set(accepted))),
        resources=tuple(replace(line, taken_over_id=ids.get(line.address)) for line in result.lines),
        outputs=result.outputs,
        reasons=result.reasons,
        warnings=tuple(list_warnings(proven.plan)),
        digests=Digests(
            plan=_digest(json.dumps(proven.plan, sort_keys=True).encode()),
            state_before=_digest(proven.before),
            state_after=_digest(proven.after),
            stack=_digest("".join(files).encode()),
        ),
        versions=Versions(__version__, terraform.version(), session.provider_version),
    )


def conclude_proof(proof: Proof, step: Step) -> Proof:
    """Return the proof with the last step that was taken, and when."""
    return replace(proof, step=step, made_at=_now())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def format_lines(proof: Proof) -> Iterator[str]:
    """Yield a line for each address that the plan changes, imports or moves, then warnings and the counts."""
    yield from filter(None, map(_format_resource, proof.resources))
    yield from (f"warning: {each}" for each in proof.warnings)
    yield summary(proof.resources)


def summary(resources: Sequence[PlanLine]) -> str:
    """Return the counts in Terraform's words, plus the resources that adopt itself takes over."""
    counts = {
        "to import": sum(each.import_id is not None for each in resources),
        "taken over": sum(each.taken_over_id is not None for each in resources),
        "to move": sum(each.moved_from is not None for each in resources),
        "to forget": sum(each.actions == ("forget",) for each in resources),
        "to add": sum("create" in each.actions for each in resources),
        "to change": sum("update" in each.actions for each in resources),
        "to destroy": sum("delete" in each.actions for each in resources),
    }
    optional = ("taken over", "to move", "to forget")
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count or word not in optional)


def describe_refused_policies(plan: Mapping[str, Any], result: AdoptCheck) -> Iterator[str]:
    """Yield how policies that a refused plan would change differ, statement by statement, and what to do."""
    refused = {line.address for line in result.refused}
    for record in plan.get("resource_changes", []):
        change = record["change"]
        for name in (TRUST, *CLASSES["wording"]) if record["address"] in refused else ():
            before, after = ((change.get(side) or {}).get(name) for side in ("before", "after"))
            if isinstance(before, str) and isinstance(after, str) and before != after:
                with suppress(*PARTIAL_DATA_ERRORS):
                    differences = list(describe_policy_difference(before, after))
                    what = "'-' only AWS has, '+' only the stack has" if differences else "the same in other words"
                    yield f"{record['address']}: {name}: {what}"
                    yield from differences
                    yield from [_POLICY_ADVICE] if differences else ()


def list_warnings(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with certificates of ACM: a plan without changes does not show that one was never issued."""
    for record in plan.get("resource_changes", []):
        if record["type"] == types.ACM_CERTIFICATE and (
            problem := certificate_problem(record["change"].get("before") or {})
        ):
            yield f"{record['address']}: {problem}"


def _format_resource(resource: PlanLine) -> str:
    parts = [
        f"imported by {resource.import_id}" if resource.import_id else "",
        f"taken over as {resource.taken_over_id}" if resource.taken_over_id else "",
        f"moved from {resource.moved_from}" if resource.moved_from else "",
        _format_change(resource),
    ]
    text = ", ".join(part for part in parts if part)
    return f"{resource.address}: {text}" if text else ""


def _format_change(resource: PlanLine) -> str:
    if resource.actions in (("no-op",), ("read",)):
        return ""
    arguments = f" of {', '.join(resource.differing_arguments)}" if resource.differing_arguments else ""
    classes = f" [{', '.join(resource.classes)}]" if resource.classes else ""
    return f"{'' if resource.is_accepted else 'REFUSED: '}{' and '.join(resource.actions)}{arguments}{classes}"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def build_policy_notice(inventory: Inventory) -> str | None:
    """Return a notice of `import aws` about issuers whose policies a stack makes anew, None if there are none."""
    held = [(each, name) for kind, name in HOLDERS.items() for each in inventory.of_type(kind)]
    times = Counter(each.attributes.get("policy_arn") for each, _ in held)
    names = {
        each.attributes[name]
        for each, name in held
        if "policy_arn" not in each.attributes or times[each.attributes["policy_arn"]] > 1
    }
    if not names:
        return None
    return (
        f"{', '.join(sorted(names))}: inline and shared policies stay, and a stack adds its own beside them, which "
        "'pcaform adopt' refuses: take these issuers out of the spec until the rest is adopted"
    )


def build_tag_notice(inventory: Inventory, defaults: Mapping[str, str]) -> str | None:
    """Return a notice of `import aws` about the default tags of a spec, None if all imported CAs have them.

    A provider adds its default tags to all resources that it manages; those made outside Terraform do not have them.
    """
    own = [ca for ca in inventory.of_type(types.AUTHORITY) if not ca.is_reference]
    if own and not defaults:
        return f"if you add aws.default_tags, the next apply changes the tags of these CAs: {_TAGS_OPTION}"
    seen = [ca.attributes.get("tags_all", ca.attributes.get("tags")) for ca in own]
    lacking = [tags for tags in seen if tags is not None and not defaults.items() <= tags.items()]  # None is unread
    if not lacking:
        return None
    names = ", ".join(sorted(defaults))
    subject = "1 CA lacks" if len(lacking) == 1 else f"{len(lacking)} CAs lack"
    return f"{subject} the default tags of the spec ({names}), and the next apply adds them: {_TAGS_OPTION}"

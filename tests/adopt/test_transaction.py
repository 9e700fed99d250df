"""Taking over on a model of a backend: killed after each step, and with another writer between any two of them."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from adopt.backends import Backend, resource
from pcaform.adopt.permissions import Grant
from pcaform.adopt.transaction import Environment, NotRestored, prove, push
from pcaform.core.problems import Failure

ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
ACTIONS = ["GetCertificate", "IssueCertificate", "ListPermissions"]
ADDRESS = "aws_acmpca_permission.taken"
STEPS = ("pull", "keep", "prove", "look again", "push", "plan", "pull again", "restore")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class World:
    """The shared state with its other writers, and what plans say; `after` is how the plan after the push ends."""

    backend: Backend
    after: str = "accepted"
    breaks: str = ""
    killed_at: str | None = None
    writes: Mapping[str, str] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)

    def ground(self) -> Environment:
        return Environment(
            pull=self.backend.pull,
            push=self.push,
            plan_of=lambda state: plan(_names(state)),
            plan=self.plan,
            grants=lambda found, _: [Grant(entry, {"Actions": ACTIONS}) for entry in found],
            keep=self.kept.__setitem__,
            iam="arn:aws:iam::123456789012",
            between=self.between,
        )

    def push(self, content: bytes) -> None:
        if self.breaks == "before":
            raise Failure("no connection")
        self.backend.push(content)
        if self.breaks == "after":
            raise Failure("the connection broke")

    def plan(self) -> Any:
        if self.after == "failed":
            raise Failure("no plan")
        return plan(self.backend.names(), errored=self.after == "refused")

    def between(self, step: str) -> None:
        if step in self.writes and step not in self.reached:
            kind = self.writes[step]
            self.backend.write(*[f"of-{step.replace(' ', '-')}"][: kind == "adds"], without=kind == "empties")
        self.reached.append(step)
        if step == self.killed_at:
            raise Killed


def _names(state: bytes) -> list[str]:
    return [each["name"] for each in json.loads(state or b'{"resources": []}')["resources"]]


def plan(names: list[str], *, errored: bool = False) -> Any:
    """Return a plan that creates the permission unless the state has it."""
    after = {"certificate_authority_arn": ARN, "principal": "acm.amazonaws.com", "actions": ACTIONS}
    change = {
        "address": ADDRESS,
        "type": "aws_acmpca_permission",
        "name": "taken",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["no-op" if "taken" in names else "create"], "before": None, "after": after},
    }
    configured = {
        "type": "aws_acmpca_permission",
        "name": "taken",
        "provider_config_key": "aws",
        "schema_version": 0,
    }
    return {
        "errored": errored,
        "complete": True,
        "resource_changes": [change],
        "configuration": {"root_module": {"resources": [configured]}, "provider_config": {"aws": {}}},
    }


def backends() -> Iterator[Backend]:
    yield Backend()
    yield Backend(gives_lineage=True)
    yield Backend(stored={"version": 4, "serial": 7, "lineage": "L", "outputs": {}, "resources": [resource("old")]})


def worlds() -> Iterator[World]:
    """Yield every combination: a backend, one or two writers, a kill, and what becomes of push and plan."""
    places = itertools.chain.from_iterable(itertools.combinations(STEPS, count) for count in (0, 1, 2))
    for places_, killed_at in itertools.product(list(places), (None, *STEPS)):
        for after, breaks in itertools.product(("accepted", "refused", "failed"), ("", "before", "after")):
            for kinds in itertools.product(("adds", "empties"), repeat=len(places_)):
                for backend in backends():
                    yield World(backend, after, breaks, killed_at, dict(zip(places_, kinds, strict=True)))


def outcome(world: World) -> str:
    """Take over in a world; return how it ended."""
    ground = world.ground()
    try:
        push(ground, prove(ground))
    except Killed:
        return "killed"
    except NotRestored:
        return "unrestored"
    except Failure as failure:
        return "put back" if "was put back" in str(failure) else "stopped"
    return "adopted"


def test_whatever_happens_the_shared_state_is_as_it_was_or_proven() -> None:
    count = 0
    for world in worlds():
        before = world.backend.names()
        ended = outcome(world)
        count += 1
        told = (world.writes, world.killed_at, world.after, world.breaks, ended, world.reached, world.backend.names())
        if "empties" in {world.writes.get("look again"), world.writes.get("pull again")}:
            continue  # see docs/decisions/adopt.md: onto a state emptied in that moment Terraform pushes anything
        done = [step for step in world.writes if step in world.reached]
        assert set(world.backend.names()) <= {*before, "taken", *(f"of-{step.replace(' ', '-')}" for step in done)}, (
            told
        )
        assert world.backend.serials == sorted(world.backend.serials), told
        _nothing_is_lost(world, before, done, told)
        if not done:
            assert world.backend.names() == _expected(ended, world, before), told
    assert count > 10_000


def _nothing_is_lost(world: World, before: list[str], done: list[str], told: Any) -> None:
    """Assert that what other writers stored last is there, whatever else is."""
    found = list(before)
    for step in sorted(done, key=world.reached.index):
        found = [] if world.writes[step] == "empties" else [*found, f"of-{step.replace(' ', '-')}"]
    assert [name for name in world.backend.names() if name != "taken"] == found, told


def _expected(ended: str, world: World, before: list[str]) -> list[str]:
    """Return what is stored in the end where nobody else has written."""
    is_pushed = "push" in world.reached and "restore" not in world.reached
    assert ended in {"adopted", "killed", "stopped", "put back", "unrestored"}
    if ended in {"put back", "stopped"}:
        assert not is_pushed
    if ended == "unrestored":
        assert world.breaks == "after"
        return world.backend.names()
    return [*before, "taken"] if is_pushed else before


@pytest.mark.parametrize("step", ["pull", "keep", "prove", "look again"])
def test_a_writer_before_the_push_stops_it(step: str) -> None:
    world = World(next(backends()), writes={step: "adds"})
    with pytest.raises(Failure, match=r"(?s)(written the state|cannot import state).*nothing was changed"):
        push(world.ground(), prove(world.ground()))
    assert world.backend.names() == [f"of-{step.replace(' ', '-')}"]


@pytest.mark.parametrize("step", ["push", "plan"])
def test_after_somebody_wrote_nothing_is_put_back(step: str) -> None:
    world = World(next(backends()), after="refused", writes={step: "adds"})
    with pytest.raises(NotRestored, match="somebody has written the state since, so it was left as it is"):
        push(world.ground(), prove(world.ground()))
    assert world.backend.names() == ["taken", f"of-{step}"]


def test_a_push_that_arrived_before_the_connection_broke_counts() -> None:
    world = World(next(backends()), breaks="after")
    assert outcome(world) == "adopted"
    assert world.backend.names() == ["taken"]


@pytest.mark.parametrize(("after", "why"), [("refused", "is not the proven one"), ("failed", "after the push failed")])
def test_a_second_plan_that_differs_puts_the_state_back(after: str, why: str) -> None:
    world = World(list(backends())[2], after=after)
    with pytest.raises(Failure, match=rf"(?s){why}.*the state of before was put back"):
        push(world.ground(), prove(world.ground()))
    assert (world.backend.names(), world.backend.serials[-1]) == (["old"], 11)


def test_a_copy_that_cannot_be_kept_stops_before_anything_is_planned() -> None:
    world = World(next(backends()))

    def full(_: str, __: bytes) -> None:
        raise Failure("no space left")

    ground = Environment(
        pull=world.backend.pull,
        push=world.push,
        plan_of=lambda _: pytest.fail("planned"),
        plan=world.plan,
        grants=lambda _, __: [],
        keep=full,
        iam="",
    )
    with pytest.raises(Failure, match="no space left\nnothing was changed"):
        prove(ground)

"""Adopting with a model of a backend: killed after each step, and with other writers between any two steps."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    """Ends the run, as a killed process does."""


@dataclass
class Simulation:
    """The shared state with its other writers, and the results of plans; `after` is that of the plan after the push."""

    backend: Backend
    after: str = "accepted"
    breaks: str = ""
    killed_at: str | None = None
    writes: Mapping[str, str] = field(default_factory=dict)
    copies: dict[str, bytes] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)
    pulls: int = 0

    def environment(self) -> Environment:
        return Environment(
            pull=self.pull,
            push=self.push,
            plan_scratch=self.prove,
            plan_shared=self.plan,
            find_grants=lambda entries, _: [Grant(entry, {"Actions": ACTIONS}) for entry in entries],
            save_copy=self.save_copy,
            iam="arn:aws:iam::123456789012",
        )

    def pull(self) -> bytes:
        """Pull, then do what comes after this step; a push that breaks is followed by a pull that looks for it."""
        content = self.backend.pull()
        looks = {"": (), "before": ("",), "after": ("push",)}[self.breaks]
        steps = ("pull", "look again", *looks, "pull again")
        self.pulls += 1
        self.after_step(steps[self.pulls - 1])
        return content

    def prove(self, state: bytes) -> Any:
        planned = plan(_names(state))
        self.after_step("prove")
        return planned

    def save_copy(self, name: str, content: bytes) -> None:
        self.copies[name] = content
        self.after_step("keep" if name == "before.tfstate" else "")

    def push(self, content: bytes) -> None:
        if self.breaks == "before":
            raise Failure("no connection")
        self.backend.push(content)
        if self.breaks == "after":
            raise Failure("the connection broke")
        self.after_step("restore" if "push" in self.reached else "push")

    def plan(self) -> Any:
        if self.after == "failed":
            raise Failure("no plan")
        planned = plan(self.backend.names(), errored=self.after == "refused")
        self.after_step("plan")
        return planned

    def after_step(self, step: str) -> None:
        """Write as another run, or kill this one, where that is to happen after a step."""
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
    block = {
        "type": "aws_acmpca_permission",
        "name": "taken",
        "provider_config_key": "aws",
        "schema_version": 0,
    }
    return {
        "errored": errored,
        "complete": True,
        "resource_changes": [change],
        "configuration": {"root_module": {"resources": [block]}, "provider_config": {"aws": {}}},
    }


def backends() -> Iterator[Backend]:
    yield Backend()
    yield Backend(gives_lineage=True)
    yield Backend(stored={"version": 4, "serial": 7, "lineage": "L", "outputs": {}, "resources": [resource("old")]})


def simulations() -> Iterator[Simulation]:
    """Yield every combination of a backend, up to two other writers, a kill, and results of push and plan."""
    writes = itertools.chain.from_iterable(itertools.combinations(STEPS, count) for count in (0, 1, 2))
    for steps, killed_at in itertools.product(list(writes), (None, *STEPS)):
        for after, breaks in itertools.product(("accepted", "refused", "failed"), ("", "before", "after")):
            for kinds in itertools.product(("adds", "empties"), repeat=len(steps)):
                for backend in backends():
                    yield Simulation(backend, after, breaks, killed_at, dict(zip(steps, kinds, strict=True)))


def outcome(simulation: Simulation) -> str:
    """Adopt in a simulation; return how it ended."""
    environment = simulation.environment()
    try:
        push(environment, prove(environment))
    except Killed:
        return "killed"
    except NotRestored:
        return "unrestored"
    except Failure as failure:
        return "restored" if "was restored" in str(failure) else "stopped"
    return "adopted"


def test_shared_state_is_always_unchanged_restored_or_proven() -> None:
    count = 0
    for simulation in simulations():
        before = simulation.backend.names()
        ended = outcome(simulation)
        count += 1
        case = (
            simulation.writes,
            simulation.killed_at,
            simulation.after,
            simulation.breaks,
            ended,
            simulation.reached,
            simulation.backend.names(),
        )
        if "empties" in {simulation.writes.get("look again"), simulation.writes.get("pull again")}:
            continue  # see docs/decisions/adopt.md: onto a state emptied in that moment Terraform pushes anything
        done = [step for step in simulation.writes if step in simulation.reached]
        assert set(simulation.backend.names()) <= {
            *before,
            "taken",
            *(f"of-{step.replace(' ', '-')}" for step in done),
        }, case
        assert simulation.backend.serials == sorted(simulation.backend.serials), case
        _nothing_is_lost(simulation, before, done, case)
        if not done:
            assert simulation.backend.names() == _expected(ended, simulation, before), case
    assert count > 10_000


def _nothing_is_lost(simulation: Simulation, before: list[str], done: list[str], case: Any) -> None:
    """Assert that the state still has what other writers stored last."""
    names = list(before)
    for step in sorted(done, key=simulation.reached.index):
        names = [] if simulation.writes[step] == "empties" else [*names, f"of-{step.replace(' ', '-')}"]
    assert [name for name in simulation.backend.names() if name != "taken"] == names, case


def _expected(ended: str, simulation: Simulation, before: list[str]) -> list[str]:
    """Return the names in the state at the end if there was no other writer."""
    is_pushed = "push" in simulation.reached and "restore" not in simulation.reached
    assert ended in {"adopted", "killed", "stopped", "restored", "unrestored"}
    if ended in {"restored", "stopped"}:
        assert not is_pushed
    if ended == "unrestored":
        assert simulation.breaks == "after"
        return simulation.backend.names()
    return [*before, "taken"] if is_pushed else before


@pytest.mark.parametrize("step", ["pull", "keep", "prove", "look again"])
def test_write_before_the_push_stops_it(step: str) -> None:
    simulation = Simulation(next(backends()), writes={step: "adds"})
    with pytest.raises(Failure, match=r"(?s)(written the state|cannot import state).*nothing was changed"):
        push(simulation.environment(), prove(simulation.environment()))
    assert simulation.backend.names() == [f"of-{step.replace(' ', '-')}"]


def test_checks_in_another_order_are_not_another_write() -> None:
    """Terraform writes the results of validations in any order: two pulls of the same state differ."""
    simulation = Simulation(next(backends()))
    simulation.backend.write("mine")
    checks = [{"config_addr": f"var.{name}", "object_kind": "var", "status": "pass", "objects": None} for name in "ab"]
    orders = itertools.cycle([checks, checks[::-1]])

    def pull() -> bytes:
        return json.dumps({**json.loads(simulation.backend.pull()), "check_results": next(orders)}).encode()

    environment = replace(simulation.environment(), pull=pull)
    push(environment, prove(environment))
    assert simulation.backend.names() == ["mine", "taken"]


@pytest.mark.parametrize("step", ["push", "plan"])
def test_state_is_not_restored_over_another_write(step: str) -> None:
    simulation = Simulation(next(backends()), after="refused", writes={step: "adds"})
    with pytest.raises(NotRestored, match="another run has written the state since, so it was left unchanged"):
        push(simulation.environment(), prove(simulation.environment()))
    assert simulation.backend.names() == ["taken", f"of-{step}"]


def test_push_with_a_broken_connection_counts_if_stored() -> None:
    simulation = Simulation(next(backends()), breaks="after")
    assert outcome(simulation) == "adopted"
    assert simulation.backend.names() == ["taken"]


@pytest.mark.parametrize(("after", "why"), [("refused", "is not the proven one"), ("failed", "after the push failed")])
def test_different_second_plan_restores_the_state(after: str, why: str) -> None:
    simulation = Simulation(list(backends())[2], after=after)
    with pytest.raises(Failure, match=rf"(?s){why}.*the previous state was restored"):
        push(simulation.environment(), prove(simulation.environment()))
    assert (simulation.backend.names(), simulation.backend.serials[-1]) == (["old"], 11)


def test_unwritable_copy_stops_before_planning() -> None:
    simulation = Simulation(next(backends()))

    def fail(_: str, __: bytes) -> None:
        raise Failure("no space left")

    environment = Environment(
        pull=simulation.backend.pull,
        push=simulation.push,
        plan_scratch=lambda _: pytest.fail("planned"),
        plan_shared=simulation.plan,
        find_grants=lambda _, __: [],
        save_copy=fail,
        iam="",
    )
    with pytest.raises(Failure, match="no space left\nnothing was changed"):
        prove(environment)

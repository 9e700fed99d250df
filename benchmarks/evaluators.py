"""How others decide generated requests: writes those on which two other evaluators agree, and the rest apart.

Needs what this project does not depend on: `pip install ministack`, and Node with `npm install
@cloud-copilot/iam-simulate`; see docs/decisions/policy-evaluator.md. Run with the number of worlds, the node_modules,
and the file for the worlds on which somebody disagrees; `PYTHONPATH=tests` lets it find the generator of worlds.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from ministack.core import iam_evaluator

from iam.evaluator.strategies import HOME, World, a_world, decide, policy

AGREED = Path(__file__).parents[1] / "tests" / "iam" / "agreed.jsonl"
SCRIPT = Path(__file__).with_suffix(".js")
KEPT, LONGEST = 100, 1000
WORDS = {
    "Allow": "allow",
    "Deny": "explicit deny",
    "ImplicitDeny": "implicit deny",
    "Allowed": "allow",
    "ExplicitlyDenied": "explicit deny",
    "ImplicitlyDenied": "implicit deny",
}


def decide_with_ministack(world: World) -> str:
    """Decide a world as ministack's request handler does: first the caller's side, then the resource's policy."""
    request = world["request"]
    context = iam_evaluator.EvalContext(
        principal_arn=request["principal"],
        principal_type="AssumedRole" if request["role"] else "User",
        principal_account=HOME,
        action=request["action"],
        resource_arn=request["resource"],
        region="eu-west-1",
        service_context={key: found if key == "x:list" else found[0] for key, found in request["context"].items()},
    )
    layers = [
        None if world[kind] is None else [iam_evaluator.parse_policy_document(policy(world[kind]))]
        for kind in ("identity", "boundary", "session")
    ]
    limits = [layer for layer in layers[1:] if layer is not None]
    found = iam_evaluator.evaluate(context, layers[0], *limits)
    if world["resource"] is not None or request["owner"] != HOME:
        own = policy(world["resource"] or [])
        found = iam_evaluator.combine_resource_policy(found, context, own, request["owner"], limits=tuple(limits))
    return WORDS[found.decision]


class Simulator:
    """One long-lived Node process that decides worlds with iam-simulate, a line of JSON each."""

    def __init__(self, node_modules: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(SCRIPT), node_modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def decide(self, world: World) -> str:
        """Decide one world."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(world)}\n")
        return WORDS[json.loads(self._process.stdout.readline())]


def main(count: int, node_modules: str, disagreements: Path) -> None:
    """Generate worlds, decide each three times, print how often all agree, and write both files."""
    simulator, totals, agreed = Simulator(node_modules), Counter[str](), list[dict[str, Any]]()

    with disagreements.open("w", encoding="utf-8") as apart:

        @seed(1)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(a_world())
        def compare(world: World) -> None:
            found = {"ours": str(decide(world)), "ministack": decide_with_ministack(world)}
            found["iam-simulate"] = simulator.decide(world)
            totals.update(name for name, decision in found.items() if decision == found["ours"])
            if len(set(found.values())) > 1:
                apart.write(f"{json.dumps({**found, 'world': world})}\n")
            else:
                agreed.append({"decision": found["ours"], "world": world})

        compare()
    print(f"{totals['ours']} worlds; as ours: {totals['iam-simulate']} iam-simulate, {totals['ministack']} ministack")
    AGREED.write_text("".join(f"{json.dumps(one)}\n" for one in chosen(agreed)), encoding="utf-8")


def chosen(agreed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choose equally many worlds for each decision: short ones with conditions, from all over the run."""
    short = [one for one in agreed if "Condition" in (text := json.dumps(one)) and len(text) <= LONGEST]
    by_decision = {word: [one for one in short if one["decision"] == word] for word in sorted(set(WORDS.values()))}
    return [one for found in by_decision.values() for one in found[:: max(1, len(found) // KEPT)][:KEPT]]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))

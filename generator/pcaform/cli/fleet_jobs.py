"""The jobs of a fleet's pipeline: one for each stack, by level; as matrices, jobs of GitLab, projects of Atlantis."""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pcaform.cli.fleet import list_levels
from pcaform.cli.guard_base import list_parts
from pcaform.core import facts
from pcaform.core.console import print_result
from pcaform.rules.together import SpecFile
from pcaform.spec.references import needed_stacks
from pcaform.spec.stack import Spec

MAX_JOBS = 256
"""https://docs.github.com/en/actions/reference/limits: jobs of one matrix."""
Job = Mapping[str, Any]


def list_jobs(specs: Sequence[SpecFile], names: Collection[str] | None = None) -> list[list[Job]]:
    """Return by level what the job of each stack is told, or only of the named ones.

    A `name` has '+' for each '/', which no artifact can have; `audit` is true once for each account and region.
    """
    audited: set[tuple[str, str]] = set()

    def tell(path: str, spec: Spec) -> Job:
        place = (spec.aws.account_id, spec.aws.region)
        is_first = place not in audited
        audited.add(place)
        return {
            "name": spec.stack.replace("/", "+"),
            "stack": spec.stack,
            "spec": path,
            "partition": facts.partition(spec.aws.region),
            "account_id": spec.aws.account_id,
            "region": spec.aws.region,
            "audit": is_first,
        }

    return [
        [tell(path, spec) for path, spec, _ in level if names is None or spec.stack in names]
        for level in list_levels(specs)
    ]


def list_matrices(levels: Sequence[Sequence[Job]]) -> Iterator[tuple[str, list[str], Sequence[Job]]]:
    """Yield each matrix: its key, the jobs of a workflow that it waits for, and its own jobs."""
    before: list[str] = []
    for number, jobs in enumerate(levels):
        shards = [jobs[start : start + MAX_JOBS] for start in range(0, len(jobs), MAX_JOBS)]
        keys = [f"{number}_{shard}" for shard in range(len(shards))]
        yield from ((key, ["check", *before], shard) for key, shard in zip(keys, shards, strict=True))
        before += [f"stacks_{key}" for key in keys]


def format_matrices(levels: Sequence[Sequence[Job]]) -> str:
    """Return the outputs of a job of GitHub Actions: a line for each matrix, none where there is no stack."""
    matrices = list_matrices(levels)
    return "\n".join(f"matrix_{key}={json.dumps(jobs, separators=(',', ':'))}" for key, _, jobs in matrices)


def format_child(levels: Sequence[Sequence[Job]]) -> str:
    """Return a pipeline of GitLab, as JSON, which is YAML: plans, then applies, level by level; and the look at AWS."""
    numbers = [number for number, jobs in enumerate(levels) if jobs]
    stages = [f"{step} {number}" for number in numbers for step in ("plan", "apply")]
    child: dict[str, Any] = {
        "include": [{"local": "/.gitlab/pcaform-stacks.yml"}],
        "stages": [*stages, "drift"],
    }
    for number in numbers:
        for job in levels[number]:
            stack = job["stack"]
            variables = {
                "STACK_NAME": stack,
                "SPEC": job["spec"],
                "PARTITION": job["partition"],
                "ACCOUNT_ID": job["account_id"],
                "AWS_REGION": job["region"],
                "AUDIT": "1" if job["audit"] else "",
            }
            plan, common = f"plan {stack}", {"variables": variables}
            child[plan] = {"extends": ".plan", "stage": f"plan {number}", "dependencies": [], **common}
            waiting = {"dependencies": [plan], "resource_group": f"pcaform/{stack}"}
            child[f"apply {stack}"] = {"extends": ".apply", "stage": f"apply {number}", **waiting, **common}
            child[f"drift {stack}"] = {"extends": ".drift", "stage": "drift", "dependencies": [], **common}
    if not numbers:
        child["nothing"] = {"stage": "drift", "script": ["echo no stack is touched"]}
    return json.dumps(child, indent=1)


def print_jobs(form: str, specs: Sequence[SpecFile], names: Collection[str] | None = None) -> None:
    """Print the jobs of all stacks, or of the named ones; nothing where there is no matrix."""
    levels = list_jobs(specs, names)
    if text := format_child(levels) if form == "gitlab" else format_matrices(levels):
        print_result(text)


def list_projects(specs: Sequence[SpecFile], stacks: str) -> Iterator[Job]:
    """Yield each stack as a project of Atlantis: its directory, its level, and the files that its plan depends on."""
    by_stack = {spec.stack: (path, spec, document) for path, spec, document in specs}
    for level, jobs in enumerate(list_jobs(specs)):
        for job in jobs:
            path, spec, document = by_stack[job["stack"]]
            directory = f"{stacks}/{spec.stack}"
            others = [os.path.realpath(path), *list_parts(path, spec, document)]
            yield {
                **job,
                "dir": directory,
                "level": level,
                "needs": [each for each in needed_stacks(spec) if each in by_stack],
                "shared": os.path.relpath(f"{stacks}/modules", directory),
                "parts": [os.path.relpath(each, os.path.realpath(directory)) for each in dict.fromkeys(others)],
            }

"""The results of all benchmarks: what was measured and when, kept in last.json, and compared with what was there.

A ratio is ours divided by another's in the same run, so more is worse. It is worse than its last one where the two
ranges of runs do not meet and their medians differ by more than a tenth; a range of one run is taken as wider than it
is. A result that is worse keeps what it is worse than, until it is as good again or somebody accepts it.
"""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processes import Usage

from pcaform.terraform.runner import TerraformMissing, find_binary

LAST = Path(__file__).with_name("last.json")
TOLERANCE = 1.1
"""How much worse a median may be."""
OF_ONE_RUN = 1.2
"""By what the range of a single run is widened, on both sides."""


@dataclass(frozen=True, slots=True)
class Result:
    """What runs of one thing took at one size, and for each other thing by how much more that was."""

    name: str
    size: int
    unit: str
    runs: Sequence[Usage]
    ratios: dict[str, Sequence[float]] = field(default_factory=dict)


def ratios(ours: Sequence[Usage], theirs: Sequence[Usage], *, clock: str = "cpu") -> list[float]:
    """Return for each run how much more the one took than the other."""
    return [getattr(one, clock) / max(getattr(other, clock), 1e-4) for one, other in zip(ours, theirs, strict=True)]


def describe_machine() -> dict[str, str]:
    """Return what the figures depend on, without names of hosts and files."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model or platform.machine(),
        "cores": str(cores),
        "memory": f"{memory:.0f} GiB",
        "system": platform.system(),
        "Python": platform.python_version(),
        "Terraform": _terraform_version(),
    }


def _terraform_version() -> str:
    try:
        shown = subprocess.run([find_binary(), "version", "-json"], check=True, capture_output=True).stdout
    except TerraformMissing:
        return "none"
    return str(json.loads(shown[shown.index(b"{") :])["terraform_version"])


def read() -> dict[str, Any]:
    """Return what was measured last."""
    if not LAST.exists():
        return {"machines": {}, "results": []}
    document: dict[str, Any] = json.loads(LAST.read_text(encoding="utf-8"))
    return document


def format_document(document: dict[str, Any]) -> str:
    """Return the text of what was measured, a line for each result, so that a diff shows those that are new."""
    machines = json.dumps(document["machines"], indent=2).replace("\n", "\n  ")
    lines = ",\n".join(f"    {json.dumps(each)}" for each in document["results"])
    return f'{{\n  "machines": {machines},\n  "results": [\n{lines}\n  ]\n}}\n'


def merge(
    document: dict[str, Any], benchmark: str, results: Iterable[Result], machine: dict[str, str], date: str = ""
) -> dict[str, Any]:
    """Return the last results with those that were measured now in their places."""
    machines = dict(document["machines"])
    name = next((name for name, each in machines.items() if each == machine), f"{len(machines) + 1}")
    machines[name] = machine
    kept = {_key(each): each for each in document["results"]}
    for result in results:
        new = _record(benchmark, result) | {"date": date or f"{datetime.now(UTC):%Y-%m-%d}", "machine": name}
        old = kept.get(_key(new))
        if old is not None and (worse := _find_worse(old, new)):
            new["before"] = worse
        kept[_key(new)] = new
    used = {each["machine"] for each in kept.values()}
    return {"machines": {key: each for key, each in machines.items() if key in used}, "results": list(kept.values())}


def _key(record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(record[part] for part in ("benchmark", "name", "size", "unit"))


def _record(benchmark: str, result: Result) -> dict[str, Any]:
    measured = {part: [_round(getattr(each, part)) for each in result.runs] for part in Usage.__slots__}
    return {
        "benchmark": benchmark,
        "name": result.name,
        "size": result.size,
        "unit": result.unit,
        **{part: runs for part, runs in measured.items() if any(runs)},
        "ratios": {other: [_round(each) for each in runs] for other, runs in result.ratios.items()},
    }


def _round(number: float) -> float:
    return float(f"{number:.3g}")


def _figures(record: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """Return what is compared: the ratios, and the memory of each kind of process."""
    memory = {part: record[part] for part in ("memory", "worker") if part in record}
    return {"ratios": record["ratios"], "memory": memory}


def _find_worse(old: dict[str, Any], new: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """Return the earlier figures than which the new ones are worse, those that an earlier run was worse than first."""
    now, last, before = _figures(new), _figures(old), old.get("before", {})
    worse: dict[str, dict[str, list[float]]] = {}
    for kind, figures in now.items():
        for name, runs in figures.items():
            then = before.get(kind, {}).get(name) or last[kind].get(name)
            if then and is_worse(then, runs):
                worse.setdefault(kind, {})[name] = then
    return worse


def is_worse(then: Sequence[float], now: Sequence[float]) -> bool:
    """Tell whether runs are worse than earlier ones by more than noise."""
    best_now = min(now) if len(now) > 1 else now[0] / OF_ONE_RUN
    worst_then = max(then) if len(then) > 1 else then[0] * OF_ONE_RUN
    return best_now > worst_then and statistics.median(now) > TOLERANCE * statistics.median(then)


def accept(document: dict[str, Any]) -> dict[str, Any]:
    """Return the results with what they are now as what they are to be compared with."""
    results = [{key: value for key, value in each.items() if key != "before"} for each in document["results"]]
    return {**document, "results": results}

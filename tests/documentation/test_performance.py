"""The page of figures is made of what was kept, and what is worse than before is told; nothing is measured here."""

import sys
from typing import Any

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
sys.path.insert(0, str(ROOT / "docs"))
import performance_page
import results
from processes import Usage, run
from results import Result

MACHINE = {"processor": "A", "cores": "2"}
EMPTY: dict[str, Any] = {"machines": {}, "results": []}


def measured(
    document: dict[str, Any], *times: float, memory: float = 50, size: int = 100, **more: Any
) -> dict[str, Any]:
    runs = [Usage(each, memory=memory) for each in times]
    result = Result("validate", size, "stacks", runs, {"PyYAML": results.ratios(runs, [Usage(1)] * len(runs))})
    return results.merge(document, "fleet", [result], MACHINE | more, date="2026-11-30")


def worse(document: dict[str, Any]) -> list[str]:
    return list(performance_page.list_worse(document))


@pytest.mark.parametrize(
    ("then", "now", "is_worse"),
    [
        ([1.8, 1.9, 2.0], [2.3, 2.4, 2.5], True),
        ([1.8, 1.9, 2.4], [2.3, 2.4, 2.5], False),  # the ranges meet
        ([1.9, 1.9, 1.9], [2.0, 2.0, 2.0], False),  # less than a tenth
        ([2.3, 2.4, 2.5], [1.8, 1.9, 2.0], False),  # better
        ([2.0], [2.8], False),  # a single run each
        ([2.0], [3.0], True),
    ],
)
def test_worse_is_beyond_both_ranges_and_a_tenth(then: list[float], now: list[float], *, is_worse: bool) -> None:
    both = measured(measured(EMPTY, *then), *now)
    assert results.is_worse(then, now) is is_worse
    assert bool(worse(both)) is is_worse


def test_what_is_slower_is_told_until_it_is_as_good_again_or_accepted() -> None:
    slow = measured(measured(EMPTY, 1.8, 1.9, 2.0), 2.3, 2.4, 2.5)
    line = "slower: fleet: validate, 100 stacks, to PyYAML: 1.9x -> 2.4x"
    assert worse(slow) == [line]
    assert f"- {line}\n" in performance_page.format_figures(slow)
    assert worse(measured(slow, 2.3, 2.4, 2.5)) == [line]
    assert worse(measured(slow, 1.8, 1.9, 2.0)) == []
    assert worse(measured(results.accept(slow), 2.3, 2.4, 2.5)) == []


def test_more_memory_is_told() -> None:
    both = measured(measured(EMPTY, 1, 1, 1, memory=61), 1, 1, 1, memory=80)
    assert worse(both) == ["larger: fleet: validate, 100 stacks: 61 MB -> 80 MB"]


def test_a_single_benchmark_leaves_the_figures_of_others() -> None:
    both = measured(measured(EMPTY, 1, size=10_000), 2, size=100, cores="4")
    assert [(each["size"], each["machine"]) for each in both["results"]] == [(10_000, "1"), (100, "2")]
    assert list(measured(both, 1, size=10_000, cores="4")["machines"]) == ["2"]


@pytest.mark.parametrize(("times", "growth"), [((1, 100, 1000), "1"), ((1, 100, 10_000), "11"), ((1, 1, 1), "")])
def test_growth_of_one_is_linear(times: tuple[float, ...], growth: str) -> None:
    document = EMPTY
    for size, time in zip((1, 100, 1000), times, strict=True):
        document = measured(document, time, size=size)
    assert f"| validate | {growth} |" in performance_page.format_figures(document)


def test_figures_are_kept_as_they_are_and_name_no_place() -> None:
    kept = results.read()
    assert results.LAST.read_text(encoding="utf-8") == results.format_document(kept)
    assert "/" not in "".join(results.describe_machine().values())


def test_a_process_is_measured_with_its_children() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**7)); b = bytearray(10**8)'])"
    used = run(sys.executable, "-c", code)
    assert used.cpu > 0.05
    assert used.memory + used.worker > 100

"""Runs the benchmarks, keeps their figures in last.json, and makes docs/performance.md of it; says what became worse.

Without a name all of them run. One that breaks is reported, the others run, and the exit code is 1; no figure is a
failure.
"""

import argparse
import gc
import importlib
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import results
from results import Result

sys.path.insert(0, str(Path(__file__).parent.parent / "docs"))  # where the page is made
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # where states and CAs are made without Terraform
import generate
import performance_page


def show(benchmark: str, measured: Iterator[Result]) -> Iterator[Result]:
    """Print a line for each result when it is there, and pass it on."""
    for result in measured:
        document = results.merge({"machines": {}, "results": []}, benchmark, [result], {})
        print("  ".join(performance_page.describe(document["results"][0])), flush=True)
        yield result
        gc.collect()


def keep(document: dict[str, Any]) -> None:
    """Write what was measured."""
    results.LAST.write_text(results.format_document(document), encoding="utf-8")


def main() -> int:
    """Run what is named; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *performance_page.TITLES], help="all")
    parser.add_argument("--fleet", action="append", type=int, metavar="STACKS", help="the sizes of fleets")
    parser.add_argument("--accept", action="store_true", help="compare the next run with what is there now")
    options = parser.parse_args()
    if options.accept:
        keep(results.accept(results.read()))
    broken, names = [], options.names or ([] if options.accept else list(performance_page.TITLES))
    for name in names:
        start = time.monotonic()
        measure: Callable[[], Iterator[Result]] = importlib.import_module(name).measure
        if name == "fleet" and options.fleet:
            measure = partial(measure, tuple(options.fleet))
        try:
            measured = list(show(name, measure()))
        except Exception:  # noqa: BLE001 - whatever it is, the others run
            traceback.print_exc()
            broken.append(name)
            continue
        keep(results.merge(results.read(), name, measured, results.describe_machine()))
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    page = generate.render_page("docs/performance.md", "figures", performance_page.figures)
    (generate.ROOT / "docs" / "performance.md").write_text(page, encoding="utf-8")
    for line in performance_page.list_worse(results.read()):
        print(line)
    if broken:
        print(f"broken: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

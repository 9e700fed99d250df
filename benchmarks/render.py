"""How long rendering takes, as ratios within one run: plan, templates and layout against `terraform fmt`.

Both end with the same bytes in the same layout; fmt's start-up is subtracted. Runs are interleaved, since whatever else
the machine does should meet both.
"""

import gc
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from validate import spec

from pcaform.cli import batch, stacks
from pcaform.core.garbage_collection import gc_paused
from pcaform.render.evidence import Confirmation
from pcaform.render.plan.module_call import VENDORED
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_valid_text
from pcaform.spec.stack import Spec
from pcaform.terraform.runner import TerraformMissing, find_binary

SIZES = {100: 9, 300: 9, 1000: 7, 3000: 5, 10_000: 3}
"""CAs -> runs of each kind."""


def seconds(work: Callable[[], object]) -> float:
    """Return the time of one piece of work, collected garbage left out of it."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rendered(made: Spec) -> Mapping[str, bytes]:
    """Return the files of a stack: what is measured."""
    return render(plan(made, source="spec.yaml")).files


def formatted(terraform: str, text: bytes) -> bytes:
    """Return what `terraform fmt` makes of a text."""
    return subprocess.run([terraform, "fmt", "-"], input=text, check=True, capture_output=True).stdout


@gc_paused()  # as the command does
def compare(terraform: str, authorities: int, runs: int) -> tuple[float, float]:
    """Return the best times of rendering and of formatting a stack of so many CAs; noise only ever adds."""
    made = load_valid_text(spec(authorities), "spec.yaml")
    text = b"\n".join(content for path, content in rendered(made).items() if path.endswith(".tf") and "/" not in path)
    assert formatted(terraform, text) == text
    ours, theirs, start_up = [], [], []
    for _ in range(runs):
        ours.append(seconds(lambda: rendered(made)))
        theirs.append(seconds(lambda: formatted(terraform, text)))
        start_up.append(seconds(lambda: formatted(terraform, b"")))
    return min(ours), min(theirs) - min(start_up)


@gc_paused()
def compare_again(authorities: int) -> tuple[float, float, float]:
    """Return the best times of the first render of a stack, of an unchanged one, and of `--check`."""
    first, unchanged, checked = [], [], []
    with TemporaryDirectory() as home, redirect_stderr(StringIO()):
        path = Path(home, "spec.yaml")
        path.write_bytes(spec(authorities))
        for run in range(3):
            work = partial(_write, path, Path(home, str(run)))
            first.append(seconds(work))
            unchanged.append(seconds(work))
            checked.append(seconds(partial(_check, path, Path(home, str(run)))))
    return min(first), min(unchanged), min(checked)


def _write(path: Path, out: Path) -> None:
    batch.render_all([str(path)], batch.Task(out, VENDORED, Confirmation(), partial(stacks.write, force=False)))


def _check(path: Path, out: Path) -> None:
    batch.render_all([str(path)], batch.Task(out, VENDORED, Confirmation(), partial(stacks.compare, as_diff=False)))


def main() -> None:
    """Print one line for each size, and how much more ten times as many CAs take."""
    for authorities in (500, 5000):
        first, unchanged, checked = compare_again(authorities)
        ratios = f"unchanged {unchanged / first:.2f} x, --check {checked / first:.2f} x"
        print(f"{f'render command, {authorities} CAs':40} {first:8.3f} s, {ratios}")
    try:
        terraform = find_binary()
    except TerraformMissing as missing:
        print(f"nothing to compare with: {missing}")
        return
    took = {}
    for authorities, runs in SIZES.items():
        took[authorities], fmt = compare(terraform, authorities, runs)
        ratio = took[authorities] / fmt
        print(f"{f'render {authorities} CAs':40} {took[authorities]:8.3f} s, {ratio:5.3f} x fmt ({fmt:.3f} s)")
    print(f"{'10,000 CAs against 1,000':40} {took[10_000] / took[1000]:8.1f} times (10 is linear)")


if __name__ == "__main__":
    main()

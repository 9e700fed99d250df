"""How long rendering takes, as ratios within one run: plan, templates and layout against `terraform fmt`.

Both end with the same bytes in the same layout; fmt's start-up is subtracted. Runs are interleaved, since whatever else
the machine does should meet both.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from processes import Usage, run
from results import Result, ratios
from validate import seconds, spec

from pcaform.core.garbage_collection import gc_paused
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_valid_text
from pcaform.spec.stack import Spec
from pcaform.terraform.runner import find_binary

SIZES = {100: 7, 1000: 5, 10_000: 1}
"""CAs -> runs of each kind."""
COMMANDS, RUNS = (100, 1000, 5000), 3


def rendered(made: Spec) -> Mapping[str, bytes]:
    """Return the files of a stack: what is measured."""
    return render(plan(made, source="spec.yaml")).files


@gc_paused()  # as the command does
def compare(terraform: str, authorities: int, runs: int) -> Result:
    """Compare rendering a stack of so many CAs with formatting its text."""
    made = load_valid_text(spec(authorities), "spec.yaml")
    text = b"\n".join(content for path, content in rendered(made).items() if path.endswith(".tf") and "/" not in path)
    ours, theirs = [], []
    with TemporaryDirectory() as home:
        file, empty = Path(home, "main.tf"), Path(home, "empty.tf")
        file.write_bytes(text)
        empty.touch()
        for _ in range(runs):
            ours.append(seconds(lambda: rendered(made)))
            start_up = run(terraform, "fmt", "-check", str(empty)).cpu
            theirs.append(Usage(run(terraform, "fmt", "-check", str(file)).cpu - start_up))
    return Result("plan, templates, layout", authorities, "CAs", ours, {"terraform fmt": ratios(ours, theirs)})


def compare_command(authorities: int) -> Iterator[Result]:
    """Yield the first render of a stack, one of what is there unchanged, and `--check`."""
    options = {"render, nothing there yet": (), "render, nothing changed": (), "render --check": ("--check",)}
    with TemporaryDirectory() as home:
        Path(home, "spec.yaml").write_bytes(spec(authorities))
        command = (sys.executable, "-m", "pcaform", "render", "spec.yaml", "--out")
        rounds = [
            [run(*command, str(number), *each, cwd=Path(home)) for each in options.values()] for number in range(RUNS)
        ]
    first = [each[0] for each in rounds]
    for at, name in enumerate(options):
        ours = [each[at] for each in rounds]
        yield Result(name, authorities, "CAs", ours, {"render, nothing there yet": ratios(ours, first)} if at else {})


def measure() -> Iterator[Result]:
    """Yield each size of a stack."""
    for authorities in COMMANDS:
        yield from compare_command(authorities)
    terraform = find_binary()
    for authorities, runs in SIZES.items():
        yield compare(terraform, authorities, runs)

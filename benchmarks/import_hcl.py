"""Measures `pcaform import hcl` as ratios within one run: against plain `hcl2.loads` of the same text.

Each run is a new process, including its start-up, without a manifest or data of an earlier run: pcaform caches nothing,
and python-hcl2 gets an empty directory for its grammar tables, so that it rebuilds them. Both have their bytecode, as
any installed package has, also where the environment forbids to write it.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from processes import Usage, run
from results import Result, ratios
from validate import spec

from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_valid_text

SIZES = (250, 500, 1000)
"""Numbers of CAs."""
RUNS = 3
"""Runs of pcaform; plain python-hcl2 is slow and runs once."""
PLAIN = (
    "from hcl2 import parser; parser.PARSER_FILE = {cache!r}; import sys, hcl2; hcl2.loads(open(sys.argv[1]).read())"
)
OURS = "import sys; from pcaform.cli.main import main; main(['import', 'hcl', sys.argv[1], '--stack', 'bench'])"


def stack(authorities: int, home: Path) -> Path:
    """Write a stack with some number of CAs, without the manifest; return its directory."""
    directory = home / f"stack-{authorities}"
    for path, content in render(
        plan(load_valid_text(spec(authorities), "spec.yaml"), source="spec.yaml")
    ).files.items():
        if path == ".pcaform.json":
            continue
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return directory


def text_of(directory: Path) -> Path:
    """Write the content of a stack's own files to one file next to it, for plain python-hcl2."""
    whole = directory.with_suffix(".txt")
    whole.write_text("\n".join(path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.tf"))))
    return whole


def process(code: str, argument: Path, bytecode: Path) -> Usage:
    """Measure a new process without a cache."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONDONTWRITEBYTECODE": ""}
    with tempfile.TemporaryDirectory() as cache:
        grammar = str(Path(cache) / "grammar.bin")
        return run(sys.executable, "-c", code.format(cache=grammar), str(argument), env=environment)


def measure() -> Iterator[Result]:
    """Yield each size."""
    with tempfile.TemporaryDirectory() as home:
        bytecode = Path(home) / "bytecode"
        first = stack(1, Path(home))
        process(OURS, first, bytecode)
        process(PLAIN, text_of(first), bytecode)
        for authorities in SIZES:
            directory = stack(authorities, Path(home))
            plain = process(PLAIN, text_of(directory), bytecode)
            ours = [process(OURS, directory, bytecode) for _ in range(RUNS)]
            yield Result("a stack", authorities, "CAs", ours, {"hcl2.loads": ratios(ours, [plain] * RUNS)})

"""Measures `pcaform import hcl` as ratios within one run: against plain `hcl2.loads` of the same text.

Each run is a new process, including its start-up, without a manifest or data of an earlier run: pcaform caches nothing,
and python-hcl2 gets an empty directory for its grammar tables, so that it rebuilds them. Both have their bytecode, as
any installed package has, also where the environment forbids to write it.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from validate import spec

from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_valid_text

SIZES = (250, 500, 1000)
"""Numbers of CAs."""
RUNS = 3
"""Runs of pcaform, of which the best counts; plain python-hcl2 is slow and runs once."""
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


def seconds(code: str, argument: Path, bytecode: Path) -> float:
    """Return the processor time of a new process without a cache; it does not depend on other load."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONDONTWRITEBYTECODE": ""}
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", code.format(cache=str(Path(cache) / "grammar.bin")), str(argument)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print one line for each size: our time and python-hcl2's; then how our time grows."""
    took: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as home:
        bytecode = Path(home) / "bytecode"
        first = stack(1, Path(home))
        seconds(OURS, first, bytecode)
        seconds(PLAIN, text_of(first), bytecode)
        for authorities in SIZES:
            directory = stack(authorities, Path(home))
            whole = text_of(directory)
            took[authorities] = min(seconds(OURS, directory, bytecode) for _ in range(RUNS))
            name = f"import hcl, {authorities} CAs, {whole.stat().st_size / 1e6:.2f} MB"
            plain = seconds(PLAIN, whole, bytecode)
            ratio = plain / took[authorities]
            print(f"{name:40} {took[authorities]:6.2f} s, python-hcl2 {plain:5.1f} s: {ratio:.1f} x", flush=True)
    grown = (took[1000] - took[500]) / (took[500] - took[250])
    print(f"{'500 CAs more against 250 more':40} {grown:6.1f} times (2 is linear)")


if __name__ == "__main__":
    main()

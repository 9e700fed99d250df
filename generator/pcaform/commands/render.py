"""`pcaform render`: a spec -> its stack on disk."""

from pathlib import Path

from pcaform import console
from pcaform.loading import STDIN, content, examine, shown
from pcaform.output import Written, write
from pcaform.plan.stack import plan
from pcaform.problems import Invalid
from pcaform.render import render


def run(spec: str, out: Path, *, force: bool = False) -> int:
    """Render the spec in a file (or `-`) into `out`/<stack>/; return the exit code."""
    console.say(summary(to_directory(spec, out, force=force)))
    return 0


def to_directory(spec: str, out: Path, *, force: bool = False) -> Written:
    """Do what the command does and return what was written."""
    name = "standard input" if spec == STDIN else Path(spec).name
    examined = examine(content(spec), shown(spec))
    if examined.spec is None or examined.has_errors:
        raise Invalid(list(examined.problems))
    for warning in examined.problems:
        console.say(warning.with_source())
    return write(render(plan(examined.spec, source=name)), out, force=force)


def summary(written: Written) -> str:
    """Return the one line that tells what a write did."""
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    told = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items() if paths)
    return f"{written.directory}: {told}"

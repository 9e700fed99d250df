"""`pcaform render`: a spec -> its stack on disk."""

from pathlib import Path

from pcaform import console, leaving, manifest
from pcaform.document import Document
from pcaform.loading import STDIN, content, examine, home, shown
from pcaform.output import Written, write
from pcaform.plan.sources import SHARED, VENDORED, ModuleSource, named
from pcaform.plan.stack import StackPlan, plan
from pcaform.problems import Invalid
from pcaform.render import render, shared_modules
from pcaform.spec.stack import Spec


def run(spec: str, out: Path, *, modules: str = "vendored", force: bool = False) -> int:
    """Render the spec in a file (or `-`) into `out`/<stack>/; return the exit code."""
    console.say(summary(to_directory(spec, out, modules=named(modules), force=force)))
    return 0


def to_directory(spec: str, out: Path, *, modules: ModuleSource = VENDORED, force: bool = False) -> Written:
    """Do what the command does and return what was written."""
    name = "standard input" if spec == STDIN else Path(spec).name
    examined = examine(content(spec), shown(spec), directory=home(spec))
    if examined.spec is None or examined.document is None or examined.has_errors:
        raise Invalid(list(examined.problems))
    for warning in examined.problems:
        console.say(warning.with_source())
    planned = plan(examined.spec, source=name, modules=modules)
    refuse_unsaid(examined.spec, examined.document, planned, out)
    if modules is SHARED:
        write(shared_modules(planned.name), out, force=force)
    return write(render(planned), out, force=force)


def refuse_unsaid(spec: Spec, document: Document, planned: StackPlan, out: Path) -> None:
    """Raise Invalid where the stack on disk has what the new plan loses without the spec saying so."""
    before = manifest.read(out / planned.name / manifest.NAME).items
    problems = leaving.problems(spec, document, planned, before)
    if problems:
        raise Invalid(problems)


def summary(written: Written) -> str:
    """Return the one line that tells what a write did."""
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    told = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items() if paths)
    return f"{written.directory}: {told}"

"""`pcaform schema`: prints the JSON Schema of the spec, for editors, or of a report, for programs that read it."""

import json
from importlib import import_module
from typing import Annotated

import typer

from pcaform.cli.exit_codes import OK
from pcaform.cli.options import SchemaOf
from pcaform.core import console

_MODULES = {
    "spec": "pcaform.spec.schema",
    "guard": "pcaform.checks.guard.report",
    "access": "pcaform.checks.access.report",
    "import": "pcaform.importer.merge.report",
    "drift": "pcaform.checks.drift.report",
    "audit": "pcaform.checks.audit.report",
    "adopt": "pcaform.adopt.report",
}
"""The module whose `json_schema` describes each of them; only the one that is asked for is imported."""


def command(
    of: Annotated[
        SchemaOf, typer.Argument(metavar="[spec|guard|access|import|adopt]", help="What to describe.")
    ] = SchemaOf.spec,
) -> int:
    """Print the JSON Schema of the spec, for editors, or of what guard, access, import and adopt print as JSON."""
    return run(of.value)


def run(of: str = "spec") -> int:
    """Print the schema of `spec`, or of what a command prints as JSON."""
    console.print_result(json.dumps(import_module(_MODULES[of]).json_schema(), indent=2))
    return OK

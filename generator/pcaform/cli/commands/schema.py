"""`pcaform schema`: the JSON Schema of the spec, for editors, or of a report, for programs that read it."""

import json
from importlib import import_module

from pcaform.core import console

_DESCRIBED = {
    "spec": "pcaform.spec.schema",
    "guard": "pcaform.checks.guard.report",
    "access": "pcaform.checks.access.report",
    "import": "pcaform.importer.merge.report",
    "drift": "pcaform.checks.drift.report",
    "audit": "pcaform.checks.audit.report",
    "adopt": "pcaform.adopt.report",
}
"""Which module's `json_schema` describes what; only the one that is asked for is imported."""


def run(of: str = "spec") -> int:
    """Print the schema of `spec`, or of what a command prints as JSON."""
    console.print_result(json.dumps(import_module(_DESCRIBED[of]).json_schema(), indent=2))
    return 0

"""`pcaform schema`: prints the JSON Schema of the spec, for editors, or of a report, for programs that read it."""

import json
from importlib import import_module
from typing import Annotated, Any, Literal

from pcaform.cli.exit_codes import OK
from pcaform.core import console

_REPORTS = {
    "guard": ("pcaform.checks.guard.verdict", "GuardResult"),
    "access": ("pcaform.checks.access.check", "AccessReport"),
    "import": ("pcaform.importer.merge.report", "ImportReport"),
    "drift": ("pcaform.checks.drift.difference", "Drift"),
    "audit": ("pcaform.checks.audit.rule", "Audit"),
    "adopt": ("pcaform.adopt.report", "Proof"),
    "validate": ("pcaform.cli.documents", "VALIDATION"),
    "render": ("pcaform.cli.documents", "RENDERING"),
    "stacks": ("pcaform.cli.documents", "STACKS"),
    "affected": ("pcaform.cli.documents", "AFFECTED"),
    "report": ("pcaform.checks.report.merged", "Merged"),
}
"""The class of what each of them prints as JSON; only the module that is asked for is imported."""
_Report = Literal[
    "spec", "guard", "access", "import", "drift", "audit", "adopt", "validate", "render", "stacks", "affected", "report"
]


def command(
    of: Annotated[
        _Report,
        "[WHAT]: The spec, or the command whose JSON it is; report is that of many shards or specs.",
    ] = "spec",
) -> int:
    """Print the JSON Schema of the spec, or of a JSON report.

    Editors complete and check a spec with it; a report is what a command prints with --format json.

    $ pcaform schema > pcaform.schema.json
    $ pcaform schema guard
    > spec.md
    """
    console.print_result(json.dumps(build_schema(of), indent=2))
    return OK


def build_schema(of: str) -> dict[str, Any]:
    """Return the schema of `spec`, or of what a command prints as JSON."""
    if of == "spec":
        from pcaform.spec.schema import json_schema

        return json_schema()
    from pcaform.core.formats import report

    module, name = _REPORTS[of]
    rules = [rule.id for rule in import_module("pcaform.checks.audit.check").RULES] if of == "audit" else []
    return report.json_schema(getattr(import_module(module), name), rules=rules)

"""`pcaform schema`: the JSON Schema of the spec, for editors, or of a report, for programs that read it."""

import json

from pcaform import console


def run(of: str = "spec") -> int:
    """Print the schema of `spec`, or of what `guard`, `access` or `adopt` writes as JSON."""
    if of == "guard":
        from pcaform.guard.report import json_schema
    elif of == "access":
        from pcaform.access.report import json_schema
    elif of == "adopt":
        from pcaform.adopt.proof import json_schema
    else:
        from pcaform.spec.schema import json_schema
    console.result(json.dumps(json_schema(), indent=2))
    return 0

"""`pcaform schema`: the JSON Schema of the spec, for editors, or of a report, for programs that read it."""

import json

from pcaform import console


def run(of: str = "spec") -> int:
    """Print the schema of `spec`, or of what `guard`, `access` or `import` prints as JSON."""
    if of == "guard":
        from pcaform.guard.report import json_schema
    elif of == "access":
        from pcaform.access.report import json_schema
    elif of == "import":
        from pcaform.imported.report import json_schema
    else:
        from pcaform.spec.schema import json_schema
    console.result(json.dumps(json_schema(), indent=2))
    return 0

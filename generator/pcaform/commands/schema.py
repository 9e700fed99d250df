"""`pcaform schema`: the JSON Schema of the spec, for editors."""

import json

from pcaform import console
from pcaform.spec.schema import json_schema


def run() -> int:
    """Print the schema."""
    console.result(json.dumps(json_schema(), indent=2))
    return 0

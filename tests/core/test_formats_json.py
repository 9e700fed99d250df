"""The one writer of JSON."""

import json

from pcaform.core.formats.report import format_json


def test_half_of_a_character_is_written_as_an_escape_sequence() -> None:
    """File names that are no text, and strings of foreign JSON, have such halves."""
    text = format_json({"path": "latin\udce9.yaml"})
    assert text.isascii()
    assert json.loads(text) == {"path": "latin\udce9.yaml"}

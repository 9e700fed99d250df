"""Sequences of edits, of which any are applied: nothing that a stack has is lost without having been asked for."""

import os

from hypothesis import given, note, settings
from hypothesis import strategies as st

from render.drafts import KEYS, KINDS, WORDS, Step
from render.sequences import Stack

STEPS = st.builds(
    Step, st.sampled_from(KINDS), st.sampled_from(KEYS), st.sampled_from(KEYS), st.sampled_from(WORDS), st.booleans()
)
SEQUENCES = int(os.environ.get("PCAFORM_SEQUENCES", "150"))


@settings(max_examples=SEQUENCES)
@given(st.lists(STEPS, min_size=3, max_size=9))
def test_no_sequence_of_edits_loses_anything_unasked(steps: list[Step]) -> None:
    stack = Stack()
    stack.take(Step("add", "a", "b", "", is_applied=True))
    for step in steps:
        outcome = stack.take(step)
        note(f"{step}: {'refused' if outcome is None else outcome}")
        assert outcome is None or (outcome.lost, outcome.refused) == ({}, [])

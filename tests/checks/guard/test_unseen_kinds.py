"""Hazards of kinds that no rule names are found or in doubt; a change that is like one and harmless is quiet."""

import pytest

from checks.guard import attack_hazards, attack_twins
from checks.guard.closed_world import judge
from checks.guard.unseen_hazards import HAZARDS
from checks.guard.unseen_twins import TWINS


@pytest.mark.parametrize("name", HAZARDS | attack_hazards.HAZARDS)
def test_hazard_does_not_pass(name: str) -> None:
    changes, more = (HAZARDS | attack_hazards.HAZARDS)[name]
    found = judge(*changes, **more)
    assert found.findings or found.doubts


@pytest.mark.parametrize("name", TWINS | attack_twins.TWINS)
def test_twin_is_quiet(name: str) -> None:
    changes, more = (TWINS | attack_twins.TWINS)[name]
    found = judge(*changes, **more)
    assert (found.findings, found.doubts) == ((), ())

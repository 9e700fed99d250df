"""An account with planted faults, made once for each test module."""

from collections.abc import Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest

from checks.audit.faulty_account import plant
from conftest import Run
from sources.aws.conftest import Live, live


@dataclass(frozen=True)
class Planted:
    """The account, the ARNs in it by name, and the command."""

    live: Live
    arns: dict[str, str]
    pcaform: Run

    def audit(self, *arguments: str) -> CompletedProcess[str]:
        return self.pcaform("audit", *arguments, env=self.live.environment)


@pytest.fixture(scope="module")
def planted(pcaform: Run) -> Iterator[Planted]:
    with live() as account:
        yield Planted(account, plant(account), pcaform)

"""CAs of every status and shape, read from an account as boto3 made them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcaform.inventory import Inventory
from sources.aws.conftest import CA, REGION, Live, live, one, remarks_on


@dataclass(frozen=True)
class World:
    found: Inventory
    arns: dict[str, str]


def test_probe() -> None:
    with live() as account:
        pki = account.pki
        root = pki.root()
        issuing = pki.subordinate(root)
        pki.grant(issuing)
        found = account.read()
        print(found)
        assert 0

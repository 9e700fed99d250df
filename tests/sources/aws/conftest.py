"""A sandbox account whose CAs boto3 creates, and the environment variables with which programs read it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pcaform.cli.account_session import read_inventory
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.sandbox.server import Sandbox
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from sandbox.conftest import Pki

ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "eu-central-1"
CA = "aws_acmpca_certificate_authority"


@dataclass(frozen=True)
class Live:
    """A sandbox with its CAs, and the environment of programs that use it."""

    server: Sandbox
    pki: Pki
    environment: dict[str, str]

    def read(
        self, filters: Filters | None = None, *, caller: Caller | None = None, checkpoint: Path | None = None
    ) -> Inventory:
        """Return the inventory of the account."""
        return read_inventory(caller or Caller(), filters or Filters(), checkpoint=checkpoint)

    def user(self, name: str, **policies: Any) -> dict[str, str]:
        """Create a user with inline policies; return its credentials as environment variables."""
        iam = self.server.client("iam")
        iam.create_user(UserName=name)
        for policy, document in policies.items():
            iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@contextmanager
def live(*, iam: bool = False) -> Iterator[Live]:
    """Start an account, and set the environment variables that boto3 reads."""
    with open_sandbox(account_id=ACCOUNT, region=REGION, iam=iam) as (server, environment):
        os.environ.update(server.environment)
        yield Live(server, Pki(server.client("acm-pca")), environment)


@pytest.fixture(scope="module")
def account() -> Iterator[Live]:
    with live() as found:
        yield found


def find_resource(inventory_: Inventory, kind: str, address: str) -> Resource:
    """Return the only resource of a type at an address."""
    (resource,) = (each for each in inventory_.of_type(kind) if each.address == address)
    return resource


def notes_on(inventory_: Inventory, address: str) -> list[ImportNote]:
    """Return the notes on an address."""
    return [note for note in inventory_.notes if note.address == address]


def statement(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """Return a policy with one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


A_DAY = timedelta(days=1)

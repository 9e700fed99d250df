"""The policy that the documentation prints is enough, and none of its actions is there for nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcaform.core.problems import Failure
from pcaform.sources.aws.required_permissions import REQUIRED_PERMISSIONS, build_policy
from pcaform.sources.inventory import Inventory
from sources.aws.conftest import Live, live, statement

READER = "reader"
ACTIONS = [
    action for actions in REQUIRED_PERMISSIONS.values() for action in actions if not action.startswith("account:")
]
"""The sandbox has no account service: whether that action is enough was not run."""


@dataclass(frozen=True)
class World:
    """An account with policies counting, what its administrator finds, and the reader who is tried."""

    live: Live
    whole: Inventory

    def reader_finds(self, without: str = "") -> Inventory:
        """Read as a user with the documented policy, without one of its actions."""
        document = build_policy()
        for each in document["Statement"]:
            each["Action"] = [action for action in each["Action"] if action != without]
        document["Statement"] = [each for each in document["Statement"] if each["Action"]]
        iam = self.live.server.client("iam")
        iam.put_user_policy(UserName=READER, PolicyName="read", PolicyDocument=json.dumps(document))
        return self.live.read()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live(iam=True) as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        root = found.pki.root(Tags=[{"Key": "team", "Value": "pki"}])
        issuing = found.pki.subordinate(root)
        found.pki.grant(issuing)
        acm = found.server.client("acm")
        acm.request_certificate(
            DomainName="a.corp.example", CertificateAuthorityArn=issuing, KeyAlgorithm="EC_prime256v1"
        )
        found.user("signer", issue=statement("acm-pca:IssueCertificate", issuing))
        # AWS's own policies that only bound somebody are in no list.
        bound = "arn:aws:iam::aws:policy/AWSPrivateCAFullAccess"
        found.server.client("iam").put_user_permissions_boundary(UserName="signer", PermissionsBoundary=bound)
        # A reader who could issue would be one of those who are found.
        keys = found.user(READER)
        whole = found.read()
        for name, value in keys.items():
            patch.setenv(name, value)
        yield World(found, whole)


def shown(found: Inventory) -> Any:
    """Return what was found, without the reader's own line: the administrator sees them without a policy."""
    return found.resources, [note for note in found.notes if note.kind != "listed"]


def test_the_policy_is_enough(world: World) -> None:
    assert shown(world.reader_finds()) == shown(world.whole)
    assert [note for note in world.whole.notes if note.kind == "unknown"] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_no_action_is_there_for_nothing(world: World, action: str) -> None:
    try:
        found = world.reader_finds(without=action)
    except Failure as failure:
        assert "the caller's policies do not allow it" in str(failure)
        return
    said = [note for note in found.notes if note.kind == "unknown"]
    assert said
    assert all("the caller's policies do not allow it (AccessDenied" in note.reason for note in said)
    assert shown(found) != shown(world.whole)

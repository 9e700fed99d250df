"""The documented policy is sufficient, and all of its actions are needed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcaform.core.problems import Failure
from pcaform.sources.inventory import Inventory
from sources.aws.conftest import Live, live, statement
from sources.aws.required_permissions import REQUIRED_PERMISSIONS, build_policy

READER = "reader"
ACTIONS = [
    action for actions in REQUIRED_PERMISSIONS.values() for action in actions if not action.startswith("account:")
]
"""The sandbox has no account service, so that action was not tested."""


@dataclass(frozen=True)
class World:
    """An account that enforces policies, and the inventory that its administrator reads."""

    live: Live
    whole: Inventory

    def read_as_reader(self, without: str = "") -> Inventory:
        """Read as a user with the documented policy, except for one action."""
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
        # AWS managed policies that are only boundaries are not in the list
        bound = "arn:aws:iam::aws:policy/AWSPrivateCAFullAccess"
        found.server.client("iam").put_user_permissions_boundary(UserName="signer", PermissionsBoundary=bound)
        # the reader must not be able to issue, or it would be in the inventory
        keys = found.user(READER)
        whole = found.read()
        for name, value in keys.items():
            patch.setenv(name, value)
        yield World(found, whole)


def comparable(found: Inventory) -> Any:
    """Return resources and notes, but not listed principals: the reader has no policy when the administrator reads."""
    return found.resources, [note for note in found.notes if note.kind != "listed"]


def test_the_policy_is_sufficient(world: World) -> None:
    assert comparable(world.read_as_reader()) == comparable(world.whole)
    assert [note for note in world.whole.notes if note.kind == "unknown"] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_needed(world: World, action: str) -> None:
    try:
        found = world.read_as_reader(without=action)
    except Failure as failure:
        assert "the caller's policies do not allow it" in str(failure)
        return
    unknown = [note for note in found.notes if note.kind == "unknown"]
    assert unknown
    assert all("the caller's policies do not allow it (AccessDenied" in note.reason for note in unknown)
    assert comparable(found) != comparable(world.whole)

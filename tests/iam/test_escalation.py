"""The table of actions that hand rights on is closed: whatever does not read is in it, or known to be harmless."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pcaform.iam.documents import Statement
from pcaform.iam.escalation import IAM_KINDS, acts_with_roles, handing_actions, is_reading

SERVICES = ("iam", "sts", "sso", "sso-directory", "identitystore", "organizations", "ram", "rolesanywhere")
NOUNS = ("ServerCertificate", "ServiceLinkedRole", "SSHPublicKey", "AccountAlias", "CloudFrontPublicKey")
HARMLESS = {"ChangePassword", "CreateVirtualMFADevice", "DeleteVirtualMFADevice", "TagMFADevice", "UntagMFADevice"}


def actions() -> Iterator[tuple[str, str, str, set[str]]]:
    """Yield service, name, access level and resource types of each action, as the linter took them from AWS's pages."""
    path = Path(str((find_spec("parliament") or pytest.fail("no linter")).origin)).parent / "iam_definition.json"
    for service in json.loads(path.read_text(encoding="utf-8")):
        for each in service["privileges"]:
            kinds = {kind["resource_type"].strip("*") for kind in each["resource_types"]} - {""}
            if service["prefix"] in SERVICES:
                yield service["prefix"], each["privilege"], each["access_level"], kinds


def allowed(*names: str) -> Statement:
    return Statement("", "Allow", actions=names, resources=("*",))


@pytest.mark.parametrize("service", SERVICES)
def test_every_action_reads_or_hands_on_or_is_known_to_be_harmless(service: str) -> None:
    found = [each for each in actions() if each[0] == service]
    for _, name, level, _ in found:
        hands_on = bool(handing_actions(allowed(f"{service}:{name}")))
        is_harmless = service == "iam" and (name in HARMLESS or any(noun in name for noun in NOUNS))
        if level in ("Read", "List") and is_reading(f"{service}:{name}"):
            assert not hands_on, name
        elif not is_reading(f"{service}:{name}"):
            assert hands_on is not is_harmless, name
    assert found or service in ("sso-directory", "identitystore", "rolesanywhere")


def test_kinds_are_those_of_the_service_authorization_reference() -> None:
    for service, name, _, kinds in actions():
        for kind in handing_actions(allowed(f"{service}:{name}")).get(f"{service}:{name}", ()):
            known = kinds & set(IAM_KINDS)
            assert not known or kind in known or set(IAM_KINDS) == set(handing_actions(allowed(name))), (name, kind)


@pytest.mark.parametrize("name", ["iam:TakeOver", "iam:Z*", "STS:Become", "organizations:Undo?", "acm-pca:HandOver"])
def test_action_that_nobody_knows_counts(name: str) -> None:
    assert handing_actions(allowed(name))
    assert not handing_actions(Statement("", "Deny", actions=(name,), resources=("*",)))


@pytest.mark.parametrize("name", ["iam:Get*", "iam:L*", "iam:ListUsers", "sts:Get*", "ram:G*", "s3:*", "acm-pca:*"])
def test_reading_does_not(name: str) -> None:
    assert not handing_actions(allowed(name))


def test_services_to_which_a_role_can_be_passed() -> None:
    assert acts_with_roles(allowed("glue:CreateJob"))
    assert acts_with_roles(Statement("", "Allow", not_actions=("s3:*",), resources=("*",)))
    assert not acts_with_roles(allowed("glue:GetJob", "s3:*", "logs:PutLogEvents", "iam:*"))

"""A CA that is missing from the state: Terraform creates another, and the objects of the first one move to it."""

from typing import Any

import pytest

from checks.guard.policy_texts import (
    ARN,
    AUTHORITY,
    CERTIFICATE,
    INSTALLATION,
    OLDER,
    PERMISSION,
    authority,
    change,
    found,
    is_quiet,
    kept,
    resource,
    rules,
)

SHARE = "aws_acmpca_policy"
OF_CA = {"certificate_authority_arn": ARN}


def made(address: str) -> dict[str, Any]:
    return change(address, "create", after=authority(None), after_unknown={"arn": True})


def moving(address: str, name: str = "certificate_authority_arn", **more: Any) -> dict[str, Any]:
    return change(address, "delete create", before={name: ARN, **more}, after=more, after_unknown={name: True})


@pytest.mark.parametrize(
    "dependent",
    [
        moving(f"{INSTALLATION}.x", certificate=OLDER),
        moving(f"{PERMISSION}.x", actions=[]),
        moving(f"{CERTIFICATE}.x"),
        moving(f"{SHARE}.x", "resource_arn", policy="{}"),
        moving(f"module.below.{INSTALLATION}.x"),
    ],
    ids=["installation", "permission", "certificate", "share", "in another module"],
)
def test_authority_is_made_again_without_a_module(dependent: dict[str, Any]) -> None:
    result = found(made(f"{AUTHORITY}.x"), dependent)
    assert ("ca-made-again", f"{AUTHORITY}.x") in rules(result)
    message = next(finding.message for finding in result.findings if finding.rule == "ca-made-again")
    assert ARN in message
    assert dependent["address"] in message


def test_authority_beside_what_hung_on_the_lost_one_is_the_one_that_is_made_again() -> None:
    dependent = moving(f"module.a.{INSTALLATION}.x", certificate=OLDER)
    result = found(made(f"module.a.{AUTHORITY}.x"), made(f"module.b.{AUTHORITY}.x"), dependent)
    assert rules(result) == [("ca-made-again", f"module.a.{AUTHORITY}.x")]


@pytest.mark.parametrize("call", ['m["a]"].module.b', 'm["x.y[0]"].module.b[1]', 'm["a\\"]b"].module.b'])
def test_module_is_told_whatever_its_key_is(call: str) -> None:
    own, above = (f"module.{each}." for each in (call, call.partition(".module")[0]))
    dependent = moving(f"{own}{INSTALLATION}.x", certificate=OLDER)
    result = found(made(f"{own}{AUTHORITY}.x"), made(f"{above}{AUTHORITY}.x"), dependent)
    assert rules(result) == [("ca-made-again", f"{own}{AUTHORITY}.x")]


@pytest.mark.parametrize(("name", "rule"), [("Issuing", ["ca-made-again"]), ("Another", [])])
def test_authority_that_was_deleted_outside_and_has_another_address_by_now(name: str, rule: list[str]) -> None:
    """It is known by its name; a CA of another name is a new one."""
    subject = [{"subject": [{"common_name": name}]}]
    deleted = change(f"{AUTHORITY}.old", "delete", before=authority(certificate_authority_configuration=subject))
    assert [each for each, _ in rules(found(made(f"{AUTHORITY}.new"), drift=(deleted,)))] == rule


def test_new_authority_is_safe() -> None:
    new = change(f"{INSTALLATION}.new", "create", after={}, after_unknown={"certificate_authority_arn": True})
    old = kept(f"{INSTALLATION}.x", {**OF_CA, "certificate": OLDER})
    result = found(made(f"{AUTHORITY}.new"), new, old, kept(f"{AUTHORITY}.x", authority(certificate=OLDER)))
    assert is_quiet(result)


def test_new_authority_beside_what_hangs_on_one_of_another_stack_is_safe() -> None:
    assert is_quiet(found(made(f"{AUTHORITY}.new"), kept(f"{PERMISSION}.x", OF_CA), kept(f"{INSTALLATION}.x", OF_CA)))


def test_installation_that_moves_from_an_authority_in_the_state_is_no_loss() -> None:
    there = resource(f"{AUTHORITY}.x", arn=ARN)
    assert is_quiet(found(made(f"{AUTHORITY}.new"), moving(f"{INSTALLATION}.x"), prior=(there,)))


READ = resource(f"data.{AUTHORITY}.x", "data", arn=ARN)


def test_what_another_stack_made_is_no_loss() -> None:
    """A certificate of ACM that moves to a CA of the stack's own tells nothing, and is found as what it is."""
    leaf = moving("aws_acm_certificate.x", domain_name="a.example")
    result = found(made(f"{AUTHORITY}.new"), leaf, moving(f"{PERMISSION}.x"), prior=(READ,))
    assert {rule for rule, _ in rules(result)} == {"permission-replaced", "managed-certificate-destroyed"}


def test_authority_that_the_stack_installed_in_is_lost_although_it_is_read() -> None:
    result = found(made(f"{AUTHORITY}.x"), moving(f"{INSTALLATION}.x"), prior=(READ,))
    assert rules(result) == [("ca-made-again", f"{AUTHORITY}.x")]

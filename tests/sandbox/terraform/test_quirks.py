"""Undocumented behaviour of the provider that can cost a user a CA, or a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pcaform.terraform.plan_json import list_changes
from pcaform.terraform.runner import TerraformError
from sandbox.terraform.corpus import Corpus, Values, differences, start_corpus

pytestmark = pytest.mark.terraform


def ca(name: str) -> str:
    return f'aws_acmpca_certificate_authority.each["{name}"]'


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform_init: Path) -> Iterator[Corpus]:
    with start_corpus(tmp_path_factory.mktemp("quirks") / "stack", terraform_init) as corpus:
        yield corpus


@pytest.fixture(scope="module")
def made(story: Corpus) -> Values:
    return story.apply_unplanned("quirks")


def plan_changes(story: Corpus, changed: str, target: str) -> dict[str, set[str]]:
    """Plan one resource with one CA changed; return the arguments of each resource that are updated in place."""
    plan = story.plan_stages(arguments=("-var", f'changed=["{changed}"]', f"-target={target}"))
    updated = [address for address, actions in list_changes(plan).items() if actions == ("update",)]
    return {address: differences(plan, address) for address in updated}


def test_disabled_from_the_start_is_not_disabled(story: Corpus, made: Values) -> None:
    """AWS creates every CA PENDING_CERTIFICATE, which Terraform reads as enabled: the next plan disables it."""
    assert story.cas()[made[ca("disabled")]["arn"]]["Status"] == "PENDING_CERTIFICATE"
    assert plan_changes(story, "", ca("disabled")) == {ca("disabled"): {"enabled"}}


def test_a_revocation_block_that_is_left_out_is_switched_off(story: Corpus, made: Values) -> None:
    assert made[ca("silenced")]["revocation_configuration"]
    assert plan_changes(story, "silenced", ca("silenced"))[ca("silenced")] == {"revocation_configuration"}


@pytest.mark.parametrize(
    ("name", "argument"), [("deletion", "permanent_deletion_time_in_days"), ("usage", "usage_mode")]
)
def test_some_updates_are_planned_and_fail(story: Corpus, made: Values, name: str, argument: str) -> None:
    """The provider sends an update without any change."""
    assert made
    assert argument in plan_changes(story, name, ca(name))[ca(name)]
    with pytest.raises(TerraformError, match="ValidationException"):
        story.terraform.apply(story.directory / "tfplan")


def test_a_permission_that_is_there_already_is_not_adopted(story: Corpus, made: Values) -> None:
    story.server.client("acm-pca").create_permission(
        CertificateAuthorityArn=made["aws_acmpca_certificate_authority.permitted"]["arn"],
        Principal="acm.amazonaws.com",
        Actions=["IssueCertificate", "GetCertificate", "ListPermissions"],
    )
    plan_changes(story, "permitted", "aws_acmpca_permission.second")
    with pytest.raises(TerraformError, match="PermissionAlreadyExistsException"):
        story.terraform.apply(story.directory / "tfplan")


def test_a_deleted_authority_is_made_anew(story: Corpus, made: Values) -> None:
    """Terraform treats a DELETED CA as gone, although it can be restored for weeks."""
    client = story.server.client("acm-pca")
    client.delete_certificate_authority(CertificateAuthorityArn=made[ca("gone")]["arn"])
    assert list_changes(story.plan_stages())[ca("gone")] == ("create",)

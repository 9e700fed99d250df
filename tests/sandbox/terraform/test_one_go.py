"""Configurations that AWS takes in one apply: the provider waits for what it finds in the text of an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pcaform.terraform.plan_json import list_changes
from sandbox.terraform.corpus import Corpus, Values, start_corpus
from terraform_steps import remaining_changes

pytestmark = pytest.mark.terraform


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform_init: Path) -> Iterator[Corpus]:
    with start_corpus(tmp_path_factory.mktemp("one_go") / "stack", terraform_init) as corpus:
        yield corpus


@pytest.fixture(scope="module")
def made(story: Corpus) -> Values:
    return story.apply_unplanned("one_go")


def test_two_levels_and_a_bucket_with_dots_are_one_apply(story: Corpus, made: Values) -> None:
    """The issuing CA's certificate is asked for while its parent has none, and the provider tries again."""
    assert {ca["Status"] for ca in story.cas().values()} == {"ACTIVE"}
    assert made["aws_s3_bucket_versioning.lists"]["versioning_configuration"][0]["mfa_delete"] == "Disabled"
    content = story.server.client("s3").get_object(Bucket="crl.corp.example", Key="crl/a list.crl")["Body"].read()
    assert content == b"a list"
    assert remaining_changes(story.terraform, story.directory / "tfplan") == {}


def test_the_permission_of_a_deleted_ca_is_gone(story: Corpus, made: Values) -> None:
    """The provider reads that from the text of ListPermissions' error; another text would end the plan."""
    client, arn = story.server.client("acm-pca"), made['aws_acmpca_certificate_authority.each["SUBORDINATE"]']["arn"]
    client.update_certificate_authority(CertificateAuthorityArn=arn, Status="DISABLED")
    client.delete_certificate_authority(CertificateAuthorityArn=arn)
    plan = story.plan_stages(arguments=("-target=aws_acmpca_permission.renewal",))
    assert list_changes(plan)["aws_acmpca_permission.renewal"] == ("create",)

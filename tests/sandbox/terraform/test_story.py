"""One corpus on the real provider: created, changed, replaced, imported and destroyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cryptography import x509

from pcaform.terraform.plan_json import list_changes
from pcaform.terraform.runner import TerraformError
from sandbox.terraform.corpus import Corpus, Step, Values, differences, replacements, start_corpus

pytestmark = pytest.mark.terraform
_CONFIGURATION = "certificate_authority_configuration"
_SUBJECT = (
    "common_name",
    "country",
    "distinguished_name_qualifier",
    "generation_qualifier",
    "given_name",
    "initials",
    "locality",
    "organization",
    "organizational_unit",
    "pseudonym",
    "state",
    "surname",
    "title",
)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform_init: Path) -> Iterator[Corpus]:
    with start_corpus(tmp_path_factory.mktemp("story") / "stack", terraform_init) as corpus:
        yield corpus


@pytest.fixture(scope="module")
def before(story: Corpus) -> Step:
    return story.apply_stages("before")


@pytest.fixture(scope="module")
def after(story: Corpus, before: Step) -> Step:
    assert before
    return story.apply_stages("after")


@pytest.fixture(scope="module")
def identifiers(after: Step) -> dict[str, str]:
    """Return the import id of each resource of the corpus; a permission cannot be imported."""
    resources = {address: values for address, values in after.values.items() if not address.startswith("data.")}
    return {address: values["id"] for address, values in resources.items() if "_permission." not in address}


def test_a_second_plan_is_empty(before: Step, after: Step) -> None:
    assert (before.remaining, after.remaining) == ({}, {})


def test_what_has_become_of_private_certificates(before: Step) -> None:
    """The provider keeps a failed certificate; one that ACM cannot renew looks like any other in a plan."""
    status = {name: values["status"] for name, values in before.values.items() if name.startswith("aws_acm_cert")}
    assert status.pop("aws_acm_certificate.failed") == "FAILED"
    assert set(status.values()) == {"ISSUED"}
    eligible = {name: before.values[name]["renewal_eligibility"] for name in status}
    assert eligible["aws_acm_certificate.unrenewable"] == "INELIGIBLE"


def test_data_sources_read_what_the_resources_say(before: Step) -> None:
    ca = before.values["aws_acmpca_certificate_authority.complete"]
    for name in ("certificate_signing_request", "revocation_configuration", "tags", "usage_mode"):
        assert before.values["data.aws_acmpca_certificate_authority.complete"][name] == ca[name]
    leaf = before.values['aws_acmpca_certificate.validity["DAYS"]']
    assert before.values["data.aws_acmpca_certificate.leaf"]["certificate"] == leaf["certificate"]
    assert before.values["data.aws_acmpca_certificate_authority.minimal"]["certificate"] == ""


@pytest.mark.parametrize(
    ("unit", "length"),
    [("DAYS", timedelta(days=30)), ("MONTHS", timedelta(days=396)), ("YEARS", timedelta(days=1096))],
)
def test_certificates_live_as_long_as_was_asked(before: Step, unit: str, length: timedelta) -> None:
    certificate = read_certificate(before.values, f'aws_acmpca_certificate.validity["{unit}"]')
    lived = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert abs(lived - length) <= timedelta(days=3)


def test_what_changes_in_place(after: Step) -> None:
    updated = [address for address, actions in list_changes(after.plan).items() if actions == ("update",)]
    assert {address: differences(after.plan, address) - {"tags_all"} for address in updated} == {
        "aws_acm_certificate.complete": {"early_renewal_duration", "tags"},
        "aws_acmpca_certificate_authority.bare": {"revocation_configuration"},
        "aws_acmpca_certificate_authority.complete": {
            "permanent_deletion_time_in_days",
            "revocation_configuration",
            "tags",
        },
        "aws_acmpca_certificate_authority.switched": {"enabled"},
        'aws_acmpca_policy.root["trusted"]': set(),  # its policy is known only once the replaced ones are made
    }
    assert set(list_changes(after.plan).values()) == {("update",), ("delete", "create")}


def test_what_is_replaced_and_why(after: Step) -> None:
    """Setting the account to the API's default replaces nothing, and neither does a CA's usage mode."""
    assert replacements(after.plan) == {
        "aws_acm_certificate.replaced": {
            "certificate_authority_arn",
            "domain_name",
            "key_algorithm",
            "subject_alternative_names",
        },
        "aws_acmpca_certificate.replaced": {
            "api_passthrough",
            "certificate_authority_arn",
            "certificate_signing_request",
            "signing_algorithm",
            "template_arn",
            "validity.type",
            "validity.value",
        },
        'aws_acmpca_certificate.root["moved"]': {"certificate_authority_arn", "certificate_signing_request"},
        "aws_acmpca_certificate.subordinate": {"certificate_authority_arn", "signing_algorithm"},
        "aws_acmpca_certificate_authority.moved": {f"{_CONFIGURATION}.subject.common_name"},
        "aws_acmpca_certificate_authority.replaced": {
            "type",
            f"{_CONFIGURATION}.key_algorithm",
            f"{_CONFIGURATION}.signing_algorithm",
            *(f"{_CONFIGURATION}.subject.{name}" for name in _SUBJECT),
        },
        'aws_acmpca_certificate_authority_certificate.root["moved"]': {"certificate", "certificate_authority_arn"},
        "aws_acmpca_certificate_authority_certificate.subordinate": {"certificate", "certificate_chain"},
        "aws_acmpca_permission.moved": {"certificate_authority_arn"},
        "aws_acmpca_permission.trusted": {"actions"},
        'aws_acmpca_policy.root["moved"]': {"resource_arn"},
    }


def test_a_replaced_certificate_is_revoked(story: Corpus, before: Step, after: Step) -> None:
    assert after
    root = before.values["aws_acmpca_certificate_authority.trusted"]["arn"]
    assert is_revoked(story, root, read_certificate(before.values, "aws_acmpca_certificate.subordinate"))
    assert is_revoked(story, root, read_certificate(before.values, "aws_acmpca_certificate.replaced"))


def test_a_replaced_authority_is_deleted_and_can_be_restored(before: Step, after: Step) -> None:
    arn = before.values["aws_acmpca_certificate_authority.moved"]["arn"]
    assert after.cas[arn]["Status"] == "DELETED"
    assert after.cas[arn]["RestorableUntil"]


def test_imported_certificates_would_be_replaced(story: Corpus, identifiers: dict[str, str], tmp_path: Path) -> None:
    """Import cannot read a certificate's request arguments; the resources that depend on it are replaced too."""
    plan = story.copy_with_imports(tmp_path / "imported", identifiers).plan_stages()
    changes = list_changes(plan)
    issued = {address for address in identifiers if address.startswith("aws_acmpca_certificate.")}
    installed = {address for address in identifiers if "_authority_certificate." in address}
    assert {address for address, actions in changes.items() if actions == ("delete", "create")} == issued | installed
    request_arguments = {"certificate_signing_request", "signing_algorithm", "validity.type", "validity.value"}
    assert all(replacements(plan)[address] >= request_arguments for address in issued)


def test_all_else_is_imported_as_it_is(story: Corpus, identifiers: dict[str, str], tmp_path: Path) -> None:
    """With those arguments ignored, the only differences are arguments that AWS does not have, and the permissions."""
    plan = story.copy_with_imports(tmp_path / "imported", identifiers).plan_stages("kept")
    changes = list_changes(plan)
    missing = {address for address, actions in changes.items() if actions == ("create",)}
    assert missing == {f"aws_acmpca_permission.{name}" for name in ("complete", "moved", "trusted", "subordinate")}
    assert {address: differences(plan, address) for address in set(changes) - missing} == {
        "aws_acm_certificate.complete": {"early_renewal_duration"},
        "aws_acmpca_certificate_authority.complete": {"permanent_deletion_time_in_days", "timeouts"},
    }


def test_a_permission_cannot_be_imported(story: Corpus, after: Step, tmp_path: Path) -> None:
    address = "aws_acmpca_permission.complete"
    other = story.copy_with_imports(tmp_path / "imported", {address: after.values[address]["id"]})
    with pytest.raises(TerraformError, match=re.compile("doesn't support import", re.IGNORECASE)):
        other.plan_stages()


def test_destroying_all_of_it(story: Corpus, after: Step) -> None:
    """Last, since nothing is left: certificates are revoked, CAs deleted and restorable for the configured days."""
    assert set(list_changes(story.plan_stages(arguments=("-destroy",))).values()) == {("delete",)}
    story.terraform.apply(story.directory / "tfplan")
    assert story.values() == {}
    assert {ca["Status"] for ca in story.cas().values()} == {"DELETED"}
    assert restorable_days(story, after, "complete") == 8
    assert story.server.client("acm").list_certificates()["CertificateSummaryList"] == []
    root = after.values["aws_acmpca_certificate_authority.trusted"]["arn"]
    client = story.server.client("acm-pca")
    client.restore_certificate_authority(CertificateAuthorityArn=root)
    client.update_certificate_authority(CertificateAuthorityArn=root, Status="ACTIVE")
    assert is_revoked(
        story, root, read_certificate(after.values, 'aws_acmpca_certificate.template["EndEntityCertificate"]')
    )
    assert client.list_permissions(CertificateAuthorityArn=root)["Permissions"] == []
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(ResourceArn=root)


def read_certificate(values: Values, address: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(values[address]["certificate"].encode())


def is_revoked(story: Corpus, ca: str, certificate: x509.Certificate) -> bool:
    """Tell whether a certificate was already revoked, by trying to revoke it; if it was not, it is revoked now."""
    try:
        story.server.client("acm-pca").revoke_certificate(
            CertificateAuthorityArn=ca,
            CertificateSerial=f"{certificate.serial_number:x}",
            RevocationReason="UNSPECIFIED",
        )
    except ClientError as error:
        return error.response["Error"]["Code"] == "RequestAlreadyProcessedException"
    return False


def restorable_days(story: Corpus, step: Step, name: str) -> int:
    """Return the number of days for which a deleted CA can be restored."""
    ca = story.cas()[step.values[f"aws_acmpca_certificate_authority.{name}"]["arn"]]
    window: timedelta = ca["RestorableUntil"] - ca["LastStateChangeAt"]
    return round(window / timedelta(days=1))

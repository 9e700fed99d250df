"""Reading an account with faults: the result is complete, or names exactly what is missing."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pcaform.core.problems import Failure
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from sources.aws.conftest import CA, Live, live, statement
from sources.aws.test_cas import share

ATTRIBUTES_OF = {
    "tags": {"tags_all"},
    "certificate": {"certificate", "certificate_chain"},
    "certificate_signing_request": {"certificate_signing_request"},
}
RESOURCES_OF_CA = {
    "aws_acmpca_permission": ("certificate_authority_arn", "permissions"),
    "aws_acmpca_policy": ("resource_arn", "policy"),
}
OPERATIONS = (
    *("acm-pca:ListPermissions", "acm-pca:GetPolicy", "acm-pca:ListTags", "acm-pca:GetCertificateAuthorityCsr"),
    *("acm-pca:GetCertificateAuthorityCertificate", "acm-pca:ListCertificateAuthorities", "acm:ListCertificates"),
    *("acm:DescribeCertificate", "acm:ListTagsForCertificate", "iam:GetAccountAuthorizationDetails"),
)


@pytest.fixture(scope="module")
def account() -> Iterator[Live]:
    with live() as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_MAX_ATTEMPTS", "4")
        pki = found.pki
        root = pki.root()
        issuing = pki.subordinate(root, Tags=[{"Key": "team", "Value": "pki"}])
        for arn in (root, issuing):
            pki.grant(arn)
        share(pki, issuing, "444455556666")
        acm = found.server.client("acm")
        for name, algorithm in (("a.corp.example", "EC_secp384r1"), ("b.corp.example", "EC_prime256v1")):
            acm.request_certificate(DomainName=name, CertificateAuthorityArn=issuing, KeyAlgorithm=algorithm)
        found.user("signer", issue=statement("acm-pca:IssueCertificate", issuing))
        yield found


@pytest.fixture(scope="module")
def calm(account: Live) -> Inventory:
    found = account.read()
    assert found.notes == ()
    kinds = [resource.type for resource in found.resources]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        CA: 2,
        "aws_acmpca_permission": 2,
        "aws_acmpca_policy": 1,
        "aws_acm_certificate": 2,
        "aws_iam_user": 1,
        "aws_iam_user_policy": 1,
    }
    return found


def unexplained(calm: Inventory, with_faults: Inventory) -> Iterator[Any]:
    """Yield differences between two inventories that no note explains."""
    unknown = [note for note in with_faults.notes if note.kind == "unknown"]
    present = {(resource.type, resource.address): resource for resource in with_faults.resources}
    for resource in calm.resources:
        found = present.pop((resource.type, resource.address), None)
        if found is None:
            if not any(_is_about(note, resource) for note in unknown):
                yield resource
        elif found != resource:
            differing = {key for key, value in resource.attributes.items() if found.attributes.get(key) != value}
            unread = {note.reason.partition(":")[0] for note in unknown if note.address == resource.address}
            if not differing <= {name for field in unread for name in ATTRIBUTES_OF.get(field, ())}:
                yield resource, found
    yield from present.values()
    yield from (note for note in with_faults.notes if note.kind != "unknown")


def _is_about(note: ImportNote, resource: Resource) -> bool:
    """Tell whether a note says that a resource could not be read."""
    region = "111122223333/eu-central-1"
    if resource.type in RESOURCES_OF_CA:
        owner, field = RESOURCES_OF_CA[resource.type]
        if note.address == resource.attributes[owner] and note.reason.startswith(f"{field}: "):
            return True
    if resource.type.startswith("aws_iam_"):
        is_listed = note.address == "111122223333" and note.reason.startswith("users, roles and their policies")
    elif resource.type == "aws_acm_certificate":
        is_certificate = note.address == resource.address and note.reason.startswith("certificate: ")
        is_listed = is_certificate or (note.address == region and note.reason.startswith("private certificates"))
    else:
        is_listed = False
    return is_listed or (note.address == region and note.reason.startswith("CAs of this account"))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_denied_call_is_unknown(account: Live, calm: Inventory, operation: str) -> None:
    """A denied call has a note, and nothing else is missing."""
    with account.server.with_faults(denials=[operation]):
        if operation == "acm-pca:ListCertificateAuthorities":
            with pytest.raises(Failure, match="CAs of this account: ListCertificateAuthorities: the caller's policies"):
                account.read()
            return
        found = account.read()
    name = operation.partition(":")[2]
    assert any(f"{name}: the caller's policies do not allow it (AccessDenied" in each.reason for each in found.notes)
    assert list(unexplained(calm, found)) == []


@pytest.mark.parametrize("seed", range(8))
def test_any_fault_gives_a_complete_or_explained_result(account: Live, calm: Inventory, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - no secret
    faults: dict[str, Any] = {"throttling": dice.choice([True, {}])}
    for kind in ("failures", "resets"):
        strength = dice.choice([0.1, 0.3, 0.7])
        faults[kind] = dict.fromkeys(dice.sample(OPERATIONS, 3), strength)
    faults["denials"] = dice.sample(OPERATIONS, dice.choice([0, 1]))
    faults["latency"] = {dice.choice(OPERATIONS): 0.05}
    with account.server.with_faults(seed=seed, **faults):
        try:
            found = account.read()
        except Failure as failure:
            assert "CAs of this account: ListCertificateAuthorities: " in str(failure)
            return
    assert list(unexplained(calm, found)) == []


def test_published_rates_are_respected(account: Live, calm: Inventory) -> None:
    """With the published rates enforced, no call is throttled."""
    with account.server.with_faults(throttling=True) as counts:
        assert account.read() == calm
    assert counts["throttling"] == 0


def test_expired_credentials_end_the_run(account: Live, calm: Inventory, tmp_path: Path) -> None:
    """No spec is made from an incomplete read; with a checkpoint the next run continues."""
    file = tmp_path / "checkpoint"
    with account.server.with_faults(expiry={"acm-pca:GetPolicy": 1.0}), pytest.raises(Failure, match="expired while"):
        account.read(checkpoint=file)
    assert file.is_file()
    assert account.read(checkpoint=file) == calm
    assert not file.exists()


def test_failed_calls_are_repeated(account: Live, calm: Inventory, tmp_path: Path) -> None:
    file = tmp_path / "checkpoint"
    with account.server.with_faults(denials=["acm-pca:GetPolicy"]):
        account.read(checkpoint=file)
    operations = [operation for operation, _, _ in json.loads(file.read_text(encoding="utf-8"))["answers"]]
    assert "acm-pca:GetPolicy" not in operations
    with account.server.with_faults(denials=["acm-pca:ListPermissions", "acm-pca:ListTags"]):
        assert account.read(checkpoint=file) == calm

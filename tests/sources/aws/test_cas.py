"""Reading CAs of every status and shape from an account."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from pcaform.core.problems import Failure
from pcaform.importer.infer.infer import infer
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.sources.inventory import Inventory
from sandbox.conftest import Pki
from sources.aws.conftest import ACCOUNT, CA, OTHER, REGION, Live, find_resource, live, notes_on

ELSEWHERE = "us-east-1"
CRL = {
    "CrlConfiguration": {
        "Enabled": True,
        "ExpirationInDays": 7,
        "S3BucketName": "corp-crl",
        "CustomCname": "crl.corp.example",
        "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL",
    },
    "OcspConfiguration": {"Enabled": True, "OcspCustomCname": "ocsp.corp.example"},
}
HOSTILE = {"a b": "=+-@:/", "Ünï/code": "日本語", "empty": "", "colon:": "x: y", "yes": "no", "012": "0x1"}


@dataclass(frozen=True)
class World:
    """The account, the ARNs of its CAs by name, and its inventory."""

    live: Live
    arns: dict[str, str]
    found: Inventory

    def attributes(self, name: str) -> Any:
        return find_resource(self.found, CA, self.arns[name]).attributes

    def notes(self, name: str) -> list[tuple[str, str]]:
        return [(note.kind, note.reason) for note in notes_on(self.found, self.arns[name])]


def subject(**fields: Any) -> dict[str, Any]:
    return {"configuration": {"Subject": fields}}


def tags(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def share(pki: Pki, arn: str, account: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificateAuthorityCertificate"],
        "Resource": arn,
    }
    pki.client.put_policy(ResourceArn=arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def populate(account: Live) -> dict[str, str]:
    pki = account.pki
    expired = pki.root(days=1, **subject(CommonName="Expired"))
    account.server.advance(timedelta(days=2))
    root = pki.root(**subject(CommonName="Corp Root CA", Organization="Corp", Country="DE"))
    policy = pki.subordinate(root, depth=1, days=2000, **subject(CommonName="Corp Policy CA"))
    issuing = pki.subordinate(
        policy, **subject(CommonName="Corp Issuing CA"), RevocationConfiguration=CRL, Tags=tags(HOSTILE)
    )
    pki.grant(issuing)
    disabled = pki.root(**subject(CommonName="Disabled"), Tags=tags({"team": "pki"}))
    pki.grant(disabled, ["GetCertificate", "IssueCertificate"], SourceAccount=ACCOUNT)
    pki.disable(disabled)
    shared_ca = pki.root(**subject(CommonName="Shared"))
    share(pki, shared_ca, OTHER)
    deleted = pki.root(**subject(CommonName="Deleted"))
    pki.disable(deleted)
    pki.client.delete_certificate_authority(CertificateAuthorityArn=deleted, PermanentDeletionTimeInDays=7)
    special = subject(CommonName="Special", SerialNumber="42")
    special["configuration"]["CsrExtensions"] = {"KeyUsage": {"CRLSign": True}}
    partitioned = {**CRL["CrlConfiguration"], "CrlType": "PARTITIONED", "CustomPath": "a/b"}
    arns = {
        "expired": expired,
        "root": root,
        "policy": policy,
        "issuing": issuing,
        "disabled": disabled,
        "shared": shared_ca,
        "deleted": deleted,
        "pending": pki.create("SUBORDINATE", **subject(CommonName="Pending")),
        "special": pki.root(**special, RevocationConfiguration={"CrlConfiguration": partitioned}),
        "custom": pki.root(
            **subject(CustomAttributes=[{"ObjectIdentifier": "1.3.6.1.4.1.37244.1.3", "Value": "FFF1"}])
        ),
        "short": pki.root(**subject(CommonName="Short"), UsageMode="SHORT_LIVED_CERTIFICATE"),
        "elsewhere": Pki(account.server.client("acm-pca", region=ELSEWHERE)).root(**subject(CommonName="Elsewhere")),
    }
    other = Pki(account.server.client("acm-pca", account_id=OTHER))
    arns["foreign"] = other.root(**subject(CommonName="Partner Root"))
    share(other, arns["foreign"], ACCOUNT)
    creation.failure = "OTHER"
    arns["failed"] = pki.create("ROOT", **subject(CommonName="Failed"))
    creation.failure, creation.delay = None, timedelta(hours=1)
    arns["creating"] = pki.create("ROOT", **subject(CommonName="Creating"))
    return arns


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live() as account:
        arns = populate(account)
        yield World(account, arns, account.read(caller=Caller(regions=(REGION, ELSEWHERE))))


def test_a_hierarchy_is_read_completely(world: World) -> None:
    assert world.attributes("root")["certificate_authority_configuration"][0]["subject"][0] == {
        **dict.fromkeys(
            (
                *("distinguished_name_qualifier", "generation_qualifier", "given_name", "initials", "locality"),
                *("organizational_unit", "pseudonym", "state", "surname", "title"),
            ),
            "",
        ),
        "common_name": "Corp Root CA",
        "organization": "Corp",
        "country": "DE",
    }
    policy = world.attributes("policy")
    certificate = world.live.pki.client.get_certificate_authority_certificate(
        CertificateAuthorityArn=world.arns["policy"]
    )
    assert policy["certificate"] == certificate["Certificate"]
    assert policy["certificate_chain"] == certificate["CertificateChain"]
    assert policy["certificate_signing_request"].encode() == world.live.pki.csr_of(world.arns["policy"])
    assert policy["type"] == "SUBORDINATE"
    assert world.notes("root") == world.notes("policy") == world.notes("issuing") == []


def test_revocation_and_tags_are_read(world: World) -> None:
    issuing = world.attributes("issuing")
    assert issuing["revocation_configuration"] == [
        {
            "crl_configuration": [
                {
                    "enabled": True,
                    "expiration_in_days": 7,
                    "custom_cname": "crl.corp.example",
                    "custom_path": "",
                    "s3_bucket_name": "corp-crl",
                    "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL",
                }
            ],
            "ocsp_configuration": [{"enabled": True, "ocsp_custom_cname": "ocsp.corp.example"}],
        }
    ]
    assert issuing["tags_all"] == HOSTILE
    assert world.attributes("short")["usage_mode"] == "SHORT_LIVED_CERTIFICATE"


def test_permissions_and_policies_refer_to_their_ca(world: World) -> None:
    permissions = {each.attributes["certificate_authority_arn"]: each for each in world.found.of_type(PERMISSION)}
    assert sorted(permissions) == sorted([world.arns["issuing"], world.arns["disabled"]])
    whole = permissions[world.arns["issuing"]]
    assert whole.attributes["actions"] == ["GetCertificate", "IssueCertificate", "ListPermissions"]
    assert whole.attributes["principal"] == "acm.amazonaws.com"
    part = permissions[world.arns["disabled"]]
    assert part.attributes["actions"] == ["GetCertificate", "IssueCertificate"]
    (policy,) = world.found.of_type("aws_acmpca_policy")
    assert policy.attributes["resource_arn"] == world.arns["shared"]
    assert json.loads(policy.attributes["policy"])["Statement"][0]["Principal"] == {"AWS": OTHER}


PERMISSION = "aws_acmpca_permission"


def test_a_disabled_ca_is_written_as_disabled(world: World) -> None:
    assert world.attributes("disabled")["enabled"] is False
    assert world.attributes("root")["enabled"] is True


def test_a_shared_ca_is_a_reference(world: World) -> None:
    foreign = find_resource(world.found, CA, world.arns["foreign"])
    assert foreign.is_reference
    assert foreign.origin == f"{REGION}, shared by {OTHER} with {ACCOUNT}"
    assert foreign.attributes["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    specs = {each.spec.aws.region: each.spec for each in infer(world.found, stack="pki")}
    assert {each.aws.account_id for each in specs.values()} == {ACCOUNT}
    reference = specs[REGION].certificate_authorities["partner-root"]
    assert (reference.arn, reference.managed) == (world.arns["foreign"], False)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("deleted", "it is deleted and can be restored until {:%Y-%m-%d}"),
        ("pending", "it has no certificate yet, and an 'arn' in a spec needs an active CA"),
        ("failed", "AWS could not create it (OTHER): delete it"),
        ("creating", "AWS is still creating it: import again when it is ready"),
    ],
)
def test_cas_in_other_statuses_are_reported_and_not_written(world: World, name: str, reason: str) -> None:
    ((kind, actual),) = world.notes(name)
    assert kind == ("listed" if name == "deleted" else "left out")
    restorable = world.live.pki.describe(world.arns[name]).get("RestorableUntil")
    assert actual.startswith(reason.format(restorable) if restorable else reason)
    assert world.arns[name] not in {each.address for each in world.found.resources}


def test_an_expired_ca_is_written_and_reported(world: World) -> None:
    assert world.attributes("expired")["enabled"] is True
    ended = world.live.pki.describe(world.arns["expired"])["NotAfter"]
    ((kind, reason),) = world.notes("expired")
    assert (kind, reason.startswith(f"its certificate expired on {ended:%Y-%m-%d}")) == ("listed", True)


def test_unsupported_settings_are_reported(world: World) -> None:
    later = "it stays until Terraform next changes the revocation configuration, which resets it"
    assert world.notes("special") == [
        ("left out", "CsrExtensions is KeyUsage: Terraform does not support this, and does not change it"),
        ("left out", "subject.serial_number is '42': Terraform does not support this, and does not change it"),
        ("left out", f"crl_configuration.crl_type is 'PARTITIONED': Terraform does not support this; {later}"),
    ]


def test_the_path_of_a_crl_is_read(world: World) -> None:
    (revocation,) = world.attributes("special")["revocation_configuration"]
    assert revocation["crl_configuration"][0]["custom_path"] == "a/b"


def test_a_ca_that_terraform_cannot_manage_is_a_reference(world: World) -> None:
    assert find_resource(world.found, CA, world.arns["custom"]).is_reference
    ((kind, reason),) = world.notes("custom")
    assert kind == "left out"
    assert reason == (
        "Terraform does not support a subject of custom_attributes alone; it is written as a reference, "
        "which is not managed"
    )


def test_regions_are_read_together(world: World) -> None:
    assert find_resource(world.found, CA, world.arns["elsewhere"]).origin == f"{ELSEWHERE}, {ACCOUNT}"
    assert [note for note in world.found.notes if note.kind == "unknown"] == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(statuses=("DISABLED",)), ["disabled"]),
        (Filters(tags=(("team", "pki"),)), ["disabled"]),
        (Filters(tags=(("team", "pki"), ("a b", "x"))), []),
        (Filters(tags=(("empty", ""),)), ["issuing"]),
    ],
)
def test_filters_select(world: World, filters: Filters, names: list[str]) -> None:
    if not names:
        with pytest.raises(Failure, match="no CA was found"):
            world.live.read(filters)
        return
    found = world.live.read(filters)
    assert [each.address for each in found.of_type(CA)] == [world.arns[name] for name in names]


def test_a_ca_is_selected_by_its_arn(world: World) -> None:
    found = world.live.read(Filters(arns=(world.arns["policy"],)))
    assert [each.address for each in found.of_type(CA)] == [world.arns["policy"]]
    missing = world.arns["policy"][:-4] + "0000"
    with pytest.raises(Failure, match=f"{missing}: no such CA in these regions"):
        world.live.read(Filters(arns=(missing,)))


def test_all_regions_are_searched(world: World) -> None:
    found = world.live.read(Filters(arns=(world.arns["elsewhere"],)), caller=Caller(is_every_region=True))
    assert [each.address for each in found.of_type(CA)] == [world.arns["elsewhere"]]

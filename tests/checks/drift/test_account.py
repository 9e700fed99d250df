"""`pcaform drift` on an account made with boto3: a spec imported from it has no drift until the account changes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.audit.faulty_account import managed, named
from conftest import ROOT, Run
from pcaform.checks.drift.check import compare_account, select_regions
from pcaform.cli.account_session import open_account
from pcaform.iam.policies.issuer_policies import documents
from pcaform.iam.policies.resource_policies import share_policy
from pcaform.importer.infer.infer import infer
from pcaform.rules.load import load_valid_text
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.spec.issuers import Issuer
from pcaform.spec.sections import Share
from pcaform.spec.stack import Aws
from pcaform.spec.yaml_writer import dump
from sources.aws.conftest import ACCOUNT, OTHER, REGION, Live, live, statement

TEMPLATES = {"ArnLike": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}}


@dataclass(frozen=True)
class World:
    """The account, the imported spec of it, and the command."""

    live: Live
    arns: dict[str, str]
    spec: Path
    pcaform: Run

    def drift(self, *arguments: str) -> CompletedProcess[str]:
        return self.pcaform("drift", self.spec, *arguments, env=self.live.environment)


def populate(account: Live) -> dict[str, str]:
    pki = account.pki
    root = pki.root(days=7300, **named("Corp Root"))
    crl = {
        "Enabled": True,
        "ExpirationInDays": 7,
        "S3BucketName": "corp-lists",
        "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL",
    }
    tags = [{"Key": "service", "Value": "tls"}]
    more: dict[str, Any] = {"RevocationConfiguration": {"CrlConfiguration": crl}, "Tags": tags}
    issuing = pki.subordinate(root, days=3000, **named("Issuing"), **more)
    pki.grant(issuing)
    managed(account, issuing, "www.corp.example")
    other = pki.subordinate(root, days=3000, **named("Other"))
    shared = share_policy(Share(accounts=(OTHER,)), other, region=REGION)
    pki.client.put_policy(ResourceArn=other, Policy=json.dumps(shared))
    disabled = pki.root(days=3000, **named("Switched Off"))
    pki.disable(disabled)
    issuer = Issuer.model_validate(
        {"user_name": "ci", "grants": [{"certificates": "unmanaged", "certificate_authorities": ["issuing"]}]}
    )
    aws = Aws(region=REGION, account_id=ACCOUNT)
    account.user("ci", **documents(issuer, aws, arn_of=lambda _: issuing))
    account.user("odd", odd=statement("acm-pca:Issue*", issuing, Condition=TEMPLATES))
    return {"root": root, "issuing": issuing, "other": other, "disabled": disabled}


@pytest.fixture(scope="module")
def world(pcaform: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with live() as account:
        arns = populate(account)
        spec = tmp_path_factory.mktemp("drift") / "corp.yaml"
        done = pcaform("import", "aws", "--stack", "corp", "--out", spec, env=account.environment)
        assert spec.exists(), done.stderr
        yield World(account, arns, spec, pcaform)


def test_an_imported_account_has_no_drift(world: World) -> None:
    done = world.drift()
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == "8 things compared: no differences"


def test_another_account_is_refused(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(world.spec.read_text("utf-8").replace(OTHER, "999988887777").replace(ACCOUNT, OTHER), "utf-8")
    done = world.pcaform("drift", other, env=world.live.environment)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"pcaform: the spec is for account {OTHER}, but the credentials are for {ACCOUNT}: choose others with "
        "--profile or --assume-role"
    )
    strange = world.drift("--region", "us-east-1")
    assert (strange.returncode, strange.stderr) == (
        1,
        f"pcaform: --region us-east-1: the spec has no CA there, it has CAs in {REGION}\n",
    )


def test_what_is_denied_is_unknown(world: World) -> None:
    with world.live.server.inject_faults(denials=["acm-pca:ListPermissions", "iam:GetAccountAuthorizationDetails"]):
        done = world.drift()
    assert done.returncode == 2
    assert done.stdout.splitlines()[0] == "unknown"
    assert "permissions: ListPermissions: the caller's policies do not allow it (AccessDeniedException)" in done.stdout
    assert "ACM has no permission" not in done.stdout
    assert "there is no user" not in done.stdout
    assert done.stderr.splitlines()[-1] == "8 things compared: 5 differences, 5 of them unknown"
    with world.live.server.inject_faults(denials=["acm-pca:ListCertificateAuthorities"]):
        unlisted = world.drift()
    assert unlisted.returncode == 2
    assert "there is no CA" not in unlisted.stdout


def test_the_page_of_the_documentation_is_what_is_printed(world: World) -> None:
    """Its changes to the account are not undone: the tests after it do not depend on them."""
    pki, arns, server = world.live.pki, world.arns, world.live.server
    pki.client.delete_permission(CertificateAuthorityArn=arns["issuing"], Principal="acm.amazonaws.com")
    pki.client.update_certificate_authority(
        CertificateAuthorityArn=arns["issuing"],
        RevocationConfiguration={"CrlConfiguration": {"Enabled": False}, "OcspConfiguration": {"Enabled": False}},
    )
    pki.client.tag_certificate_authority(
        CertificateAuthorityArn=arns["issuing"], Tags=[{"Key": "touched", "Value": "by hand"}]
    )
    pki.disable(arns["other"])
    account_wide = json.dumps(statement("acm-pca:*"))
    server.client("iam").put_user_policy(UserName="ci", PolicyName="quick-fix", PolicyDocument=account_wide)
    done = world.drift()
    page = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")
    assert done.stdout + done.stderr == page.split("```text\n$ pcaform drift corp.yaml\n")[1].split("```")[0]
    assert done.returncode == 2
    report = json.loads(world.drift("--format", "json").stdout)
    jsonschema.validate(report, json.loads(world.pcaform("schema", "drift").stdout))
    assert [each["kind"] for each in report["differences"]][:2] == ["breaks renewal", "breaks renewal"]
    markdown = world.drift("--format", "markdown").stdout.splitlines()
    assert len(markdown) == 2 + len(report["differences"])
    assert markdown[2].startswith("| **breaks renewal** | `certificate_authorities.issuing.permissions` |")


NAMES = st.text("abcXYZ09 -.äß'\"", min_size=1, max_size=20).map(lambda name: f"n{name}n")
SUBJECTS = st.fixed_dictionaries(
    {"CommonName": NAMES},
    optional={"Organization": NAMES, "Locality": NAMES, "Country": st.sampled_from(["DE", "fr"]), "Title": NAMES},
)
LISTS = st.fixed_dictionaries(
    {
        "Enabled": st.just(value=True),
        "ExpirationInDays": st.integers(1, 5000),
        "S3BucketName": st.just("corp-lists"),
        "S3ObjectAcl": st.sampled_from(["PUBLIC_READ", "BUCKET_OWNER_FULL_CONTROL"]),
    },
    optional={"CustomCname": st.just("crl.corp.example"), "CustomPath": st.sampled_from(["/", "lists", "lists/a"])},
)
OCSP = st.fixed_dictionaries({"Enabled": st.booleans()})
REVOCATIONS = st.fixed_dictionaries({}, optional={"CrlConfiguration": LISTS, "OcspConfiguration": OCSP})
TAGS = st.dictionaries(st.sampled_from(["a", "b c", "ä:/="]), st.text("xyz ", max_size=5), max_size=3)
KEYS = st.sampled_from([("EC_prime256v1", "SHA256WITHECDSA"), ("EC_secp384r1", "SHA512WITHECDSA")])


VARIANTS = st.fixed_dictionaries(
    {
        "subject": SUBJECTS,
        "revocation": REVOCATIONS,
        "tags": TAGS,
        "key": KEYS,
        "done": st.sets(st.sampled_from(["granted", "disabled"])),
    }
)


def make(account: Live, variant: Any) -> str:
    """Make the CA of a variant."""
    key, signing = variant["key"]
    configuration = {"Subject": variant["subject"], "KeyAlgorithm": key, "SigningAlgorithm": signing}
    tags = [{"Key": name, "Value": value} for name, value in variant["tags"].items()]
    more: dict[str, Any] = {"Tags": tags} if tags else {}
    pki = account.pki
    arn = pki.create("ROOT", configuration=configuration, RevocationConfiguration=variant["revocation"], **more)
    pki.activate(arn, arn, name="RootCACertificate", days=2000, algorithm=signing)
    if "granted" in variant["done"]:
        pki.grant(arn)
    if "disabled" in variant["done"]:
        pki.disable(arn)
    return arn


@given(VARIANTS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_variant_that_can_be_imported_has_no_drift(world: World, variant: Any) -> None:
    arn = make(world.live, variant)
    (found,) = infer(world.live.read(Filters(arns=(arn,))), stack="one")
    spec = load_valid_text(dump(found.spec).encode(), "one.yaml")
    account = open_account(select_regions(spec, Caller()))
    assert compare_account(spec, account, expiring=timedelta(days=90)).differences == ()

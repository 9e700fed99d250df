"""`pcaform sandbox --state FILE`: the content is restored; a file that is not a state file is refused and unchanged."""

import json
import lzma
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3
import pytest

from conftest import ROOT, Run
from pcaform.sandbox.server import Sandbox, SandboxError
from sandbox.conftest import ACCOUNT, REGION, Pki, csr, parse_certificate

OTHER = "210987654321"
CONFIGURATION = {
    "KeyAlgorithm": "EC_prime256v1",
    "SigningAlgorithm": "SHA256WITHECDSA",
    "Subject": {"CommonName": "Kept Root"},
}


def sandbox(state: Path, **options: Any) -> Sandbox:
    return Sandbox(account_id=ACCOUNT, region=REGION, state=state, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a state with one CA in it."""
    with sandbox(tmp_path / "sandbox.state") as server:
        server.client("acm-pca").create_certificate_authority(
            CertificateAuthorityConfiguration=CONFIGURATION, CertificateAuthorityType="ROOT"
        )
    return tmp_path / "sandbox.state"


def read_all(server: Sandbox) -> dict[str, Any]:
    """Return the answers of all reading operations, in all accounts and regions that were used."""
    answers: dict[str, Any] = {}
    for account, region in ((None, REGION), (None, "us-east-1"), (OTHER, REGION)):
        pca = server.client("acm-pca", account_id=account, region=region)
        for ca in pca.list_certificate_authorities()["CertificateAuthorities"]:
            answers[ca["Arn"]] = (ca, *_read_details(pca, ca))
    acm = server.client("acm")
    for summary in acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]:
        arn = {"CertificateArn": summary["CertificateArn"]}
        answers[summary["CertificateArn"]] = (
            acm.describe_certificate(**arn)["Certificate"],
            acm.get_certificate(**arn)["Certificate"],
            acm.list_tags_for_certificate(**arn)["Tags"],
        )
    iam, s3 = server.client("iam"), server.client("s3")
    answers["users"] = iam.list_users()["Users"]
    answers["keys"] = iam.list_access_keys(UserName="ci")["AccessKeyMetadata"]
    answers["policy"] = iam.get_user_policy(UserName="ci", PolicyName="issue")["PolicyDocument"]
    answers["object"] = s3.get_object(Bucket="kept-lists", Key="crl/1.crl")["Body"].read()
    answers["anchors"] = server.client("rolesanywhere").list_trust_anchors()["trustAnchors"]
    answers["location"] = s3.get_bucket_location(Bucket="kept-lists")["LocationConstraint"]
    return answers


def _read_details(pca: Any, ca: dict[str, Any]) -> tuple[Any, ...]:
    arn = {"CertificateAuthorityArn": ca["Arn"]}
    answers = [pca.get_certificate_authority_csr(**arn)["Csr"], pca.list_tags(**arn)["Tags"]]
    if ca["Status"] == "ACTIVE":
        answers.append(pca.get_certificate_authority_certificate(**arn)["Certificate"])
        answers.append(pca.list_permissions(**arn)["Permissions"])
    return tuple(answers)


def fill(server: Sandbox) -> tuple[str, str, str]:
    """Create a resource of every kind; return the ARNs of the issuing CA and the certificate, and an access key id."""
    pki = Pki(server.client("acm-pca"))
    issuer = pki.subordinate(pki.root())
    for account, region in ((None, "us-east-1"), (OTHER, REGION)):
        Pki(server.client("acm-pca", account_id=account, region=region)).root()
    pki.client.tag_certificate_authority(CertificateAuthorityArn=issuer, Tags=[{"Key": "team", "Value": "pki"}])
    pki.grant(issuer)
    source = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": issuer}}
    server.client("rolesanywhere").create_trust_anchor(name="kept", source=source)
    certificate = server.client("acm").request_certificate(
        DomainName="kept.example", CertificateAuthorityArn=issuer, KeyAlgorithm="EC_prime256v1"
    )["CertificateArn"]
    server.client("acm").export_certificate(CertificateArn=certificate, Passphrase=b"a passphrase")
    iam, s3 = server.client("iam"), server.client("s3")
    iam.create_user(UserName="ci")
    statement = {"Effect": "Allow", "Action": "acm-pca:GetCertificate", "Resource": issuer}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="ci", PolicyName="issue", PolicyDocument=policy)
    s3.create_bucket(Bucket="kept-lists", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="kept-lists", Key="crl/1.crl", Body=b"\x30\x00")
    server.advance(timedelta(days=100))
    return issuer, certificate, iam.create_access_key(UserName="ci")["AccessKey"]["AccessKeyId"]


def fill_more(server: Sandbox) -> None:
    """Create what IAM, STS and S3 have besides: groups, roles, sessions, versions, uploads, rules of a bucket."""
    iam, s3, sts = server.client("iam"), server.client("s3"), server.client("sts")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    role = iam.create_role(
        RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    policy = iam.create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="ci")
    iam.create_instance_profile(InstanceProfileName="ip")
    iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="r")
    iam.create_open_id_connect_provider(Url="https://id.example", ThumbprintList=["a" * 40], ClientIDList=["x"])
    iam.create_login_profile(UserName="ci", Password="a Password 1!")
    iam.update_account_password_policy(MinimumPasswordLength=10)
    sts.assume_role(RoleArn=role, RoleSessionName="session")
    bucket = {"Bucket": "kept-lists"}
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"1", b"2"):
        s3.put_object(**bucket, Key="v", Body=content, Tagging="a=b", Metadata={"m": "n"})
    s3.delete_object(**bucket, Key="v")
    s3.create_multipart_upload(**bucket, Key="part")
    s3.put_bucket_tagging(**bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.put_bucket_cors(
        **bucket, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    )
    kms = server.client("kms")
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/more", TargetKeyId=key)
    kms.create_grant(KeyId=key, GranteePrincipal=role, Operations=["Sign"])
    rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "a"}, "Expiration": {"Days": 90}}
    s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [rule]})


def test_a_second_run_without_requests_writes_the_same(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.state"
    with sandbox(state) as server:
        fill(server)
        fill_more(server)
    written = []
    for _ in range(2):
        with sandbox(state) as server:
            versions = server.client("s3").list_object_versions(Bucket="kept-lists", Prefix="v")
        written.append((len(versions["Versions"]), len(versions["DeleteMarkers"]), state.read_bytes()))
    assert written[0] == written[1]
    assert written[0][:2] == (2, 1)


def test_everything_is_there_again(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.state"
    with sandbox(state) as server:
        issuer, certificate, access_key_id = fill(server)
        before_stop = read_all(server)
    with sandbox(state, iam=True) as server:
        assert read_all(server) == before_stop
        pki = Pki(server.client("acm-pca"))
        leaf = parse_certificate(pki.issue(issuer, csr("new.example"))["Certificate"])
        leaf.verify_directly_issued_by(pki.certificate(issuer))
        assert leaf.not_valid_before_utc > datetime.now(UTC) + timedelta(days=99)
        before = server.client("acm").get_certificate(CertificateArn=certificate)["Certificate"]
        server.advance(timedelta(days=270))
        after = server.client("acm").get_certificate(CertificateArn=certificate)["Certificate"]
        assert parse_certificate(after).serial_number != parse_certificate(before).serial_number
        limited = server.client("acm-pca", access_key_id=access_key_id)
        with pytest.raises(limited.exceptions.ClientError, match="AccessDenied"):
            limited.delete_certificate_authority(CertificateAuthorityArn=issuer)


def test_kms_keys_are_kept(tmp_path: Path) -> None:
    """Ciphertexts of before are read, signatures verify, and aliases, grants, policies and tags are there."""
    state = tmp_path / "sandbox.state"
    with sandbox(state) as server:
        kms = server.client("kms")
        keys = [
            kms.create_key(KeySpec=spec, KeyUsage=usage, Tags=[{"TagKey": "team", "TagValue": "pki"}])["KeyMetadata"]
            for spec, usage in (("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), *((spec, "SIGN_VERIFY") for spec in SIGNING))
        ]
        arns = [key["Arn"] for key in keys]
        kms.create_alias(AliasName="alias/lists", TargetKeyId=arns[0])
        kms.create_grant(KeyId=arns[0], GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:user/ci", Operations=["Decrypt"])
        kms.enable_key_rotation(KeyId=arns[0])
        kms.schedule_key_deletion(KeyId=keys[1]["KeyId"], PendingWindowInDays=7)
        encrypted = kms.encrypt(KeyId="alias/lists", Plaintext=b"a list")["CiphertextBlob"]
        signed = {arn: sign_with(kms, arn, algorithm) for arn, algorithm in zip(arns[2:], SIGNING_LEFT, strict=True)}
        before = [read_key(kms, arn) for arn in arns]
    with sandbox(state) as server:
        kms = server.client("kms")
        assert [read_key(kms, arn) for arn in arns] == before
        assert kms.decrypt(CiphertextBlob=encrypted)["Plaintext"] == b"a list"
        for arn, algorithm in zip(arns[2:], SIGNING_LEFT, strict=True):
            arguments = {"KeyId": arn, "Message": b"said", "SigningAlgorithm": algorithm}
            assert kms.verify(**arguments, Signature=signed[arn])["SignatureValid"]


SIGNING = {
    "RSA_2048": "RSASSA_PSS_SHA_256",
    "RSA_4096": "RSASSA_PKCS1_V1_5_SHA_512",
    "ECC_NIST_P384": "ECDSA_SHA_384",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
}
SIGNING_LEFT = [*SIGNING.values()][1:]
"""The algorithms of the keys whose deletion is not scheduled."""


def sign_with(kms: Any, arn: str, algorithm: str) -> bytes:
    return bytes(kms.sign(KeyId=arn, Message=b"said", SigningAlgorithm=algorithm)["Signature"])


def read_key(kms: Any, arn: str) -> tuple[Any, ...]:
    return (
        kms.describe_key(KeyId=arn)["KeyMetadata"],
        kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"],
        kms.list_grants(KeyId=arn)["Grants"],
        kms.list_aliases(KeyId=arn)["Aliases"],
        kms.list_resource_tags(KeyId=arn)["Tags"],
    )


FORMER = Path(__file__).parent / "former_release.state.xz"
"""A state file of an earlier release in format 2, written with moto 5.2.5 for ACCOUNT."""
FORMER_MOTO = "5.2.5"


@pytest.mark.skipif(version("moto") != FORMER_MOTO, reason="a state file is for one version of moto")
def test_a_state_of_the_former_release_is_read(tmp_path: Path) -> None:
    """Root and issuing CA, a revoked leaf, two ACM certificates, a renewal at +340 days, IAM, STS and S3."""
    state = tmp_path / "sandbox.state"
    state.write_bytes(lzma.decompress(FORMER.read_bytes()))
    with sandbox(state) as server:
        pki, acm, iam = Pki(server.client("acm-pca")), server.client("acm"), server.client("iam")
        issuer, root = (ca["Arn"] for ca in pki.client.list_certificate_authorities()["CertificateAuthorities"])
        assert [pki.describe(arn)["Status"] for arn in (issuer, root)] == ["ACTIVE", "ACTIVE"]
        assert pki.client.list_tags(CertificateAuthorityArn=issuer)["Tags"] == [{"Key": "team", "Value": "pki"}]
        (permission,) = pki.client.list_permissions(CertificateAuthorityArn=issuer)["Permissions"]
        assert permission["SourceAccount"] == ACCOUNT
        assert "DescribeCertificateAuthority" in pki.client.get_policy(ResourceArn=issuer)["Policy"]
        leaf = parse_certificate(pki.issue(issuer, csr("new.example"))["Certificate"])
        leaf.verify_directly_issued_by(pki.certificate(issuer))
        assert pki.certificate(issuer).issuer == pki.certificate(root).subject
        assert leaf.not_valid_before_utc > datetime.now(UTC)
        certificates = [
            acm.describe_certificate(CertificateArn=summary["CertificateArn"])["Certificate"]
            for summary in acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]
        ]
        assert [certificate["Status"] for certificate in certificates] == ["ISSUED", "FAILED"]
        assert certificates[0]["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
        assert certificates[1]["FailureReason"] == "PCA_RESOURCE_NOT_FOUND"
        assert iam.list_access_keys(UserName="ci")["AccessKeyMetadata"][0]["Status"] == "Active"
        assert iam.list_attached_group_policies(GroupName="g")["AttachedPolicies"][0]["PolicyName"] == "managed"
        assert server.client("s3").get_object(Bucket="old-bucket", Key="a")["Body"].read() == b"x"
    assert b"pcaform.sandbox." not in state.read_bytes()


def test_the_file_is_its_owners_alone(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert [path.name for path in file.parent.iterdir()] == [file.name]


SPOILED = {
    "cut off": (lambda content: content[:-1], "the file is truncated or damaged"),
    "something else": (lambda _: b"{}\n", "this is not a sandbox's state file"),
    "another format": (lambda content: content.replace(b"state 2,", b"state 99,"), "written in format 99"),
    "another moto": (lambda content: content.replace(b"moto 5", b"moto 4"), "install moto==4"),
    "another account": (
        lambda content: content.replace(ACCOUNT.encode(), OTHER.encode(), 1),
        f"start with --account {OTHER}",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), SPOILED.values(), ids=SPOILED)
def test_what_is_no_state_of_this_sandbox_is_refused_and_kept(file: Path, spoil: Any, message: str) -> None:
    file.write_bytes(spoil(file.read_bytes()))
    spoiled = file.read_bytes()
    with pytest.raises(SandboxError, match=message), sandbox(file):
        pass
    assert file.read_bytes() == spoiled


def test_a_state_that_cannot_be_kept_is_reported_at_once(pcaform: Run, tmp_path: Path) -> None:
    done = pcaform("sandbox", "--state", tmp_path / "no" / "sandbox.state", "--", "true")
    assert done.returncode == 1
    assert "No such file or directory: the sandbox cannot keep its state there" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lock that lets a file be replaced")
def test_two_sandboxes_do_not_share_a_state(pcaform: Run, file: Path) -> None:
    with sandbox(file):
        done = pcaform("sandbox", "--state", file, "--account", ACCOUNT, "--", "true")
    assert done.returncode == 1
    assert "another sandbox uses this file" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
def test_a_sandbox_that_is_told_to_stop_keeps_what_it_has(file: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pcaform",
        "sandbox",
        "--account",
        ACCOUNT,
        "--shell",
        "bash",
        "--state",
        str(file),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(5)]
        exports = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        client = boto3.client(
            "acm-pca",
            endpoint_url=exports["AWS_ENDPOINT_URL"].strip("'"),
            region_name=REGION,
            aws_access_key_id=exports["AWS_ACCESS_KEY_ID"].strip("'"),
            aws_secret_access_key=exports["AWS_SECRET_ACCESS_KEY"].strip("'"),
        )
        client.create_certificate_authority(
            CertificateAuthorityConfiguration=CONFIGURATION, CertificateAuthorityType="ROOT"
        )
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    with sandbox(file) as server:
        assert len(server.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]) == 1 + 1

"""An account with CAs, permissions and users made by hand, and a spec for them."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import Run
from end_to_end.fixtures import ACCOUNT, REGION, started
from pcaform.sandbox.server import Sandbox
from pcaform.terraform.runner import Terraform
from sandbox.conftest import ALL_ACTIONS, Pki
from terraform_steps import init_once, remaining_changes

OTHER_REGION = "us-east-1"
PARTNER = "210987654321"
BUCKET = "estate-states"
S3 = f"{{s3: {{bucket: {BUCKET}, key: pki/STACK.tfstate, region: {REGION}, use_lockfile: true}}}}"
SECTION = "certificate_authorities:\n"
MANY = int(os.environ.get("PCAFORM_ADOPT_CAS", "10"))
"""The number of CAs besides the named ones; tried with 100, which takes four minutes."""


@dataclass(frozen=True)
class Estate:
    """The account, with the ARNs of its CAs by name."""

    home: Path
    server: Sandbox
    environment: Mapping[str, str]
    binary: str
    arns: dict[str, str]

    @property
    def pki(self) -> Pki:
        return Pki(self.server.client("acm-pca"))

    def terraform(self, stack: str) -> Terraform:
        return Terraform(self.binary, self.home / stack, self.environment)

    def render(self, pcaform: Run, text: str, *, stack: str, aws: str = "") -> Path:
        """Render and initialise a stack of this account from the text of a spec; return its directory."""
        head = f'version: 1\nstack: {stack}\naws: {{region: {REGION}, account_id: "{ACCOUNT}"{aws}}}\n'
        (self.home / f"{stack}.yaml").write_text(head + text, encoding="utf-8")
        return self.initialise(pcaform, stack)

    def initialise(self, pcaform: Run, stack: str, *arguments: str) -> Path:
        """Render a stack from its spec, and initialise it; alone, since each story adopts the same CAs."""
        alone, directory = self.home / "alone", self.home / stack
        alone.mkdir(exist_ok=True)
        if directory.exists():
            directory.rename(alone / stack)
        done = pcaform("render", self.home / f"{stack}.yaml", "--out", alone, env=self.environment)
        assert done.returncode == 0, done.stderr
        (alone / stack).rename(directory)
        init_once(self.terraform(stack), *arguments)
        return self.home / stack

    def imported(self, pcaform: Run, stack: str) -> Path:
        """Import the account in its region, add the backend, and render; return the stack's directory."""
        path = self.home / f"{stack}.yaml"
        done = pcaform("import", "aws", "--stack", stack, "--out", path, env=self.environment)
        assert done.returncode == 2, done.stderr  # one CA publishes its list to everyone, which the spec has to ignore
        backend = f"terraform: {{backend: {S3.replace('STACK', stack)}}}\n"
        path.write_text(path.read_text("utf-8").replace(SECTION, f"{backend}{SECTION}", 1), encoding="utf-8")
        return self.initialise(pcaform, stack, "-backend-config=use_path_style=true")

    def adopt(self, pcaform: Run, stack: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `pcaform adopt` on a stack."""
        return pcaform("adopt", self.home / stack, *arguments, env=self.environment)

    def serials(self) -> dict[str, int]:
        """Return the serial number of the certificate of each CA that has one, by ARN."""
        serials: dict[str, int] = {}
        for region in (REGION, OTHER_REGION):
            pki = Pki(self.server.client("acm-pca", region=region))
            pages = pki.client.get_paginator("list_certificate_authorities").paginate()
            arns = [each["Arn"] for page in pages for each in page["CertificateAuthorities"] if "Serial" in each]
            serials |= {arn: pki.certificate(arn).serial_number for arn in arns}
        return serials

    def certificates(self) -> list[dict[str, Any]]:
        """Return ACM's certificates, sorted by domain name."""
        acm = self.server.client("acm")
        certificates = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]
        return sorted(certificates, key=lambda each: str(each["DomainName"]))

    def plan(self, stack: str) -> dict[str, Any]:
        """Plan a stack against its own state."""
        return self.terraform(stack).plan(self.home / f"{stack}.tfplan")

    def apply(self, stack: str) -> None:
        """Apply the last plan of a stack, and check that the next plan is empty."""
        self.terraform(stack).apply(self.home / f"{stack}.tfplan")
        assert remaining_changes(self.terraform(stack), self.home / f"{stack}.tfplan") == {}


@contextmanager
def estate(home: Path, *, many: int = MANY, is_shared: bool = True) -> Iterator[Estate]:
    """Start an account with CAs of three levels, each with another revocation, with permissions and users.

    One more CA has its revocation switched off again, and there are `many` plain ones; with `is_shared` a partner
    shares a CA.
    """
    with started(home) as stack:
        server = stack.server
        # moto has AWS's own policies only with this setting.
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        server.client("s3").create_bucket(Bucket="estate-crl", CreateBucketConfiguration={"LocationConstraint": REGION})
        server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        account = Estate(home, server, stack.terraform.environment, stack.terraform.binary, _authorities(server, many))
        if is_shared:
            _share(server, account.arns["partner"])
        _users(server, account.arns["issuing"])
        _certificates(server, account.arns["issuing"])
        yield account


def _authorities(server: Sandbox, many: int) -> dict[str, str]:
    pki, overseas = Pki(server.client("acm-pca")), Pki(server.client("acm-pca", region=OTHER_REGION))
    partner = Pki(server.client("acm-pca", account_id=PARTNER))
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "estate-crl"}
    root = pki.root(configuration=_configuration("Old Root"))
    policy = pki.subordinate(
        root, depth=1, configuration=_configuration("Old Policy"), RevocationConfiguration={"CrlConfiguration": crl}
    )
    issuing = pki.subordinate(
        policy,
        days=500,
        configuration=_configuration("Old Issuing"),
        RevocationConfiguration={"OcspConfiguration": {"Enabled": True}},
    )
    off = {"CrlConfiguration": {"Enabled": False}, "OcspConfiguration": {"Enabled": False}}
    silent = pki.root(configuration=_configuration("Old Silent"), RevocationConfiguration={"CrlConfiguration": crl})
    pki.client.update_certificate_authority(CertificateAuthorityArn=silent, RevocationConfiguration=off)
    for number in range(many):
        pki.grant(
            pki.root(
                configuration=_configuration(f"Old Plain {number}"), Tags=[{"Key": "number", "Value": str(number)}]
            )
        )
    elsewhere = overseas.root(configuration=_configuration("Old Overseas"))
    for client, arn in ((pki, root), (pki, issuing), (overseas, elsewhere)):
        client.grant(arn)
    shared = partner.root(configuration=_configuration("Partner Root"))
    return {"root": root, "policy": policy, "issuing": issuing, "overseas": elsewhere, "partner": shared}


def _certificates(server: Sandbox, arn: str) -> None:
    """Request two certificates of ACM: one by hand, and one as an issuer does, which then owns it."""
    acm = server.client("acm")
    arguments = {"CertificateAuthorityArn": arn, "KeyAlgorithm": "EC_prime256v1"}
    acm.request_certificate(DomainName="old.corp.example", SubjectAlternativeNames=["www.corp.example"], **arguments)
    tag = {"Key": "pcaform:issuer", "Value": "user/old.ci"}
    acm.request_certificate(DomainName="theirs.corp.example", Tags=[tag], **arguments)


def _share(server: Sandbox, arn: str) -> None:
    """Set the policy with which AWS RAM shares the partner's CA with this account."""
    actions = ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificateAuthorityCertificate"]
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": actions, "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    server.client("acm-pca", account_id=PARTNER).put_policy(ResourceArn=arn, Policy=policy)


def _configuration(name: str) -> dict[str, Any]:
    return {"Subject": {"CommonName": name, "Country": "DE"}}


def _users(server: Sandbox, arn: str) -> None:
    """Make users as the console does: one with a customer managed policy, one with an AWS managed policy."""
    iam = server.client("iam")
    for name in ("old.ci", "old.person"):
        iam.create_user(UserName=name, Tags=[{"Key": "made-by", "Value": "console"}])
    actions = ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"]
    statements = [{"Effect": "Allow", "Action": actions, "Resource": arn}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = iam.create_policy(PolicyName="old-policy", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="old.ci", PolicyArn=policy)
    iam.attach_user_policy(UserName="old.person", PolicyArn="arn:aws:iam::aws:policy/AWSPrivateCAUser")


def spec(arns: Mapping[str, str], *names: str, actions: str = ", ".join(ALL_ACTIONS)) -> str:
    """Return the spec of some of the estate's CAs."""
    entries = {
        "root": _entry("root", arns, "Old Root", permitted=actions),
        "issuing": _entry("issuing", arns, "Old Issuing", revocation=_OCSP, permitted=actions),
        "overseas": _entry("overseas", arns, "Old Overseas", permitted=actions, more=_ELSEWHERE),
        "partner": f"  partner: {{arn: '{arns['partner']}', managed: false}}\n",
    }
    return SECTION + "".join(entries[name] for name in names)


_DISABLED = "crl_configuration: {enabled: false}"
_OCSP = "ocsp_configuration: {enabled: true}"
_ELSEWHERE = f"    provider: {{region: {OTHER_REGION}}}\n"


def _entry(
    name: str,
    arns: Mapping[str, str],
    subject: str,
    *,
    revocation: str = _DISABLED,
    permitted: str = "",
    more: str = "",
) -> str:
    kind = "SUBORDINATE" if name in ("policy", "issuing") else "ROOT"
    permission = f"    permissions: [{{principal: acm.amazonaws.com, actions: [{permitted}]}}]\n" if permitted else ""
    return (
        f"  {name}:\n    arn: {arns[name]}\n    activation: external\n    type: {kind}\n"
        f"    key_algorithm: EC_prime256v1\n"
        f"    subject: {{common_name: {subject}, country: DE}}\n    revocation_configuration: {{{revocation}}}\n"
        f"{permission}{more}"
    )

"""An account as people leave it behind: CAs, permissions and users made by hand, and the spec that describes them."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import Run
from loop.stacks import ACCOUNT, REGION, started
from pcaform.changes import is_empty
from pcaform.sandbox.server import Sandbox
from pcaform.terraform import Terraform
from sandbox.conftest import ALL_ACTIONS, Pki

OTHER_REGION = "us-east-1"
PARTNER = "210987654321"
BUCKET = "estate-states"
S3 = f"{{s3: {{bucket: {BUCKET}, key: pki/STACK.tfstate, region: {REGION}, use_lockfile: true}}}}"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "acm-pca:ListCertificateAuthorities", "Resource": "*"}],
}


@dataclass(frozen=True)
class Estate:
    """The account, with what was made in it by name: ARNs of CAs."""

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

    def render(self, pcaform: Run, text: str, *, stack: str, backend: str = "", aws: str = "") -> Path:
        """Render and initialise a stack of this account; return its directory."""
        terraform = f"terraform: {{backend: {backend.replace('STACK', stack)}}}\n" if backend else ""
        head = f'version: 1\nstack: {stack}\naws: {{region: {REGION}, account_id: "{ACCOUNT}"{aws}}}\n{terraform}'
        spec = self.home / f"{stack}.yaml"
        spec.write_text(head + text, encoding="utf-8")
        done = pcaform("render", spec, "--out", self.home, env=self.environment)
        assert done.returncode == 0, done.stderr
        self.terraform(stack).init(*(["-backend-config=use_path_style=true"] if backend else []))
        return self.home / stack

    def adopt(self, pcaform: Run, stack: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `pcaform adopt` on a stack as its owner does."""
        return pcaform("adopt", self.home / stack, *arguments, env=self.environment, timeout=900)

    def serials(self) -> dict[str, int]:
        """Return the serial number of the certificate of each CA."""
        clients = {region: self.server.client("acm-pca", region=region) for region in (REGION, OTHER_REGION)}
        return {
            name: Pki(clients[arn.split(":")[3]]).certificate(arn).serial_number
            for name, arn in self.arns.items()
            if arn.split(":")[4] == ACCOUNT
        }

    def plan(self, stack: str) -> dict[str, Any]:
        """Plan a stack against its own state."""
        return self.terraform(stack).plan(self.home / f"{stack}.tfplan")

    def apply(self, stack: str) -> None:
        """Apply the last plan of a stack, and see that nothing is left to do."""
        self.terraform(stack).apply(self.home / f"{stack}.tfplan")
        assert is_empty(self.plan(stack))


@contextmanager
def estate(home: Path) -> Iterator[Estate]:
    """Start an account and make CAs of three levels in it, each revoking in another way, with permissions and users."""
    with started(home) as stack:
        server = stack.server
        # moto leaves AWS's own policies out unless it is told otherwise.
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        server.client("s3").create_bucket(Bucket="estate-crl", CreateBucketConfiguration={"LocationConstraint": REGION})
        server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        made = Estate(home, server, stack.terraform.environment, stack.terraform.binary, _authorities(server))
        _users(server)
        yield made


def _authorities(server: Sandbox) -> dict[str, str]:
    pki, overseas = Pki(server.client("acm-pca")), Pki(server.client("acm-pca", region=OTHER_REGION))
    partner = Pki(server.client("acm-pca", account_id=PARTNER))
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "estate-crl"}
    root = pki.root(configuration=_named("Old Root"))
    policy = pki.subordinate(
        root, depth=1, configuration=_named("Old Policy"), RevocationConfiguration={"CrlConfiguration": crl}
    )
    issuing = pki.subordinate(
        policy,
        days=500,
        configuration=_named("Old Issuing"),
        RevocationConfiguration={"OcspConfiguration": {"Enabled": True}},
    )
    elsewhere = overseas.root(configuration=_named("Old Overseas"))
    for client, arn in ((pki, root), (pki, issuing), (overseas, elsewhere)):
        client.grant(arn)
    shared = partner.root(configuration=_named("Partner Root"))
    return {"root": root, "policy": policy, "issuing": issuing, "overseas": elsewhere, "partner": shared}


def _named(name: str) -> dict[str, Any]:
    return {"Subject": {"CommonName": name, "Country": "DE"}}


def _users(server: Sandbox) -> None:
    """Make users as the console does: one with a policy of the account, one with AWS's own."""
    iam = server.client("iam")
    for name in ("old.ci", "old.person"):
        iam.create_user(UserName=name, Tags=[{"Key": "made-by", "Value": "console"}])
    policy = iam.create_policy(PolicyName="old-policy", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="old.ci", PolicyArn=policy)
    iam.attach_user_policy(UserName="old.person", PolicyArn="arn:aws:iam::aws:policy/AWSPrivateCAUser")


def spec(arns: Mapping[str, str], *names: str, actions: str = ", ".join(ALL_ACTIONS), users: str = "") -> str:
    """Return the spec of some of the estate's CAs, all of them where none is named."""
    entries = {
        "root": _entry("root", arns, "Old Root", permitted=actions),
        "policy": _entry("policy", arns, "Old Policy", revocation=_CRL),
        "issuing": _entry("issuing", arns, "Old Issuing", revocation=_OCSP, permitted=actions),
        "overseas": _entry("overseas", arns, "Old Overseas", permitted=actions, more=_ELSEWHERE),
        "partner": f"  partner: {{arn: '{arns['partner']}', managed: false}}\n",
    }
    return "certificate_authorities:\n" + "".join(entries[name] for name in names or entries) + users


_DISABLED = "crl_configuration: {enabled: false}"
_CRL = "crl_configuration: {enabled: true, s3_bucket_name: estate-crl, expiration_in_days: 7}"
_OCSP = "ocsp_configuration: {enabled: true}"
_ELSEWHERE = f"    provider: {{region: {OTHER_REGION}}}\n"
USERS = f"""\
issuers:
  ci:
    existing_user: old.ci
    policy: {{name: old-policy, document: {json.dumps(DOCUMENT)}}}
"""


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

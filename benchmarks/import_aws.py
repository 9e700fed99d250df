"""How long `import aws` takes, as a ratio within one run: its time against what the rates that AWS publishes allow.

The account is the sandbox, in a process of its own, which refuses what comes faster than AWS's rates. It has 1,000 CAs
in two regions, each of which has rates of its own, so that they allow 100 seconds; in more regions it would be the
sandbox that is waited for. All else, our start-up and the writing of the specs too, counts against the ratio.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.core.quotas import PUBLISHED
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.server import Sandbox

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # where a short way to build CAs is

REGIONS = ("eu-central-1", "us-east-1")
AUTHORITIES, CERTIFICATES, USERS = 500, 50, 200
"""CAs and certificates of ACM a region, and users."""


def populate(server: Sandbox) -> None:
    """Make CAs, certificates of ACM, and users who can issue and who cannot."""
    from sandbox.conftest import Pki

    creation.quota = AUTHORITIES
    arns = []
    for region in REGIONS:
        pki, acm = Pki(server.client("acm-pca", region=region)), server.client("acm", region=region)
        mine = [pki.root(configuration={"Subject": {"CommonName": f"CA {number}"}}) for number in range(AUTHORITIES)]
        for number in range(CERTIFICATES):
            name = f"n{number}.corp.example"
            acm.request_certificate(DomainName=name, CertificateAuthorityArn=mine[number], KeyAlgorithm="EC_prime256v1")
        arns += mine
    iam = server.client("iam")
    for number in range(USERS):
        action = "acm-pca:IssueCertificate" if number % 2 else "s3:GetObject"
        resource = arns[number] if number % 2 else "*"
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_user(UserName=f"user-{number}")
        iam.put_user_policy(UserName=f"user-{number}", PolicyName="may", PolicyDocument=document)


def allowed() -> float:
    """Return how long the slowest operation takes at its rate; the others go on beside it."""
    per_authority = ("ListPermissions", "GetPolicy", "ListTags", "GetCertificateAuthorityCertificate")
    busy = {f"acm-pca:{name}": AUTHORITIES for name in (*per_authority, "GetCertificateAuthorityCsr")}
    busy |= {f"acm:{name}": CERTIFICATES for name in ("DescribeCertificate", "ListTagsForCertificate")}
    return max(count / PUBLISHED[operation] for operation, count in busy.items())


def main() -> None:
    """Print one line: the time, the ratio, and how many requests came too fast."""
    with open_sandbox(account_id="111122223333", region=REGIONS[0]) as (server, environment):
        populate(server)
        regions = [word for region in REGIONS for word in ("--region", region)]
        command = [sys.executable, "-m", "pcaform", "import", "aws", "--stack", "bench", *regions, "--out"]
        with tempfile.TemporaryDirectory() as out, server.troubled(throttling=True) as counts:
            start = time.perf_counter()
            subprocess.run([*command, out], env=environment, check=True, stderr=subprocess.DEVNULL)
            took = time.perf_counter() - start
            specs = [path.read_text(encoding="utf-8") for path in Path(out).glob("*.yaml")]
        assert [spec.count("activation: external") for spec in specs] == [AUTHORITIES] * len(REGIONS)
        refused = counts["throttling"]
    name = f"import aws {AUTHORITIES * len(REGIONS)} CAs"
    print(
        f"{name:40} {took:8.3f} s, {took / allowed():5.3f} x the rates' {allowed():.1f} s, {refused} requests refused"
    )


if __name__ == "__main__":
    main()

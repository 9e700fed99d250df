"""Measures `import aws` as a ratio within one run: its time against the minimum that the published rates allow.

The account is a sandbox in its own process, which throttles requests above AWS's rates. It has 400 CAs in two
regions with separate rates, which allow 40 seconds; with more regions the sandbox would be the bottleneck. Start-up
and writing the specs count too.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from processes import Usage, run
from results import Result, ratios

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.core.facts import REQUEST_RATES
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.server import Sandbox

REGIONS = ("eu-central-1", "us-east-1")
AUTHORITIES, CERTIFICATES, USERS = 200, 20, 80
"""CAs and ACM certificates per region, and users."""


def populate(server: Sandbox) -> None:
    """Create CAs, ACM certificates, and users with and without permission to issue."""
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


def minimum_seconds() -> float:
    """Return how long the slowest operation takes at its rate; the others run in parallel."""
    per_ca = ("ListPermissions", "GetPolicy", "ListTags", "GetCertificateAuthorityCertificate")
    requests = {f"acm-pca:{name}": AUTHORITIES for name in (*per_ca, "GetCertificateAuthorityCsr")}
    requests |= {f"acm:{name}": CERTIFICATES for name in ("DescribeCertificate", "ListTagsForCertificate")}
    return max(count / REQUEST_RATES[operation] for operation, count in requests.items())


def measure() -> Iterator[Result]:
    """Yield one import; the number of requests that were refused is printed."""
    with open_sandbox(account_id="111122223333", region=REGIONS[0]) as (server, environment):
        populate(server)
        regions = [word for region in REGIONS for word in ("--region", region)]
        command = [sys.executable, "-m", "pcaform", "import", "aws", "--stack", "bench", *regions, "--out"]
        with tempfile.TemporaryDirectory() as out, server.inject_faults(throttling=True) as counts:
            took = run(*command, out, env=environment, codes=(0, 2))  # 2: ACM may not renew
            specs = [path.read_text(encoding="utf-8") for path in Path(out).glob("*.yaml")]
        assert sum(spec.count("activation: external") for spec in specs) == AUTHORITIES * len(REGIONS)
        print(f"{counts['throttling']} requests throttled")
    minimum = Usage(0, minimum_seconds())
    others = {"the least that AWS's rates allow": ratios([took], [minimum], clock="wall")}
    yield Result("an account", AUTHORITIES * len(REGIONS), "CAs", [replace(took, cpu=0)], others)

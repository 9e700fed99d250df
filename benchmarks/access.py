"""How long `pcaform access` takes, as ratios within one run: against validating the same spec, and for an account.

A spec has as many issuers as CAs, each with grants on one of them. Of the account's principals one in forty may do
everything, and the others issue from one CA; the account is a value here, and nothing of it is read from AWS.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from guard import text
from processes import run
from results import Result, ratios
from validate import seconds

from pcaform.checks.access.account import check_account_access
from pcaform.checks.access.report import build_report
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus, IamPrincipal, IamPrincipals, Policy

SIZES = (10, 40, 200)
RUNS = 2
ACCOUNTS, PRINCIPALS = (100, 300, 1000), 200
_ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/{:08d}-1111-1111-1111-111111111111"
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def account(authorities: int, principals: int) -> AccountSnapshot:
    """Return an account with CAs and users."""
    subjects = (
        {"certificate_authority_configuration": [{"subject": [{"common_name": f"CA {n}"}]}]} for n in range(authorities)
    )
    cas = tuple(CaStatus(_ARN.format(number), "ACTIVE", subject) for number, subject in enumerate(subjects))
    return AccountSnapshot(
        "123456789012",
        ("eu-west-1",),
        cas,
        principals=IamPrincipals(tuple(_user(number, cas[number % authorities].arn) for number in range(principals))),
    )


def _user(number: int, ca: str) -> IamPrincipal:
    issuing = {"Effect": "Allow", "Action": ["acm-pca:IssueCertificate", "acm-pca:GetCertificate"], "Resource": ca}
    document = {"Version": "2012-10-17", "Statement": _EVERYTHING if number % 40 == 0 else issuing}
    arn = f"arn:aws:iam::123456789012:user/user-{number}"
    return IamPrincipal("user", f"user-{number}", arn, "/", (Policy("own", json.dumps(document)),))


def measure() -> Iterator[Result]:
    """Yield each spec, and each account."""
    program = (sys.executable, "-m", "pcaform")
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "spec.yaml"
        for size in SIZES:
            path.write_bytes(text(size, size))
            rounds = [[run(*program, command, str(path)) for command in ("access", "validate")] for _ in range(RUNS)]
            ours, floor = zip(*rounds, strict=True)
            yield Result("access of a spec", size, "CAs and issuers", ours, {"validate": ratios(ours, floor)})
    for size in ACCOUNTS:
        made = account(size, PRINCIPALS)

        def decide(made: AccountSnapshot = made) -> None:
            assert sum(1 for _ in build_report(check_account_access(made)).lines())

        yield Result(f"access of {PRINCIPALS} principals", size, "CAs", [seconds(decide) for _ in range(2)])

"""How long `pcaform access` takes, as ratios within one run: against validating the same spec, and for an account.

A spec has as many issuers as CAs, each with grants on one of them. Of the account's principals one in forty may do
everything, and the others issue from one CA; the account is a value here, and nothing of it is read from AWS.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from guard import seconds, text

from pcaform.checks.access.account import check_account_access
from pcaform.checks.access.report import build_report
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus, IamPrincipal, IamPrincipals, Policy

SIZES = (10, 40, 200)
ACCOUNTS = ((100, 200), (1000, 200))
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


def main() -> None:
    """Print a line for each spec, and for each account."""
    program = (sys.executable, "-m", "pcaform")
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "spec.yaml"
        for size in SIZES:
            path.write_bytes(text(size, size))
            validating, deciding = (seconds(*program, command, str(path)) for command in ("validate", "access"))
            name = f"access of {size} issuers to {size + 1} CAs"
            print(
                f"{name:50} {deciding:6.2f} s, {deciding / validating:5.1f} x validating it ({validating:.2f} s)",
                flush=True,
            )
    for authorities, principals in ACCOUNTS:
        start = time.process_time()
        result, _ = check_account_access(account(authorities, principals))
        lines = sum(1 for _ in build_report(result).lines())
        taken = time.process_time() - start
        name = f"access of {principals} principals to {authorities} CAs"
        print(f"{name:50} {taken:6.2f} s, {taken / authorities * 1000:5.1f} ms for each CA, {lines} lines")


if __name__ == "__main__":
    main()

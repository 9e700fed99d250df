"""`pcaform audit`: lists what is wrong with the CAs of an AWS account, what ends when, and what they cost."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AccountOptions, Expiring, parse_expiring
from pcaform.core import console


def command(
    *,
    form: Annotated[
        Literal["text", "markdown", "json", "html", "github", "sarif"],
        "--format: The output format; html is one self-contained page.",
    ] = "text",
    expiring: Expiring = "90d",
    framework: Annotated[
        Literal["config", "pqc", "prowler", "securityhub"] | None,
        "--framework: Only rules that answer to controls of AWS Config, Prowler, Security Hub, post-quantum policies.",
    ] = None,
    account: AccountOptions,
) -> int:
    """Report what is wrong with the CAs of an AWS account (exit 2); needs no spec, no Terraform; changes nothing."""
    from pcaform.checks.audit.check import audit_account, build_report, format_summary
    from pcaform.cli.account_session import open_account

    caller, period = account.caller(), parse_expiring(expiring)
    result = audit_account(open_account(caller), now=datetime.now(UTC), expiring=period, framework=framework or "")
    build_report(result).print(form)
    console.print_status(format_summary(result))
    return FINDINGS if result.findings or result.unknown else OK

"""`pcaform audit`: lists what is wrong with the CAs of an AWS account, what ends when, and what they cost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AccountOptions, Expiring, ManyOptions, parse_expiring
from pcaform.core import console

if TYPE_CHECKING:
    from pcaform.checks.access.check import AccessReport
    from pcaform.checks.audit.rule import Audit
    from pcaform.sources.account_snapshot import AccountSnapshot
    from pcaform.sources.aws.session import Caller
    from pcaform.sources.inventory import ImportNote


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
    many: ManyOptions,
    account: AccountOptions,
) -> int:
    """Report what is wrong with the CAs of an AWS account.

    Besides, what ends when, and what the CAs cost. Exit code 2 if there are findings. It needs no spec and no
    Terraform, and changes nothing.

    $ pcaform audit --region eu-west-1
    $ pcaform audit --all-regions --expiring 12w --format html > audit.html
    $ pcaform audit --organization all --role pki-audit --region eu-west-1
    - AWS_PROFILE AWS_REGION
    """
    from pcaform.checks.audit.check import audit_account
    from pcaform.cli.account_session import open_account

    now, period, of = datetime.now(UTC), parse_expiring(expiring), framework or ""
    if many.is_given():
        return _audit_accounts(many, account.caller(many.role), form, now=now, expiring=period, framework=of)
    result, access, _ = audit_account(open_account(account.caller()), now=now, expiring=period, framework=of)
    return _print(result, access, form)


def _audit_accounts(
    many: ManyOptions, caller: "Caller", form: str, *, now: datetime, expiring: timedelta, framework: str
) -> int:
    """Audit many accounts and print one result, of which only a page has the access."""
    from pcaform.checks.accounts import combine_access, combine_audits
    from pcaform.checks.audit.check import audit_request, audit_snapshot
    from pcaform.cli.accounts import Accounts

    def check(snapshot: "AccountSnapshot") -> "tuple[tuple[Audit, AccessReport | None], tuple[ImportNote, ...]]":
        result, access = audit_snapshot(snapshot, now=now, expiring=expiring, framework=framework)
        return (result, access if form == "html" else None), result.unknown

    accounts = Accounts(many, caller)
    results = [result for _, result, _ in accounts.read(audit_request(framework), check)]
    audit = combine_audits(
        [each for each, _ in results], accounts.statuses, moment=now, framework=framework, shard=accounts.shard
    )
    reports = [(each.account_id, access) for each, access in results if access is not None]
    return accounts.end(_print(audit, combine_access(reports, accounts.statuses), form))


def _print(result: "Audit", access: "AccessReport", form: str) -> int:
    from pcaform.checks.audit.check import build_report, format_summary

    if form == "html":
        from pcaform.checks.report.page import format_parts
        from pcaform.checks.report.parts import part_of_audit

        console.print_document(format_parts([replace(part_of_audit(result), access=access)], now=result.moment))
    else:
        build_report(result).print(form)
    console.print_progress(format_summary(result))
    return FINDINGS if result.findings or result.unknown else OK

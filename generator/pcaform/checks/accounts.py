"""Makes one result of those of many accounts, or of their shards: the worst first, and each name with its account."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pcaform.checks.access.check import AccessFinding, AccessReport, Principal, build_result
from pcaform.checks.audit.rule import Audit, Usage, sort_ends, sort_findings
from pcaform.core.accounts import AccountStatus, sort_statuses
from pcaform.core.grouping import grouped
from pcaform.core.shards import Shard
from pcaform.sources.inventory import ImportNote


def combine_audits(
    audits: Sequence[Audit],
    accounts: Iterable[AccountStatus],
    *,
    moment: datetime,
    framework: str,
    shard: Shard | None = None,
) -> Audit:
    """Return one audit of many accounts; those of shards are of many already. What failed is unknown."""
    usage = grouped((use.what, use) for audit in audits for use in audit.usage)
    statuses = sum((Counter(each.statuses) for each in audits), Counter[str]())
    return Audit(
        "",
        tuple(sorted({region for each in audits for region in each.regions})),
        moment,
        sum(each.authorities for each in audits),
        sum(each.certificates for each in audits),
        sort_findings(_name(audits, "findings", "subject"), moment),
        sort_ends(_name(audits, "ends", "name")),
        tuple(sorted(_name(audits, "costs", "name"), key=lambda cost: (cost.arn.split(":")[4], cost.name, cost.arn))),
        _list_unknown(accounts, audits),
        statuses=dict(sorted(statuses.items())),
        usage=tuple(
            Usage(what, sum(each.number for each in uses), round(sum(each.monthly_usd for each in uses), 2))
            for what, uses in usage.items()
        ),
        framework=framework,
        accounts=sort_statuses(accounts),
        shard=shard,
    )


def _list_unknown(accounts: Iterable[AccountStatus], results: Iterable[Audit | AccessReport]) -> tuple[ImportNote, ...]:
    """Return the accounts that failed, and what could not be read of the others."""
    failed = (ImportNote("unknown", each.label, each.reason) for each in accounts if each.status == "failed")
    return tuple(dict.fromkeys([*failed, *(note for each in results for note in each.unknown)]))


def _name(audits: Iterable[Audit], part: str, name: str) -> list[Any]:
    """Return a part of all audits, where each name has its account."""
    return [
        replace(each, **{name: in_account(getattr(each, name), audit.account_id)})
        for audit in audits
        for each in getattr(audit, part)
    ]


def in_account(name: str, account_id: str) -> str:
    """Return a name with its account, unless it has one already: a result of many accounts is of none."""
    return f"{name} in account {account_id}" if account_id else name


def combine_access(
    reports: Sequence[tuple[str, AccessReport]], accounts: Iterable[AccountStatus], *, shard: Shard | None = None
) -> AccessReport:
    """Return one report of many accounts, each with its id, which is empty for a shard."""
    principals, findings = list[Principal](), list[AccessFinding]()
    for account_id, report in reports:
        principals += report.principals
        findings += [
            replace(each, subject=in_account(each.subject, account_id), account_id=account_id or each.account_id)
            for each in report.findings
        ]
    return replace(
        build_result(sorted(principals, key=lambda each: each.arn.split(":")[4]), (), is_live=True),
        findings=tuple(sorted(findings, key=lambda each: each.account_id)),
        accounts=sort_statuses(accounts),
        shard=shard,
        unknown=_list_unknown(accounts, [report for _, report in reports]),
    )

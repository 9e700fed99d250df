"""`pcaform import aws`: writes the spec of the CAs in an AWS account; changes nothing there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import CaOptions, ImportOptions, ManyOptions, Status
from pcaform.core import console
from pcaform.core.files import SPEC_SUFFIXES, is_directory
from pcaform.core.problems import Failure

if TYPE_CHECKING:
    from pcaform.sources.aws.session import Caller
    from pcaform.sources.aws.snapshot import Filters
    from pcaform.sources.inventory import Inventory


def command(
    *,
    options: ImportOptions,
    many: ManyOptions,
    account: CaOptions,
    status: Annotated[
        list[Status] | None, f"--status STATUS: Only {', '.join(Status)} CAs; repeatable, then any of them."
    ] = None,
) -> int:
    """Write a spec of the CAs in an AWS account.

    It also has who can issue from them. Nothing is changed at AWS. Exit code 2 if something is left out, unknown or
    in conflict.

    $ pcaform import aws --stack corp-pki --region eu-west-1 --out corp-pki.yaml
    $ pcaform import aws --into corp-pki.yaml --dry-run
    $ pcaform import aws --accounts ids.txt --role pki-audit --stack pki --out specs
    - AWS_PROFILE AWS_REGION
    """
    from pcaform.checks.drift.cas import is_elsewhere, region_of
    from pcaform.cli.account_session import read_inventory
    from pcaform.cli.import_result import read_existing, write_result
    from pcaform.sources.aws.snapshot import Filters

    filters = account.filters(tuple(name.value for name in status or ()))
    options.check()
    if many.is_given(keeps_one=True):
        return _import_accounts(many, account.caller(many.role), options, filters)
    caller = account.caller()
    spec = read_existing(options.into)[2] if options.into is not None else None
    regions = {key: region_of(spec, key) for key in spec.managed} if spec is not None else {}
    if spec is not None and not (caller.regions or caller.is_every_region):
        caller = replace(caller, regions=tuple(dict.fromkeys([spec.aws.region, *regions.values()])))
    inventory = read_inventory(caller, filters, checkpoint=many.checkpoint, spec=spec)
    behind = [key for key in regions if spec and is_elsewhere(spec, key)]
    unread = [key for key, each in regions.items() if not (caller.is_every_region or each in caller.regions)] + behind

    def is_searched(item: tuple[str, ...]) -> bool:
        return filters == Filters() and (item[1] not in unread if item[0] == "certificate_authorities" else not unread)

    is_complete = write_result(inventory, options, is_searched=is_searched)
    _print_notices(inventory, spec.aws.default_tags if spec is not None else {})
    other = "behind a role of its own or in another account: to see what AWS has, import it with '--assume-role ROLE'"
    console.print_status(*(f"{key}: not read, since it is {other} into another spec" for key in behind))
    return OK if is_complete else FINDINGS


def _print_notices(inventory: "Inventory", default_tags: Mapping[str, str]) -> None:
    from pcaform.adopt.report import build_policy_notice, build_tag_notice

    console.print_status(*filter(None, (build_tag_notice(inventory, default_tags), build_policy_notice(inventory))))


def _import_accounts(many: ManyOptions, caller: "Caller", options: ImportOptions, filters: "Filters") -> int:
    """Write the specs of each account that has CAs, in stacks with the account in their names."""
    from pcaform.cli.accounts import Accounts
    from pcaform.cli.import_result import write_result
    from pcaform.sources.aws.inventory import import_request, to_inventory
    from pcaform.terraform.resource_types import AUTHORITY

    out, code = options.out, OK
    if out is None or (out.suffix in SPEC_SUFFIXES and not is_directory(out)) or options.form == "json":
        raise Failure("many accounts have many specs and reports: give a directory with --out, and no --format json")

    accounts = Accounts(many, caller)
    converted = accounts.read(import_request(filters), lambda each: (found := to_inventory(each), found.notes))
    for status, inventory, _ in converted:
        if not inventory.of_type(AUTHORITY):
            continue
        console.print_progress(f"{status.label}:")
        try:
            is_complete = write_result(inventory, replace(options, stack=f"{options.stack}-{status.account_id}"))
        except Failure as failure:
            reason = f"no spec is written: {failure.lines[0].removesuffix(' like this:')}"
            accounts.statuses[-1] = replace(status, status="failed", reason=reason)
            continue
        _print_notices(inventory, {})
        code = code if is_complete else FINDINGS
    return accounts.end(code)

"""`pcaform access`: shows who may do what on which CA of a spec, a stack or an account, and what is wrong with that.

With `--pipeline` it prints the policy of the role that plans or applies a spec's stack, or an SCP that guards it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import CaOptions, Format, ManyOptions
from pcaform.core import console
from pcaform.core.files import display_name, is_directory, read_bytes
from pcaform.core.problems import Failure

if TYPE_CHECKING:
    from pcaform.checks.access.check import AccessReport


def command(
    stack: Annotated[str | None, "[SPEC|STACK]: A spec, '-', or the directory of a stack."] = None,
    *,
    form: Format = "text",
    pipeline: Annotated[
        Literal["plan", "apply", "scp"] | None,
        "--pipeline: Print the policy of the role that plans or applies the stack, or an SCP that guards it.",
    ] = None,
    break_glass: Annotated[
        bool, "--break-glass: Print the policy that allows deleting, revoking and removing."
    ] = False,
    outputs: Annotated[
        str | None, "--outputs FILE: The output of 'terraform output -json', with the CAs' ARNs."
    ] = None,
    exempt: Annotated[list[str] | None, "--exempt ARN: A principal that the SCP does not bind; repeatable."] = None,
    live: Annotated[bool, "--live: Check all principals of an AWS account instead."] = False,
    many: ManyOptions,
    account: CaOptions,
) -> int:
    """Show who may do what on which CA, computed from the policies.

    Exit code 2 if somebody may do more or less than was granted. With --pipeline or --break-glass, print a policy
    for the role of a pipeline instead.

    $ pcaform access corp-pki.yaml
    $ pcaform access --live --region eu-west-1
    $ pcaform access corp-pki.yaml --pipeline apply > policy.json
    - AWS_PROFILE AWS_REGION
    """
    from pcaform.checks.access.stack import check_spec_access, check_stack_access
    from pcaform.rules.load import load_file

    step = "break-glass" if break_glass else pipeline
    if live is (stack is not None) or ((account, many) != (CaOptions(), ManyOptions()) and not live):
        raise Failure("name a SPEC or a STACK, or give --live; profiles, regions, roles and filters need --live")
    if live and step:
        raise Failure(
            "--pipeline and --break-glass are for the stack of a SPEC, --live is for an account: leave one out"
        )
    if not step and (outputs or exempt):
        raise Failure("--outputs and --exempt are for --pipeline and --break-glass: give one of these as well")
    if stack is None:
        return _check_accounts(many, account, form) if many.is_given() else _check_account(account, form)
    if step:
        return _print_policy(stack, step=step, outputs=outputs, exempt=tuple(exempt or ()))
    directory = Path(stack)
    result = check_stack_access(directory) if is_directory(directory) else check_spec_access(load_file(stack))
    return _print(result, form)


def _check_account(account: CaOptions, form: str) -> int:
    """Print what the principals of an account may do; return 2 where that is too much, or where not all was read."""
    from pcaform.checks.access.account import account_request, check_account_access
    from pcaform.cli.account_session import open_account, require_cas
    from pcaform.sources.aws.snapshot import read_snapshot

    caller, filters = account.caller(), account.filters()
    snapshot = read_snapshot(open_account(caller), account_request(filters))
    require_cas(snapshot.certified, snapshot.notes)
    result, notes = check_account_access(snapshot)
    console.print_status(*map(str, notes))
    code = _print(result, form)
    return FINDINGS if any(note.kind == "unknown" for note in notes) else code


def _check_accounts(many: ManyOptions, account: CaOptions, form: str) -> int:
    """Print what the principals of many accounts may do; accounts without a CA have nothing to show."""
    from pcaform.checks.access.account import account_request, check_account_access
    from pcaform.checks.accounts import combine_access
    from pcaform.cli.accounts import Accounts

    request = account_request(account.filters())
    accounts = Accounts(many, account.caller(many.role))
    reports = []
    for status, report, notes in accounts.read(request, check_account_access):
        reports.append((status.account_id, report))
        console.print_status(*map(str, notes))
    return accounts.end(_print(combine_access(reports, accounts.statuses, shard=accounts.shard), form))


def _print(result: "AccessReport", form: str) -> int:
    from pcaform.checks.access import report

    report.build_report(result).print(form)
    holder = "principal" if result.is_live else "stack"
    console.print_progress(f"no policy of a {holder} shows: {result.not_shown}", report.format_summary(result))
    return FINDINGS if result.findings else OK


def _print_policy(path: str, *, step: str, outputs: str | None, exempt: tuple[str, ...]) -> int:
    """Print one policy document: what `step` (plan, apply, break-glass) needs, or for `scp` what is denied.

    `outputs` is what `terraform output -json` prints: it has the ARNs of the CAs that the stack has created.
    """
    from pcaform.core.formats.report import format_json
    from pcaform.render.pipelines import documents
    from pcaform.rules.load import load_file

    spec = load_file(path)
    if outputs is not None:
        spec = documents.add_ca_arns(spec, documents.parse_ca_arns(read_bytes(outputs), display_name(outputs)))
    document = documents.build_document(spec, step, exempt=exempt)
    console.print_result(format_json(document))
    console.print_status(*documents.list_notes(spec, step, document))
    return OK

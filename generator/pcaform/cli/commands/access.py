"""`pcaform access`: shows who may do what on which CA of a spec, a stack or an account, and what is wrong with that.

With `--pipeline` it prints the policy of the role that plans or applies a spec's stack, or an SCP that guards it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pcaform.cli import account_options
from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import Pipeline, ReportFormat
from pcaform.core import console
from pcaform.core.files import display_name, read_bytes
from pcaform.core.problems import Failure
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters

if TYPE_CHECKING:
    from pcaform.checks.access.check import AccessResult

_Pipeline = Annotated[
    Pipeline | None,
    typer.Option(
        "--pipeline", help="Print the policy of the role that plans or applies the stack, or an SCP that guards it."
    ),
]
_BreakGlass = Annotated[
    bool, typer.Option("--break-glass", help="Print the policy that allows deleting, revoking and removing.")
]
_Outputs = Annotated[
    str | None,
    typer.Option("--outputs", metavar="FILE", help="The output of 'terraform output -json', with the CAs' ARNs."),
]
_Exempt = Annotated[
    list[str] | None,
    typer.Option("--exempt", metavar="ARN", help="A principal that the SCP does not bind; repeatable."),
]


def command(
    stack: Annotated[
        str | None, typer.Argument(metavar="[SPEC|STACK]", help="A spec, '-', or the directory of a stack.")
    ] = None,
    *,
    form: Annotated[ReportFormat, typer.Option("--format", help="The output format.")] = ReportFormat.text,
    pipeline: _Pipeline = None,
    break_glass: _BreakGlass = False,
    outputs: _Outputs = None,
    exempt: _Exempt = None,
    live: Annotated[bool, typer.Option("--live", help="Check all principals of an AWS account instead.")] = False,
    profile: account_options.Profile = None,
    region: account_options.Regions = None,
    all_regions: account_options.AllRegions = False,
    assume_role: account_options.AssumeRole = None,
    external_id: account_options.ExternalId = None,
    arn: account_options.Arns = None,
    tag: account_options.Tags = None,
) -> int:
    """Show who may do what on which CA, computed from the policies; exit 2 for less or more than was granted."""
    step = "break-glass" if break_glass else pipeline
    is_account_named = any((profile, region, all_regions, assume_role, external_id, arn, tag))
    if live is (stack is not None) or (is_account_named and not live):
        raise Failure("name a SPEC or a STACK, or give --live; profiles, regions, roles and filters need --live")
    if live and step:
        raise Failure(
            "--pipeline and --break-glass are for the stack of a SPEC, --live is for an account: leave one out"
        )
    if stack is not None and step:
        return run_pipeline(stack, step=str(step), outputs=outputs, exempt=tuple(exempt or ()))
    if stack is not None:
        return run(stack, form=form.value)
    caller = account_options.parse_caller(
        profile=profile,
        regions=region,
        is_all_regions=all_regions,
        assume_role=assume_role,
        external_id=external_id,
        arns=arn,
    )
    return run_live(caller, account_options.parse_filters(arn, tag), form=form.value)


def run(path: str, *, form: str = "text") -> int:
    """Print what the principals of a spec, or of a stack's directory, may do; return 2 where that is not as granted."""
    from pcaform.checks.access import targets
    from pcaform.rules.load import load_file

    directory = Path(path)
    result = targets.check_stack_access(directory) if directory.is_dir() else targets.check_spec_access(load_file(path))
    return _print(result, form)


def run_live(caller: Caller, filters: Filters, *, form: str = "text") -> int:
    """Print what the principals of an account may do; return 2 where that is too much, or where not all was read."""
    from pcaform.checks.access import targets
    from pcaform.checks.access.account import account_request
    from pcaform.cli.account_session import open_account, require_cas
    from pcaform.sources.aws.snapshot import read_snapshot

    snapshot = read_snapshot(open_account(caller), account_request(filters))
    require_cas(snapshot.certified, snapshot.notes)
    result, unread = targets.check_account_access(snapshot)
    notes = (*snapshot.all_notes, *unread)
    console.print_status(*map(str, notes))
    code = _print(result, form)
    return FINDINGS if any(note.kind == "unknown" for note in notes) else code


def _print(result: "AccessResult", form: str) -> int:
    from pcaform.checks.access import report, targets

    report.build_report(result).print(form)
    holder = "principal" if result.is_live else "stack"
    console.print_status(f"no policy of a {holder} shows: {report.not_shown(result)}", targets.format_summary(result))
    return FINDINGS if result.findings else OK


def run_pipeline(path: str, *, step: str, outputs: str | None = None, exempt: tuple[str, ...] = ()) -> int:
    """Print one policy document: what `step` (plan, apply, break-glass) needs, or for `scp` what is denied.

    `outputs` is what `terraform output -json` prints: it has the ARNs of the CAs that the stack has created.
    """
    from pcaform.core.formats.json_document import format_json
    from pcaform.render.pipelines import policy
    from pcaform.rules.load import load_file

    spec = load_file(path)
    if outputs is not None:
        spec = policy.add_ca_arns(spec, policy.parse_ca_arns(read_bytes(outputs), display_name(outputs)))
    document = policy.build_document(spec, step, exempt=exempt)
    console.print_result(format_json(document))
    for note in policy.list_notes(spec, step, document):
        console.print_status(note)
    return OK

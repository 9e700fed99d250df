"""`pcaform access`: a spec, a rendered stack or an account -> who may do what on which CA, and if that is right."""

from functools import partial
from pathlib import Path

from pcaform.checks.access import expected, report
from pcaform.checks.access.account import build_scenarios
from pcaform.checks.access.account_review import review_account
from pcaform.checks.access.check import AccessResult, check_access
from pcaform.checks.access.scenario import Scenario, build_scenario, name_patterns
from pcaform.cli.commands.opening import check_found, open_account
from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_file
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.read import read_access
from pcaform.sources.aws.session import Caller
from pcaform.sources.hcl.static_config import configuration
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec

_FINDINGS = 2
_TERRAFORM = ".tf"


def run(path: str, *, form: str = "text") -> int:
    """Print what the principals of a spec, or of a stack's directory, may do; return 2 where that is not as granted."""
    result = of_directory(Path(path)) if Path(path).is_dir() else of_spec(load_file(path))
    _print(result, form)
    return _FINDINGS if result.findings else 0


def run_live(caller: Caller, filters: Filters, *, form: str = "text") -> int:
    """Print what all principals of an account may do with its CAs; return 2 if it is too much or incomplete."""
    account = open_account(caller)
    found = read_access(account, filters)
    check_found(found)
    for note in found.notes:
        console.print_status(f"{note.kind}: {note.address}: {note.reason}")
    result = of_account(found, account.account_id)
    _print(result, form)
    is_whole = all(note.kind != "unknown" for note in found.notes)
    return _FINDINGS if result.findings or not is_whole else 0


def of_account(found: Inventory, account_id: str) -> AccessResult:
    """Judge everybody in an account by the policies that were read."""
    held = build_scenarios(found, account_id)
    return review_account(held, _samples(name_patterns(subject for each in held[:1] for subject in each.subjects)))


def _print(result: AccessResult, form: str) -> None:
    written = report.FORMATS[form](result)
    if written:
        console.print_result(written)
    subject = "no policy of a principal shows" if result.is_live else "no policy of a stack shows"
    console.print_status(f"{subject}: {report.not_shown(result)}")
    console.print_status(summary(result))


def of_spec(spec: Spec) -> AccessResult:
    """Judge the policies that a spec renders to, as text, against what its grants say."""
    files = render(plan(spec, source="spec")).files
    names = {each.arn: key for key, each in spec.certificate_authorities.items() if each.arn is not None}
    found = build_scenario(configuration({path: text for path, text in files.items() if _is_root(path)}), names)
    patterns = expected.name_patterns(spec.issuers)
    return check_access(found, partial(expected.expected_decision, spec), _samples(patterns))


def of_directory(directory: Path) -> AccessResult:
    """Judge the policies of a rendered stack; what its grants said is not known there.

    Raises Failure where the directory holds no stack, or one whose policies cannot be judged.
    """
    files = {path.name: path.read_bytes() for path in sorted(directory.glob(f"*{_TERRAFORM}"))}
    if not files:
        raise Failure(f"{directory}: there is no '*{_TERRAFORM}' in this directory: name a rendered stack, or a spec")
    found: Scenario = build_scenario(configuration(files), {})
    return check_access(found, lambda _: None, _samples(name_patterns(found.subjects)))


def summary(result: AccessResult) -> str:
    """Return the last line: how much was judged, and how it ended."""
    count, judged = len(result.findings), sum(access.request_count for access in result.accesses)
    ended = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    return f"{len(result.accesses)} principals, {judged} requests checked: {ended}"


def _is_root(path: str) -> bool:
    return path.endswith(_TERRAFORM) and "/" not in path


def _samples(patterns: dict[str, None]) -> dict[str, str]:
    """Return a name that fits each pattern of domain names."""
    return {pattern: pattern.replace("*", "x").replace("?", "x") for pattern in patterns}

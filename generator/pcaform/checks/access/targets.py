"""What `pcaform access` checks: the policies that a spec renders to, of a rendered stack, or of an account."""

from functools import partial
from pathlib import Path

from pcaform.checks.access import expected
from pcaform.checks.access.account import build_scenarios, review_account
from pcaform.checks.access.check import AccessResult, check_access
from pcaform.checks.access.scenario import build_scenario, name_patterns
from pcaform.core.problems import Failure
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.hcl.static_config import read_configuration
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec

_TERRAFORM = ".tf"


def check_account_access(snapshot: AccountSnapshot) -> tuple[AccessResult, tuple[ImportNote, ...]]:
    """Check all principals of an account by the policies that were read; return notes on those that are unreadable."""
    scenarios, notes = build_scenarios(snapshot)
    subjects = (subject for scenario in scenarios[:1] for subject in scenario.subjects)
    return review_account(scenarios, _sample_names(name_patterns(subjects))), notes


def check_spec_access(spec: Spec) -> AccessResult:
    """Check the policies that a spec renders to, as text, against its grants."""
    files = render(plan(spec, source="spec")).files
    names = {ca.arn: key for key, ca in spec.certificate_authorities.items() if ca.arn is not None}
    root_files = {path: content for path, content in files.items() if _is_root(path)}
    scenario = build_scenario(read_configuration(root_files), names)
    samples = _sample_names(expected.name_patterns(spec.issuers))
    return check_access(scenario, partial(expected.expected_decision, spec), samples)


def check_stack_access(directory: Path) -> AccessResult:
    """Check the policies of a rendered stack; the grants that they come from are not known there.

    Raises Failure where the directory holds no stack, or one whose policies cannot be checked.
    """
    files = {path.name: path.read_bytes() for path in sorted(directory.glob(f"*{_TERRAFORM}"))}
    if not files:
        raise Failure(f"{directory}: there is no '*{_TERRAFORM}' in this directory: name a rendered stack, or a spec")
    scenario = build_scenario(read_configuration(files), {})
    return check_access(scenario, lambda _: None, _sample_names(name_patterns(scenario.subjects)))


def format_summary(result: AccessResult) -> str:
    """Return the last line: how much was checked, and the number of findings."""
    count, requests = len(result.findings), sum(access.request_count for access in result.accesses)
    end = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    return f"{len(result.accesses)} principals, {requests} requests checked: {end}"


def _is_root(path: str) -> bool:
    return path.endswith(_TERRAFORM) and "/" not in path


def _sample_names(patterns: dict[str, None]) -> dict[str, str]:
    """Return a name that fits each pattern of domain names."""
    return {pattern: pattern.replace("*", "x").replace("?", "x") for pattern in patterns}

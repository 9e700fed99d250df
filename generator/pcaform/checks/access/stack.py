"""Checks the policies of a stack: those that a spec renders to, against its grants, or those of a rendered one."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from pcaform.checks.access import access_request, expected
from pcaform.checks.access.check import AccessReport, Principal, build_result, decide_by_class
from pcaform.checks.access.expected import ExpectedDecision
from pcaform.checks.access.handed_rights import find_handed_rights, rights_of
from pcaform.checks.access.scenario import Scenario, Subject, build_scenario, sample_names
from pcaform.core.files import read_bytes
from pcaform.core.problems import Failure
from pcaform.render.plan.references import placeholder
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.sources.hcl.static_config import read_configuration
from pcaform.spec.references import list_unresolved
from pcaform.spec.stack import Spec

_TERRAFORM = ".tf"


def check_spec_access(spec: Spec) -> AccessReport:
    """Check the policies that a spec renders to, as text, against its grants."""
    files = render(plan(spec, source="spec")).files
    names = {ca.arn: key for key, ca in spec.certificate_authorities.items() if ca.arn is not None}
    names |= {placeholder(spec, key, ca): key for key, ca in list_unresolved(spec)}
    root_files = {path: content for path, content in files.items() if path.endswith(_TERRAFORM) and "/" not in path}
    scenario = build_scenario(read_configuration(root_files), names)
    return check_access(scenario, partial(expected.expected_decision, spec), expected.sample_names(spec.issuers))


def check_stack_access(directory: Path) -> AccessReport:
    """Check the policies of a rendered stack; the grants that they come from are not known there.

    Raises Failure where the directory holds no stack, or one whose policies cannot be checked.
    """
    files = {path.name: read_bytes(str(path)) for path in sorted(directory.glob(f"*{_TERRAFORM}"))}
    if not files:
        raise Failure(f"{directory}: there is no '*{_TERRAFORM}' in this directory: name a rendered stack, or a spec")
    scenario = build_scenario(read_configuration(files), {})
    return check_access(scenario, lambda _: None, sample_names(scenario.subjects))


def check_access(
    scenario: Scenario, expected_for: Callable[[Subject], ExpectedDecision | None], samples: Mapping[str, str]
) -> AccessReport:
    """Check every principal of a stack; `expected_for` returns its oracle, or None if only the stack is known.

    Raises PolicyError for a policy that IAM would refuse.
    """
    principals, findings = [], []
    rights = rights_of(subject.iam for subject in scenario.subjects)
    for subject in scenario.subjects:
        expected = expected_for(subject)
        decisions = decide_by_class(scenario, subject, expected, samples)
        passed = [decision.request for decision in decisions.kept if decision.is_allowed]
        allowed = tuple(request for request in passed if request.variant == access_request.PLAIN)
        is_compared = expected is not None
        principals.append(Principal(subject.key, subject.kind, subject.iam.arn, decisions.judged, is_compared, allowed))
        findings += [decision for decision in decisions.kept if decision.message]
        findings += find_handed_rights(scenario, subject, rights)
    return build_result(principals, findings)

"""Parameters with the ARNs of CAs: what their readers would get instead, and what is nothing to these."""

from pathlib import Path
from typing import Any

import pytest

from checks.guard.builders import parse_earlier
from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.dependents import add_dependents, index_users
from pcaform.checks.guard.spec_diff.check import check_specs
from pcaform.spec.parse import file_reader
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change, Plan

ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
KIND = "aws_ssm_parameter"
OURS = {"name": "/pki/root", "type": "String", "insecure_value": ARN, "tier": "Standard", "version": 1}
CHANGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...], bool]] = [
    ({}, {"insecure_value": ARN.replace("1111", "9999")}, ("update",), True),
    ({}, {"insecure_value": "other"}, ("update",), True),
    ({"insecure_value": f"{ARN}\n"}, {"insecure_value": "other"}, ("update",), True),
    ({}, {"type": "SecureString"}, ("update",), True),
    ({}, {"value_wo_version": 2}, ("update",), True),
    ({}, {"name": "/pki/other"}, ("delete", "create"), True),
    ({}, {}, ("delete", "create"), True),
    ({"insecure_value": None, "value": ARN}, {"value": "other"}, ("update",), True),
    ({}, {"tier": "Advanced", "description": "x", "tags": {"a": "b"}, "version": 2}, ("update",), False),
    ({"insecure_value": "x"}, {"insecure_value": "y"}, ("update",), False),
    ({"insecure_value": f"see {ARN}"}, {"insecure_value": "y"}, ("update",), False),
]


@pytest.mark.parametrize(("was", "becomes", "actions", "is_found"), CHANGES)
def test_what_readers_depend_on(
    was: dict[str, Any], becomes: dict[str, Any], actions: tuple[str, ...], *, is_found: bool
) -> None:
    before = OURS | was
    change = Change("aws_ssm_parameter.ca", KIND, actions, before, before | becomes)
    assert [each.rule for each in check_plan(Plan((change,), is_errored=False)).findings] == [
        "reference-moved"
    ] * is_found


def test_one_that_is_not_known_yet_and_one_that_goes() -> None:
    unknown = {name: value for name, value in OURS.items() if name != "insecure_value"}
    changes = (
        Change("aws_ssm_parameter.later", KIND, ("update",), OURS, unknown, {"insecure_value": True}),
        Change("aws_ssm_parameter.gone", KIND, ("delete",), OURS, {}),
        Change("aws_ssm_parameter.new", KIND, ("create",), {}, OURS),
        Change("aws_ssm_parameter.left", KIND, ("forget",), OURS, {}),
    )
    found = check_plan(Plan(changes, is_errored=False))
    assert [each.address for each in found.findings] == ["aws_ssm_parameter.gone", "aws_ssm_parameter.later"]
    assert f"'/pki/root' is destroyed: stacks that read {ARN} from it cannot be planned" in found.findings[0].message


SPEC = """\
version: 1
stack: %s
aws: {region: eu-west-1, account_id: "123456789012"}
references: {ssm_parameter: "/pki/{stack}/{certificate_authority}"}
certificate_authorities:
"""
ROOT = (
    "  root: {type: ROOT, subject: {common_name: Root}, key_algorithm: RSA_4096, validity: {type: YEARS, value: 20}}\n"
)
PARAMETER, STATE = (
    '{ssm_parameter: "/pki/{stack}/{certificate_authority}"}',
    "{remote_state: {local: {path: '{stack}'}}}",
)
USED = "  above: {managed: false, stack: a, certificate_authority: root}\n"
OTHER = ROOT.replace("root:", "other:")


def spec(stack: str, text: str) -> Spec:
    return parse_earlier((SPEC % stack + text).encode(), "spec.yaml", file_reader(Path()))


def test_specs_show_it_and_who_reads() -> None:
    before, user = spec("a", ROOT + OTHER), spec("b", USED)
    without = before.model_copy(update={"references": None})
    [other, root] = add_dependents(check_specs(before, without), before, index_users([user])).findings
    assert (root.rule, root.address) == ("reference-moved", f"module.ssm_parameter_root.{KIND}.this")
    assert root.affected == ("'above', a reference to it, of the stack 'b'",)
    assert (other.rule, other.affected) == ("reference-moved", ())
    assert check_specs(without, before).findings == ()
    state = parse_earlier((SPEC % "b" + USED).replace(PARAMETER, STATE).encode(), "spec.yaml", file_reader(Path()))
    [doubt] = check_specs(state, user).doubts
    assert "only a plan shows that 'above' is still the same CA" in doubt.message
    forgotten = spec("a", OTHER + "removed: {root: forget}\n")
    assert "reference-moved" not in {each.rule for each in check_specs(before, forgotten).findings}

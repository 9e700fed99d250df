"""A policy that is unknown only as text is judged by the statements of its document, which are in the plan."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from checks.guard.builders import AUTHORITY, CA, END_ENTITY, OTHER, SUBORDINATE, allow, equal, policy
from pcaform.checks.guard.check import check_plan
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.sources.policy_documents import fill_policy_documents
from pcaform.terraform.plan_json import Plan, read
from pcaform.terraform.runner import Terraform, find_binary
from terraform_steps import apply_without_plan

FOREIGN = Path(__file__).parent / "foreign"
DOCUMENT = "data.aws_iam_policy_document"
ISSUES = policy(allow(Condition=equal("acm-pca:TemplateArn", END_ENTITY)))


def condition(*values: str, test: str = "StringEquals", variable: str = "acm-pca:TemplateArn") -> dict[str, Any]:
    return {"test": test, "variable": variable, "values": list(values)}


def statement(action: str = "acm-pca:IssueCertificate", *resources: str | None, **more: Any) -> dict[str, Any]:
    return {"actions": [action], "resources": list(resources or (CA,)), "effect": None, "sid": None, **more}


def marks(value: Any) -> Any:
    """Return what Terraform marks as unknown: what is None in a list."""
    if isinstance(value, Mapping):
        return {name: marks(each) for name, each in value.items() if isinstance(each, list)}
    return [True if each is None else marks(each) if isinstance(each, dict) else False for each in value or ()]


def document(*statements: Mapping[str, Any], name: str = "x", **more: Any) -> dict[str, Any]:
    """Return the change of a document that is read during the apply."""
    after = {"statement": list(statements), "version": None, **more}
    unknown = {"json": True, **marks({"statement": list(statements), **more})}
    change = {"actions": ["read"], "before": None, "after": after, "after_unknown": unknown}
    return {"address": f"{DOCUMENT}.{name}", "mode": "data", "type": "aws_iam_policy_document", "change": change}


def policy_of(before: str | None = ISSUES, kind: str = "aws_iam_policy", key: str = "", **more: Any) -> dict[str, Any]:
    """Return the change of a policy whose text is unknown."""
    own = {"arn": "arn:aws:iam::123456789012:policy/x", **more}
    old = None if before is None else {**own, "policy": before}
    change = {
        "actions": ["update" if old else "create"],
        "before": old,
        "after": own,
        "after_unknown": {"policy": True},
    }
    return {"address": f"{kind}.x{key}", "type": kind, "change": change}


def refer(*names: str) -> dict[str, Any]:
    """Return an expression that refers to these, as Terraform writes it."""
    return {"references": [part for name in names for part in (name, *([name.rpartition(".")[0]] * (".json" in name)))]}


def configured(name: str, **expressions: Any) -> dict[str, Any]:
    return {"address": name, "expressions": expressions}


TO_X = configured("aws_iam_policy.x", policy=refer(f"{DOCUMENT}.x.json"))


def planned_by(changes: Sequence[Any], *resources: Any, **root: Any) -> Plan:
    """Return a plan of these changes, with the resources of its configuration."""
    configuration = {"root_module": {"resources": list(resources or (TO_X,)), **root}}
    content = {"format_version": "1.2", "planned_values": {}, "errored": False, "resource_changes": list(changes)}
    return read(json.dumps({**content, "configuration": configuration}).encode(), "plan")


def judged(changes: Sequence[Any], *resources: Any, **root: Any) -> list[str]:
    """Return the rules that find something in a plan, and 'doubt' for each doubt."""
    found = check_plan(planned_by(changes, *resources, **root))
    return [*(each.rule for each in found.findings), *("doubt" for _ in found.doubts)]


NARROW = statement(condition=[condition(END_ENTITY)])
WIDE = statement(condition=[condition(END_ENTITY, SUBORDINATE)])


def test_text_is_that_of_the_statements() -> None:
    """Twins: the same statements, in other words, and those of another text."""
    assert judged([document(NARROW), policy_of()]) == []
    assert judged([document({**NARROW, "sid": "Issue", "effect": "Allow"}), policy_of()]) == []
    assert judged([document(WIDE), policy_of()]) == ["ca-template"]
    assert judged([document(statement()), policy_of()]) == ["ca-template"]
    assert judged([document(NARROW), policy_of(None)]) == ["access-granted"]
    assert judged([document({**NARROW, "effect": "Deny"}), policy_of()]) == ["policy-changed"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"not_actions": ["s3:*"], "actions": None}, ["policy-widened"]),
        ({"condition": [condition(END_ENTITY), condition("x", variable="aws:PrincipalTag/a")]}, ["policy-changed"]),
        (
            {"resources": ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/&{aws:PrincipalTag/ca}"]},
            ["policy-widened"],
        ),
        ({"invented": ["x"]}, ["doubt"]),
    ],
)
def test_every_part_of_a_statement_counts(changed: dict[str, Any], expected: list[str]) -> None:
    assert judged([document({**NARROW, **changed}), policy_of()]) == expected


def test_documents_are_merged() -> None:
    """A source is added, an override replaces the statement with its name; the same for one that is read later."""
    named, base = {**NARROW, "sid": "Issue"}, policy(allow("acm-pca:GetCertificate"))
    before = policy(allow("acm-pca:GetCertificate"), *json.loads(ISSUES)["Statement"])
    assert judged([document(named, source_policy_documents=[base]), policy_of(before)]) == []
    wide = policy(allow(Sid="Issue"))
    assert judged([document(named, override_policy_documents=[wide]), policy_of()]) == ["ca-template"]
    assert judged([document(named, source_policy_documents=[wide]), policy_of()]) == []
    outer = document(source_policy_documents=[base, None])
    inner, later = document(named, name="inner"), configured(f"{DOCUMENT}.x")
    later["expressions"]["source_policy_documents"] = refer(f"{DOCUMENT}.inner.json")
    assert judged([outer, inner, policy_of(before)], TO_X, later) == []
    assert judged([outer, document(WIDE, name="inner"), policy_of(before)], TO_X, later) == ["ca-template"]
    assert judged([outer, policy_of(before)], TO_X, later) == ["doubt"]
    assert judged([document(NARROW, source_policy_documents=["{"]), policy_of()]) == ["doubt"]


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ([f"{DOCUMENT}.x"], []),
        ([f"{DOCUMENT}.x.json", f"{DOCUMENT}.y.json"], ["doubt"]),
        (["local.text"], ["doubt"]),
        (["var.text"], ["doubt"]),
        (["each.value"], ["doubt"]),
        ([], ["doubt"]),
    ],
)
def test_what_the_expression_refers_to(references: list[str], expected: list[str]) -> None:
    resource = configured("aws_iam_policy.x", policy=refer(*references))
    assert judged([document(NARROW), document(NARROW, name="y"), policy_of()], resource) == expected
    assert judged([document(NARROW), policy_of()], configured("aws_iam_policy.y")) == ["doubt"]


def test_instance_of_the_same_key() -> None:
    """Twins: the key decides which of two documents is meant, and without it that is not known."""
    documents = [document(NARROW, name='x["a"]'), document(WIDE, name='x["b"]')]
    each = configured("aws_iam_policy.x", policy=refer(f"{DOCUMENT}.x", "each.key"))
    assert judged([*documents, policy_of(key='["a"]')], each) == []
    assert judged([*documents, policy_of(key='["b"]')], each) == ["ca-template"]
    assert judged([*documents, policy_of(key='["c"]')], each) == ["doubt"]
    assert judged([*documents, policy_of()], configured("aws_iam_policy.x", policy=refer(f"{DOCUMENT}.x"))) == ["doubt"]


def test_text_that_modules_hand_on() -> None:
    """By a variable of a module, by an output of one, and by neither."""
    inner = {"resources": [configured("aws_iam_policy.x", policy=refer("var.text"))]}
    call = {"module": inner, "expressions": {"text": refer(f"{DOCUMENT}.x.json")}}
    of_module = {**policy_of(), "address": "module.inner[0].aws_iam_policy.x"}
    assert judged([document(NARROW), of_module], module_calls={"inner": call}) == []
    assert judged([document(WIDE), of_module], module_calls={"inner": call}) == ["ca-template"]
    output = {"outputs": {"text": {"expression": refer(f"{DOCUMENT}.x.json")}}}
    made = {**document(NARROW), "address": f"module.inner.{DOCUMENT}.x"}
    to_output = configured("aws_iam_policy.x", policy={"references": ["module.inner.text", "module.inner"]})
    assert judged([made, policy_of()], to_output, module_calls={"inner": {"module": output}}) == []
    assert judged([made, policy_of()], to_output) == ["doubt"]


CREATED = {
    "address": f"{AUTHORITY}.new",
    "type": AUTHORITY,
    "change": {"actions": ["create"], "before": None, "after": {}, "after_unknown": {"arn": True}},
}


def test_ca_that_the_plan_creates() -> None:
    """Twin: what is not known may be any CA."""
    both = {**NARROW, "resources": [CA, None]}
    names_it = configured(f"{DOCUMENT}.x", statement=[{"resources": refer(f"{AUTHORITY}.new.arn")}])
    assert judged([CREATED, document(both), policy_of()], TO_X, names_it) == []
    assert judged([CREATED, document(both), policy_of()], TO_X) == ["doubt"]
    wide = {**both, "resources": [CA, OTHER, None]}
    assert judged([CREATED, document(wide), policy_of()], TO_X, names_it) == ["policy-widened"]


def test_only_texts_are_filled() -> None:
    """Another argument that refers to the new CA stays unknown, as the rules expect it."""
    unknown = {"certificate_authority_arn": True}
    new = {"actions": ["create"], "before": None, "after": {"principal": "acm.amazonaws.com"}, "after_unknown": unknown}
    permission = {"address": "aws_acmpca_permission.x", "type": "aws_acmpca_permission", "change": new}
    refers = configured("aws_acmpca_permission.x", certificate_authority_arn=refer(f"{AUTHORITY}.new.arn"))
    filled = fill_policy_documents(planned_by([CREATED, document(NARROW), permission], refers))
    assert filled.changes[-1].unknown == unknown


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [
        (statement("s3:GetObject", None), ["policy-changed"]),
        (statement("logs:PutLogEvents", "*", condition=[{**condition(), "values": [None]}]), ["policy-changed"]),
        (statement("acm-pca:GetCertificate", None), ["doubt"]),
        (statement("iam:PutUserPolicy", None), ["doubt"]),
        ({**statement(), "actions": [None]}, ["doubt"]),
    ],
)
def test_unknown_part_that_cannot_be_about_cas(unknown: Any, expected: list[str]) -> None:
    assert judged([document(NARROW, unknown), policy_of()]) == expected


def test_whole_part_that_is_unknown() -> None:
    made = document(NARROW)
    for part in ("resources", "actions", "condition"):
        made["change"]["after"]["statement"] = [{**NARROW, part: None}]
        made["change"]["after_unknown"]["statement"] = [{part: True}]
        assert judged([made, policy_of()]) == ["doubt"]
    made["change"]["after_unknown"]["statement"] = True
    assert judged([made, policy_of()]) == ["doubt"]


def test_configuration_that_terraform_does_not_write() -> None:
    changes = [document(NARROW), policy_of()]
    assert judged(changes, {"address": 1, "expressions": []}) == ["doubt"]
    assert judged(changes, module_calls=[]) == []
    assert judged(changes, {}) == ["doubt"]


EDITS = {
    "EndEntityCertificate/V1": (
        "SubordinateCACertificate_PathLen0/V1",
        {
            ("ca-template", "aws_iam_policy.issuer"),
            ("ca-template", "aws_iam_role.r"),
            ("ca-template", "module.mod.aws_iam_policy.passed"),
        },
    ),
    '["210987654321"]': ('["210987654321", "333333333333"]', {("share-extended", "aws_acmpca_policy.share")}),
    '"s3:PutObject", ': ("", {("list-bucket-destroyed", "aws_s3_bucket_policy.crl")}),
    "123456789012:root": ("444444444444:root", {("trust-extended", "aws_iam_role.r")}),
}
LOCAL = "aws_iam_policy.from_local"


@pytest.mark.terraform
def test_real_stack_of_documents(tmp_path: Path) -> None:
    """A tag edit reads every document anew, and finds nothing but what a local value hides; real edits are found."""
    shutil.copytree(FOREIGN, tmp_path / "foreign")
    main = tmp_path / "foreign" / "main.tf"
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (_, environment):
        terraform = Terraform(find_binary(), tmp_path / "foreign", environment)
        apply_without_plan(terraform)
        text = main.read_text(encoding="utf-8").replace('team = "one"', 'team = "two"')
        assert planned(terraform, main, text, "-var=extra=true") == (set(), {LOCAL})
        for old, (new, _) in EDITS.items():
            assert old in text
            text = text.replace(old, new, 1)
        found, doubts = planned(terraform, main, text)
        assert found >= {each for _, expected in EDITS.values() for each in expected}
        assert doubts == {LOCAL}


def planned(terraform: Terraform, main: Path, text: str, *arguments: str) -> tuple[set[tuple[str, str]], set[str]]:
    """Return what is found in the plan of a text of the stack, and what is in doubt."""
    main.write_text(text, encoding="utf-8")
    plan = terraform.plan(main.parent.parent / "tfplan", *arguments)
    found = check_plan(read(json.dumps(plan).encode(), "plan"))
    return {(each.rule, each.address) for each in found.findings}, {each.address for each in found.doubts}

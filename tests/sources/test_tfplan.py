"""Plans of files that were never applied: what Terraform has evaluated is taken, what is unknown stays unknown.

`planned/plan.json` is what Terraform 1.11 with provider aws 5.100 planned for the files beside it, on the sandbox.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from conftest import Run
from pcaform.core.problems import Failure
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.sources import tfplan
from pcaform.sources.hcl.providers import Options
from pcaform.spec.yaml_writer import dump
from yaml_strategies import damaged

PLANNED = Path(__file__).parent / "planned"
CONTENT = (PLANNED / "plan.json").read_bytes()
PLAN: dict[str, Any] = json.loads(CONTENT)
ROOT = "aws_acmpca_certificate_authority.root"
ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-4333-8444-555555555555"
Change = Callable[[dict[str, Any]], None]


def imported(change: Change | None = None) -> InferredSpec:
    """Return the spec of the plan, or of the plan after a change; no symbolic value is in it."""
    document = deepcopy(PLAN)
    if change is not None:
        change(document)
    (found,) = infer(tfplan.read(json.dumps(document).encode(), "p.json", Options()), stack="corp")
    assert "symbolic" not in dump(found.spec)
    return found


def change_of(document: dict[str, Any], address: str) -> Any:
    return next(each["change"] for each in document["resource_changes"] if each["address"] == address)


def written(document: dict[str, Any], address: str) -> Any:
    resources = document["configuration"]["root_module"]["resources"]
    return next(each for each in resources if each["address"] == address)


def test_what_terraform_has_evaluated_is_taken() -> None:
    """Functions, modules with `for_each`, and `each.value` of other modules; provider blocks and data sources."""
    spec = imported().spec
    assert (spec.aws.region, spec.aws.account_id, spec.aws.default_tags) == (
        "eu-west-1",
        "123456789012",
        {"owner": "pki"},
    )
    cas = spec.managed
    assert [ca.subject.common_name for ca in cas.values()] == ["Root CA", "Sub dev ice", "Sub web"]
    assert [ca.parent for ca in cas.values()] == [None, "root-ca", "root-ca"]
    assert [len(ca.permissions) for ca in cas.values()] == [0, 1, 1]
    assert spec.certificates["w"].certificate_authority == "sub-web"
    assert spec.moves['module.sub["web"].aws_acmpca_certificate.this'].startswith("module.ca_sub-web_certificate.")


def test_a_plan_is_imported_from_the_command_line(pcaform: Run) -> None:
    done = pcaform("import", "plan", PLANNED / "plan.json", "--stack", "corp")
    assert "common_name: Root CA" in done.stdout
    assert "left out: aws_iam_user.ci: its policy issue does not match grants" in done.stderr
    assert "not in a plan, add by hand where you use it: terraform.backend" in done.stderr
    assert done.returncode == 2


def hide(address: str, *names: str) -> Change:
    """Return the change that hides what arguments refer to, as a local value does."""

    def change(document: dict[str, Any]) -> None:
        for name in names:
            written(document, address)["expressions"][name] = {"references": ["local.hidden"]}

    return change


def test_what_a_plan_does_not_show_is_unknown() -> None:
    found = imported(hide("aws_acmpca_permission.acm", "certificate_authority_arn"))
    assert [note.address for note in found.notes if note.kind == "unknown"] == [
        'aws_acmpca_permission.acm["dev ice"]',
        'aws_acmpca_permission.acm["web"]',
    ]
    assert not any(ca.permissions for ca in found.spec.managed.values())


def test_a_ca_is_taken_whole_or_left_whole() -> None:
    """Without its installation a CA would be one that waits for its certificate, and its children would go too."""
    with pytest.raises(Failure, match="no private CA") as failure:
        imported(hide("aws_acmpca_certificate_authority_certificate.root", "certificate"))
    assert ROOT in str(failure.value)
    assert "aws_acm_certificate.w" in str(failure.value)


def test_a_root_signs_itself() -> None:
    """A condition on a local value hides what a plan shows of an argument; the template of a root does not."""
    found = imported(hide("aws_acmpca_certificate.root", "certificate_authority_arn"))
    assert found.spec.managed["root-ca"].validity is not None


def test_a_subordinate_does_not_sign_itself() -> None:
    def change(document: dict[str, Any]) -> None:
        module = document["configuration"]["root_module"]["module_calls"]["sub"]["module"]
        certificate = next(each for each in module["resources"] if each["address"] == "aws_acmpca_certificate.this")
        both = ["var.parent", "aws_acmpca_certificate_authority.this.arn", "aws_acmpca_certificate_authority.this"]
        certificate["expressions"]["certificate_authority_arn"] = {"references": both}

    assert [ca.parent for ca in imported(change).spec.managed.values()] == [None, "root-ca", "root-ca"]


def test_an_argument_that_is_set_to_something_unknown_leaves_its_ca_out() -> None:
    """`usage_mode` is also unknown where it is left out, and then AWS's default."""

    def change(document: dict[str, Any]) -> None:
        written(document, ROOT)["expressions"]["usage_mode"] = {"references": ["random_shuffle.x"]}

    assert imported().spec.managed["root-ca"].usage_mode == "GENERAL_PURPOSE"
    with pytest.raises(Failure, match="'usage_mode' is unknown in the plan: it is known only after the apply"):
        imported(change)


def exists(document: dict[str, Any], *actions: str, **more: Any) -> None:
    """Let the root CA and its certificate exist; the plan does something with the CA."""
    certificate = change_of(document, "aws_acmpca_certificate.root")
    made = {"certificate": "C", "certificate_chain": "", "certificate_authority_arn": ARN}
    certificate.update(after={**certificate["after"], **made, "certificate_signing_request": "R"}, after_unknown={})
    installation = change_of(document, "aws_acmpca_certificate_authority_certificate.root")
    installation.update(after=made, after_unknown={})
    for each in (certificate, installation):
        each.update(actions=["no-op"], before=each["after"])
    change = change_of(document, ROOT)
    made = {
        "arn": ARN,
        "id": ARN,
        "certificate": "C",
        "certificate_signing_request": "R",
        "usage_mode": "GENERAL_PURPOSE",
    }
    before = {**change["after"], **made}
    after = None if actions == ("delete",) else before
    change.update({"actions": list(actions), "before": before, "after": after, "after_unknown": {}, **more})


def test_a_ca_that_exists_has_its_arn_and_moves() -> None:
    found = imported(lambda document: exists(document, "no-op"))
    assert found.spec.moves[ROOT] == "module.ca_root-ca.aws_acmpca_certificate_authority.this"


def test_an_imported_ca_has_its_arn() -> None:
    def change(document: dict[str, Any]) -> None:
        exists(document, "no-op", importing={"id": f"{ARN}@eu-west-1"})
        for name in ("aws_acmpca_certificate.root", "aws_acmpca_certificate_authority_certificate.root"):
            document["resource_changes"] = [each for each in document["resource_changes"] if each["address"] != name]

    assert imported(change).spec.managed["root-ca"].arn == ARN


@pytest.mark.parametrize(
    ("actions", "verb"), [(("delete",), "destroys"), (("delete", "create"), "replaces"), (("forget",), "forgets")]
)
def test_what_a_plan_takes_away_is_kept_and_told(actions: tuple[str, ...], verb: str) -> None:
    found = imported(lambda document: exists(document, *actions))
    notes = [note.reason for note in found.notes if note.kind == "ambiguous" and note.address == ROOT]
    assert notes[0].startswith(f"this plan {verb} it, but the spec keeps it")
    assert "root-ca" in found.spec.managed


@pytest.mark.parametrize(("address", "regions"), [(None, ["eu-west-1"]), (ROOT, [])])
def test_an_option_is_for_the_default_provider(address: str | None, regions: list[str]) -> None:
    """The region of another one, which a plan does not show, is not taken for the same."""

    def change(document: dict[str, Any]) -> None:
        for each in document["configuration"]["provider_config"].values():
            each["expressions"]["region"] = {"references": ["local.region"]}
        if address is not None:
            written(document, address)["provider_config_key"] = "aws.us"

    document = deepcopy(PLAN)
    change(document)
    content, options = json.dumps(document).encode(), Options("eu-west-1", "123456789012")
    if not regions:
        with pytest.raises(Failure, match="sets no region"):
            tfplan.read(content, "p.json", options)
    else:
        assert [each.spec.aws.region for each in infer(tfplan.read(content, "p.json", options), stack="x")] == regions


def test_a_move_that_is_not_applied_is_told() -> None:
    def change(document: dict[str, Any]) -> None:
        exists(document, "no-op")
        next(each for each in document["resource_changes"] if each["address"] == ROOT)["previous_address"] = "a.old"

    assert any("this plan moves a.old here" in note.reason for note in imported(change).notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"errored": True}, "p.json: this plan is incomplete, since Terraform stopped with an error"),
        ({"variables": {"region": {"value": "west"}}}, "p.json: this provider block sets no region.*'--region'"),
        ({"planned_values": None, "format_version": "2.0"}, "the format of the plan is 2.0"),
    ],
)
def test_what_is_no_answer_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Failure, match=message):
        imported(lambda document: document.update(change))


@given(damaged(CONTENT))
def test_a_damaged_plan_gives_a_spec_or_a_message(content: bytes) -> None:
    try:
        specs = infer(tfplan.read(content, "p.json", Options("eu-west-1", "123456789012")), stack="corp")
    except Failure as failure:
        assert str(failure)
    else:
        assert not any("symbolic" in dump(each.spec) for each in specs)

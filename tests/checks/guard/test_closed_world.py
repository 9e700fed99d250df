"""A closed world: each change of what is in scope is found or is a doubt, unless it is known to do no harm."""

import json
from typing import Any

import pytest

from checks.guard.closed_world import (
    ARN,
    HAZARDS,
    PLAN,
    RECORDS,
    TWINS,
    edited,
    is_quiet,
    judge,
    mutated,
    mutations,
    new,
)
from pcaform.core.problems import Failure
from pcaform.terraform.plan_json import read
from pcaform.terraform.schema import computed_attributes

LABELS = {"tags", "tags_all", "id", "region", "description", "timeouts", "unique_id", "create_date"}
S3, SSE = "aws_s3_bucket", "server_side_encryption_configuration"
KNOWN = {
    "aws_acmpca_certificate_authority": {"permanent_deletion_time_in_days", "revocation_configuration"},
    "aws_acm_certificate": {
        *("certificate_body", "certificate_chain", "early_renewal_duration", "validation_method", "options"),
        *("domain_validation_options", "not_after", "not_before"),
        *("pending_renewal", "renewal_eligibility", "renewal_summary", "status", "validation_emails"),
    },
    S3: {
        *("acceleration_status", "acl", "bucket", "bucket_domain_name", "bucket_prefix", "force_destroy", "grant"),
        *("bucket_regional_domain_name", "hosted_zone_id", "versioning", "website_domain", "website_endpoint"),
    },
    f"{S3}_ownership_controls": {"bucket", "rule"},
    f"{S3}_policy": {"bucket"},
    f"{S3}_public_access_block": {
        *("bucket", "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"),
    },
    f"{S3}_{SSE}": {"bucket", "expected_bucket_owner", "rule"},
    "aws_iam_policy": {"attachment_count", "policy_id"},
    "aws_iam_user": {"force_destroy", "permissions_boundary"},
    "aws_iam_role": {"permissions_boundary", "force_detach_policies", "max_session_duration", "name_prefix"},
}
"""Arguments of which some other values do no harm: this bucket is closed, and its list has a name of its own."""


@pytest.mark.parametrize("hazard", HAZARDS)
def test_hazard_does_not_pass(hazard: str) -> None:
    assert not is_quiet(judge(HAZARDS[hazard]))


@pytest.mark.parametrize("twin", TWINS)
def test_twin_is_quiet(twin: str) -> None:
    found = judge(TWINS[twin])
    assert (found.findings, found.doubts) == ((), ())


@pytest.mark.parametrize("address", RECORDS)
def test_each_argument_is_judged_or_known_to_do_no_harm(address: str) -> None:
    kind = RECORDS[address]["type"]
    passing = {str(path[0]) for at, path in mutations() if at == address and is_quiet(judge(mutated(at, path)))}
    assert passing <= {*LABELS, *computed_attributes(kind)} | KNOWN.get(kind, set())


@pytest.mark.parametrize("address", RECORDS)
@pytest.mark.parametrize("value", [True, 7, "x", ["x"], {"x": "y"}, [{"x": True}]], ids=str)
def test_an_argument_of_a_later_release_is_a_doubt(address: str, value: Any) -> None:
    """Of the kinds whose arguments are listed; those of buckets are judged with what serves a list."""
    assert not is_quiet(judge(mutated(address, ("novelty",), value)))


@pytest.mark.parametrize("address", RECORDS)
def test_labels_moves_and_imports_are_quiet(address: str) -> None:
    record = RECORDS[address]
    moved = {**record, "previous_address": "aws_x.before"}
    imported = {**record, "change": {**record["change"], "importing": {"id": "x"}}}
    relabelled = mutated(address, ("tags",), {"team": "pki"})
    described = {"description": "another"} if "description" in relabelled["change"]["after"] else {}
    relabelled["change"]["after"] |= {"tags_all": {"team": "pki"}, **described}
    assert all(is_quiet(judge(change)) for change in (moved, imported, relabelled))


@pytest.mark.parametrize("address", RECORDS)
def test_what_is_destroyed_is_found(address: str) -> None:
    change = {**RECORDS[address], "change": {**RECORDS[address]["change"], "actions": ["delete"], "after": None}}
    result = judge(change)
    keeps_nobody_out = RECORDS[address]["type"] in ("aws_s3_bucket_public_access_block", f"{S3}_{SSE}")
    assert keeps_nobody_out or result.findings or result.doubts or result.notes


@pytest.mark.parametrize("wrong", [True, 7, "x", ["x"], [["x"]], {"x": "y"}, [{"enabled": "yes"}]], ids=str)
@pytest.mark.parametrize("path", [("revocation_configuration",), ("revocation_configuration", 0, "crl_configuration")])
def test_a_value_of_another_form_is_a_doubt(path: tuple[Any, ...], wrong: Any) -> None:
    change = mutated("module.ca_issuing.aws_acmpca_certificate_authority.this", path, wrong)
    assert not is_quiet(judge(change))


def test_a_plan_without_its_changes_is_refused() -> None:
    document = {name: value for name, value in PLAN.items() if name != "resource_changes"}
    with pytest.raises(Failure, match="has objects and no 'resource_changes'"):
        read(json.dumps(document).encode(), "plan")


@pytest.mark.parametrize("part", ["before", "after", "after_unknown", "importing"])
@pytest.mark.parametrize("wrong", [7, "x", ["x"], True], ids=str)
def test_a_change_of_another_form_is_refused(part: str, wrong: Any) -> None:
    change = {**RECORDS["module.issuer_ada.aws_iam_user.this"]}
    change["change"] = {**change["change"], part: wrong}
    with pytest.raises(Failure, match="does not have the format that Terraform writes"):
        judge(change)


INVOKED = {"address": "action.aws_lambda_invoke.notify", "type": "aws_lambda_invoke", "name": "notify"}


def test_each_action_is_a_doubt_of_its_own() -> None:
    later = [{"reason": "absent_prereq", "action_invocation": {**INVOKED, "address": "action.aws_lambda_invoke.later"}}]
    found = judge(action_invocations=[INVOKED], deferred_action_invocations=later)
    assert [each.address for each in found.doubts] == [
        "action.aws_lambda_invoke.later",
        "action.aws_lambda_invoke.notify",
    ]


def test_a_deferred_change_is_a_doubt_where_it_is_in_scope() -> None:
    ours, others = new("aws_acmpca_permission", certificate_authority_arn=ARN), new("aws_instance", ami="x")
    deferred = [{"reason": "absent_prereq", "resource_change": each} for each in (ours, others)]
    assert [each.address for each in judge(deferred_changes=deferred).doubts] == ["aws_acmpca_permission.added"]


def test_an_argument_of_a_share_of_cas_is_a_doubt() -> None:
    association = new("aws_ram_resource_association", resource_arn=ARN, resource_share_arn="arn:aws:ram:x")
    kept = {**association, "change": {**association["change"], "actions": ["no-op"]}}
    kept["change"]["before"] = kept["change"]["after"]
    share = {"arn": "arn:aws:ram:x", "novelty": False}
    assert judge(kept, edited("aws_ram_resource_share", share, {**share, "novelty": True})).doubts
    assert is_quiet(judge(kept, edited("aws_ram_resource_share", share, {**share, "tags": {"a": "b"}})))

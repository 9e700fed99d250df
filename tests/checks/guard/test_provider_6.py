"""Plans in the form of provider 6: a `region` in each object of a region, identities, and arguments that 5.100 has not.

They are made from a plan of 5.100 (closed_world.py) by what its sources and its published bindings say: `region` is
optional and computed, an object without one gets that of its provider in place, any other region replaces it.
"""

import json
from typing import Any

import pytest

from checks.guard.closed_world import PLAN, RECORDS, Change, is_quiet, judge
from terraform.test_newest_provider import ADDED, ARGUMENTS_OF

HERE, ELSEWHERE = "eu-west-1", "eu-central-1"
REGIONAL = [address for address, record in RECORDS.items() if "region" in ARGUMENTS_OF[record["type"]]]
BUCKET = "module.crl_bucket_closed-lists.aws_s3_bucket"
ENCRYPTION = f"{BUCKET}_server_side_encryption_configuration.this"
CA = "module.ca_issuing.aws_acmpca_certificate_authority.this"


def planned(address: str, before: Any, after: Any, *actions: str, **more: Any) -> Change:
    """Return the change of an object of the plan as provider 6 writes it; each side differs from what it is."""
    record = RECORDS[address]
    values = [{**record["change"]["after"], **each} for each in (before, after)]
    arns = (values[0].get(name) for name in ("arn", "certificate_authority_arn", "resource_arn"))
    identity = {"arn": next(filter(None, arns), None)}
    change = {"actions": list(actions), "before": values[0], "after": values[1], "after_unknown": {}, **more}
    return {**record, "change": {**change, "before_identity": identity, "after_identity": identity}}


def filled_in(address: str, region: str) -> Change:
    return planned(address, {"region": None}, {"region": region}, "update")


def test_an_upgrade_of_the_provider_is_quiet() -> None:
    """Planned without a refresh, it writes the region into every object; a refresh has done it before the plan."""
    refreshed = [planned(address, {"region": HERE}, {"region": HERE}, "no-op") for address in REGIONAL]
    written = [filled_in(address, HERE) for address in REGIONAL if address != f"{BUCKET}.this"]
    assert len(written) == 13
    assert is_quiet(judge(*refreshed))
    assert is_quiet(judge(*written))


@pytest.mark.parametrize("address", REGIONAL)
def test_another_region_is_never_quiet(address: str) -> None:
    moved = planned(
        address,
        {"region": HERE},
        {"region": ELSEWHERE},
        *("delete", "create"),
        replace_paths=[["region"]],
    )
    assert not is_quiet(judge({**moved, "action_reason": "replace_because_cannot_update"}))
    assert not is_quiet(judge(planned(address, {"region": HERE}, {"region": ELSEWHERE}, "update")))
    if any(HERE in str(RECORDS[address]["change"]["after"].get(name)) for name in ("arn", "certificate_authority_arn")):
        assert not is_quiet(judge(filled_in(address, ELSEWHERE)))


def test_a_replaced_region_is_named() -> None:
    moved = planned(CA, {"region": HERE}, {"region": ELSEWHERE}, "delete", "create", replace_paths=[["region"]])
    (found,) = judge(moved).findings
    assert (found.rule, found.paths) == ("ca-replaced", ("region",))


def rule(**more: Any) -> dict[str, Any]:
    return {"rule": [{**RECORDS[ENCRYPTION]["change"]["after"]["rule"][0], **more}]}


@pytest.mark.parametrize(
    ("after", "quiet"),
    [
        (rule(blocked_encryption_types=["SSE-C"]), True),
        (rule(blocked_encryption_types=["NONE"]), True),
        (rule(blocked_encryption_types=["SSE-C", "AES256"]), False),
        (rule(novelty="x"), False),
        ({"rule": rule()["rule"] * 2}, False),
        (rule(apply_server_side_encryption_by_default=[{"sse_algorithm": "aws:novel"}]), False),
        (rule(bucket_key_enabled=True), True),
    ],
    ids=str,
)
def test_what_a_bucket_of_lists_blocks_of_uploads_harms_no_reader(after: Any, quiet: bool) -> None:  # noqa: FBT001
    assert is_quiet(judge(planned(ENCRYPTION, {}, after, "update"))) is quiet


JUDGED_ADDED = {
    ("aws_acm_certificate", "options.export"),
    ("aws_acm_certificate", "private_key_wo_version"),
    ("aws_iam_policy", "delay_after_policy_creation_in_ms"),
    ("aws_s3_bucket_public_access_block", "skip_destroy"),
}
"""Of what 6.69.1 has more, what a change of does no harm: whether ACM gives out the key of a public certificate, the
number that says a certificate is uploaded anew, a wait, and whether a destroyed block stays. All else is in doubt.
"""
OFF = "module.ca_root.aws_acmpca_certificate_authority.this"
"""Its lists are off, wherever they would be."""
CHANGED = [
    (address, path)
    for address, record in RECORDS.items()
    for path in sorted(ADDED.get(record["type"], ()))
    if address != OFF
]


@pytest.mark.parametrize(("address", "path"), CHANGED)
def test_each_argument_that_was_added_is_judged_or_in_doubt(address: str, path: str) -> None:
    after = json.loads(json.dumps(RECORDS[address]["change"]["after"]))
    *blocks, name = path.split(".")
    inner = after
    for block in blocks:
        if not inner.get(block):
            inner[block] = [{}]
        inner = inner[block][0]
    inner[name] = 7 if name.endswith(("_version", "_in_ms")) else True if name == "skip_destroy" else "x"
    found = judge(planned(address, {}, after, "update"))
    assert is_quiet(found) is ((RECORDS[address]["type"], path) in JUDGED_ADDED)


def test_the_plan_is_of_a_provider_before_6() -> None:
    assert "identity" not in json.dumps(PLAN)

"""An object that a broken replacement left behind has the address of the live one, and hides nothing of it."""

from checks.guard.policy_texts import (
    ARN,
    AUTHORITY,
    OTHER_ARN,
    authority,
    change,
    found,
    is_quiet,
    kept,
    resource,
    rules,
)

LISTED = [{"crl_configuration": [{"enabled": True, "s3_bucket_name": "lists"}]}]
LIVE = authority(revocation_configuration=LISTED)
LEFT = authority(OTHER_ARN)
BUCKET = change("aws_s3_bucket.x", "delete", before={"bucket": "lists"})
FOUND = [("list-bucket-destroyed", "aws_s3_bucket.x")]


def test_live_authority_in_the_plan_is_not_hidden() -> None:
    left = change(f"{AUTHORITY}.x", "forget", before=LEFT, deposed="8f2b")
    assert rules(found(kept(f"{AUTHORITY}.x", LIVE), left, BUCKET)) == FOUND


def test_live_authority_in_the_state_is_not_hidden() -> None:
    left = change(f"{AUTHORITY}.x", "forget", before=LEFT, deposed="8f2b")
    prior = (resource(f"{AUTHORITY}.x", **LIVE), {**resource(f"{AUTHORITY}.x", **LEFT), "deposed_key": "8f2b"})
    result = found(left, BUCKET, prior=prior)
    assert rules(result) == FOUND
    assert "'Issuing'" in result.findings[0].message


def test_list_of_an_authority_that_was_left_behind_counts_while_it_is_there() -> None:
    left = change(f"{AUTHORITY}.x", "forget", before=authority(OTHER_ARN, revocation_configuration=LISTED), deposed="8")
    assert rules(found(kept(f"{AUTHORITY}.x", authority(ARN)), left, BUCKET)) == FOUND


def test_what_was_left_behind_is_no_live_authority() -> None:
    left = change(f"{AUTHORITY}.x", "forget", before=LEFT, deposed="8f2b")
    assert is_quiet(found(kept(f"{AUTHORITY}.x", authority()), left, BUCKET))


def test_live_authority_that_was_moved_is_judged_by_its_new_address() -> None:
    moved = change(
        f"{AUTHORITY}.new", "no-op", before=authority(), after=authority(), previous_address=f"{AUTHORITY}.x"
    )
    assert is_quiet(found(moved, BUCKET, prior=(resource(f"{AUTHORITY}.x", **LIVE),)))

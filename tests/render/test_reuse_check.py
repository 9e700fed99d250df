"""Pairs of specs, before and after: a role, a bucket or an address that would mean another thing than it did."""

import pytest

from pcaform.render import history, manifest
from pcaform.render.plan.stack import plan
from pcaform.rules.load import load_valid_text
from render.removal_specs import ARN, ISSUER, MOVED, OPERATED, PERMITTED, ROLE, USER, ca, messages_of, read_back, spec

ROLE_ISSUER = ISSUER.replace("{ci: {", f"{{ci: {{{ROLE}")
RENAMED_ROLE = ISSUER.replace("{ci: {", f"{{build: {{renamed_from: ci, {ROLE}")
NAMED = "role_name: builder, "
ACCEPTED = {
    "a user with another name": (
        spec(ca("root"), rest=ISSUER),
        spec(ca("root"), rest=ISSUER.replace("{ci: {", "{ci: {user_name: builder, ")),
    ),
    "a role with another key": (
        spec(ca("root"), rest=ROLE_ISSUER),
        spec(ca("root"), rest=RENAMED_ROLE),
    ),
    "a module made by hand moves to what is new": (
        spec(ca("root")),
        spec(ca("root", PERMITTED), rest="moves: {module.renewal: module.acm_permission_root}\n"),
    ),
}
REPLACED = (
    "'{0}' is the {1} '{2}', which Terraform would destroy for '{3}': keep its name, or give the new one a new key, "
    "and write 'removed: {{{4}: forget}}', or destroy it when it is no longer used"
)
BOTH = (
    "an earlier render has 'root' at '{0}', and if both exist, Terraform destroys '{1}': remove this, or show with "
    "'--state FILE' that the state does not have 'root'"
)
REPORTED = {
    "a bucket with another name": (
        spec(rest="crl_buckets: {lists: {}}\n"),
        spec(rest="crl_buckets: {lists: {bucket: corp-lists}}\n"),
        [f"4:31: {REPLACED.format('lists', 'bucket with its CRLs', 'lists', 'corp-lists', 'crl_buckets.lists')}"],
    ),
    "a role with another name": (
        spec(ca("root"), rest=ROLE_ISSUER),
        spec(ca("root"), rest=ROLE_ISSUER.replace("builder", "other")),
        [f"6:34: {REPLACED.format('ci', 'role', 'builder', 'other', 'issuers.ci')}"],
    ),
    "a role that has its name from its key, renamed": (
        spec(ca("root"), rest=ROLE_ISSUER.replace(NAMED, "")),
        spec(
            ca("root"),
            rest=RENAMED_ROLE.replace(NAMED, ""),
        ),
        [f"6:43: {REPLACED.format('build', 'role', 'ci', 'build', 'issuers.ci')}"],
    ),
    "an administrator's role with another name": (
        spec(ca("root"), rest=OPERATED),
        spec(ca("root"), rest=OPERATED.replace("ops-role", "other")),
        [f"6:35: {REPLACED.format('ops', 'role', 'ops-role', 'other', 'administrators.ops')}"],
    ),
    "a user destroyed as a role": (
        spec(ca("root"), rest=ISSUER),
        spec(ca("root"), rest=f"removed: {{issuers.ci: {{destroy: '{USER.replace('user/', 'role/')}'}}}}\n"),
        [f"6:33: '{USER.replace('user/', 'role/')}' is not 'ci', which is a user"],
    ),
    "a role destroyed as a user": (
        spec(ca("root"), rest=ROLE_ISSUER.replace("builder", "ci")),
        spec(ca("root"), rest=f"removed: {{issuers.ci: {{destroy: '{USER}'}}}}\n"),
        [f"6:33: '{USER}' is not 'ci', which is a role"],
    ),
    "a module made by hand moves to what was rendered": (
        spec(ca("root")),
        spec(ca("root"), rest="moves: {module.pki: module.ca_root}\n"),
        [f"6:21: {BOTH.format('module.ca_root', 'module.pki')}"],
    ),
    "a CA made by hand moves to one that was rendered under its former key": (
        spec(ca("root")),
        spec(
            ca("top", "renamed_from: root").replace("common_name: top", "common_name: root"),
            rest=MOVED.replace("module.ca_root.", "").replace("module.ca_other", "module.ca_top"),
        ),
        [
            "6:48: "
            + BOTH.format(
                "module.ca_top.aws_acmpca_certificate_authority.this", "aws_acmpca_certificate_authority.this"
            ).replace("'root'", "'top'")
        ],
    ),
}


@pytest.mark.parametrize(("before", "after"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_stays_the_same_passes(before: str, after: str) -> None:
    assert messages_of(before, after) == []


@pytest.mark.parametrize(("before", "after", "messages"), REPORTED.values(), ids=REPORTED)
def test_what_would_be_another_thing_is_reported(before: str, after: str, messages: list[str]) -> None:
    assert messages_of(before, after) == messages


def test_what_a_state_showed_once_is_not_written_for_the_next_render() -> None:
    """The state may have changed since: only a state that is shown again tells what is there."""
    first = plan(load_valid_text(spec(ca("old")).encode(), "s.yaml"), source="s.yaml").record
    forgetting = load_valid_text(spec(rest="removed: {old: forget}\n").encode(), "s.yaml")
    state = history.StateContent({"module.ca_old.aws_acmpca_certificate_authority.this": ARN}, is_empty=False)
    shown = history.confirm(plan(forgetting, source="s.yaml", before=read_back(first)).record, state)
    written = manifest.serialize({}, plan(forgetting, source="s.yaml", before=shown).record).decode()
    assert "certificate_authorities.old" in written
    assert "applied" not in written
    assert ARN not in written

"""The notices of an import about what an adoption refuses: default tags, and policies that a stack makes anew."""

from collections.abc import Mapping

import pytest

from pcaform.adopt.report import build_policy_notice, build_tag_notice
from pcaform.sources.inventory import Inventory, Resource
from pcaform.terraform.schema import LIVE

CA = "aws_acmpca_certificate_authority"
REFUSED = "'pcaform adopt' then needs --accept tags"


def ca(name: str, tags: Mapping[str, str], *, is_reference: bool = False) -> Resource:
    return Resource(CA, name, {"tags_all": dict(tags)}, is_reference=is_reference)


ADDED = f"if you add aws.default_tags, the next apply changes the tags of these CAs: {REFUSED}"
LACKING = f"2 CAs lack the default tags of the spec (owner, team), and the next apply adds them: {REFUSED}"
BOTH = {"owner": "pki", "team": "a"}
CASES: list[tuple[tuple[Resource, ...], dict[str, str], str | None]] = [
    ((ca("a", {}),), {}, ADDED),
    ((ca("a", {}, is_reference=True),), {}, None),
    ((ca("a", {"owner": "pki"}), ca("b", {"owner": "pki", "team": "b"}), ca("c", BOTH)), BOTH, LACKING),
    ((ca("a", BOTH), ca("b", {}, is_reference=True)), BOTH, None),
    ((), BOTH, None),
    ((Resource(CA, "live", {"tags_all": BOTH}),), BOTH, None),
    ((Resource(CA, "unread", {}),), BOTH, None),
    ((ca("a", {}),), BOTH, LACKING.replace("2 CAs lack", "1 CA lacks")),
]


@pytest.mark.parametrize(("resources", "defaults", "notice"), CASES)
def test_missing_default_tags_are_announced(
    resources: tuple[Resource, ...], defaults: dict[str, str], notice: str | None
) -> None:
    assert build_tag_notice(Inventory(resources, source=LIVE), defaults) == notice


def held(kind: str, **attributes: str) -> Resource:
    return Resource(f"aws_iam_{kind}", "-".join(attributes.values()), attributes)


def test_policies_that_a_stack_makes_anew_are_announced() -> None:
    """An inline policy is none that Terraform takes over, and a shared one is no issuer's own."""
    own = held("user_policy_attachment", user="own", policy_arn="arn:own")
    shared = [held(f"{kind}_policy_attachment", **{kind: kind, "policy_arn": "arn:all"}) for kind in ("user", "role")]
    inline = [held("user_policy", user="by-hand"), held("role_policy", role="lambda")]
    assert build_policy_notice(Inventory((own,), source=LIVE)) is None
    notice = build_policy_notice(Inventory((own, *shared, *inline), source=LIVE))
    assert notice is not None
    assert notice.startswith("by-hand, lambda, role, user: inline and shared policies stay, and a stack adds its own")

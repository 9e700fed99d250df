"""The notice of an import about default tags."""

from collections.abc import Mapping

import pytest

from pcaform.adopt.report import build_tag_notice
from pcaform.sources.inventory import Inventory, Resource
from pcaform.terraform.schema import LIVE

CA = "aws_acmpca_certificate_authority"
REFUSED = "'pcaform adopt' refuses this unless run with --accept tags"


def ca(name: str, tags: Mapping[str, str], *, is_reference: bool = False) -> Resource:
    return Resource(CA, name, {"tags_all": dict(tags)}, is_reference=is_reference)


ADDED = f"if you add aws.default_tags, applying the stack changes the tags of these CAs: {REFUSED}"
LACKING = f"2 CAs lack the default tags of the spec (owner, team), and applying adds them: {REFUSED}"
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

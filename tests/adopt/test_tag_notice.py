"""What an import says of tags before anybody adopts."""

from collections.abc import Mapping

import pytest

from pcaform.adopt.tag_notice import announcement
from pcaform.sources.inventory import Inventory, Resource

CA = "aws_acmpca_certificate_authority"
REFUSED = "'pcaform adopt' refuses that unless it is run with --accept tags"


def ca(name: str, tags: Mapping[str, str], *, is_reference: bool = False) -> Resource:
    return Resource(CA, name, {"tags": dict(tags)}, is_reference=is_reference)


ADDED = f"should you add aws.default_tags, applying the stack changes the tags of these CAs: {REFUSED}"
LACKING = f"2 CAs have not the default tags of the spec (owner, team), applying adds them: {REFUSED}"
BOTH = {"owner": "pki", "team": "a"}
CASES: list[tuple[tuple[Resource, ...], dict[str, str], str | None]] = [
    ((ca("a", {}),), {}, ADDED),
    ((ca("a", {}, is_reference=True),), {}, None),
    ((ca("a", {"owner": "pki"}), ca("b", {"owner": "pki", "team": "b"}), ca("c", BOTH)), BOTH, LACKING),
    ((ca("a", BOTH), ca("b", {}, is_reference=True)), BOTH, None),
    ((), BOTH, None),
]


@pytest.mark.parametrize(("found", "defaults", "said"), CASES)
def test_tags_that_adopting_will_meet_are_announced(
    found: tuple[Resource, ...], defaults: dict[str, str], said: str | None
) -> None:
    assert announcement(Inventory(found), defaults) == said

"""Tags and CAs may have any name, including field names, and accents in composed or decomposed form."""

import unicodedata
from typing import Any

import pytest

from importer.merge.test_properties import into, spec_of
from spec.strategies_text import FIELDS

TEXT = """\
version: 1
stack: pki
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: RSA_2048
    validity: {type: YEARS, value: 10}
    tags: {NAME: old, other: kept}  # a comment
"""


@pytest.mark.parametrize("name", [*FIELDS, unicodedata.normalize("NFD", "Größe")])
@pytest.mark.parametrize(
    ("found", "written"),
    [("NAME: new, other: kept", "NAME: new, other: kept"), ("other: kept", "other: kept")],
)
def test_tag_may_have_the_name_of_a_field(name: str, found: str, written: str) -> None:
    text = TEXT.replace("NAME", name)
    theirs: Any = spec_of(text.replace(f"{name}: old, other: kept", found.replace("NAME", name)).encode())
    result = into(text.encode(), theirs).content.decode()
    assert result == text.replace(f"{name}: old, other: kept", written.replace("NAME", name))


def test_default_tag_that_all_items_override_stays() -> None:
    """A state shows a default tag only on resources that do not override it."""
    text = TEXT.replace('"123456789012"}', '"123456789012", default_tags: {owner: pki}}')
    theirs = spec_of(text.replace("NAME: old", "owner: me").encode())
    result = into(text.encode(), theirs).content.decode()
    assert result == text.replace("NAME: old, other: kept", "other: kept, owner: me")


def test_ca_may_have_the_name_of_a_field() -> None:
    for name in FIELDS:
        text = TEXT.replace("  root:\n", f"  {name}:\n").replace("NAME", "owner")
        theirs = spec_of(text.replace("owner: old", "owner: new").encode())
        assert into(text.encode(), theirs).content.decode() == text.replace("owner: old", "owner: new")


CERTIFICATES = """\
certificates:
  web: {certificate_authority: root, domain_name: web.corp, tags: {owner: a}}
"""


def test_removed_item_stays_removed_after_other_changes() -> None:
    text = TEXT.replace("NAME", "owner")
    found = spec_of((text + CERTIFICATES).encode())
    first = into((text + CERTIFICATES).encode(), found)
    changed = spec_of((text + CERTIFICATES.replace("owner: a", "owner: b")).encode())
    second = into(text.encode(), changed, first.baseline)
    assert second.content.decode() == text
    assert [each.kind for each in second.decisions] == ["withheld"]

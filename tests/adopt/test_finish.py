"""`adopt --finish`: absorbed moves leave a spec, and every other byte stays."""

import json
from typing import Any

import pytest

from pcaform.adopt.finish import FinishedSpec, without_absorbed_moves
from pcaform.adopt.state import parse as parse_state
from pcaform.core.problems import Failure
from pcaform.spec.yaml_reader import parse

OLD, NEW = "aws_acmpca_certificate_authority.root", "module.ca_root.aws_acmpca_certificate_authority.this"
OTHER = 'aws_acmpca_permission.acm["eu.a"]'
AT = "module.acm_permission_a.aws_acmpca_permission.this"
SPEC = f"""\
# ours
version: 1 # one

moves: # until they are applied
  # of the first layout
  {OLD}: {NEW}
  '{OTHER}': {AT} # the permission
  # and no more

stack: corp
"""


def resource(address: str) -> dict[str, Any]:
    """Return the one instance at an address, as a state holds it."""
    *module, kind, name = address.rsplit(".", 2)
    return {
        **({"module": module[0]} if module else {}),
        "mode": "managed",
        "type": kind,
        "name": name,
        "instances": [{"attributes": {"id": "x"}}],
    }


def finish(text: str, *addresses: str) -> FinishedSpec:
    document = {"version": 4, "serial": 3, "lineage": "L", "resources": [resource(each) for each in addresses]}
    content = text.encode()
    return without_absorbed_moves(parse(content, "spec.yaml"), content, parse_state(json.dumps(document).encode()))


def test_what_the_state_has_absorbed_goes_and_the_rest_stays_as_it_is() -> None:
    found = finish(SPEC, NEW)
    assert (found.removed, found.left) == ((OLD,), (OTHER,))
    assert found.content.decode() == SPEC.replace(f"  {OLD}: {NEW}\n", "")


def test_with_the_last_move_the_section_goes_and_comments_stay() -> None:
    found = finish(SPEC, NEW, AT)
    assert (found.removed, found.left) == ((OLD, OTHER), ())
    assert found.content.decode() == (
        "# ours\nversion: 1 # one\n\n  # of the first layout\n  # and no more\n\nstack: corp\n"
    )
    assert finish(found.content.decode(), NEW).removed == ()


@pytest.mark.parametrize("held", [(), (OLD,), (OLD, NEW)])
def test_what_is_not_absorbed_stays(held: tuple[str, ...]) -> None:
    found = finish(SPEC, *held)
    assert (found.removed, found.content.decode()) == ((), SPEC)


def test_line_ends_stay() -> None:
    found = finish(SPEC.replace("\n", "\r\n"), NEW)
    assert found.content.decode() == SPEC.replace(f"  {OLD}: {NEW}\n", "").replace("\n", "\r\n")


def test_moves_on_one_line_are_not_touched() -> None:
    with pytest.raises(Failure, match=r"spec.yaml: 'moves' is not one line for each move: take these out by hand"):
        finish(f"moves: {{{OLD}: {NEW}, {AT}x: {AT}}}\nversion: 1\n", NEW)

"""`adopt --finish` removes absorbed moves from a spec, and no other byte."""

import json
from typing import Any

import pytest

from pcaform.adopt.state import FinishedSpec, parse_state, remove_absorbed_moves
from pcaform.core.problems import Failure
from pcaform.spec.extends import read_document
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
    """Return a resource with one instance at an address, in the format of states."""
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
    return remove_absorbed_moves(parse(content, "spec.yaml"), content, parse_state(json.dumps(document).encode()))


def test_absorbed_moves_are_removed() -> None:
    result = finish(SPEC, NEW)
    assert (result.removed, result.remaining) == ((OLD,), (OTHER,))
    assert result.content.decode() == SPEC.replace(f"  {OLD}: {NEW}\n", "")


def test_section_is_removed_with_its_last_move() -> None:
    result = finish(SPEC, NEW, AT)
    assert (result.removed, result.remaining) == ((OLD, OTHER), ())
    assert result.content.decode() == (
        "# ours\nversion: 1 # one\n\n  # of the first layout\n  # and no more\n\nstack: corp\n"
    )
    assert finish(result.content.decode(), NEW).removed == ()


@pytest.mark.parametrize("existing", [(), (OLD,), (OLD, NEW)])
def test_other_moves_stay(existing: tuple[str, ...]) -> None:
    result = finish(SPEC, *existing)
    assert (result.removed, result.content.decode()) == ((), SPEC)


def test_line_endings_stay() -> None:
    result = finish(SPEC.replace("\n", "\r\n"), NEW)
    assert result.content.decode() == SPEC.replace(f"  {OLD}: {NEW}\n", "").replace("\n", "\r\n")


def test_moves_on_one_line_are_refused() -> None:
    with pytest.raises(Failure, match=r"spec.yaml: 'moves' does not have one line for each move: remove these by hand"):
        finish(f"moves: {{{OLD}: {NEW}, {AT}x: {AT}}}\nversion: 1\n", NEW)


def test_moves_of_a_base_stay_and_are_named() -> None:
    own = f"extends: base.yaml\nmoves:\n  {OLD}: {NEW}\n"
    bases = {"base.yaml": f"moves:\n  '{OTHER}': {AT}\n".encode()}
    document = read_document(own.encode(), "spec.yaml", lambda name: bases[name])
    state = {"version": 4, "serial": 3, "lineage": "L", "resources": [resource(NEW), resource(AT)]}
    result = remove_absorbed_moves(document, own.encode(), parse_state(json.dumps(state).encode()))
    assert (result.content, result.removed) == (b"extends: base.yaml\n", (OLD,))
    assert result.in_bases == {OTHER: "base.yaml:2:3"}


def test_a_move_that_a_base_has_too_is_not_uncovered() -> None:
    own = f"extends: base.yaml\nmoves:\n  {OLD}: {NEW}\n"
    document = read_document(own.encode(), "spec.yaml", lambda _: f"moves:\n  {OLD}: {AT}\n".encode())
    state = {"version": 4, "serial": 3, "lineage": "L", "resources": [resource(NEW)]}
    result = remove_absorbed_moves(document, own.encode(), parse_state(json.dumps(state).encode()))
    assert (result.content, result.removed, list(result.in_bases)) == (own.encode(), (), [OLD])

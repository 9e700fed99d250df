"""`moved`, `removed` and `ignore_changes` -> what files leave open: what was applied yet, and what they do not set."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.import_blocks import kind_of, without_blanks
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.inventory import ATTRIBUTES, ImportNote, Resource

_GENERATION = re.compile(r"(?P<authority>module\.ca_.+)_certificate(?:_g[0-9]+)?\Z")
_CERTIFICATE = "aws_acmpca_certificate"
_MOVED = (
    "{place}: the files move {old} here. Where that was applied, nothing is to do; where not, a stack would destroy "
    "it: apply these files first"
)
_REMOVED = (
    "{place}: the files let go of it. Where that was applied, nothing is to do; where not, a stack would destroy it: "
    "apply these files first"
)
_IGNORED = (
    "{place}: these files leave {what} alone ('ignore_changes'), and a stack does not: compare the spec with what is "
    "at AWS, 'pcaform drift'"
)


@dataclass(frozen=True, slots=True)
class PendingStateChange:
    """A block that may not be applied yet: one that matters where something is at an address, or where nothing is."""

    note: ImportNote
    at: str = ""
    unless: str = ""

    def matters(self, resources: Iterable[Resource]) -> bool:
        """Tell whether it is about what was found."""
        found = [each.address for each in resources]
        return (not self.at or any(_is_in(each, self.at) for each in found)) and not (
            self.unless and any(_is_in(each, self.unless) for each in found)
        )


def pending_state_changes(scope: ModuleScope) -> Iterator[PendingStateChange]:
    """Yield what a module moves, and what about CAs, or maybe about CAs, it lets go of."""
    for block in scope.module.of_type("moved"):
        old, new = (_address(block, name, scope) for name in ("from", "to"))
        yield PendingStateChange(ImportNote("ambiguous", new, _MOVED.format(place=block.place, old=old)), at=new)
    for block in scope.module.of_type("removed"):
        address = _address(block, "from", scope)
        if kind_of(address) in {*ATTRIBUTES, "module"}:
            older = _GENERATION.match(address)  # of these a stack lets go by itself
            note = ImportNote("ambiguous", address, _REMOVED.format(place=block.place))
            yield PendingStateChange(note, unless=older["authority"] if older else "")


def ignored_changes(instance: Instance) -> Iterator[ImportNote]:
    """Yield what a resource's configuration does not set although it is written there.

    The arguments of an issued certificate are history, and a stack leaves them alone too.
    """
    for block in instance.block.body.of_type("lifecycle"):
        attribute = block.body.attributes.get("ignore_changes")
        if attribute is not None and instance.block.labels[0] != _CERTIFICATE:
            names = " ".join(attribute.value.text.split()).strip("[] ,")
            what = "everything" if names == "all" else names
            yield ImportNote("left out", instance.address, _IGNORED.format(place=attribute.place, what=what))


def _address(block: Block, name: str, scope: ModuleScope) -> str:
    attribute = block.body.attributes.get(name)
    written = without_blanks(attribute.value.text) if attribute else ""
    return f"{scope.address}.{written}" if scope.address else written


def _is_in(address: str, outer: str) -> bool:
    return address == outer or address.startswith((f"{outer}.", f"{outer}["))

"""Notes on `moved`, `removed` and `ignore_changes`, since files do not show what of them has been applied."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.import_blocks import resource_type, strip_spaces
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform.resource_types import CERTIFICATE
from pcaform.terraform.schema import ATTRIBUTES

_GENERATION = re.compile(r"(?P<authority>module\.ca_.+)_certificate(?:_g[0-9]+)?\Z")
_MOVED = (
    "{location}: a 'moved' block moves {old} here. If that is applied, there is nothing to do; if not, apply these "
    "files first, since a stack would destroy the resource"
)
_REMOVED = (
    "{location}: a 'removed' block forgets this resource. If that is applied, there is nothing to do; if not, apply "
    "these files first, since a stack would destroy the resource"
)
_IGNORED = (
    "{location}: 'ignore_changes' covers {what} here, but a stack manages it: compare the spec with AWS "
    "('pcaform drift')"
)


@dataclass(frozen=True, slots=True)
class PendingStateChange:
    """A `moved` or `removed` block that may not be applied yet; relevant if an address has resources, or has none."""

    note: ImportNote
    only_if_present: str = ""
    only_if_absent: str = ""

    def is_relevant(self, resources: Iterable[Resource]) -> bool:
        """Tell whether the block is relevant to the resources of the configuration."""
        addresses = [resource.address for resource in resources]
        is_present = not self.only_if_present or any(_is_in(address, self.only_if_present) for address in addresses)
        return is_present and not (
            self.only_if_absent and any(_is_in(address, self.only_if_absent) for address in addresses)
        )


def pending_state_changes(scope: ModuleScope) -> Iterator[PendingStateChange]:
    """Yield a module's `moved` blocks, and its `removed` blocks that are, or may be, about CAs."""
    for block in scope.module.of_type("moved"):
        old, new = (_read_address(block, name, scope) for name in ("from", "to"))
        yield PendingStateChange(
            ImportNote("ambiguous", new, _MOVED.format(location=block.location, old=old)), only_if_present=new
        )
    for block in scope.module.of_type("removed"):
        address = _read_address(block, "from", scope)
        if resource_type(address) in {*ATTRIBUTES, "module"}:
            older = _GENERATION.match(address)  # stacks have `removed` blocks for these
            note = ImportNote("ambiguous", address, _REMOVED.format(location=block.location))
            yield PendingStateChange(note, only_if_absent=older["authority"] if older else "")


def ignored_changes(instance: Instance) -> Iterator[ImportNote]:
    """Yield notes on the arguments that a resource ignores the changes of.

    An issued certificate never changes, so a stack ignores changes of its arguments too.
    """
    for block in instance.block.body.of_type("lifecycle"):
        attribute = block.body.attributes.get("ignore_changes")
        if attribute is not None and instance.block.labels[0] != CERTIFICATE:
            names = " ".join(attribute.value.text.split()).strip("[] ,")
            what = "everything" if names == "all" else names
            yield ImportNote("left out", instance.address, _IGNORED.format(location=attribute.location, what=what))


def _read_address(block: Block, name: str, scope: ModuleScope) -> str:
    attribute = block.body.attributes.get(name)
    written = strip_spaces(attribute.value.text) if attribute else ""
    return f"{scope.address}.{written}" if scope.address else written


def _is_in(address: str, outer: str) -> bool:
    return address == outer or address.startswith((f"{outer}.", f"{outer}["))

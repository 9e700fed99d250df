"""The end that all imports share: an inventory -> the spec where the user wants it, and a report of what was found."""

from dataclasses import dataclass

from pcaform import console
from pcaform.carriage import SPEC_ONLY
from pcaform.dump import dump
from pcaform.infer.stack import Inferred, infer
from pcaform.inventory import Inventory

_REMARKS = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user asked for beside the source: the stack's name, which nothing that exists has."""

    stack: str


def finish(inventory: Inventory, wanted: Wanted) -> int:
    """Write the spec of what a source holds; return 2 where something of it could not be written as it was found."""
    return _report(infer(inventory, stack=wanted.stack))


def _report(found: tuple[Inferred, ...]) -> int:
    """Write the specs, each a document of its own where there are several."""
    console.result("---\n".join(dump(each.spec) for each in found))
    remarks = dict.fromkeys(remark for each in found for remark in each.remarks)
    for remark in remarks:
        console.say(f"{remark.kind}: {remark.address}: {remark.reason}")
    console.say(f"not in any state, add by hand where you use it: {', '.join(SPEC_ONLY[1:])}")
    return _REMARKS if remarks else 0

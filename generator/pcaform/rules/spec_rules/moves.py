"""Rules about moves to other addresses."""

from collections.abc import Iterator, Mapping

from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Traversal


@error("moves")
def moves_are_addresses(spec: Spec) -> Iterator[Finding]:
    """A move is from one address of a resource or module to another of the same kind, where nothing else moves."""
    taken: dict[Traversal, str] = {}
    for old, new in spec.moves.items():
        try:
            source, target = addresses.parse(old), addresses.parse(new)
        except ValueError as error:
            yield Finding(("moves", old), f"'{old}' to '{new}': {error}")
            continue
        kinds = [addresses.resource_type(each) for each in (source, target)]
        if kinds[0] != kinds[1]:
            shown = [kind or "a module" for kind in kinds]
            yield Finding(("moves", old), f"{shown[0]} cannot move to {shown[1]}: both addresses are of one kind")
        elif source == target:
            yield Finding(("moves", old), f"'{old}' moves to itself: remove it")
        elif taken.setdefault(target, old) != old:
            yield Finding(("moves", old), f"'{taken[target]}' moves to '{new}' already: only one thing can be there")


@error("move-target", is_of_whole=True)
def move_targets_exist(spec: Spec) -> Iterator[Finding]:
    """A move ends at an address that the stack declares, key and all: Terraform destroys what arrives elsewhere."""
    if not spec.moves:
        return
    declared = _declared(spec)
    passed = {addresses.parse(old) for old in spec.moves}
    for old, new in spec.moves.items():
        target = addresses.parse(new)
        if target not in declared and target not in passed:
            yield Finding(("moves", old), _nowhere(new, target, declared))


def _declared(spec: Spec) -> Mapping[Traversal, str]:
    """Return each address of the rendered stack, of modules and resources, with its text."""
    from pcaform.render.plan.placeholders import build_placeholders
    from pcaform.render.plan.resources import calls, resources

    texts = [*(f"module.{call.name}" for call in calls(spec)), *resources(spec, build_placeholders(spec))]
    return {addresses.parse(text): text for text in texts}


def _nowhere(new: str, target: Traversal, declared: Mapping[Traversal, str]) -> str:
    module, kind = addresses.first_module(target), addresses.resource_type(target)
    near = [text for each, text in declared.items() if _is_near(each, module, kind)]
    lost = "Terraform would destroy what it moves there"
    if near and kind is not None:
        return f"'{new}' is no address of this stack, and {lost}: its module has {', '.join(near)}"
    return f"'{new}' is in no module of this stack: {lost}"


def _is_near(address: Traversal, module: str | None, kind: str | None) -> bool:
    return addresses.first_module(address) == module and addresses.resource_type(address) == kind

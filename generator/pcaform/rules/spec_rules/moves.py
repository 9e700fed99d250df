"""Rules about moves to other addresses."""

from collections.abc import Iterator, Mapping

from pcaform.rules.rule import error
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Traversal


@error("moves")
def moves_are_addresses(spec: Spec) -> Iterator[Violation]:
    """A move goes from one resource or module to another address of the same kind, to which nothing else moves."""
    sources: dict[Traversal, str] = {}
    for old, new in spec.moves.items():
        try:
            source, target = addresses.parse(old), addresses.parse(new)
        except ValueError as invalid:
            yield Violation(("moves", old), f"'{old}' to '{new}': {invalid}")
            continue
        source_type, target_type = addresses.resource_type(source), addresses.resource_type(target)
        if source_type != target_type:
            kinds = [kind or "a module" for kind in (source_type, target_type)]
            message = f"{kinds[0]} cannot move to {kinds[1]}: both addresses must be of one kind"
            yield Violation(("moves", old), message)
        elif source == target:
            yield Violation(("moves", old), f"'{old}' moves to itself: remove it")
        elif sources.setdefault(target, old) != old:
            message = f"'{sources[target]}' moves to '{new}' as well: only one object can have this address"
            yield Violation(("moves", old), message)


@error("move-target", is_of_whole=True)
def move_targets_exist(spec: Spec) -> Iterator[Violation]:
    """The target of a move is an address of the stack, including its key: Terraform destroys what moves elsewhere."""
    if not spec.moves:
        return
    declared = _declared_addresses(spec)
    moved_on = {addresses.parse(old) for old in spec.moves}
    for old, new in spec.moves.items():
        target = addresses.parse(new)
        if target not in declared and target not in moved_on:
            yield Violation(("moves", old), _missing_target(new, target, declared))


def _declared_addresses(spec: Spec) -> Mapping[Traversal, str]:
    """Return each address of the rendered stack, of modules and resources, with its text."""
    from pcaform.render.plan.placeholders import build_placeholders
    from pcaform.render.plan.resources import calls, resources

    texts = [*(f"module.{call.name}" for call in calls(spec)), *resources(spec, build_placeholders(spec))]
    return {addresses.parse(text): text for text in texts}


def _missing_target(new: str, target: Traversal, declared: Mapping[Traversal, str]) -> str:
    module, kind = addresses.first_module(target), addresses.resource_type(target)
    similar = [text for address, text in declared.items() if _is_similar(address, module, kind)]
    loss = "Terraform would destroy what moves there"
    if similar and kind is not None:
        return f"'{new}' is not an address of this stack, and {loss}: its module has {', '.join(similar)}"
    return f"'{new}' is in no module of this stack: {loss}"


def _is_similar(address: Traversal, module: str | None, kind: str | None) -> bool:
    return addresses.first_module(address) == module and addresses.resource_type(address) == kind

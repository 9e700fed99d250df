"""Applies `import` blocks, and notes on `moved`, `removed` and `ignore_changes`.

An import sets the id of an existing resource; resources with an unclear import are left out. Files do not show what of
the others has been applied.

Without its id an existing CA would be taken for one that is still to be created.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pcaform.core.grouping import grouped
from pcaform.sources.hcl.blocks import Block, evaluate
from pcaform.sources.hcl.compiler import iterate_pairs
from pcaform.sources.hcl.objects import Instance
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.type_conversion import Set
from pcaform.sources.hcl.values import NestedScope, Scope, Unknown, first_unknown
from pcaform.sources.inventory import SYMBOLIC, ImportNote, Resource
from pcaform.sources.symbols import imported_arn, replace_ca_arns
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Traversal, quote
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, CERTIFICATE
from pcaform.terraform.schema import ATTRIBUTES

_BY_ARN = frozenset({AUTHORITY, ACM_CERTIFICATE})
"""Resource types that a spec imports by ARN."""
_SPACES = re.compile(r'(?P<kept>"(?:[^"\\]|\\.)*")|\s+')
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\]')
_EACH = re.compile(r"\[each(?P<path>(?:\.[A-Za-z_][A-Za-z0-9_-]*)+)\]")
_TWICE = "another block imports something else there"
_OTHER_KEYS = "no resource has this address, only others with this name"
UNCLEAR_IMPORT = "cannot evaluate this import"
_ADVICE = "import from the state instead, if there is one"
_GENERATION = re.compile(r"(?P<authority>module\.ca_.+)_certificate(?:_g[0-9]+)?\Z")
_MOVED = (
    "{location}: a 'moved' block moves {old} here. If that is applied, there is nothing to do; if not, apply these "
    "files first, since a stack would destroy the resource"
)
_REMOVED = (
    "{location}: a 'removed' block forgets this resource. If that is applied, there is nothing to do; if not, apply "
    "these files first, since a stack would destroy the resource"
)
_INVOKES = "its changes invoke actions here ('action_trigger'), and a stack invokes none"
_IGNORED = (
    "{location}: 'ignore_changes' covers {what} here, but a stack manages it: compare the spec with AWS "
    "('pcaform drift')"
)


@dataclass(frozen=True, slots=True)
class ImportBlock:
    """An import: where it is, the address in full as far as it is known, and the id."""

    location: str
    to: str
    id: str | Unknown


def apply_import_blocks(
    resources: Iterable[Resource], imports: Sequence[ImportBlock]
) -> tuple[list[Resource], list[ImportNote]]:
    """Return the resources with the ids of imported ones, and a note for each unclear import."""
    if not imports:
        return list(resources), []
    by_address = {_parse_address(resource.address): resource for resource in resources}
    same_name = grouped((_strip_keys(resource.address), address) for address, resource in by_address.items())
    ids: dict[Traversal | str, str] = {}
    unclear: set[Traversal | str] = set()
    notes = []
    for block in imports:
        location, to, id_ = block.location, block.to, block.id
        address, others, type_ = _parse_address(to), same_name.get(_strip_keys(to), []), _resource_type(to)
        if ids.get(address, id_) != id_:
            id_ = Unknown(_TWICE)
        if isinstance(id_, str) and (address in by_address or not others):
            ids[address] = id_
        elif not type_ or type_ in ATTRIBUTES:
            unclear.update([address] if address in by_address else others)
            why = id_.reason if isinstance(id_, Unknown) else _OTHER_KEYS
            reason = f"{location}: {UNCLEAR_IMPORT}: {why}; {_ADVICE}"
            notes.append(ImportNote("unknown", to or "import", reason))
    kept = {
        address: resource
        for address, resource in by_address.items()
        if address not in unclear or resource.type not in _BY_ARN
    }
    return _set_ids(kept, ids), notes


def _parse_address(address: str) -> Traversal | str:
    """Return an address in a comparable form; the text itself if it is not a resource address."""
    try:
        return addresses.parse(address)
    except ValueError:
        return address


def _strip_keys(address: str) -> str:
    """Return an address without keys."""
    return _KEY.sub("", address)


def read_imports(scope: ModuleScope) -> Iterator[ImportBlock]:
    """Yield the imports of a module: Terraform 1.16 reads those of every module, earlier releases the root's."""
    for block in scope.module.of_type("import"):
        attribute = block.body.attributes.get("to")
        text = attribute.value.text if attribute else ""
        for inner in _instance_scopes(block, scope):
            address = _format_address(text, scope if isinstance(inner, Unknown) else inner)
            if isinstance(inner, Unknown):
                id_: str | Unknown = inner
            elif isinstance(_parse_address(address), str):
                id_ = Unknown("'to' is not a resource address")
            else:
                id_ = _read_id(block, inner, _resource_type(address))
            yield ImportBlock(block.location, f"{scope.address}.{address}" if scope.address else address, id_)


def _instance_scopes(block: Block, scope: ModuleScope) -> Sequence[Scope | Unknown]:
    """Return the scope of each instance of a block."""
    attribute = block.body.attributes.get("for_each")
    if attribute is None:
        return [scope]
    values = evaluate(attribute, scope)
    if not isinstance(values, Set | dict):
        return [first_unknown(values) or Unknown("'for_each' must be a map or a set of strings")]
    return [NestedScope(scope, {"each": {"key": key, "value": value}}) for key, value in iterate_pairs(values)]


def _format_address(text: str, scope: Scope) -> str:
    """Return an address as text, without spaces around its parts and with `each.key` and `each.value` evaluated."""

    def key(match: re.Match[str]) -> str:
        value = scope.resolve("each", tuple(match["path"].removeprefix(".").split(".")))
        return f"[{quote(value)}]" if isinstance(value, str) else f"[{value}]" if type(value) is int else match[0]

    return _EACH.sub(key, _strip_spaces(text))


def _resource_type(address: str) -> str:
    """Return the type of resource in an address, `module` for a module's address; empty if it has none."""
    return ".".join(_strip_keys(address).split(".")[-2:-1])


def _strip_spaces(address: str) -> str:
    """Return an address without the spaces around its parts; spaces in keys stay."""
    return _SPACES.sub(lambda match: match["kept"] or "", address)


def _read_id(block: Block, scope: Scope, type_: str) -> str | Unknown:
    """Return the imported id, or what `identity` has in its place: an ARN where a spec needs one."""
    identity = block.argument("identity", scope)
    name, value = ("identity", identity) if isinstance(identity, dict) else ("id", identity)
    if isinstance(identity, dict):
        value = identity.get("arn") if type_ in _BY_ARN else first_unknown(identity) or str(identity)
    if value is None:
        value = block.argument("id", scope)
    if not isinstance(value, str):
        return first_unknown(value) or Unknown(f"'{name}' is not an id or ARN")
    if SYMBOLIC in value:
        return Unknown(f"'{name}' has a value that is known only after creation")
    is_fit = type_ not in _BY_ARN or value.startswith("arn:")
    return imported_arn(value) if is_fit else Unknown(f"'{value}' is not an ARN")


def _set_ids(resources: Mapping[Traversal | str, Resource], ids: Mapping[Traversal | str, str]) -> list[Resource]:
    with_ids = [replace(resource, id=ids.get(address, resource.id)) for address, resource in resources.items()]
    arns = {
        resource.attributes["arn"]: resource.id
        for resource in with_ids
        if resource.type == AUTHORITY and resource.id and not resource.is_reference
    }
    return [replace(resource, attributes=_replace_arns(resource.attributes, arns)) for resource in with_ids]


def _replace_arns(value: Any, arns: Mapping[str, str]) -> Any:
    """Return a value with symbolic ARNs of CAs replaced by the real ones."""
    if isinstance(value, str):
        return replace_ca_arns(value, arns) if SYMBOLIC in value else value
    if isinstance(value, dict):
        return {key: _replace_arns(inner, arns) for key, inner in value.items()}
    return [_replace_arns(inner, arns) for inner in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class PendingStateChange:
    """A `moved` or `removed` block that may not be applied yet; relevant if an address has resources, or has none."""

    note: ImportNote
    only_if_present: str = ""
    only_if_absent: str = ""

    def is_relevant(self, resources: Iterable[Resource]) -> bool:
        """Tell whether the block is relevant to the resources of the configuration."""
        addresses = [resource.address for resource in resources]
        is_present, is_absent = (
            any(address == outer or address.startswith((f"{outer}.", f"{outer}[")) for address in addresses)
            for outer in (self.only_if_present, self.only_if_absent)
        )
        return (is_present or not self.only_if_present) and not (is_absent and self.only_if_absent)


def pending_state_changes(scope: ModuleScope) -> Iterator[PendingStateChange]:
    """Yield a module's `moved` blocks, and its `removed` blocks that are, or may be, about CAs."""
    for block in scope.module.of_type("moved"):
        old, new = (_read_address(block, name, scope) for name in ("from", "to"))
        yield PendingStateChange(
            ImportNote("ambiguous", new, _MOVED.format(location=block.location, old=old)), only_if_present=new
        )
    for block in scope.module.of_type("removed"):
        address = _read_address(block, "from", scope)
        if _resource_type(address) in {*ATTRIBUTES, "module"}:
            older = _GENERATION.match(address)  # stacks have `removed` blocks for these
            note = ImportNote("ambiguous", address, _REMOVED.format(location=block.location))
            yield PendingStateChange(note, only_if_absent=older["authority"] if older else "")


def unread_lifecycle(instance: Instance) -> Iterator[ImportNote]:
    """Yield notes on the arguments that a resource ignores the changes of, and on actions that its changes invoke.

    An issued certificate never changes, so a stack ignores changes of its arguments too.
    """
    for block in instance.block.body.of_type("lifecycle"):
        for trigger in block.body.of_type("action_trigger"):
            yield ImportNote("left out", instance.address, f"{trigger.location}: {_INVOKES}")
        attribute = block.body.attributes.get("ignore_changes")
        if attribute is not None and instance.block.labels[0] != CERTIFICATE:
            names = " ".join(attribute.value.text.split()).strip("[] ,")
            what = "everything" if names == "all" else names
            yield ImportNote("left out", instance.address, _IGNORED.format(location=attribute.location, what=what))


def _read_address(block: Block, name: str, scope: ModuleScope) -> str:
    attribute = block.body.attributes.get(name)
    written = _strip_spaces(attribute.value.text) if attribute else ""
    return f"{scope.address}.{written}" if scope.address else written

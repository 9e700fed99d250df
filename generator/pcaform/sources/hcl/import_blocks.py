"""Applies `import` blocks: sets the ids of existing resources, and leaves out resources with an unclear import.

Without its id an existing CA would be taken for one that is still to be created.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pcaform.sources.hcl import symbolic_values
from pcaform.sources.hcl.block_values import evaluate
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.compiler import Scope, iterate_pairs
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.scope import ModuleScope, optional_value
from pcaform.sources.hcl.type_unification import Set
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.sources.inventory import SYMBOLIC, ImportNote, Resource
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Traversal, quote
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY
from pcaform.terraform.schema import ATTRIBUTES

_BY_ARN = frozenset({AUTHORITY, ACM_CERTIFICATE})
"""Resource types that a spec imports by ARN."""
_SPACES = re.compile(r'(?P<kept>"(?:[^"\\]|\\.)*")|\s+')
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\]')
_EACH = re.compile(r"\[each(?P<path>(?:\.[A-Za-z_][A-Za-z0-9_-]*)+)\]")
_ADVICE = "import from the state instead, if there is one"


@dataclass(frozen=True, slots=True)
class _Import:
    """One resource that an `import` block imports: its address as written, and its id."""

    to: str
    id: str | Unknown
    location: str

    @property
    def address(self) -> Traversal | str:
        """Its address; the text as written if it is not an address."""
        return _parse_address(self.to)

    @property
    def type(self) -> str:
        """The type of the resource; empty if unknown."""
        return resource_type(self.to)


def apply_import_blocks(
    resources: Iterable[Resource], root: Module, scope: ModuleScope
) -> tuple[list[Resource], list[ImportNote]]:
    """Return the resources with the ids of imported ones, and a note for each unclear import."""
    by_address = {_parse_address(resource.address): resource for resource in resources}
    same_name: dict[str, list[Traversal | str]] = {}
    for address, resource in by_address.items():
        same_name.setdefault(_strip_keys(resource.address), []).append(address)
    ids: dict[Traversal | str, str] = {}
    unclear: set[Traversal | str] = set()
    notes = []
    for import_ in _read_imports(root, scope):
        others = same_name.get(_strip_keys(import_.to), [])
        if isinstance(import_.id, str) and (import_.address in by_address or not others):
            ids[import_.address] = import_.id
        elif not import_.type or import_.type in ATTRIBUTES:
            unclear.update([import_.address] if import_.address in by_address else others)
            notes.append(_unknown_note(import_))
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


def _unknown_note(import_: _Import) -> ImportNote:
    why = (
        import_.id.reason
        if isinstance(import_.id, Unknown)
        else "no resource has this address, only others with this name"
    )
    reason = f"{import_.location}: cannot evaluate this import: {why}; {_ADVICE}"
    return ImportNote("unknown", import_.to or "import", reason)


def _strip_keys(address: str) -> str:
    """Return an address without keys."""
    return _KEY.sub("", address)


def _read_imports(root: Module, scope: ModuleScope) -> Iterator[_Import]:
    for block in root.of_type("import"):
        attribute = block.body.attributes.get("to")
        text = attribute.value.text if attribute else ""
        for inner in _instance_scopes(block, scope):
            if isinstance(inner, Unknown):
                yield _Import(_format_address(text, scope), inner, block.location)
            else:
                yield _read_import(text, block, inner)


def _read_import(text: str, block: Block, scope: Scope) -> _Import:
    import_ = _Import(_format_address(text, scope), "", block.location)
    if isinstance(import_.address, str):
        return replace(import_, id=Unknown("'to' is not a resource address"))
    return replace(import_, id=_read_id(block, scope, import_.type))


def _instance_scopes(block: Block, scope: ModuleScope) -> Sequence[Scope | Unknown]:
    """Return the scope of each instance of a block."""
    attribute = block.body.attributes.get("for_each")
    if attribute is None:
        return [scope]
    values = evaluate(attribute, scope)
    if not isinstance(values, Set | Mapping):
        return [first_unknown(values) or Unknown("'for_each' must be a map or a set of strings")]
    return [scope.with_names({"each": {"key": key, "value": value}}) for key, value in iterate_pairs(values)]


def _format_address(text: str, scope: Scope) -> str:
    """Return an address as text, without spaces around its parts and with `each.key` and `each.value` evaluated."""

    def key(match: re.Match[str]) -> str:
        value = scope.resolve("each", tuple(match["path"].removeprefix(".").split(".")))
        return f"[{quote(value)}]" if isinstance(value, str) else f"[{value}]" if type(value) is int else match[0]

    return _EACH.sub(key, strip_spaces(text))


def resource_type(address: str) -> str:
    """Return the type of resource in an address, `module` for a module's address; empty if it has none."""
    return ".".join(_strip_keys(address).split(".")[-2:-1])


def strip_spaces(address: str) -> str:
    """Return an address without the spaces around its parts; spaces in keys stay."""
    return _SPACES.sub(lambda match: match["kept"] or "", address)


def _read_id(block: Block, scope: Scope, type_: str) -> str | Unknown:
    """Return the imported id, or the ARN in `identity`."""
    identity = optional_value(block.body.attributes.get("identity"), scope)
    name, value = ("identity", identity.get("arn")) if isinstance(identity, Mapping) else ("id", identity)
    if value is None:
        value = optional_value(block.body.attributes.get("id"), scope)
    if not isinstance(value, str):
        return first_unknown(value) or Unknown(f"'{name}' is not an id or ARN")
    if SYMBOLIC in value:
        return Unknown(f"'{name}' has a value that is known only after creation")
    return value if type_ not in _BY_ARN or value.startswith("arn:") else Unknown(f"'{value}' is not an ARN")


def _set_ids(resources: Mapping[Traversal | str, Resource], ids: Mapping[Traversal | str, str]) -> list[Resource]:
    with_ids = [replace(resource, id=ids.get(address, resource.id)) for address, resource in resources.items()]
    arns = {
        resource.attributes["arn"]: resource.id
        for resource in with_ids
        if resource.type == AUTHORITY and resource.id and not resource.is_reference
    }
    return [
        replace(resource, attributes=_replace_arns(resource.attributes, arns)) if arns else resource
        for resource in with_ids
    ]


def _replace_arns(value: Any, arns: Mapping[str, str]) -> Any:
    """Return a value with symbolic ARNs of CAs replaced by the real ones."""
    if isinstance(value, str):
        return symbolic_values.replace_ca_arns(value, arns) if SYMBOLIC in value else value
    if isinstance(value, Mapping):
        return {key: _replace_arns(inner, arns) for key, inner in value.items()}
    return [_replace_arns(inner, arns) for inner in value] if isinstance(value, list) else value

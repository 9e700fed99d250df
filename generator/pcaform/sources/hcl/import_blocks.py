"""`import` blocks -> the ids of resources that exist, put in; what is imported and cannot be told is left out.

Without its id an existing CA would be taken for one that is yet to be made.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pcaform.sources.hcl import symbolic_values
from pcaform.sources.hcl.block_values import value_of
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.compiler import Scope, pairs_of
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.scope import ModuleScope, single_instance
from pcaform.sources.hcl.type_unification import Set
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.sources.inventory import ATTRIBUTES, SYMBOLIC, ImportNote, Resource
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Traversal, quote

_AUTHORITY = "aws_acmpca_certificate_authority"
_BY_ARN = frozenset({_AUTHORITY, "aws_acm_certificate"})
"""What a spec takes over by its ARN."""
_BLANKS = re.compile(r'(?P<kept>"(?:[^"\\]|\\.)*")|\s+')
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\]')
_EACH = re.compile(r"\[each(?P<path>(?:\.[A-Za-z_][A-Za-z0-9_-]*)+)\]")
_ADVICE = "import from the state instead, where it is known"


@dataclass(frozen=True, slots=True)
class _Import:
    """One resource that an `import` block takes over: its address as written, and its id."""

    to: str
    id: str | Unknown
    place: str

    @property
    def address(self) -> Traversal | str:
        """Its address; text where it is none as it stands."""
        return _parsed(self.to)

    @property
    def kind(self) -> str:
        """The type of the resource, as far as it can be told."""
        return kind_of(self.to)


def apply_import_blocks(
    resources: Iterable[Resource], root: Module, scope: ModuleScope
) -> tuple[list[Resource], list[ImportNote]]:
    """Return the resources, those that are imported under their ids, and what is imported and cannot be told."""
    every = {_parsed(each.address): each for each in resources}
    alike: dict[str, list[Traversal | str]] = {}
    for address, found in every.items():
        alike.setdefault(_bare(found.address), []).append(address)
    ids: dict[Traversal | str, str] = {}
    lost: set[Traversal | str] = set()
    notes = []
    for each in _imports(root, scope):
        others = alike.get(_bare(each.to), [])
        if isinstance(each.id, str) and (each.address in every or not others):
            ids[each.address] = each.id
        elif not each.kind or each.kind in ATTRIBUTES:
            lost.update([each.address] if each.address in every else others)
            notes.append(_remark(each))
    kept = {address: each for address, each in every.items() if address not in lost or each.type not in _BY_ARN}
    return _with_ids(kept, ids), notes


def _parsed(address: str) -> Traversal | str:
    """Return an address to compare, however its keys are written; text for what is none, such as a data source's."""
    try:
        return addresses.parse(address)
    except ValueError:
        return address


def _remark(found: _Import) -> ImportNote:
    why = found.id.reason if isinstance(found.id, Unknown) else "there is no such resource, only others of this name"
    reason = f"{found.place}: what is imported cannot be told, {why}: {_ADVICE}"
    return ImportNote("unknown", found.to or "import", reason)


def _bare(address: str) -> str:
    """Return an address without keys."""
    return _KEY.sub("", address)


def _imports(root: Module, scope: ModuleScope) -> Iterator[_Import]:
    for block in root.of_type("import"):
        attribute = block.body.attributes.get("to")
        text = attribute.value.text if attribute else ""
        for inner in _scopes(block, scope):
            if isinstance(inner, Unknown):
                yield _Import(_address(text, scope), inner, block.place)
            else:
                yield _import(text, block, inner)


def _import(text: str, block: Block, scope: Scope) -> _Import:
    found = _Import(_address(text, scope), "", block.place)
    if isinstance(found.address, str):
        return replace(found, id=Unknown("'to' is no address"))
    return replace(found, id=_identifier(block, scope, found.kind))


def _scopes(block: Block, scope: ModuleScope) -> Sequence[Scope | Unknown]:
    """Return the scope of each instance of a block."""
    attribute = block.body.attributes.get("for_each")
    if attribute is None:
        return [scope]
    values = value_of(attribute, scope)
    if not isinstance(values, Set | Mapping):
        return [first_unknown(values) or Unknown("'for_each' wants an object or a set of texts")]
    return [scope.with_names({"each": {"key": key, "value": value}}) for key, value in pairs_of(values)]


def _address(text: str, scope: Scope) -> str:
    """Return an address as text, without blanks around its parts, and with the keys of `for_each` put in."""

    def key(found: re.Match[str]) -> str:
        value = scope.resolve("each", tuple(found["path"].removeprefix(".").split(".")))
        return f"[{quote(value)}]" if isinstance(value, str) else f"[{value}]" if type(value) is int else found[0]

    return _EACH.sub(key, without_blanks(text))


def kind_of(address: str) -> str:
    """Return the type of the resource that an address names, `module` for a module's; empty where it is none."""
    return ".".join(_bare(address).split(".")[-2:-1])


def without_blanks(address: str) -> str:
    """Return an address without the blanks around its parts; those in keys stay."""
    return _BLANKS.sub(lambda found: found["kept"] or "", address)


def _identifier(block: Block, scope: Scope, kind: str) -> str | Unknown:
    """Return the id of what is imported, or the ARN that its identity holds."""
    identity = single_instance(block.body.attributes.get("identity"), scope)
    name, value = ("identity", identity.get("arn")) if isinstance(identity, Mapping) else ("id", identity)
    if value is None:
        value = single_instance(block.body.attributes.get("id"), scope)
    if not isinstance(value, str):
        return first_unknown(value) or Unknown(f"'{name}' names no id or ARN")
    if SYMBOLIC in value:
        return Unknown(f"'{name}' holds what is known only when it exists")
    return value if kind not in _BY_ARN or value.startswith("arn:") else Unknown(f"'{value}' is no ARN")


def _with_ids(resources: Mapping[Traversal | str, Resource], ids: Mapping[Traversal | str, str]) -> list[Resource]:
    found = [replace(each, id=ids.get(address, each.id)) for address, each in resources.items()]
    arns = {
        each.attributes["arn"]: each.id
        for each in found
        if each.type == _AUTHORITY and each.id and not each.is_reference
    }
    return [replace(each, attributes=_replaced(each.attributes, arns)) if arns else each for each in found]


def _replaced(value: Any, arns: Mapping[str, str]) -> Any:
    """Return a value with real ARNs in place of symbolic ones."""
    if isinstance(value, str):
        return symbolic_values.with_region_and_account(value, arns) if SYMBOLIC in value else value
    if isinstance(value, Mapping):
        return {key: _replaced(inner, arns) for key, inner in value.items()}
    return [_replaced(inner, arns) for inner in value] if isinstance(value, list) else value

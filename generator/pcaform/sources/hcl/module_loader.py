"""Loads the Terraform files of a directory as one module, with override files merged as Terraform does."""

import errno
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pcaform.core.files import read_file
from pcaform.core.problems import Failure
from pcaform.sources.hcl.blocks import Attribute, Block, Body, evaluate, parse_body
from pcaform.sources.hcl.json_syntax import parse_json
from pcaform.sources.hcl.lexer import decode_source
from pcaform.sources.hcl.type_conversion import TypeScope

_SUFFIXES = (".tf", ".tf.json")
_OF_OPENTOFU = (".tofu", ".tofu.json")
_OVERRIDE = re.compile(r"(?:.*_)?override\.(?:tf|tofu)(?:\.json)?")
_UNREAD = "OpenTofu reads it, and Terraform does not: add '--opentofu' if OpenTofu applies these files"
_DEAD = "a symbolic link to nothing, which Terraform cannot read either"
_LABELS = {
    "resource": ("type", "name"),
    "data": ("type", "name"),
    "module": ("name",),
    "variable": ("name",),
    "output": ("name",),
}
"""Block types with unique labels, and the labels they need; providers are checked by their alias instead."""


@dataclass(frozen=True)
class Module:
    """The blocks of one directory by type and labels, in the order of its files."""

    path: str
    directory: Path
    blocks: dict[tuple[str, ...], Block] = field(default_factory=dict)
    unlabelled: list[Block] = field(default_factory=list)
    """Blocks without unique labels: locals, provider, terraform, import, moved, removed."""
    unread_files: Mapping[str, str] = field(default_factory=dict)
    """Files of the module that are not read, each with the reason."""
    _variable_types: dict[str, Any] = field(default_factory=dict)

    def of_type(self, kind: str) -> Iterator[Block]:
        """Yield the blocks of one type."""
        yield from (block for (name, *_), block in self.blocks.items() if name == kind)
        yield from (block for block in self.unlabelled if block.type == kind)

    @cached_property
    def locals(self) -> dict[str, Attribute]:
        """All local values, by name."""
        return {name: each for block in self.of_type("locals") for name, each in block.body.attributes.items()}

    def variable_type(self, variable: str, written: Attribute | None) -> Any:
        """Return a variable's type constraint, None if it has none."""
        if variable not in self._variable_types:
            self._variable_types[variable] = evaluate(written, TypeScope()) if written else None
        return self._variable_types[variable]


def load_module(directory: Path, display_path: str, *, is_of_opentofu: bool = False) -> Module:
    """Return the module in a directory; `display_path` is the directory's path in messages.

    OpenTofu reads `x.tofu` in place of `x.tf`. So are files read where it is known that they are OpenTofu's, or if
    there are no others.

    Raises Failure for a directory without Terraform files, for unreadable or invalid files, and for duplicates.
    """
    names = _list_names(directory, display_path)
    paths = {name: name if display_path in ("", ".") else f"{display_path}/{name}" for name in names}
    dead = [name for name in names if name.endswith((*_SUFFIXES, *_OF_OPENTOFU)) and _is_dead(directory / name)]
    files = [name for name in names if name.endswith(_SUFFIXES) and name not in dead]
    of_opentofu = [name for name in names if name.endswith(_OF_OPENTOFU) and name not in dead]
    is_read = is_of_opentofu or not files
    if is_read:
        replaced = {re.sub(r"\.tofu(?=(?:\.json)?$)", ".tf", name) for name in of_opentofu}
        files = sorted([*of_opentofu, *(name for name in files if name not in replaced)])
    unread_files = {} if is_read else {paths[name]: _UNREAD for name in of_opentofu}
    unread_files |= {paths[name]: _DEAD for name in dead}
    if not files and not unread_files:
        raise Failure(
            f"{display_path or '.'}: no '*.tf' files in this directory: name a directory with Terraform files"
        )
    module = Module(display_path, directory, unread_files=unread_files)
    bodies = {name: _parse(_read_file(directory / name, paths[name]), paths[name]) for name in files}
    for name in sorted(files, key=_is_override):
        (_merge_overrides if _is_override(name) else _add_blocks)(module, bodies[name])
    return module


def _parse(content: bytes, path: str) -> Body:
    source = decode_source(content, path)
    return parse_json(source) if path.endswith(".json") else parse_body(source)


def _is_dead(path: Path) -> bool:
    """Tell whether a file is a symbolic link to nothing."""
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ENOENT
    return False


def parse_module(texts: dict[str, bytes]) -> Module:
    """Return the module of some texts, by their paths in messages; raises Failure as `load_module` does."""
    module = Module("", Path())
    for name, content in texts.items():
        _add_blocks(module, _parse(content, name))
    return module


def _list_names(directory: Path, display_path: str) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(directory) if not entry.name.startswith("."))
    except FileNotFoundError:
        raise Failure(f"{display_path}: no such directory") from None
    except NotADirectoryError:
        raise Failure(f"{display_path}: this is a file: name the directory that contains it") from None
    except OSError as error:
        raise Failure(f"{display_path}: cannot be read: {(error.strerror or '').lower()}") from None


def _read_file(path: Path, display_path: str) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        raise Failure(f"{display_path}: cannot be read: {(error.strerror or '').lower()}") from None


def _is_override(name: str) -> bool:
    return bool(_OVERRIDE.fullmatch(name))


def _add_blocks(module: Module, added: Body) -> None:
    for attribute in added.attributes.values():
        problem = f"'{attribute.name}' is outside of any block: move it into 'locals' or a .tfvars file"
        raise attribute.value.source.failure(attribute.start, problem)
    for block in added.blocks:
        if block.type not in _LABELS:
            module.unlabelled.append(block)
            continue
        labels = _LABELS[block.type]
        if len(block.labels) != len(labels):
            problem = f"'{_format_header(block)}' has {len(block.labels)} labels"
            raise block.failure(f"{problem}, but needs its {' and its '.join(labels)}")
        before = module.blocks.setdefault((block.type, *block.labels), block)
        if before is not block:
            problem = f"'{_format_header(block)}' is declared twice, first in {before.location}"
            raise block.failure(f"{problem}: remove one of the two")
    _check_duplicates(module)


def _check_duplicates(module: Module) -> None:
    """Raise Failure for a provider configured twice or a local value set twice, in any of their blocks."""
    first_blocks: dict[tuple[Any, ...], Block] = {}
    for block in module.of_type("provider"):
        first = first_blocks.setdefault(_identity(block), block)
        if first is not block:
            problem = f"'{_format_header(block)}' is configured twice, first in {first.location}"
            raise block.failure(f"{problem}: remove one of the two, or give each its own alias")
    seen: dict[str, Attribute] = {}
    for block in module.of_type("locals"):
        for name, attribute in block.body.attributes.items():
            before = seen.setdefault(name, attribute)
            if before is not attribute:
                problem = f"'{name}' is set twice, first in {before.location}"
                raise block.source.failure(attribute.start, f"{problem}: remove one of the two")


def _format_header(block: Block) -> str:
    return " ".join([block.type, *(f'"{label}"' for label in block.labels)])


def _merge_overrides(module: Module, overriding: Body) -> None:
    """Merge the blocks of an override file into a module: https://developer.hashicorp.com/terraform/language/files/override."""
    for block in overriding.blocks:
        key = (block.type, *block.labels)
        if key in module.blocks:
            module.blocks[key] = _merge_block(module.blocks[key], block)
            continue
        if block.type in _LABELS and not module.unread_files:
            raise block.failure(f"'{_format_header(block)}' is in an override file, but no other file declares it")
        same = [index for index, each in enumerate(module.unlabelled) if _identity(each) == _identity(block)]
        for index in same:
            module.unlabelled[index] = _merge_block(module.unlabelled[index], block)
        if not same:
            module.unlabelled.append(block)


def _identity(block: Block) -> tuple[Any, ...]:
    """Return what tells a block from others of its type: its labels, and the alias of a provider as it is written."""
    alias = block.body.attributes.get("alias")
    return block.type, block.labels, alias.value.text if alias else ""


def _merge_block(base: Block, over: Block) -> Block:
    """Return a block with the arguments and nested blocks of an overriding one in place of its own."""
    replaced = {block.type for block in over.body.blocks} - {"lifecycle"}
    kept = [block for block in base.body.blocks if block.type not in replaced]
    lifecycles = [block for block in [*kept, *over.body.blocks] if block.type == "lifecycle"]
    blocks = [block for block in [*kept, *over.body.blocks] if block.type != "lifecycle"]
    if lifecycles:
        attributes = {name: each for block in lifecycles for name, each in block.body.attributes.items()}
        inner = Body(attributes, [inner for block in lifecycles for inner in block.body.blocks])
        blocks.append(Block("lifecycle", (), inner, lifecycles[0].source, lifecycles[0].start, lifecycles[0].stop))
    return replace(base, body=Body({**base.body.attributes, **over.body.attributes}, blocks))

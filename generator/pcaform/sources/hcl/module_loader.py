"""A directory of Terraform files -> what they hold together, as Terraform sees it: one module, overrides merged in."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.hcl.block_values import value_of
from pcaform.sources.hcl.blocks import Attribute, Block, Body, body
from pcaform.sources.hcl.source_text import source
from pcaform.sources.hcl.type_conversion import Types

_SUFFIX = ".tf"
_OVERRIDE = "override.tf"
_UNREAD = (".tf.json", ".tofu", ".tofu.json")
_NAMED = {
    "resource": ("type", "name"),
    "data": ("type", "name"),
    "module": ("name",),
    "variable": ("name",),
    "output": ("name",),
}
"""What may stand once under its labels, and which these are; a provider is told apart by its alias too."""


@dataclass(frozen=True)
class Module:
    """The blocks of one directory, by type and labels, in the order of its files."""

    path: str
    directory: Path
    blocks: dict[tuple[str, ...], Block] = field(default_factory=dict)
    others: list[Block] = field(default_factory=list)
    """Blocks without a name of their own: locals, provider, terraform, import, moved, removed."""
    unread: tuple[str, ...] = ()
    """Files that belong to the module and are not read."""
    _kinds: dict[str, Any] = field(default_factory=dict)

    def of_type(self, kind: str) -> Iterator[Block]:
        """Yield the blocks of one type."""
        yield from (block for (name, *_), block in self.blocks.items() if name == kind)
        yield from (block for block in self.others if block.type == kind)

    @cached_property
    def locals(self) -> dict[str, Attribute]:
        """All local values, by name."""
        return {name: each for block in self.of_type("locals") for name, each in block.body.attributes.items()}

    def kind(self, variable: str, written: Attribute | None) -> Any:
        """Return a variable's type as it is written, None where it has none."""
        if variable not in self._kinds:
            self._kinds[variable] = value_of(written, Types()) if written else None
        return self._kinds[variable]


def module(directory: Path, shown: str) -> Module:
    """Return what the Terraform files of a directory hold; `shown` is how messages begin its files' paths.

    Raises Failure for a directory without Terraform, for files that cannot be read or are no Terraform, and for
    whatever stands twice.
    """
    names = _names(directory, shown)
    files = [name for name in names if name.endswith(_SUFFIX)]
    unread = tuple(_join(shown, name) for name in names if name.endswith(_UNREAD))
    if not files and not unread:
        raise Failure(f"{shown or '.'}: no '*.tf' in this directory: name the directory of a stack or a configuration")
    found = Module(shown, directory, unread=unread)
    bodies = {name: body(source(_content(directory / name, _join(shown, name)), _join(shown, name))) for name in files}
    for name in files:
        if not _is_override(name):
            _add(found, bodies[name])
    for name in files:
        if _is_override(name):
            _override(found, bodies[name])
    return found


def of_texts(texts: dict[str, bytes]) -> Module:
    """Return what texts hold together, by the path that messages show; raises Failure as `module` does."""
    found = Module("", Path())
    for name, content in texts.items():
        _add(found, body(source(content, name)))
    return found


def _names(directory: Path, shown: str) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(directory) if not entry.name.startswith("."))
    except FileNotFoundError:
        raise Failure(f"{shown}: there is no such directory") from None
    except NotADirectoryError:
        raise Failure(f"{shown}: this is a file, name the directory that holds it") from None
    except OSError as error:
        raise Failure(f"{shown}: cannot be read: {(error.strerror or '').lower()}") from None


def _content(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{shown}: cannot be read: {(error.strerror or '').lower()}") from None


def _join(shown: str, name: str) -> str:
    return name if shown in ("", ".") else f"{shown}/{name}"


def _is_override(name: str) -> bool:
    return name == _OVERRIDE or name.endswith(f"_{_OVERRIDE}")


def _add(found: Module, added: Body) -> None:
    for attribute in added.attributes.values():
        raise attribute.value.source.failure(
            attribute.start,
            f"'{attribute.name}' stands outside of any block: values belong into 'locals', or a .tfvars",
        )
    for block in added.blocks:
        if block.type not in _NAMED:
            found.others.append(block)
            continue
        _refuse_unlabelled(block)
        before = found.blocks.setdefault((block.type, *block.labels), block)
        if before is not block:
            raise block.source.failure(
                block.start,
                f"'{_shown(block)}' is declared twice, first in {before.place}: only one of them can be meant",
            )
    _refuse_twice(found)


def _refuse_unlabelled(block: Block) -> None:
    labels = _NAMED[block.type]
    if len(block.labels) != len(labels):
        raise block.source.failure(
            block.start, f"'{_shown(block)}' has {len(block.labels)} labels, needed: its {' and its '.join(labels)}"
        )


def _refuse_twice(found: Module) -> None:
    """Refuse a provider that two blocks set up, and a local value that two give; their blocks may be many."""
    places: dict[tuple[tuple[str, ...], str], Block] = {}
    for block in found.of_type("provider"):
        alias = block.body.attributes.get("alias")
        first = places.setdefault((block.labels, alias.value.text if alias else ""), block)
        if first is not block:
            raise block.source.failure(
                block.start,
                f"'{_shown(block)}' is configured twice, first in {first.place}: only one of them can be meant, "
                "unless each has an alias of its own",
            )
    seen: dict[str, Attribute] = {}
    for block in found.of_type("locals"):
        for name, attribute in block.body.attributes.items():
            before = seen.setdefault(name, attribute)
            if before is not attribute:
                raise block.source.failure(
                    attribute.start, f"'{name}' is given twice, first in {before.place}: only one of them can be meant"
                )


def _shown(block: Block) -> str:
    return " ".join([block.type, *(f'"{label}"' for label in block.labels)])


def _override(found: Module, overriding: Body) -> None:
    """Merge the blocks of an override file: https://developer.hashicorp.com/terraform/language/files/override."""
    for block in overriding.blocks:
        key = (block.type, *block.labels)
        if key in found.blocks:
            found.blocks[key] = _merged(found.blocks[key], block)
            continue
        if block.type in _NAMED and not found.unread:
            raise block.source.failure(block.start, f"'{_shown(block)}' overrides what no other file declares")
        same = [index for index, each in enumerate(found.others) if _is_same(each, block)]
        for index in same:
            found.others[index] = _merged(found.others[index], block)
        if not same:
            found.others.append(block)


def _is_same(first: Block, second: Block) -> bool:
    if (first.type, first.labels) != (second.type, second.labels):
        return False
    aliases = [block.body.attributes.get("alias") for block in (first, second)]
    return len({alias.value.text if alias else "" for alias in aliases}) == 1


def _merged(base: Block, over: Block) -> Block:
    """Return a block with another's arguments in place of its own, and its nested blocks where the other has such."""
    replaced = {block.type for block in over.body.blocks} - {"lifecycle"}
    kept = [block for block in base.body.blocks if block.type not in replaced]
    lifecycles = [block for block in [*kept, *over.body.blocks] if block.type == "lifecycle"]
    blocks = [block for block in [*kept, *over.body.blocks] if block.type != "lifecycle"]
    if lifecycles:
        attributes = {name: each for block in lifecycles for name, each in block.body.attributes.items()}
        inner = Body(attributes, [inner for block in lifecycles for inner in block.body.blocks])
        blocks.append(Block("lifecycle", (), inner, lifecycles[0].source, lifecycles[0].start))
    return Block(
        base.type, base.labels, Body({**base.body.attributes, **over.body.attributes}, blocks), base.source, base.start
    )

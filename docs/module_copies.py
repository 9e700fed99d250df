"""Generates the copies of modules: unprotected ones, and those with the arguments of later releases of the provider.

A stack calls a copy under the name of the original, so that the addresses in its state are the same.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import hcl2
import module_pages

from pcaform.terraform import provider_releases
from pcaform.terraform.module_names import UNPROTECTED, copy_of, original

BESIDE = {"revocation_configuration.crl_configuration.custom_path": ("private-ca", "custom_cname")}
"""Argument of a later release -> the module that has it, and the argument there that is passed on in the same way."""
OVERRIDE = "unprotected_override.tf"
PROTECTED = "prevent_destroy"
LICENCE = "# SPDX-License-Identifier: Apache-2.0\n\n"
_VERSION = re.compile(r'(?<= version = ")[^"]+(?=")')


def protected(module: str) -> list[str]:
    """Return the override of each block of a module that Terraform refuses to destroy, of its calls too."""
    source = hcl2.loads((module_pages.MODULES / module / "main.tf").read_text(encoding="utf-8"))
    overrides = [
        f"resource {kind} {name} {{\n  lifecycle {{\n    {PROTECTED} = false\n  }}\n}}"
        for block in source.get("resource", [])
        for kind, named in block.items()
        for name, body in named.items()
        if any(lifecycle.get(PROTECTED) for lifecycle in body.get("lifecycle", []))
    ]
    calls = [(name, json.loads(body["source"])) for block in source.get("module", []) for name, body in block.items()]
    return overrides + [
        f'module {name} {{\n  source = "{called}{UNPROTECTED}"\n}}'
        for name, called in calls
        if protected(called.removeprefix("../"))
    ]


def copies() -> dict[Path, str]:
    """Return every file of the copies of all modules."""
    found: dict[Path, str] = {}
    for module in module_pages.names():
        texts = {path.name: path.read_text(encoding="utf-8") for path in (module_pages.MODULES / module).glob("*.tf")}
        later = [argument for argument in provider_releases.LATER if BESIDE[argument][0] == module]
        for release in ("", *dict.fromkeys(provider_releases.LATER[argument] for argument in later)):
            name, files = copy_of(module, release), dict(texts)
            if release:
                added = [each for each in later if _first(each) <= _numbers(release)]
                files = _with_arguments(texts, added)
                found |= _copy(name, files, _page(name, module, f"it has {_names(added)}, {_needs(release)}"))
            if overrides := protected(module):
                page = _page(copy_of(name, is_protected=False), name, "Terraform may destroy what is protected there")
                override = {OVERRIDE: _override(name, overrides)}
                found |= _copy(copy_of(name, is_protected=False), files | override, page)
    return found


def _copy(name: str, files: dict[str, str], page: str) -> dict[Path, str]:
    return {module_pages.MODULES / name / file: text for file, text in {**files, "README.md": page}.items()}


def _with_arguments(texts: dict[str, str], arguments: list[str]) -> dict[str, str]:
    """Return the files of a module with more arguments, and with the release of the provider that takes them.

    Each argument is in the line after its like, everywhere where that is passed on.
    """
    found = dict(texts)
    for argument in arguments:
        like, name = BESIDE[argument][1], argument.rpartition(".")[2]
        line = re.compile(rf"^( *){like}( *=.*\n)", re.MULTILINE)

        def both(old: re.Match[str], like: str = like, name: str = name) -> str:
            return f"{old[0]}{old[1]}{name.ljust(len(like))}{old[2].replace(like, name)}"

        found = {file: line.sub(both, text) for file, text in found.items()}
    first = provider_releases.constraint(arguments, ()).rpartition(",")[0]
    return found | {"versions.tf": _VERSION.sub(first, found["versions.tf"])}


def _numbers(release: str) -> tuple[int, ...]:
    return provider_releases.parse(release) or ()


def _first(argument: str) -> tuple[int, ...]:
    return _numbers(provider_releases.LATER[argument])


def _names(arguments: Iterable[str]) -> str:
    return ", ".join(f"`{argument}`" for argument in arguments)


def _needs(release: str) -> str:
    return f"which needs provider aws {release} or later"


def _override(module: str, overrides: list[str]) -> str:
    head = f"# The only difference from {module}: Terraform may destroy what is protected there."
    return LICENCE + "\n\n".join([head, *overrides]) + "\n"


def _page(name: str, other: str, difference: str) -> str:
    return (
        f"# {name}\n\nThe module [{other}](../{other}/README.md) with one difference: {difference}.\n"
        "Written by `make docs`; change the original.\n"
    )


def stray_copies() -> list[Path]:
    """Return files in the copies that are no longer generated."""
    generated = copies()
    files = sorted(path for path in module_pages.MODULES.glob("*/*") if path.is_file())
    return [path for path in files if original(path.parent.name) != path.parent.name and path not in generated]

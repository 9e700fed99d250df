"""Finds the files in a stack that pcaform did not write: Terraform reads what is there, and may run code for it.

Only what is known to be harmless is left out: text for people, what git and editors leave, and what Terraform writes
itself. All else is named, also what no Terraform reads today: other tools do.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from pathlib import Path

from pcaform.core.files import packaged_directory
from pcaform.render import manifest
from pcaform.render.plan.cas import pem_files
from pcaform.render.plan.stack import STACK_FILES
from pcaform.render.templates import MODULES
from pcaform.render.write import tripwire
from pcaform.spec.stack import Spec

STAGING, DATA = ".pcaform-staging", ".terraform"
"""The directories in which new content is staged, and in which Terraform has its own data."""
UNREAD = (STAGING, DATA, "terraform.tfstate.d", ".git")
"""The directories that are there, whatever is in them."""
_HARMLESS = re.compile(
    r".+\.(md|txt)|LICENSE|NOTICE|\.git(ignore|attributes|keep)|\.DS_Store|.+~|\..+\.sw[a-p]"
    r"|\.terraform\.lock\.hcl|.+\.tfstate(\.[0-9]+)?(\.backup|\.lock\.info)?|crash(\.[0-9]+)?\.log|(.+\.)?tfplan(\.json)?"
)
"""https://developer.hashicorp.com/terraform/language/files, and what plans and applies leave."""


class Kind(Enum):
    """What is at a path; a link is not followed."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "other"


Tree = Mapping[str, Kind]
"""All that is in a stack's directory, by its path there; what Terraform and git keep for themselves is not listed."""


def list_tree(directory: Path) -> Tree:
    """Return what a stack's directory has, nothing if there is none; raises OSError for what cannot be read."""
    return dict(_walk(str(directory), "")) if directory.is_dir() else {}


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, Kind]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                yield path, Kind.LINK
            elif entry.is_dir():
                yield path, Kind.DIRECTORY
                if entry.name not in UNREAD:
                    yield from _walk(entry.path, f"{path}/")
            else:
                yield path, Kind.FILE if entry.is_file() else Kind.OTHER


def list_extra(tree: Tree, known: Collection[str], accepted: Collection[str] | None) -> list[str]:
    """Return the paths that are not known, accepted or harmless, sorted; each link is one.

    Beside modules that stacks share there may be others (`accepted` is None).
    """
    found = {
        path
        for path, kind in tree.items()
        if kind is Kind.LINK
        or (kind is not Kind.DIRECTORY and path not in (accepted or ()) and not is_harmless(path.rpartition("/")[2]))
    }
    tops = {path.partition("/")[0] for path in known if "/" in path}
    return sorted(path for path in found - {*known} if accepted is not None or path.partition("/")[0] in tops)


def is_harmless(path: str) -> bool:
    """Tell whether a plain file of this name does nothing; Terraform's data is not, where git carries it."""
    *folders, name = path.split("/")
    return DATA not in folders and _HARMLESS.fullmatch(name) is not None


def is_of_stack(path: str, spec: Spec) -> bool:
    """Tell whether a path is one that pcaform writes in the stack of a spec, whatever is in the file."""
    own = (*STACK_FILES, manifest.NAME, tripwire.NAME, *pem_files(spec))
    is_module = path.startswith(f"{MODULES}/") and path.endswith(".tf")
    return path in own or (is_module and (packaged_directory(MODULES).parent / path).is_file())

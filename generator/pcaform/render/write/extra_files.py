"""Finds the files in a stack that pcaform did not write: Terraform reads what is there, and may run code for it.

Only what is known to be harmless is left out: text for people, what git and editors leave, and what Terraform writes
itself. All else is named, also what no Terraform reads today: other tools do.
"""

import os
import re
from collections.abc import Collection
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
_UNREAD = (STAGING, DATA, "terraform.tfstate.d", ".git")
_HARMLESS = re.compile(
    r".+\.(md|txt)|LICENSE|NOTICE|\.git(ignore|attributes|keep)|\.DS_Store|.+~|\..+\.sw[a-p]"
    r"|\.terraform\.lock\.hcl|.+\.tfstate(\.[0-9]+)?(\.backup|\.lock\.info)?|crash(\.[0-9]+)?\.log|(.+\.)?tfplan(\.json)?"
)
"""https://developer.hashicorp.com/terraform/language/files, and what plans and applies leave."""


def _fail(error: OSError) -> None:
    raise error


def list_extra(directory: Path, known: Collection[str], accepted: Collection[str] | None) -> list[str]:
    """Return the paths that are not known, accepted or harmless, sorted; each link is one, and not followed.

    Beside modules that stacks share there may be others (`accepted` is None). Raises OSError for what cannot be read.
    """
    found = []
    for folder, folders, names in os.walk(directory, onerror=_fail) if directory.is_dir() else ():
        here = Path(folder).relative_to(directory)
        links = [name for name in (*folders, *names) if (directory / here / name).is_symlink()]
        folders[:] = [name for name in folders if name not in (*_UNREAD, *links)]
        plain = [name for name in names if not is_harmless(name) and (here / name).as_posix() not in (accepted or ())]
        found += [(here / name).as_posix() for name in (*links, *plain)]
    tops = {path.partition("/")[0] for path in known if "/" in path}
    return sorted(path for path in {*found} - {*known} if accepted is not None or path.partition("/")[0] in tops)


def is_harmless(path: str) -> bool:
    """Tell whether a plain file of this name does nothing; Terraform's data is not, where git carries it."""
    *folders, name = path.split("/")
    return DATA not in folders and _HARMLESS.fullmatch(name) is not None


def is_of_stack(path: str, spec: Spec) -> bool:
    """Tell whether a path is one that pcaform writes in the stack of a spec, whatever is in the file."""
    own = (*STACK_FILES, manifest.NAME, tripwire.NAME, *pem_files(spec))
    is_module = path.startswith(f"{MODULES}/") and path.endswith(".tf")
    return path in own or (is_module and (packaged_directory(MODULES).parent / path).is_file())

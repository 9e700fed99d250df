"""What makes the pages, which are written for GitHub, right as a site: links to files that the site does not have."""

import posixpath
import re
from typing import Any

_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)#\s]+)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Let links that leave docs/, or lead to a directory of it, lead to the repository."""
    known = {file.src_uri for file in files}
    here = posixpath.dirname(page.file.src_uri)

    def resolve(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", here, found[1]))
        is_here = target.removeprefix("docs/") in known
        return found[1] if is_here else f"{config.extra['repository']}/blob/main/{target}"

    return _LINK.sub(resolve, markdown)

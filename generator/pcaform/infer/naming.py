"""Keys for what is found: the module's name where it is one of ours, else made from the thing's own name."""

import re
from collections.abc import Container

_NOT_ALLOWED = re.compile(r"[^a-z0-9_-]+")
_LONGEST = 56


def key_for(name: str, taken: Container[str]) -> str:
    """Return a key made from a name, unlike those that are taken."""
    slug = _NOT_ALLOWED.sub("-", name.lower()).strip("-_")[:_LONGEST]
    base = slug if slug[:1].isalpha() else f"x-{slug}".rstrip("-")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key

"""Values with many equivalent spellings, such as grants: compared by their meaning, printed as they are written."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

_MEANS = "means"
_SPELLED = "spelled"


def with_digest(spelling: Any, statements: Iterable[str]) -> dict[str, Any]:
    """Return a value for comparing: its spelling, and a digest of its meaning."""
    digest = hashlib.sha256("\n".join(sorted(statements)).encode()).hexdigest()
    return {_SPELLED: spelling, _MEANS: digest}


def comparison_key(value: Any) -> Any:
    """Return the part of a value that is compared."""
    return value[_MEANS] if _has_digest(value) else value


def restore_spelling(value: Any) -> Any:
    """Return a value in the user's spelling, including nested values."""
    if _has_digest(value):
        return value[_SPELLED]
    return {key: restore_spelling(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def _has_digest(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {_MEANS, _SPELLED}

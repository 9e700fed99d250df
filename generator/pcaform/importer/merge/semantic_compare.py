"""Values that can be spelled in many ways, such as grants: compared by what they mean, shown as they are written."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

_MEANS = "means"
_SPELLED = "spelled"


def is_same_meaning(spelled: Any, means: Iterable[str]) -> dict[str, Any]:
    """Return a value for comparing: its spelling, and a digest of all that it says."""
    digest = hashlib.sha256("\n".join(sorted(means)).encode()).hexdigest()
    return {_SPELLED: spelled, _MEANS: digest}


def comparable(value: Any) -> Any:
    """Return what of a value is held against another one's."""
    return value[_MEANS] if _is_meant(value) else value


def restore_spelling(value: Any) -> Any:
    """Return a value as a person would write it, with all that is in it."""
    if _is_meant(value):
        return value[_SPELLED]
    return {key: restore_spelling(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def _is_meant(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {_MEANS, _SPELLED}

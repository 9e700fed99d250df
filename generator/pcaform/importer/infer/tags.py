"""Separates found tags into the provider's default tags and each resource's own tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from pcaform.sources.inventory import Resource

_AWS = "aws:"


def default_tags(resources: Iterable[Resource]) -> dict[str, str]:
    """Return the provider's default tags: those of every resource that some resources do not set themselves."""
    tagged = [(_own(each), _to_strings(each.attributes.get("tags_all"))) for each in resources]
    tagged = [(own, every) for own, every in tagged if every or own]
    added = {key: value for own, every in tagged for key, value in every.items() if key not in own}
    return {
        key: value
        for key, value in added.items()
        if all(key in own or every.get(key) == value for own, every in tagged)
    }


def tags_of(resource: Resource | None, defaults: Mapping[str, str]) -> dict[str, str]:
    """Return a resource's own tags, and those from other default tags.

    AWS itself has only `tags_all`.
    """
    if resource is None:
        return {}
    own, every = _own(resource), _to_strings(resource.attributes.get("tags_all"))
    return {**{key: value for key, value in every.items() if key not in own and defaults.get(key) != value}, **own}


def _own(resource: Resource) -> dict[str, str]:
    return _to_strings(resource.attributes.get("tags"))


def _to_strings(value: Any) -> dict[str, str]:
    tags = value if isinstance(value, Mapping) else {}
    return {str(key): str(each) for key, each in tags.items() if not str(key).lower().startswith(_AWS)}

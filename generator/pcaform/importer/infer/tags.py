"""Tags as they were found -> those that the provider adds everywhere, and those of each thing."""

from collections.abc import Iterable, Mapping
from typing import Any

from pcaform.sources.inventory import Resource

_AWS = "aws:"


def default_tags(resources: Iterable[Resource]) -> dict[str, str]:
    """Return the tags that every resource has although some do not name them: those of the provider."""
    tagged = [(_own(each), _text(each.attributes.get("tags_all"))) for each in resources]
    tagged = [(own, every) for own, every in tagged if every or own]
    added = {key: value for own, every in tagged for key, value in every.items() if key not in own}
    return {
        key: value
        for key, value in added.items()
        if all(key in own or every.get(key) == value for own, every in tagged)
    }


def tags_of(resource: Resource | None, defaults: Mapping[str, str]) -> dict[str, str]:
    """Return a resource's own tags, and those that a provider with other defaults gave it.

    AWS itself knows `tags_all` only.
    """
    if resource is None:
        return {}
    own, every = _own(resource), _text(resource.attributes.get("tags_all"))
    return {**{key: value for key, value in every.items() if key not in own and defaults.get(key) != value}, **own}


def _own(resource: Resource) -> dict[str, str]:
    return _text(resource.attributes.get("tags"))


def _text(value: Any) -> dict[str, str]:
    found = value if isinstance(value, Mapping) else {}
    return {str(key): str(each) for key, each in found.items() if not str(key).lower().startswith(_AWS)}

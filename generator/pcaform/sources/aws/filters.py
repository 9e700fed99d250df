"""Which CAs are wanted: the filters of the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Filters:
    """By ARN, by tags that must all be there, by status; an empty filter lets everything through."""

    arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    statuses: tuple[str, ...] = ()

    def is_wanted(self, authority: Mapping[str, Any]) -> bool:
        """Tell whether a CA passes by ARN and status, which the list of CAs already tells."""
        return (not self.arns or authority["Arn"] in self.arns) and (
            not self.statuses or authority["Status"] in self.statuses
        )

    def has_wanted_tags(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a CA has all tags that are asked for."""
        return all(tags.get(key) == value for key, value in self.tags)

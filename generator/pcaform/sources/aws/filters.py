"""The filters of the command line that select CAs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Filters:
    """Any of the ARNs, all of the tags, any of the statuses; an empty filter selects all CAs."""

    arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    statuses: tuple[str, ...] = ()

    def is_selected(self, ca: Mapping[str, Any]) -> bool:
        """Tell whether a CA has a selected ARN and status, which the list of CAs contains."""
        return (not self.arns or ca["Arn"] in self.arns) and (not self.statuses or ca["Status"] in self.statuses)

    def has_selected_tags(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a CA has all selected tags."""
        return all(tags.get(key) == value for key, value in self.tags)


NO_FILTERS = Filters()

"""Keeps the analyses of the change that is being checked, so that rules that share one make it once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

from pcaform.checks.guard.plan_json import Change

Result = TypeVar("Result")


class AnalysisCache:
    """The analyses of the latest change; all rules of a change run before the next change."""

    def __init__(self) -> None:
        self._change: Change | None = None
        self._results: dict[Any, Any] = {}

    def get(self, change: Change, analyze: Any, make: Callable[[], Result]) -> Result:
        """Return what an analysis says about a change, made if it is the first time."""
        if change is not self._change:
            self._change, self._results = change, {}
        if analyze not in self._results:
            self._results[analyze] = make()
        result: Result = self._results[analyze]
        return result


class HasAnalyses(Protocol):
    """A context that keeps the analyses of its changes."""

    @property
    def analyses(self) -> AnalysisCache:
        """The analyses of one change that its rules share."""


Context = TypeVar("Context", bound=HasAnalyses)


def once_per_change(analyze: Callable[[Change, Context], Result]) -> Callable[[Change, Context], Result]:
    """Make an analysis of a change one that its rules share."""

    @wraps(analyze)
    def shared(change: Change, context: Context) -> Result:
        return context.analyses.get(change, analyze, lambda: analyze(change, context))

    return shared

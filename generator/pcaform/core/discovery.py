"""Collects the objects of one kind in the modules of a package, so that what is there is registered."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def collect(package: ModuleType, kind: type[T]) -> Iterator[T]:
    """Import the modules of a package, by name, and yield the objects of `kind` in each, as they are defined."""
    for module in sorted(iter_modules(package.__path__, f"{package.__name__}."), key=lambda module: module.name):
        yield from (value for value in vars(import_module(module.name)).values() if isinstance(value, kind))

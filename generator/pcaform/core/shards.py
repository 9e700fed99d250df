"""Shards of a long list, for the jobs of a pipeline: `2/5` is the second of five, and all five are the whole list."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from pcaform.core.problems import Failure

T = TypeVar("T")
_SHARD = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of `count` shards, from 1; a report carries it, so that a shard that is missing is noticed."""

    index: int
    count: int

    def __str__(self) -> str:
        """Return the form of the command line."""
        return f"{self.index}/{self.count}"


def parse_shard(text: str | None) -> Shard | None:
    """Return the shard that `--shard K/N` names; raises Failure for bad usage."""
    if text is None:
        return None
    match = _SHARD.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise Failure(f"--shard '{text}': expected K/N, the K-th of N shards, such as 2/5 (N at most 9999)")
    return Shard(int(match[1]), int(match[2]))


def select(items: Iterable[T], key: Callable[[T], str], shard: Shard | None) -> list[T]:
    """Return the items of a shard: an item's key alone says in which it is, whatever else is in the list."""

    def is_in(item: T) -> bool:
        digest = sha256(key(item).encode(errors="surrogateescape")).digest()
        return shard is None or int.from_bytes(digest[:8]) % shard.count == shard.index - 1

    return list(filter(is_in, items))

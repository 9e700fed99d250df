"""Releases of provider aws: the first that takes what a stack uses, and those that are known to break what it contains.

A stack uses arguments, by their paths, and values; it contains modules, by their names. The table of arguments has the
first release of an argument. Source of that of a value: the provider takes what its copy of AWS's SDK lists, ML-DSA
since November 2025, RSASSA-PSS since August 2026; 6.69.1 is the first later release that was read. Each defect names
its issue in
https://github.com/hashicorp/terraform-provider-aws/issues.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from pcaform.core import facts
from pcaform.terraform.arguments import ARGUMENTS, FLOOR, NOT_YET

CAP = "7.0.0"
LOCK_FILE = ".terraform.lock.hcl"
VALUES = {**dict.fromkeys(get_args(facts.MlDsa), "6.22.0"), **dict.fromkeys(get_args(facts.WithRsaPss), "6.69.1")}
"""The first release that takes a value, for those that 5.100 refuses."""
LATER = {row.name: row.since for row in ARGUMENTS if row.since not in (FLOOR, NOT_YET)}
"""The first release that has an argument, for those that 5.100 has not."""
FIRST: Mapping[str, str] = {**VALUES, **LATER}
"""A stack that uses one of these asks for that release."""
_LOCKED = re.compile(r'provider "[^"]*/hashicorp/aws" \{\s*version\s*=\s*"(?P<version>[^"]+)"')
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong from one release up to another, which mends it, for stacks with a module, or all."""

    first: str
    mended: str
    effect: str
    issue: int
    module: str = ""
    is_excluded: bool = False
    """Whether stacks refuse it: a single release, that works for nobody."""


DEFECTS = (
    Defect("6.0.0", "6.1.0", "it loses the identity of resources", 43221, is_excluded=True),
    Defect("6.14.0", "6.14.1", "every update fails: 'Missing Resource Identity After Update'", 44366, is_excluded=True),
    Defect(
        "6.0.0",
        "6.21.0",
        "the first apply after 5.100, if planned with '-refresh=false', fails to update each CA",
        45050,
        "private-ca",
    ),
    Defect(
        "6.22.0",
        "6.40.0",
        "it plans a change of every bucket's encryption, each time",
        47320,
        "crl-bucket",
    ),
)


@lru_cache(256)
def parse(release: str) -> tuple[int, ...] | None:
    """Return the numbers of a release such as `6.30.0` or `6.30`, None for anything else."""
    match = _RELEASE.fullmatch(release)
    return tuple(int(number or 0) for number in match.groups()) if match else None


def locked(text: str) -> str | None:
    """Return the release of provider aws in the text of a lock file, None if it locks none."""
    match = _LOCKED.search(text)
    return match and match["version"]


def needed(uses: Iterable[str]) -> str:
    """Return the release from which on all arguments among these exist, empty where each release has them."""
    return max((LATER[each] for each in uses if each in LATER), key=_numbers, default="")


def floor(uses: Iterable[str], modules: Collection[str]) -> str:
    """Return the first release that takes all of these, and mends what is wrong with it for one of these modules."""
    first = max((FLOOR, *(FIRST[each] for each in uses if each in FIRST)), key=_numbers)
    mended = [each.mended for each in _defects(first, modules)]
    return max((first, *mended), key=_numbers)


def constraint(uses: Iterable[str], modules: Collection[str]) -> str:
    """Return the releases that a stack with these accepts, as Terraform writes them."""
    first = floor(uses, modules)
    refused = [each.first for each in DEFECTS if each.is_excluded and _numbers(each.first) >= _numbers(first)]
    return ", ".join([f">= {first}", *(f"!= {each}" for each in refused), f"< {CAP}"])


def problems(release: str, uses: Collection[str], modules: Collection[str]) -> Iterator[str]:
    """Yield what does not work with a release, for a stack that uses this and contains these modules."""
    numbers = _numbers(release)
    if not _numbers(FLOOR) <= numbers < _numbers(CAP):
        yield f"stacks take releases from {FLOOR} on, and before {CAP}"
    for use in dict.fromkeys(uses):
        if use in FIRST and numbers < _numbers(FIRST[use]):
            name = use.rpartition(".")[2]
            yield f"it does not take '{name}': {FIRST[use]} is the first release known to"
    for each in _defects(release, modules):
        yield f"{each.effect} (issue {each.issue}); {each.mended} mends it"


def _defects(release: str, modules: Collection[str]) -> Iterator[Defect]:
    """Yield what is wrong with a release for a stack that contains these modules."""
    for each in DEFECTS:
        if _numbers(each.first) <= _numbers(release) < _numbers(each.mended) and each.module in ("", *modules):
            yield each


def _numbers(release: str) -> tuple[int, ...]:
    return parse(release) or ()

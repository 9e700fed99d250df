"""Releases of provider aws: the first that takes a value, and those that are known to break what a stack contains.

Source of a first release: the provider takes what its copy of AWS's SDK lists, ML-DSA since November 2025, RSASSA-PSS
since August 2026; 6.69.1 is the first later release that was read. Each defect names its issue in
https://github.com/hashicorp/terraform-provider-aws/issues.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from pcaform.core import facts
from pcaform.terraform import resource_types as types

FLOOR, CAP = "5.100.0", "7.0.0"
VALUES = {**dict.fromkeys(get_args(facts.MlDsa), "6.22.0"), **dict.fromkeys(get_args(facts.WithRsaPss), "6.69.1")}
"""The first release that takes a value, for those that 5.100 refuses. A stack that has one asks for that release."""
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong from one release up to another, which mends it, for stacks with a type of resource, or all."""

    first: str
    mended: str
    effect: str
    issue: int
    kind: str = ""
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
        types.AUTHORITY,
    ),
    Defect(
        "6.22.0",
        "6.40.0",
        "it plans a change of every bucket's encryption, each time",
        47320,
        types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
    ),
)


def parse(release: str) -> tuple[int, ...] | None:
    """Return the numbers of a release such as `6.30.0` or `6.30`, None for anything else."""
    match = _RELEASE.fullmatch(release)
    return tuple(int(number or 0) for number in match.groups()) if match else None


def floor(values: Iterable[str]) -> str:
    """Return the first release that takes all of these values."""
    return max((FLOOR, *(VALUES[each] for each in values if each in VALUES)), key=_numbers)


def constraint(values: Iterable[str]) -> str:
    """Return the releases that a stack with these values accepts, as Terraform writes them."""
    first = floor(values)
    refused = [each.first for each in DEFECTS if each.is_excluded and _numbers(each.first) >= _numbers(first)]
    return ", ".join([f">= {first}", *(f"!= {each}" for each in refused), f"< {CAP}"])


def problems(release: str, values: Collection[str], kinds: Collection[str]) -> Iterator[str]:
    """Yield what does not work with a release, for a stack with these values and types of resources."""
    numbers = _numbers(release)
    if not _numbers(FLOOR) <= numbers < _numbers(CAP):
        yield f"stacks take releases from {FLOOR} on, and before {CAP}"
    for value in dict.fromkeys(values):
        if value in VALUES and numbers < _numbers(VALUES[value]):
            yield f"it does not take '{value}': {VALUES[value]} is the first release known to"
    for each in DEFECTS:
        if _numbers(each.first) <= numbers < _numbers(each.mended) and (not each.kind or each.kind in kinds):
            yield f"{each.effect} (issue {each.issue}); {each.mended} mends it"


def _numbers(release: str) -> tuple[int, ...]:
    return parse(release) or ()

"""Generates the tables of the page on releases of the provider."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from pcaform.core import facts
from pcaform.terraform import provider_releases
from pcaform.terraform.provider_releases import CAP, DEFECTS, FIRST, FLOOR, LATER, VALUES
from pcaform.terraform.schema import by_path

(_READ,) = (Path(__file__).parent.parent / "tests" / "terraform").glob("provider-*.json")
NEWEST = _READ.stem.removeprefix("provider-")
"""The release whose arguments were read from its published bindings."""
_MODULES = {"": "every stack", "private-ca": "a CA", "crl-bucket": "a bucket for CRLs"}


def use_table(_: str) -> str:
    """Return from which release a stack may use what, oldest first, and whether that was run or read."""
    head = ["| from | what a stack uses | in the spec | run or read |", "| --- | --- | --- | --- |"]
    first = f"| {FLOOR} | everything else | | run with {FLOOR}; read: the arguments of {NEWEST} |"
    return "\n".join([*head, first, *_use_rows()])


def _use_rows() -> Iterator[str]:
    def key(use: str) -> tuple[tuple[int, ...], str]:
        return provider_releases.parse(FIRST[use]) or (), _field(use)

    for (_, field), uses in groupby(sorted(FIRST, key=key), key=key):
        names = list(uses)
        shown = ", ".join(f"`{use.rpartition('.')[2]}`" for use in names)
        kind = "read: its argument and its type" if names[0] in LATER else "read: AWS's SDK, whose values it takes"
        yield f"| {FIRST[names[0]]} | {shown} | `{field}` | {kind} |"


def _field(use: str) -> str:
    """Return the field of a spec that becomes an argument, or that has a value."""
    if use in VALUES:
        return "key_algorithm" if use in facts.DEFAULT_SIGNING_ALGORITHM else "signing_algorithm"
    return next(path for path, row in by_path().items() if row.name == use).removeprefix("certificate_authorities.*.")


def defect_table(_: str) -> str:
    """Return what is wrong with which releases, for whom, and what pcaform does about it."""
    head = ["| releases | what is wrong | a stack with | pcaform |", "| --- | --- | --- | --- |"]
    rows = [
        f"| {each.first} up to {each.mended}, which mends it | {each.effect} "
        f"([{each.issue}](https://github.com/hashicorp/terraform-provider-aws/issues/{each.issue})) | "
        f"{_MODULES[each.module]} | {'excludes it in `versions.tf`' if each.is_excluded else 'tells it'} |"
        for each in DEFECTS
    ]
    return "\n".join([*head, *rows, f"| from {CAP} on | not known | every stack | excludes it in `versions.tf` |"])


def never_table(_: str) -> str:
    """Return the keys of the API that no release takes."""
    rows = [f"| `{name}` | {reason} |" for name, reason in facts.INEXPRESSIBLE_KEYS.items()]
    return "\n".join(["| key | why a spec with it is refused |", "| --- | --- |", *rows])

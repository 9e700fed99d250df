"""What several parts of a drawn spec have: words, keys, tags, ARNs."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from pcaform.core import facts
from yaml_strategies import texts


@cache
def words(alphabet: str, sizes: tuple[int, int], pattern: str = "{}") -> st.SearchStrategy[str]:
    """Draw words over an alphabet; ten times as fast as `from_regex`."""
    return st.text(st.sampled_from(alphabet), min_size=sizes[0], max_size=sizes[1]).map(pattern.format)


LOWER = "abxyz019"
NAMES = "abXY09+=,.@_-"
KEYS = words(f"{LOWER}_-", (0, 8), "k{}") | st.sampled_from(["root", "for", "null", "true", "x", "certificate"])
ACCOUNTS = words("0123456789", (12, 12))
HOSTS = words(f"{LOWER}-", (1, 8), "a{}b.example")
TRUE = st.sampled_from([True])
FIELDS = ["tags", "subject", "permissions", "revocation_configuration", "generation", "parent", "validity", "arn"]
"""Names of fields, which a tag may have as well."""


@cache
def tags() -> st.SearchStrategy[dict[str, str]]:
    """Draw tags, some of them named like fields."""
    letters = st.characters(categories=["L", "N", "Zs"], include_characters="_.:/=+-@")
    keys = st.text(letters, min_size=1, max_size=128).filter(lambda key: not key.lower().startswith("aws:"))
    return st.dictionaries(keys | st.sampled_from(FIELDS), st.text(letters, max_size=256), max_size=3)


def some_of(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw any choice of these fields, none and all of them too."""
    return st.fixed_dictionaries({}, optional=fields)


def ca_arn(region: str, account_id: str, number: int) -> str:
    """Return the ARN of a CA that is made elsewhere."""
    identifier = f"{number:08d}-1111-2222-3333-444444444444"
    return f"arn:{facts.partition(region)}:acm-pca:{region}:{account_id}:certificate-authority/{identifier}"


@cache
def ignores() -> st.SearchStrategy[list[dict[str, str]]]:
    """Draw what an `ignore` holds: nothing, or a rule with a reason of any text."""
    ignore = st.fixed_dictionaries({"rule": st.just("partial-permission"), "reason": texts(min_size=3)})
    return st.lists(ignore, max_size=1)

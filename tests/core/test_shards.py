"""`--shard K/N`: all shards of a list are the list, and an item stays in its shard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaform.core.problems import Failure
from pcaform.core.shards import Shard, parse_shard, select


@given(st.lists(st.text(), unique=True), st.integers(1, 9))
def test_all_shards_are_the_list_and_each_item_stays_in_its_own(items: list[str], count: int) -> None:
    shards = [select(items, str, Shard(index, count)) for index in range(1, count + 1)]
    assert sorted(each for shard in shards for each in shard) == sorted(items)
    assert select(items[1:], str, Shard(1, count)) == [each for each in shards[0] if each != items[0]]
    assert select(items, str, None) == items


def test_a_shard_is_a_fixed_part_of_many() -> None:
    """The shard of a name is that of every release: jobs of one run may have different ones."""
    names = [f"specs/s{number}.yaml" for number in range(1000)]
    assert select(names[:9], str, Shard(1, 4)) == ["specs/s0.yaml", "specs/s2.yaml", "specs/s5.yaml"]
    assert all(200 < len(select(names, str, Shard(index, 4))) < 300 for index in (1, 2, 3, 4))


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "1/0", "-1/2", "1/2/3", " 1/2", "1/2\n", "²/3", "1/99999"])
def test_what_is_no_shard_is_an_error(text: str) -> None:
    with pytest.raises(Failure, match="expected K/N"):
        parse_shard(text)


def test_a_shard_is_read_as_it_is_written() -> None:
    assert (parse_shard(None), parse_shard("2/5"), str(Shard(2, 5))) == (None, Shard(2, 5), "2/5")

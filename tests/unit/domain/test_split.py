import pytest

from goldspan.domain.split import sample, split_by_passage
from goldspan.errors import InvalidInput

ROWS = [f"p{passage}-q{question}" for passage in range(10) for question in range(5)]


def passage_of(row: str) -> str:
    return row.partition("-")[0]


def test_no_passage_stands_in_both_parts() -> None:
    train, held_out = split_by_passage(ROWS, passage_of, 0.8)
    assert not {passage_of(row) for row in train} & {passage_of(row) for row in held_out}
    assert len(train) == 40
    assert sorted(train + held_out) == sorted(ROWS)


def test_the_seed_decides_the_draw() -> None:
    assert split_by_passage(ROWS, passage_of, 0.5, 1) == split_by_passage(ROWS, passage_of, 0.5, 1)
    assert split_by_passage(ROWS, passage_of, 0.5, 1) != split_by_passage(ROWS, passage_of, 0.5, 2)


def test_both_parts_get_a_passage_however_large_the_share() -> None:
    train, held_out = split_by_passage(["a-1", "a-2", "b-1"], passage_of, 0.99)
    assert train
    assert held_out


def test_one_passage_cannot_be_split() -> None:
    with pytest.raises(InvalidInput, match="at least two passages, found 1 in 2 rows"):
        split_by_passage(["a-1", "a-2"], passage_of, 0.5)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2, 1.5])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        split_by_passage(ROWS, passage_of, share)


def test_a_sample_keeps_the_order_and_draws_from_everywhere() -> None:
    drawn = sample(range(1000), 10)
    assert drawn == sorted(set(drawn))
    assert drawn[-1] > 500
    assert sample(range(1000), 10, seed=1) != drawn


def test_a_sample_of_more_than_there_is_takes_all() -> None:
    assert sample("abc", 5) == ["a", "b", "c"]
    assert sample("abc", None) == ["a", "b", "c"]


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one item, found count 0"):
        sample("abc", 0)

"""The order of rows in batches of like length."""

from hypothesis import given
from hypothesis import strategies as st

from goldspan.training.sampler import LengthGroupedSampler


@given(
    lengths=st.lists(st.integers(1, 400), max_size=300),
    batch_size=st.integers(1, 16),
    seed=st.integers(0, 5),
)
def test_every_row_comes_once(lengths: list[int], batch_size: int, seed: int) -> None:
    assert sorted(LengthGroupedSampler(lengths, batch_size, seed)) == list(range(len(lengths)))


def test_rows_of_a_batch_are_of_like_length() -> None:
    lengths = list(range(1, 33)) * 8
    order = list(LengthGroupedSampler(lengths, 8, seed=0))
    batches = [[lengths[row] for row in order[at : at + 8]] for at in range(0, 256, 8)]
    # Eight rows of each length: every batch is of one length, and so needs no padding.
    assert all(len(set(batch)) == 1 for batch in batches)


def test_the_order_hangs_on_seed_and_epoch_alone() -> None:
    lengths = [5, 9, 1, 7] * 10
    one, other = LengthGroupedSampler(lengths, 4, seed=3), LengthGroupedSampler(lengths, 4, seed=3)
    first = list(one)
    one.set_epoch(1)
    other.set_epoch(1)
    assert list(one) == list(other) != first

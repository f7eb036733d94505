from hypothesis import given
from hypothesis import strategies as st

from goldspan.training.passage_batches import PassageBatches, Sizes, count_rows, count_tokens

passage_names = st.lists(st.integers(0, 8), max_size=60)


def batches(passages: list[int], sizes: Sizes, seed: int = 0, epoch: int = 0) -> list[list[int]]:
    return list(PassageBatches(passages, sizes, seed, lambda: epoch))


def test_a_passage_that_fits_is_not_cut() -> None:
    passages = [0, 1, 2, 0, 1, 2, 0, 2]  # three, two and three rows
    found = batches(passages, count_rows(passages, 5))
    assert sorted(map(len, found)) == [3, 5]
    for batch in found:
        inside = {passages[row] for row in batch}
        assert len(batch) == sum(passage in inside for passage in passages)


def test_where_rows_are_counted_a_passage_is_cut_to_fill_a_batch() -> None:
    passages = [0] * 5 + [1] * 5
    assert sorted(map(len, batches(passages, count_rows(passages, 4)))) == [2, 4, 4]


def test_where_tokens_are_counted_a_shared_beginning_counts_once() -> None:
    prompts = [[7, 7, 7, 1], [7, 7, 7, 2], [8, 8, 8]]
    sizes = count_tokens([0, 0, 1], prompts, [2, 3, 1], room=100)
    assert sizes.passages == {0: 3, 1: 3}
    assert sizes.rows == [1 + 2, 1 + 3, 0 + 1]


def test_where_tokens_are_counted_a_passage_is_not_cut_to_fill_a_batch() -> None:
    prompts = [[passage] * 10 for passage in (0, 0, 0, 1, 1, 1)]
    sizes = count_tokens([0, 0, 0, 1, 1, 1], prompts, [2] * 6, room=25)
    assert sorted(map(sorted, batches([0, 0, 0, 1, 1, 1], sizes))) == [[0, 1, 2], [3, 4, 5]]


def test_a_passage_larger_than_a_batch_is_cut() -> None:
    sizes = count_tokens([0] * 5, [[1] * 10] * 5, [5] * 5, room=20)
    assert sorted(map(len, batches([0] * 5, sizes))) == [1, 2, 2]


def test_the_next_epoch_puts_other_passages_together() -> None:
    passages = [row // 3 for row in range(60)]
    first = batches(passages, count_rows(passages, 6), epoch=0)
    second = batches(passages, count_rows(passages, 6), epoch=1)
    assert sorted(map(sorted, first)) != sorted(map(sorted, second))
    assert second == batches(passages, count_rows(passages, 6), epoch=1)


@given(passage_names, st.integers(8, 40), st.integers(0, 3))
def test_filled_by_tokens_every_epoch_has_as_many_batches_as_the_first(
    passages: list[int], room: int, seed: int
) -> None:
    prompts = [[passage] * (2 + passage) for passage in passages]
    sizes = count_tokens(passages, prompts, [1 + row % 5 for row in range(len(passages))], room)
    first = PassageBatches(passages, sizes, seed, lambda: 0)
    for epoch in range(4):
        found = batches(passages, sizes, seed, epoch)
        assert len(found) == len(first)
        assert sorted(row for batch in found for row in batch) == list(range(len(passages)))
        assert all(found)


def test_the_seed_draws_which_passages_stand_together() -> None:
    passages = [row // 3 for row in range(60)]
    sizes = count_rows(passages, 6)
    assert batches(passages, sizes, seed=1) == batches(passages, sizes, seed=1)
    assert sorted(batches(passages, sizes, seed=1)) != sorted(batches(passages, sizes, seed=2))


@given(passage_names, st.integers(1, 9), st.integers(0, 3))
def test_every_row_comes_once_and_all_batches_but_one_are_full(
    passages: list[int], batch_size: int, seed: int
) -> None:
    found = batches(passages, count_rows(passages, batch_size), seed)
    assert sorted(row for batch in found for row in batch) == list(range(len(passages)))
    assert len(found) == -(-len(passages) // batch_size)
    assert sum(len(batch) < batch_size for batch in found) <= 1


@given(passage_names, st.integers(1, 40))
def test_no_batch_of_several_rows_exceeds_its_tokens(passages: list[int], room: int) -> None:
    prompts = [[passage] * 4 for passage in passages]
    sizes = count_tokens(passages, prompts, [1 + row % 5 for row in range(len(passages))], room)
    found = batches(passages, sizes)
    assert sorted(row for batch in found for row in batch) == list(range(len(passages)))
    for batch in found:
        heads = sum(sizes.passages[passage] for passage in {passages[row] for row in batch})
        assert len(batch) == 1 or heads + sum(sizes.rows[row] for row in batch) <= room

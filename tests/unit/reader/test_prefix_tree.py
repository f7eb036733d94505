import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from goldspan.reader.prefix_tree import Forest, alike, plant, targets

# Few distinct tokens and short rows, so that beginnings are shared and rows repeat.
token_rows = st.lists(st.lists(st.integers(0, 3), max_size=8), max_size=12)
attention_costs = st.sampled_from([1, 10, 1000])


def as_lists(forest: Forest) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    return forest.ids.tolist(), forest.depth.tolist(), forest.end.tolist()


def test_two_rows_share_their_beginning_once() -> None:
    #          column: 0  1  2  3      5 is the root's token, 7 follows; then 8 or 9
    forest = plant([[5, 7, 9], [5, 7, 8]], attention_tokens=100)
    assert as_lists(forest) == ([[5, 7, 8, 9]], [[0, 1, 2, 2]], [[4, 4, 3, 4]])
    assert [cells.tolist() for cells in forest.cells] == [[0, 1, 3], [0, 1, 2]]


def test_a_row_that_begins_another_ends_inside_it() -> None:
    forest = plant([[5, 7], [5, 7, 8]], attention_tokens=100)
    assert as_lists(forest) == ([[5, 7, 8]], [[0, 1, 2]], [[3, 3, 3]])


def test_rows_with_nothing_in_common_get_a_trie_each() -> None:
    forest = plant([[1, 2, 3], [4, 5, 6]], attention_tokens=1)
    assert as_lists(forest) == (
        [[1, 2, 3], [4, 5, 6]],
        [[0, 1, 2], [0, 1, 2]],
        [[3, 3, 3], [3, 3, 3]],
    )


def test_a_short_trie_fills_what_the_longest_leaves_free() -> None:
    forest = plant([[1], [2, 2, 2], [3, 3]], attention_tokens=10)
    assert as_lists(forest) == (
        [[2, 2, 2], [3, 3, 1]],
        [[0, 1, 2], [0, 1, 0]],
        [[3, 3, 3], [2, 2, 3]],
    )


def test_padding_is_seen_by_itself_alone() -> None:
    forest = plant([[1, 1, 1], [2, 2]], attention_tokens=1, pad_id=9)
    assert as_lists(forest) == (
        [[1, 1, 1], [2, 2, 9]],
        [[0, 1, 2], [0, 1, 0]],
        [[3, 3, 3], [2, 2, 3]],
    )


def test_rows_are_as_wide_as_makes_padding_and_attention_together_cheapest() -> None:
    uneven = [[1] * 300, [2] * 200]
    # Two rows of 300: 2 x 300 x 1.15 = 690. One of 500: 500 x 1.25 = 625.
    assert plant(uneven, attention_tokens=2000).ids.shape == (1, 500)
    # Two rows of 300: 2 x 300 x 1.6 = 960. One of 500: 500 x 2 = 1000.
    assert plant(uneven, attention_tokens=500).ids.shape == (2, 300)


def test_a_short_head_in_common_is_not_worth_one_long_row() -> None:
    head = list(range(5))
    passages = [[*head, *([10 + i] * 200)] for i in range(4)]
    assert plant(passages, attention_tokens=2000).ids.shape == (4, 205)
    # Free attention: sharing any head pays.
    assert plant(passages, attention_tokens=10**9).ids.shape == (1, 805)


def test_a_long_head_is_shared_by_as_many_passages_as_pays() -> None:
    passages = [[*range(200), *([300 + i] * 200)] for i in range(8)]
    # 8 x 400 tokens apart cost 3840; in two tries of 1000 tokens 3000; in one of 1800, 3420.
    assert plant(passages, attention_tokens=2000).ids.shape == (2, 1000)


def test_each_prediction_is_made_once() -> None:
    forest = plant([[5, 7], [5, 7], [5, 7]], attention_tokens=100)
    two, both = np.array([2]), np.array([1, 2])
    found = targets(forest, [two, both, two], [np.array([9]), np.array([7, 8]), np.array([9])])
    # After 5 comes 7; after 7 comes 8 or 9.
    assert found.cells.tolist() == [0, 1, 1]
    assert found.labels.tolist() == [7, 8, 9]
    assert [slots.tolist() for slots in found.slots] == [[2], [0, 1], [2]]


def test_no_rows_make_an_empty_forest() -> None:
    forest = plant([], attention_tokens=100)
    assert forest.ids.size == 0
    assert targets(forest, [], []).slots == []


def test_batches_hold_rows_that_begin_alike() -> None:
    rows = [[1, 2, 3], [4, 5, 6], [1, 2, 9], [4, 5, 9]]
    assert list(alike(rows, tokens=4)) == [[0, 2], [1, 3]]
    assert list(alike(rows, tokens=3)) == [[0], [2], [1], [3]]
    assert list(alike(rows, tokens=8)) == [[0, 2, 1, 3]]
    assert list(alike([], tokens=8)) == []


@given(token_rows, attention_costs)
def test_unpacking_gives_the_rows_back(rows: list[list[int]], attention_tokens: int) -> None:
    forest = plant(rows, attention_tokens)
    assert [row.tolist() for row in forest.rows()] == rows


@given(token_rows, attention_costs)
def test_a_token_sees_its_own_row_up_to_itself_and_nothing_else(
    rows: list[list[int]], attention_tokens: int
) -> None:
    forest = plant(rows, attention_tokens)
    width = forest.ids.shape[1]
    for path in forest.cells:
        for depth, cell in enumerate(path.tolist()):
            row, q = divmod(cell, width)
            seen = [row * width + k for k in range(width) if k <= q < forest.end[row, k]]
            assert seen == path[: depth + 1].tolist()
            assert forest.depth[row, q] == depth


@given(token_rows)
def test_where_attention_is_free_every_beginning_is_computed_once(rows: list[list[int]]) -> None:
    forest = plant(rows, attention_tokens=10**9)
    beginnings = {tuple(row[:n]) for row in rows for n in range(1, len(row) + 1)}
    computed = {cell for cells in forest.cells for cell in cells.tolist()}
    assert len(computed) == len(beginnings)


@given(token_rows)
def test_a_rows_predictions_are_its_tokens_each_after_the_one_before(rows: list[list[int]]) -> None:
    forest = plant([row[:-1] for row in rows], attention_tokens=100)
    following = [np.array(row[1:], dtype=np.int64) for row in rows]
    found = targets(forest, [np.arange(1, len(row) + 1) for row in following], following)
    flat = forest.ids.reshape(-1)
    for row, slots in zip(rows, found.slots, strict=True):
        assert found.labels[slots].tolist() == row[1:]
        assert flat[found.cells[slots]].tolist() == row[:-1]

"""How a simulated annotator judges, worked by hand."""

from goldspan.demo.annotators import judge


def test_the_higher_f1_is_preferred_and_equal_is_a_tie() -> None:
    # F1 against "two grey cats": "grey cats" 0.8, "two" 0.5, "cats" 0.5, "dogs" 0.
    candidates = {"response1": "two", "response2": "grey cats", "response3": "cats", "r4": "dogs"}
    found = judge(candidates, ("two grey cats",), flip=False)
    assert found.ranks == {"response1": 2, "response2": 1, "response3": 2, "r4": 3}
    assert found.acceptable


def test_a_flip_turns_the_ranks_round_and_leaves_ties_alone() -> None:
    found = judge({"a": "cats", "b": "dogs", "c": "mice"}, ("cats",), flip=True)
    assert found.ranks == {"a": 2, "b": 1, "c": 1}
    assert found.flipped


def test_where_no_candidate_shares_a_word_with_gold_none_is_acceptable() -> None:
    found = judge({"a": "dogs", "b": "mice"}, ("cats",), flip=False)
    assert not found.acceptable
    assert found.ranks == {"a": 1, "b": 1}


def test_a_flip_of_none_acceptable_is_content_and_prefers_nothing() -> None:
    found = judge({"a": "dogs", "b": "mice"}, ("cats",), flip=True)
    assert found.acceptable
    assert found.ranks == {"a": 1, "b": 1}


def test_the_best_of_several_gold_answers_counts() -> None:
    found = judge({"a": "12", "b": "12 March"}, ("12 March 1874", "12"), flip=False)
    assert found.ranks == {"a": 1, "b": 2}


def test_not_answerable_is_right_where_there_is_no_gold_answer() -> None:
    found = judge({"a": "cats", "b": ""}, ("",), flip=False)
    assert found.ranks == {"a": 2, "b": 1}

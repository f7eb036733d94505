"""What is printed of the scores before and after a training."""

from goldspan.sdk.measure import table

SCORES = {"mean": 50.0, "low": 40.0, "high": 60.0}
AFTER = {"questions": 120, "clusters_by": "article", "exact_match": SCORES, "f1": SCORES}
TAUGHT = {"temperature": 0.834, "no_answer_threshold": 0.42, "f1_at_threshold": 61.0}


def test_scores_are_shown_with_their_intervals_or_why_there_are_none() -> None:
    assert table({}, AFTER, "its weights are new") == [
        "held out: 120 questions, on no passage that was trained on (95 % intervals by article)",
        "  before not measured: its weights are new",
        "  after  EM 50.0 [40.0, 60.0], F1 50.0 [40.0, 60.0]",
    ]


def test_what_the_held_out_questions_taught_is_told() -> None:
    *_, last = table({}, {**AFTER, "tuning": TAUGHT}, "")
    assert last == "  learnt temperature 0.83, silent where no answer is likelier than 0.42"


def test_a_threshold_that_was_kept_is_not_said_to_be_learnt() -> None:
    *_, last = table({}, {**AFTER, "tuning": {**TAUGHT, "f1_at_threshold": None}}, "")
    assert last == "  learnt temperature 0.83"

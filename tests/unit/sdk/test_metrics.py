"""Responses of a dataset unified and measured."""

from typing import Any

import pytest

import goldspan as rg
from goldspan.errors import InvalidInput

USERS = ("ann", "bob", "cy")


def dataset(*answers: tuple[str | None, ...], guesses: tuple[str | None, ...] = ()) -> Any:
    made = rg.FeedbackDataset.for_text_classification(labels=["yes", "no"])
    for place, row in enumerate(answers):
        responses = [
            {"user_id": user, "values": {"label": value}}
            for user, value in zip(USERS, row, strict=False)
            if value is not None
        ]
        guess = guesses[place] if guesses else None
        suggestions = [] if guess is None else [{"question_name": "label", "value": guess}]
        made.add_records(rg.FeedbackRecord({"text": "T"}, responses, suggestions))
    return made


def test_unified_responses_stand_with_the_record() -> None:
    made = dataset(("yes", "no", "no"), ()).compute_unified_responses("label", "majority")
    (one,) = made.records[0].unified_responses["label"]
    assert (one.value, one.strategy) == ("no", "majority")
    assert made.records[1].unified_responses == {}
    with pytest.raises(InvalidInput, match="question 'x' is not one"):
        made.unify_responses("x")


def test_drafts_do_not_count() -> None:
    made = dataset(("yes",))
    draft = {"user_id": "bob", "values": {"label": "no"}, "status": "draft"}
    made.records[0].responses = [*made.records[0].responses, draft]
    made.compute_unified_responses("label", "disagreement")
    assert [one.value for one in made.records[0].unified_responses["label"]] == ["yes"]


def test_agreement_is_alpha_with_an_interval() -> None:
    agreed = dataset(("yes", "yes"), ("no", "no")).compute_agreement_metrics("alpha", "label")
    assert (agreed.metric_name, agreed.count, agreed.result) == ("alpha", 4, 1.0)
    split = dataset(("yes", "no"), ("no", "yes")).compute_agreement_metrics()
    assert split.result == pytest.approx(-0.5)  # 1 - 1 / (8 / 12)
    assert dataset(("yes",)).compute_agreement_metrics().result is None
    with pytest.raises(InvalidInput, match="measured by 'alpha'"):
        dataset(("yes",)).compute_agreement_metrics("kappa")


def test_suggestions_are_measured_against_each_user_or_against_all_unified() -> None:
    made = dataset(("yes", "no"), ("no", "no"), ("no",), guesses=("yes", "yes", None))
    found = made.compute_model_metrics("accuracy", "label")
    assert {user: (one.count, one.result) for user, (one,) in found.items()} == {
        "ann": (2, 0.5),
        "bob": (2, 0.0),
    }
    (unified,) = made.compute_model_metrics("accuracy", strategy="majority")["majority"]
    assert unified.result == 0.5
    everything = made.compute_annotator_metrics()["ann"]
    assert [one.metric_name for one in everything] == [
        "accuracy",
        "f1-score",
        "precision",
        "recall",
        "confusion-matrix",
    ]


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"accuracy, f1-score, .* found 'rouge'"):
        dataset(("yes",), guesses=("yes",)).compute_model_metrics("rouge")
    with pytest.raises(InvalidInput, match="nothing to measure"):
        dataset(("yes",)).compute_model_metrics("accuracy")

"""A tiny world for the trainer: what colour things are, in a dozen passages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord

COLOURS = ("red", "blue", "green", "white", "black", "grey")
THINGS = ("cat", "dog", "house", "boat")


def world() -> list[tuple[str, str, str]]:
    """(question, context, answer) of 24 questions about 12 passages."""
    rows = []
    for i in range(24):
        thing, colour = THINGS[i % 4], COLOURS[i % 6]
        context = f"the {thing} that we saw is {colour} now"
        rows.append((f"which colour has the {thing} ?", context, colour))
    return rows


@pytest.fixture
def answered() -> FeedbackDataset:
    """A local dataset whose questions one annotator answered."""
    dataset = FeedbackDataset.for_question_answering()
    dataset.add_records(
        [
            FeedbackRecord(
                {"question": question, "context": context},
                [{"user_id": "u1", "values": {"answer": {"value": answer}}}],
                external_id=f"q{number}",
            )
            for number, (question, context, answer) in enumerate(world())
        ]
    )
    return dataset


@pytest.fixture
def judged() -> FeedbackDataset:
    """A local dataset in which an annotator prefers the shorter of two candidates."""
    dataset = FeedbackDataset.for_direct_preference_optimization(context=True)
    for number, (question, context, answer) in enumerate(world()[:12]):
        candidates = [answer, f"is {answer}"]
        best = 0 if number % 2 else 1
        texts = {"response1": candidates[best], "response2": candidates[1 - best]}
        order = ["response1", "response2"] if best == 0 else ["response2", "response1"]
        ranks = [{"value": name, "rank": rank} for rank, name in enumerate(order, start=1)]
        dataset.add_records(
            FeedbackRecord(
                {"prompt": question, "context": context, **texts},
                [{"user_id": "u1", "values": {"preference": {"value": ranks}}}],
                external_id=f"q{number}",
            )
        )
    return dataset


@pytest.fixture
def span_start(tmp_path: Path, make_span_parts: Callable[..., tuple[Any, Any]]) -> Path:
    """The folder of an untrained two-layer span reader."""
    model, tokenizer = make_span_parts([text for row in world() for text in row])
    model.save_pretrained(tmp_path / "start")
    tokenizer.save_pretrained(tmp_path / "start")
    return tmp_path / "start"

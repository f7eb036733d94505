"""A toy world that tiny language models learn by heart in seconds."""

from collections.abc import Mapping
from typing import Any

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.span import Span
from goldspan.run.folder import RunFolder
from goldspan.training.generative_settings import GenerativeSFTSettings

COLOURS = ["red", "blue", "green", "white", "black", "grey"]
THINGS = ["cat", "dog", "house", "boat"]
SETTINGS = GenerativeSFTSettings(
    learning_rate=3e-3,
    lr_scheduler_type="constant",
    per_device_train_batch_size=4,
    logging_steps=1,
    max_length=96,
    max_question_length=20,
    doc_stride=8,
    max_new_tokens=16,
)


def quiet(_kind: str, _values: Mapping[str, Any]) -> None:
    """Show nothing."""


def demonstrations(n: int = 12) -> list[Demonstration]:
    """Make n questions; every sixth is not answerable from its passage."""
    made = []
    for i in range(n):
        thing, colour = THINGS[i % 4], COLOURS[i % 6]
        context = f"The {thing} number {i} is {colour} now."
        answers = (located(colour, context),) if colour != "grey" else ()
        made.append(Demonstration(f"q{i}", f"Which colour is {thing} {i}?", context, answers))
    return made


def located(text: str, context: str) -> Answer:
    start = context.index(text)
    return Answer(text, Span(start, start + len(text)))


def pairs(n: int = 8) -> list[PreferencePair]:
    """Make n pairs of answers of different lengths, the colour preferred to the thing."""
    made = []
    for i in range(n):
        thing, colour = THINGS[i % 4], COLOURS[i % 6]
        context = f"The {thing} number {i} is {colour} now."
        chosen, rejected = (located(text, context) for text in (colour, f"{thing} number {i}"))
        question = f"Which colour is {thing} {i}?"
        made.append(PreferencePair(f"r{i}", question, context, chosen, rejected, ("u",)))
    return made


def steps(folder: RunFolder, name: str = "loss") -> dict[int, float]:
    """Return a figure of each step; after a resume the later one counts."""
    return {event["step"]: event[name] for event in folder.events() if event["kind"] == "step"}

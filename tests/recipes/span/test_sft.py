"""Training a tiny span reader: it learns, saves, stops and goes on as if it had not stopped."""

import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import Conflict, NothingToTrain, UnusableModel
from goldspan.reader.load import load_reader
from goldspan.reader.span import SpanReader
from goldspan.run.folder import RunFolder
from goldspan.training.resume import resume_training
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import train_span_sft

Events = list[tuple[str, Mapping[str, Any]]]
SETTINGS = SpanSFTSettings(
    learning_rate=3e-3,
    per_device_train_batch_size=4,
    logging_steps=1,
    max_length=64,
    max_question_length=16,
    doc_stride=8,
)
COLOURS = ["red", "blue", "green", "white", "black", "grey"]
THINGS = ["cat", "dog", "house", "boat"]


def quiet(_kind: str, _values: Mapping[str, Any]) -> None:
    """Show nothing."""


def demonstrations(n: int = 24) -> list[Demonstration]:
    made = []
    for i in range(n):
        thing, colour = THINGS[i % 4], COLOURS[i % 6]
        context = f"the {thing} that we saw is {colour} now"
        start = context.index(colour)
        answer = Answer(colour, Span(start, start + len(colour)))
        made.append(Demonstration(f"q{i}", f"which colour has the {thing} ?", context, (answer,)))
    return made


@pytest.fixture
def start(tmp_path: Path, make_span_parts: Callable[..., tuple[Any, Any]]) -> Path:
    texts = [text for d in demonstrations() for text in (d.question_text, d.context)]
    model, tokenizer = make_span_parts(texts)
    model.save_pretrained(tmp_path / "start")
    tokenizer.save_pretrained(tmp_path / "start")
    return tmp_path / "start"


def losses(folder: RunFolder) -> dict[int, float]:
    """Each step's loss; after a resume the later one counts."""
    return {event["step"]: event["loss"] for event in folder.events() if event["kind"] == "step"}


def test_the_reader_learns_and_is_saved_for_us_and_for_plain_transformers(
    start: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, num_train_epochs=12)
    held_out = demonstrations(6)
    result = train_span_sft(
        start, demonstrations(), tmp_path / "run", settings, held_out=held_out, on_event=quiet
    )
    found = losses(result.folder)
    assert (result.steps, result.interrupted) == (72, False)
    assert result.final_loss < 0.2 * found[1]
    assert result.folder.report()["evaluation"]["exact_match"]["mean"] == 100.0
    reader = load_reader(tmp_path / "run")
    assert isinstance(reader, SpanReader)
    assert reader.config.max_length == 64
    (answer,) = reader.answer(held_out[1].question_text, [held_out[1].context])
    assert answer.text == "blue"
    AutoModelForQuestionAnswering.from_pretrained(result.model_dir)
    AutoTokenizer.from_pretrained(result.model_dir)
    assert not list(result.model_dir.glob("*.bin"))


def test_a_short_run_is_saved_on_the_way_too(start: Path, tmp_path: Path) -> None:
    result = train_span_sft(start, demonstrations(), tmp_path / "run", SETTINGS, on_event=quiet)
    saved = [event["step"] for event in result.folder.events() if event["kind"] == "checkpoint"]
    assert saved == [2, 4, 6]
    assert [path.name for path in sorted(result.folder.checkpoints_dir.iterdir())] == [
        "checkpoint-4",
        "checkpoint-6",
    ]


@pytest.mark.parametrize("step", [2, 7])
def test_after_ctrl_c_the_rest_of_the_run_has_the_same_losses(
    start: Path, tmp_path: Path, step: int
) -> None:
    settings = replace(SETTINGS, num_train_epochs=2)
    whole = train_span_sft(start, demonstrations(), tmp_path / "whole", settings, on_event=quiet)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == step - 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "stopped"
    stopped = train_span_sft(start, demonstrations(), output, settings, on_event=interrupt)
    assert (stopped.interrupted, stopped.steps) == (True, step)
    assert not stopped.model_dir.exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed = resume_training(output, on_event=quiet)
    assert (resumed.interrupted, resumed.steps) == (False, 12)
    assert losses(resumed.folder) == losses(whole.folder)
    one, other = (
        AutoModelForQuestionAnswering.from_pretrained(r.model_dir) for r in (whole, resumed)
    )
    assert all((a == b).all() for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_a_run_that_ended_is_neither_resumed_nor_overwritten(start: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, max_steps=1)
    train_span_sft(start, demonstrations(), tmp_path / "run", settings, on_event=quiet)
    with pytest.raises(Conflict, match="has ended"):
        resume_training(tmp_path / "run")
    before = (tmp_path / "run" / "data.jsonl").read_bytes()
    with pytest.raises(Conflict, match="already holds a run"):
        train_span_sft(start, demonstrations(4), tmp_path / "run", settings, on_event=quiet)
    assert (tmp_path / "run" / "data.jsonl").read_bytes() == before


def test_a_model_object_is_trained_in_place_and_its_run_resumes_from_its_own_copy(
    make_span_parts: Callable[..., tuple[Any, Any]], tmp_path: Path
) -> None:
    model, tokenizer = make_span_parts([d.context for d in demonstrations()])
    before = model.qa_outputs.weight.detach().clone()
    settings = replace(SETTINGS, max_steps=2)
    result = train_span_sft(
        model, demonstrations(), tmp_path / "run", settings, tokenizer=tokenizer, on_event=quiet
    )
    assert not (model.qa_outputs.weight.detach() == before).all()
    kept = AutoModelForQuestionAnswering.from_pretrained(result.folder.root / "start")
    assert (kept.qa_outputs.weight == before).all()


def test_what_a_row_takes_and_why_rows_are_dropped_is_counted(start: Path, tmp_path: Path) -> None:
    long = "the cat is " + "red " * 120
    rows = [
        *demonstrations(4),
        Demonstration("written", "which ?", "the cat is red", (Answer("red"),)),
        Demonstration("elsewhere", "which ?", "the cat is red", (Answer("blue"),)),
        Demonstration("long", "which ?", long, (Answer(long, Span(0, len(long))),)),
        Demonstration("empty", "which ?", "", ()),
        Demonstration("unanswerable", "which ?", long, ()),
    ]
    result = train_span_sft(start, rows, tmp_path / "run", SETTINGS, on_event=quiet)
    assert (result.rows.given, result.rows.kept) == (9, 6)
    assert result.rows.dropped == {
        "answer not found in its context": 1,
        "answer longer than a window": 1,
        "context without text": 1,
    }
    # Four, one, and every window of the long passage.
    assert result.rows.windows > 6
    assert json.loads((tmp_path / "run" / "report.json").read_text())["rows"]["kept"] == 6


def test_unanswerable_questions_teach_the_reader_to_say_so(start: Path, tmp_path: Path) -> None:
    rows = []
    for i, row in enumerate(demonstrations()):
        question_text = "who ?" if i % 2 else row.question_text
        answers = () if i % 2 else row.answers
        rows.append(replace(row, question_text=question_text, answers=answers))
    settings = replace(SETTINGS, num_train_epochs=15)
    train_span_sft(start, rows, tmp_path / "run", settings, on_event=quiet)
    reader = load_reader(tmp_path / "run")
    asked = [(row.question_text, [row.context]) for row in rows[:2]]
    (answered, abstained) = reader.answer_many(asked)
    assert (answered[0].text, abstained[0].text) == ("red", "")
    assert abstained[0].score > 0.5


def test_an_encoder_without_head_gets_the_same_fresh_head_for_the_same_seed(
    start: Path, tmp_path: Path
) -> None:
    encoder = tmp_path / "encoder"
    AutoModelForQuestionAnswering.from_pretrained(start).bert.save_pretrained(encoder)
    AutoTokenizer.from_pretrained(start).save_pretrained(encoder)
    settings = replace(SETTINGS, max_steps=1)
    runs = [
        train_span_sft(encoder, demonstrations(), tmp_path / name, settings, on_event=quiet)
        for name in ("one", "other")
    ]
    assert runs[0].final_loss == runs[1].final_loss
    assert runs[0].folder.report()["fresh_weights"] == ["qa_outputs.bias", "qa_outputs.weight"]


def test_batch_8_is_the_same_as_batch_4_accumulated_twice(start: Path, tmp_path: Path) -> None:
    (start / "config.json").write_text(
        (start / "config.json").read_text().replace('_prob": 0.1', '_prob": 0.0')
    )
    rows = [demonstrations()[0]] * 24
    big = replace(SETTINGS, max_steps=3, per_device_train_batch_size=8)
    small = replace(SETTINGS, max_steps=3, gradient_accumulation_steps=2)
    runs = [
        train_span_sft(start, rows, tmp_path / name, settings, on_event=quiet)
        for name, settings in (("big", big), ("small", small))
    ]
    one, other = (losses(run.folder) for run in runs)
    assert [one[step] for step in (1, 2, 3)] == pytest.approx(
        [other[s] for s in (1, 2, 3)], abs=1e-5
    )


def test_nothing_usable_and_unusable_models_leave_no_run_behind(
    start: Path, tmp_path: Path
) -> None:
    lost = [Demonstration("q", "which ?", "the cat", (Answer("dog"),))]
    with pytest.raises(NothingToTrain, match="1 answer not found in its context"):
        train_span_sft(start, lost, tmp_path / "run", SETTINGS, on_event=quiet)
    with pytest.raises(UnusableModel, match="is not a folder"):
        train_span_sft("/no/model", demonstrations(), tmp_path / "run", on_event=quiet)
    assert not (tmp_path / "run").exists()


def test_a_real_encoder_takes_a_step(minilm_path: str, tmp_path: Path) -> None:
    settings = SpanSFTSettings(max_steps=1, per_device_train_batch_size=2)
    result = train_span_sft(
        minilm_path,
        demonstrations(4),
        tmp_path / "run",
        settings,
        model_at_root=True,
        on_event=quiet,
    )
    assert result.model_dir == tmp_path / "run"
    assert load_reader(tmp_path / "run").answer("which colour ?", ["it is red"])[0].text

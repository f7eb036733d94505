"""Training a tiny span reader: it learns, saves, stops and goes on as if it had not stopped."""

import logging
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import Conflict, InvalidSettings, NothingToTrain, UnusableModel
from goldspan.reader.load import load_reader
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.run.folder import RunFolder
from goldspan.training.result import TrainingResult
from goldspan.training.resume import resume_training
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import train_span_sft

Rows = Sequence[Demonstration]


def quiet(_kind: str, _values: Mapping[str, Any]) -> None:
    """Show nothing."""


def train(model: Any, rows: Rows, output: Path, settings: SpanSFTSettings) -> TrainingResult:
    return train_span_sft(model, rows, output, settings, on_event=quiet)


def losses(folder: RunFolder) -> dict[int, float]:
    """Each step's loss; after a resume the later one counts."""
    return {event["step"]: event["loss"] for event in folder.events() if event["kind"] == "step"}


def test_the_reader_learns_and_is_saved_for_us_and_for_plain_transformers(
    trained: Path, demonstrations: Rows
) -> None:
    folder = RunFolder(trained)
    found = losses(folder)
    assert list(found) == list(range(1, 73))
    assert folder.report()["final_loss"] == found[72] < 0.2 * found[1]
    reader = load_reader(trained)
    assert isinstance(reader, SpanReader)
    assert reader.config.max_length == 64
    questions = [(row.question_text, [row.context]) for row in demonstrations]
    right = [
        answers[0].text == row.answers[0].text
        for row, answers in zip(demonstrations, reader.answer_many(questions), strict=True)
    ]
    assert all(right)
    AutoModelForQuestionAnswering.from_pretrained(folder.model_dir)
    AutoTokenizer.from_pretrained(folder.model_dir)
    assert not list(folder.model_dir.glob("*.bin"))


def test_held_out_questions_are_scored_and_kept_for_a_resume(
    trained: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    one = replace(settings, max_steps=1, learning_rate=1e-6)
    result = train_span_sft(
        trained, demonstrations, tmp_path / "run", one, held_out=demonstrations[:6], on_event=quiet
    )
    evaluation = result.folder.report()["evaluation"]
    assert (evaluation["questions"], evaluation["exact_match"]["mean"]) == (6, 100.0)
    assert (tmp_path / "run" / "held_out.jsonl").read_text().count("\n") == 6


def test_a_short_run_is_saved_on_the_way_too(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    folder = train(start, demonstrations, tmp_path / "run", settings).folder
    saved = [event["step"] for event in folder.events() if event["kind"] == "checkpoint"]
    kept = sorted(path.name for path in folder.checkpoints_dir.iterdir())
    assert (saved, kept) == ([2, 4, 6], ["checkpoint-4", "checkpoint-6"])


@pytest.mark.parametrize(("step", "lost"), [(2, False), (7, False), (7, True)])
def test_after_ctrl_c_or_a_kill_the_rest_of_the_run_has_the_same_losses(
    start: Path,
    demonstrations: Rows,
    settings: SpanSFTSettings,
    tmp_path: Path,
    step: int,
    lost: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # With dropout on, so that the random state has to be restored, too.
    twice = replace(settings, num_train_epochs=2, dropout=True)
    whole = train(start, demonstrations, tmp_path / "whole", twice)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == step - 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "stopped"
    before = signal.getsignal(signal.SIGINT)
    stopped = train_span_sft(start, demonstrations, output, twice, on_event=interrupt)
    assert (stopped.interrupted, stopped.steps) == (True, step)
    assert not stopped.model_dir.exists()
    assert signal.getsignal(signal.SIGINT) is before
    if lost:  # as if it had been killed: the last checkpoint is older than the last step
        shutil.rmtree(stopped.folder.checkpoints_dir / f"checkpoint-{step}")
    logging.getLogger("transformers").addHandler(caplog.handler)
    resumed = resume_training(output, on_event=quiet)
    assert "do not match" not in caplog.text
    assert (resumed.interrupted, resumed.steps) == (False, 12)
    assert losses(resumed.folder) == losses(whole.folder)
    one, other = (
        AutoModelForQuestionAnswering.from_pretrained(result.model_dir).parameters()
        for result in (whole, resumed)
    )
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_a_run_goes_on_though_the_model_it_started_from_is_gone(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    encoder, output = tmp_path / "encoder", tmp_path / "run"
    AutoModelForQuestionAnswering.from_pretrained(start).bert.save_pretrained(encoder)
    AutoTokenizer.from_pretrained(start).save_pretrained(encoder)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    train_span_sft(encoder, demonstrations, output, settings, on_event=interrupt)
    shutil.rmtree(encoder)
    report = resume_training(output, on_event=quiet).folder.report()
    assert report["fresh_weights"] == ["qa_outputs.bias", "qa_outputs.weight"]


def test_a_run_that_ended_is_neither_resumed_nor_overwritten(
    trained: Path, start: Path, demonstrations: Rows, settings: SpanSFTSettings
) -> None:
    before = (trained / "data.jsonl").read_bytes()
    with pytest.raises(Conflict, match="has ended"):
        resume_training(trained)
    with pytest.raises(Conflict, match="already holds a run"):
        train(start, demonstrations[:4], trained, settings)
    assert (trained / "data.jsonl").read_bytes() == before


def test_a_model_object_is_trained_in_place_and_its_start_is_kept(
    make_span_parts: Callable[..., tuple[Any, Any]],
    demonstrations: Rows,
    settings: SpanSFTSettings,
    tmp_path: Path,
) -> None:
    model, tokenizer = make_span_parts([row.context for row in demonstrations])
    before = model.qa_outputs.weight.detach().clone()
    two = replace(settings, max_steps=2)
    result = train_span_sft(
        model, demonstrations, tmp_path / "run", two, tokenizer=tokenizer, on_event=quiet
    )
    assert not (model.qa_outputs.weight == before).all()
    kept = AutoModelForQuestionAnswering.from_pretrained(result.folder.root / "start")
    assert (kept.qa_outputs.weight == before).all()


def test_what_rows_are_made_of_and_why_some_are_dropped_is_counted(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    long = "the cat is " + "red " * 120
    rows = [
        *demonstrations[:4],
        Demonstration("written", "which ?", "the cat is red", (Answer("red"),)),
        Demonstration("elsewhere", "which ?", "the cat is red", (Answer("blue"),)),
        Demonstration("long", "which ?", long, (Answer(long, Span(0, len(long))),)),
        Demonstration("empty", "which ?", "", ()),
        Demonstration("unanswerable", "which ?", long, ()),
    ]
    result = train(start, rows, tmp_path / "run", settings)
    assert (result.rows.given, result.rows.kept) == (9, 6)
    assert result.rows.dropped == {
        "answer not found in its context": 1,
        "answer longer than a window": 1,
        "context without text": 1,
    }
    # Five with one window each, and every window of the long passage.
    assert result.rows.windows > 6
    assert result.folder.report()["rows"]["kept"] == 6


def test_unanswerable_questions_teach_the_reader_to_say_so(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    rows = [
        replace(row, question_text="who ?", answers=()) if number % 2 else row
        for number, row in enumerate(demonstrations)
    ]
    train(start, rows, tmp_path / "run", replace(settings, num_train_epochs=15))
    reader = load_reader(tmp_path / "run")
    (answered,), (abstained,) = reader.answer_many(
        [(row.question_text, [row.context]) for row in rows[:2]]
    )
    assert (answered.text, abstained.text) == ("red", "")
    assert abstained.score > 0.5


def test_an_encoder_without_head_gets_the_same_fresh_head_for_the_same_seed(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    encoder = tmp_path / "encoder"
    AutoModelForQuestionAnswering.from_pretrained(start).bert.save_pretrained(encoder)
    AutoTokenizer.from_pretrained(start).save_pretrained(encoder)
    one_step = replace(settings, max_steps=1)
    one = train(encoder, demonstrations, tmp_path / "one", one_step)
    other = train(encoder, demonstrations, tmp_path / "other", one_step)
    assert one.final_loss == other.final_loss
    assert one.folder.report()["fresh_weights"] == ["qa_outputs.bias", "qa_outputs.weight"]


def test_batch_8_is_the_same_as_batch_4_accumulated_twice(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    rows = [demonstrations[0]] * 24
    big = replace(settings, max_steps=3, per_device_train_batch_size=8)
    small = replace(settings, max_steps=3, gradient_accumulation_steps=2)
    one = losses(train(start, rows, tmp_path / "big", big).folder)
    other = losses(train(start, rows, tmp_path / "small", small).folder)
    assert list(one.values()) == pytest.approx(list(other.values()), abs=1e-5)


def test_dropout_is_on_only_if_asked(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    # The same row in every batch and a learning rate of 0: only dropout can move the loss.
    still = replace(settings, learning_rate=0.0, max_steps=3)
    rows = [demonstrations[0]] * 12
    without = losses(train(start, rows, tmp_path / "off", still).folder)
    with_it = losses(train(start, rows, tmp_path / "on", replace(still, dropout=True)).folder)
    assert (len(set(without.values())), len(set(with_it.values()))) == (1, 3)


def test_nothing_usable_and_unusable_models_leave_no_run_behind(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    lost = [Demonstration("q", "which ?", "the cat", (Answer("dog"),))]
    with pytest.raises(NothingToTrain, match="1 answer not found in its context"):
        train(start, lost, tmp_path / "run", settings)
    with pytest.raises(UnusableModel, match="is not a folder"):
        train("/no/model", demonstrations, tmp_path / "run", settings)
    assert not (tmp_path / "run").exists()


def test_a_real_encoder_takes_a_step_and_lies_where_its_folder_is_named(
    minilm_path: str, demonstrations: Rows, tmp_path: Path
) -> None:
    one = SpanSFTSettings(max_steps=1, per_device_train_batch_size=2)
    result = train_span_sft(
        minilm_path, demonstrations, tmp_path / "run", one, model_at_root=True, on_event=quiet
    )
    assert result.model_dir == tmp_path / "run"
    assert load_reader(tmp_path / "run").answer("which colour ?", ["it is red"])[0].text


def test_what_held_out_questions_teach_is_saved_with_the_model(
    trained: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    one = replace(settings, max_steps=1, learning_rate=1e-6)
    asked = [replace(row, id=f"{row.id} {n}") for n in range(3) for row in demonstrations]
    result = train_span_sft(
        trained, demonstrations, tmp_path / "run", one, held_out=asked, on_event=quiet
    )
    report = result.folder.report()
    learnt = report["evaluation"]["tuning"]["temperature"]
    assert load_reader(tmp_path / "run").config.temperature == learnt != 1.0  # type: ignore[attr-defined]
    assert report["reading"]["temperature"] == learnt
    untuned = replace(one, tune=False)
    train_span_sft(
        trained, demonstrations, tmp_path / "off", untuned, held_out=asked, on_event=quiet
    )
    assert load_reader(tmp_path / "off").config.temperature == 1.0  # type: ignore[attr-defined]


def test_neighbouring_passages_teach_silence(
    start: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    rows = [replace(row, article="colours") for row in demonstrations]
    some = replace(settings, negatives=0.5, max_steps=1)
    result = train(start, rows, tmp_path / "run", some)
    assert (result.rows.given, result.rows.kept) == (36, 36)
    reader = load_reader(tmp_path / "run")
    assert reader.config.no_answer_threshold == 0.5  # type: ignore[attr-defined]
    with pytest.raises(InvalidSettings, match="negatives lies between 0 and 1, found 2"):
        train(start, rows, tmp_path / "none", replace(settings, negatives=2))
    with pytest.raises(InvalidSettings, match="empty_windows should be at least 0"):
        train(start, rows, tmp_path / "none", replace(settings, empty_windows=-1))


def test_a_threshold_goes_on_with_its_scale_until_silence_is_taught_anew(
    trained: Path, demonstrations: Rows, settings: SpanSFTSettings, tmp_path: Path
) -> None:
    start = tmp_path / "start"
    shutil.copytree(trained / "model", start)
    tuned = replace(
        SpanReaderConfig.load(start),
        no_answer_threshold=0.3,
        no_answer_scale=0.2,
        no_answer_offset=-1.0,
    )
    tuned.save(start)
    one = replace(settings, max_steps=1)

    def silence_after(name: str, rows: Rows) -> tuple[float | None, float, float]:
        config = SpanReaderConfig.load(train(start, rows, tmp_path / name, one).model_dir)
        return config.no_answer_threshold, config.no_answer_scale, config.no_answer_offset

    assert silence_after("kept", demonstrations) == (0.3, 0.2, -1.0)
    empty = replace(demonstrations[0], answers=())
    assert silence_after("anew", [*demonstrations, empty]) == (0.5, 1.0, 0.0)

"""DPO over spans on a tiny reader: the reference, the anchor, what pairs become, resuming."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, TrainingArguments

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.span import Span
from goldspan.domain.window import first_holding
from goldspan.errors import (
    InvalidSettings,
    NothingToTrain,
    ReferenceMismatch,
    UnusableModel,
)
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.load import load_reader
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.run.folder import RunFolder
from goldspan.training.alarm import displaced
from goldspan.training.resume import resume_training
from goldspan.training.settings import SpanDPOSettings
from goldspan.training.span_dpo import SpanDPOTrainer, read_windows, train_span_dpo
from goldspan.training.span_model import load_start
from goldspan.training.span_pairs import PairCollator, prepare_pairs
from goldspan.training.span_reference import (
    ReferenceLogps,
    against_reference,
    reference_of,
    require_reference,
)

Rows = Sequence[Demonstration]

SETTINGS = SpanDPOSettings(
    learning_rate=1e-3, per_device_train_batch_size=4, logging_steps=1, num_train_epochs=2
)


def quiet(_kind: str, _values: Mapping[str, Any]) -> None:
    """Show nothing."""


def marked(context: str, text: str) -> Answer:
    start = context.index(text)
    return Answer(text, Span(start, start + len(text)))


def pair_of(row: Demonstration, chosen: str, rejected: str, **values: Any) -> PreferencePair:
    """Prefer one piece of a demonstration's context to another; "" is "not answerable"."""
    answers = [marked(row.context, text) if text else Answer("") for text in (chosen, rejected)]
    return PreferencePair(
        row.id, row.question_text, row.context, answers[0], answers[1], ("ada",), **values
    )


@pytest.fixture(scope="session")
def pairs(demonstrations: Sequence[Demonstration]) -> list[PreferencePair]:
    """People prefer the colour with "is", which the trained reader does not give."""
    return [
        pair
        for row in demonstrations
        for colour in [row.answers[0].text]
        for pair in (
            pair_of(row, f"is {colour}", colour),
            pair_of(row, f"is {colour}", "saw", label_smoothing=0.2),
        )
    ]


def figures(folder: RunFolder, name: str) -> dict[int, float]:
    return {event["step"]: event[name] for event in folder.events() if event["kind"] == "step"}


def test_the_reader_comes_to_give_what_people_prefer(
    trained: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    longer = replace(SETTINGS, num_train_epochs=30, learning_rate=3e-3)
    result = train_span_dpo(trained, pairs, tmp_path / "run", longer, on_event=quiet)
    accuracies = figures(result.folder, "rewards/accuracies")
    assert (accuracies[1], accuracies[result.steps]) == (0.0, 1.0)
    (answer,) = load_reader(tmp_path / "run").answer(pairs[0].question_text, [pairs[0].context])
    assert answer.text == "is red"
    # Of the 24 questions 12 differ; pairs of one question share its window.
    assert (result.rows.kept, result.rows.windows) == (48, 12)


def test_before_the_first_step_every_margin_is_zero(
    trained: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    model = AutoModelForQuestionAnswering.from_pretrained(trained / "model")
    tokenizer = AutoTokenizer.from_pretrained(trained / "model")
    one = replace(SETTINGS, max_steps=1)
    by_folder = train_span_dpo(trained, pairs, tmp_path / "folder", one, on_event=quiet)
    by_object = train_span_dpo(
        model, pairs, tmp_path / "object", one, tokenizer=tokenizer, on_event=quiet
    )
    for result in (by_folder, by_object):
        assert result.folder.report()["start_margins"]["largest"] < 1e-4
        assert figures(result.folder, "rewards/margins")[1] == pytest.approx(0.0, abs=1e-4)


def test_another_reference_than_the_start_is_named() -> None:
    policy = [ReferenceLogps(-1.0, -2.0), ReferenceLogps(-1.0, -2.0)]
    other = [ReferenceLogps(-1.0, -2.0), ReferenceLogps(-1.5, -2.0)]
    with pytest.raises(ReferenceMismatch, match=r"pair 1 has 0\.0500.*'runs/base' gives"):
        require_reference(policy, other, 0.1, "runs/base")
    broken = [ReferenceLogps(-1.0, -2.0), ReferenceLogps(float("nan"), -2.0)]
    with pytest.raises(ReferenceMismatch, match="pair 1 has nan"):
        require_reference(policy, broken, 0.1, "runs/base")


def test_without_the_anchor_there_is_a_warning_and_the_first_loss_is_log_2(
    trained: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    settings = replace(SETTINGS, sft_weight=0.0, max_steps=1, learning_rate=0.0)
    with pytest.warns(UserWarning, match="without the anchor"):
        result = train_span_dpo(trained, pairs, tmp_path / "run", settings, on_event=quiet)
    # At a margin of 0 the loss is log 2 for every pair, smoothed or not.
    assert figures(result.folder, "loss")[1] == pytest.approx(0.693147, abs=1e-4)


def test_after_ctrl_c_the_rest_of_the_run_has_the_same_losses(
    trained: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    whole = train_span_dpo(trained, pairs, tmp_path / "whole", SETTINGS, on_event=quiet)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == 3:
            os.kill(os.getpid(), signal.SIGINT)

    stopped = train_span_dpo(trained, pairs, tmp_path / "run", SETTINGS, on_event=interrupt)
    assert stopped.interrupted
    resumed = resume_training(tmp_path / "run", on_event=quiet)
    assert figures(resumed.folder, "loss") == figures(whole.folder, "loss")
    margins = [each.folder.report()["start_margins"] for each in (resumed, whole)]
    assert margins[0] == margins[1]


def test_unplaced_answers_are_looked_up_and_lost_ones_are_counted(
    trained: Path, demonstrations: Sequence[Demonstration], tmp_path: Path
) -> None:
    row = demonstrations[0]
    good = pair_of(row, "is red", "red")
    pairs = [
        replace(good, chosen=Answer("is red")),
        replace(good, chosen=Answer("purple")),
        replace(good, chosen=Answer("red"), rejected=marked(row.context, "red")),
        replace(good, context="", chosen=Answer("a"), rejected=Answer("")),
    ]
    one = replace(SETTINGS, max_steps=1)
    result = train_span_dpo(trained, pairs, tmp_path / "run", one, on_event=quiet)
    assert result.rows.kept == 1
    assert result.rows.dropped == {
        "answer not found in its context": 1,
        "both answers at the same tokens": 1,
        "context without text": 1,
    }
    with pytest.raises(NothingToTrain, match="0 of 1 rows kept"):
        train_span_dpo(trained, pairs[1:2], tmp_path / "none", one, on_event=quiet)


def test_a_reader_can_learn_from_preferences_that_there_is_no_answer(
    trained: Path, demonstrations: Sequence[Demonstration], tmp_path: Path
) -> None:
    pairs = [pair_of(row, "", row.answers[0].text) for row in demonstrations]
    longer = replace(SETTINGS, num_train_epochs=30, learning_rate=3e-3)
    train_span_dpo(trained, pairs, tmp_path / "run", longer, on_event=quiet)
    row = demonstrations[0]
    assert load_reader(tmp_path / "run").answer(row.question_text, [row.context])[0].text == ""


LONG = "the cat is red now " + "that we saw the house " * 30 + "the boat is blue"
ABOUT_LONG = Demonstration("q", "which colour has the boat ?", LONG, ())


def long_trainer(trained: Path, pairs: Sequence[PreferencePair], **arguments: Any) -> Any:
    """Give (trainer, batch of all pairs) of a reader that needs five windows for LONG."""
    start = load_start(trained, None, 0)
    rows, _ = prepare_pairs(pairs, SpanEncoder(start.tokenizer, start.config), 30)
    collator = PairCollator(start.tokenizer)
    settings = TrainingArguments(
        remove_unused_columns=False, use_cpu=True, report_to="none", **arguments
    )
    trainer = SpanDPOTrainer(
        rows, SETTINGS, 30, model=start.model.eval(), args=settings, data_collator=collator
    )
    return trainer, collator(rows)


def test_what_is_trained_is_what_the_reader_reports(trained: Path, tmp_path: Path) -> None:
    reader = SpanReader.load(trained / "model").configured(
        align_to_words=False, no_answer_threshold=0.5
    )
    ((_, search),) = reader.searches([(ABOUT_LONG.question_text, [LONG])])
    silence = search.no_answer_probability
    reported: dict[Span | None, float] = {
        span: score * (1 - silence) for _, span, score in search.ranked()
    }
    # By windows of 45 tokens, 37 apart: the one overlap is shown twice, the other spans once.
    at = LONG.index("house that we", 160)
    blue, red = marked(LONG, "blue"), marked(LONG, "cat is red")
    shared_span = Span(at, at + len("house that we"))
    shared = Answer("house that we", shared_span)
    windows = SpanEncoder(reader.tokenizer, reader.config).windows(LONG)
    assert sum(first_holding([each], shared_span) is not None for each in windows) == 2
    pair = pair_of(ABOUT_LONG, "blue", "cat is red")
    pairs = [pair, replace(pair, chosen=Answer(""), rejected=shared)]
    trainer, batch = long_trainer(trained, pairs, output_dir=tmp_path)
    assert batch["input_ids"].shape[0] == len(windows) == 5
    found = trainer._logps(trainer.model, batch).exp().flatten().tolist()
    expected = [reported[blue.span], reported[red.span], silence, reported[shared.span]]
    assert found == pytest.approx(expected, rel=1e-4)


def test_windows_read_in_turns_have_the_gradients_of_windows_read_at_once(
    trained: Path, tmp_path: Path
) -> None:
    trainer, batch = long_trainer(
        trained, [pair_of(ABOUT_LONG, "blue", "cat is red")], output_dir=tmp_path
    )
    names = ("input_ids", "token_type_ids", "attention_mask")
    features = {name: batch[name] for name in names}
    weights = list(trainer.model.parameters())

    def gradients(at_once: int) -> list[Any]:
        start, end = read_windows(trainer.model, features, at_once)
        return list(torch.autograd.grad((start.logsumexp(0) * end.logsumexp(0)).sum(), weights))

    for turns, whole in zip(gradients(2), gradients(5), strict=True):
        torch.testing.assert_close(turns, whole, rtol=1e-4, atol=1e-5)


def test_pairs_in_a_long_passage_use_all_its_windows_and_start_from_margins_of_zero(
    trained: Path, tmp_path: Path
) -> None:
    pairs = [pair_of(ABOUT_LONG, "blue", "cat is red")]
    one = replace(SETTINGS, max_steps=1, per_device_train_batch_size=1)
    result = train_span_dpo(trained, pairs, tmp_path / "run", one, on_event=quiet)
    assert result.rows.windows == 5
    assert result.folder.report()["start_margins"]["largest"] < 1e-4
    assert figures(result.folder, "rewards/margins")[1] == pytest.approx(0.0, abs=1e-4)


def test_a_reference_of_another_definition_is_refused(
    trained: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    one = replace(SETTINGS, max_steps=1)
    folder = train_span_dpo(trained, pairs, tmp_path / "run", one, on_event=quiet).folder
    path = folder.root / "reference.json"
    known = json.loads(path.read_text())
    assert reference_of(folder, lambda: [], 0.1).definition == known.pop("definition") == 2
    path.write_text(json.dumps(known))  # as it was written before definitions had numbers
    with pytest.raises(ReferenceMismatch, match=r"of definition 2, found 1: .* Train again from"):
        reference_of(folder, lambda: [], 0.1)


def test_an_untrained_reader_and_wrong_settings_are_refused(
    trained: Path,
    pairs: list[PreferencePair],
    tmp_path: Path,
    make_span_parts: Callable[..., tuple[Any, Any]],
) -> None:
    encoder = tmp_path / "encoder"
    model, tokenizer = make_span_parts([pairs[0].context])
    model.bert.save_pretrained(encoder)
    tokenizer.save_pretrained(encoder)
    with pytest.raises(UnusableModel, match="starts from a trained reader"):
        train_span_dpo(encoder, pairs, tmp_path / "run", SETTINGS)
    with pytest.raises(InvalidSettings, match="beta should be above 0"):
        train_span_dpo(trained, pairs, tmp_path / "run", replace(SETTINGS, beta=0.0))
    kto: Any = "kto"
    with pytest.raises(InvalidSettings, match="one of sigmoid, ipo, hinge, found 'kto'"):
        train_span_dpo(trained, pairs, tmp_path / "run", replace(SETTINGS, loss_type=kto))
    assert not (tmp_path / "run").exists()


def test_the_report_says_what_became_of_the_pairs(
    trained: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    report = train_span_dpo(
        trained, pairs, tmp_path / "run", SETTINGS, on_event=quiet
    ).folder.report()
    found = report["evaluation"]["preferences"]
    assert report["start_margins"]["pairs"] == report["rows"]["kept"]
    assert found["logps_chosen"] > found["start_logps_chosen"]
    assert found["reward_accuracy"] > 0.5
    assert report["evaluation"]["warnings"] == []


def test_what_held_out_questions_teach_takes_the_place_of_what_the_start_had_learnt(
    trained: Path, pairs: list[PreferencePair], demonstrations: Rows, tmp_path: Path
) -> None:
    start = tmp_path / "start"
    shutil.copytree(trained / "model", start)
    learnt_before: dict[str, Any] = {
        "temperature": 4.0,
        "no_answer_threshold": 0.9,
        "no_answer_scale": 0.1,
    }
    replace(SpanReaderConfig.load(start), **learnt_before).save(start)
    one = replace(SETTINGS, max_steps=1, learning_rate=1e-6)
    answerable = [replace(row, id=f"{row.id} {n}") for n in range(3) for row in demonstrations]
    silent = [replace(row, id=f"no {row.id}", answers=()) for row in answerable]

    def reading(name: str, held_out: Rows, settings: SpanDPOSettings) -> Mapping[str, Any]:
        folder = train_span_dpo(
            start, pairs, tmp_path / name, settings, held_out=held_out, on_event=quiet
        ).folder
        report = folder.report()
        assert report["reading"] == asdict(SpanReaderConfig.load(folder.model_dir))
        assert ("tuning" in report["evaluation"]) == (name in ("all", "answerable"))
        assert report["evaluation"]["preferences"]
        return {entry: report["reading"][entry] for entry in learnt_before}

    for name, held_out, settings in (
        ("none", [], one),
        ("few", demonstrations, one),
        ("untuned", [*answerable, *silent], replace(one, tune=False)),
    ):
        assert reading(name, held_out, settings) == learnt_before
    # 72 of a kind teach it: first the temperature alone, then all three.
    sure = reading("answerable", answerable, one)
    assert sure == {**learnt_before, "temperature": sure["temperature"]}
    everything = reading("all", [*answerable, *silent], one)
    assert all(everything[entry] != before for entry, before in learnt_before.items())


def test_a_reader_that_forgets_is_told_of_though_its_rewards_look_well() -> None:
    before = [ReferenceLogps(-1.0, -1.0), ReferenceLogps(-1.0, -2.0)]
    after = [ReferenceLogps(-2.0, -5.0), ReferenceLogps(-3.0, -3.0)]
    # Margins: 0.5 * ((-2 + 1) - (-5 + 1)) = 1.5 and 0.5 * ((-3 + 1) - (-3 + 2)) = -0.5.
    found = against_reference(before, after, beta=0.5)
    assert (found["reward_accuracy"], found["reward_margin"]) == (0.5, 0.5)
    (warning,) = displaced(found, remedy="Rest.")
    assert "fell from -1.000 to -2.500, though the reward accuracy is 0.50" in warning
    assert displaced(against_reference(before, before, beta=0.5), remedy="") == []

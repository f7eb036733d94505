"""Held-out questions while a generative reader is trained: asked at intervals, stopped by."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

import torch
from accelerate.utils import broadcast_object_list
from peft import PeftModel
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import InvalidSettings
from goldspan.evaluation.squad import score
from goldspan.reader.generation import Generator
from goldspan.reader.generative import GenerativeReader
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.prompting import Prompter
from goldspan.run.folder import RunFolder
from goldspan.training.events import RunEvents
from goldspan.training.generative_rows import IGNORED, demonstration_rows
from goldspan.training.generative_settings import GenerativeSettings
from goldspan.training.held_out import read_held_out

Figures = dict[str, float]
SHUFFLED_BY = 0
"""Seed of which held-out questions are asked: the same ones in every run."""


class Quiz:
    """Asks a model that is being trained, and leaves it as it was.

    Args:
        model: a causal language model, with or without adapters.
        tokenizer: its tokenizer.
        template: how questions are put.
        config: lengths.
        questions: with their gold answers; at least one.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        template: PromptTemplate,
        config: GenerativeReaderConfig,
        questions: Sequence[Demonstration],
    ) -> None:
        # Adapters work inside the model's own layers; the model itself may share prefixes.
        self._model = model.get_base_model() if isinstance(model, PeftModel) else model
        self._tokenizer = tokenizer
        self._template = template
        self._config = config
        self._questions = questions
        self._rows, _ = demonstration_rows(questions, Prompter(tokenizer, template, config))

    @torch.no_grad()
    def __call__(self) -> Figures:
        """Return exact match and F1 (0 to 1), and the loss of the gold answers (nats a token).

        The loss is that of training: of each question's gold answer in its window, its end
        included; it is missing where no gold answer could be learnt from.
        """
        training, defaults = self._model.training, self._model.generation_config
        try:
            reader = GenerativeReader(self._model, self._tokenizer, self._template, self._config)
            answers = reader.answer_many([(q.question_text, [q.context]) for q in self._questions])
            return {**self._scores(answers), **self._loss()}
        finally:
            self._model.generation_config = defaults
            self._model.train(training)

    def _scores(self, answers: Sequence[Sequence[Any]]) -> Figures:
        said = {
            question.id: found[0].text
            for question, found in zip(self._questions, answers, strict=True)
            if found
        }
        scores = score(self._questions, said)
        return {
            "exact_match": fmean(one.exact_match for one in scores),
            "f1": fmean(one.f1 for one in scores),
        }

    def _loss(self) -> Figures:
        cuts = [sum(label == IGNORED for label in row["labels"]) for row in self._rows]
        prompts = [row["input_ids"][:cut] for row, cut in zip(self._rows, cuts, strict=True)]
        said = [row["input_ids"][cut:] for row, cut in zip(self._rows, cuts, strict=True)]
        tokens = sum(map(len, said))
        if not tokens:
            return {}
        asking = Generator(self._model, self._tokenizer, self._config.max_new_tokens, 16)
        return {"loss": -sum(asking.logps(prompts, said)) / tokens}


def require_held_out(settings: GenerativeSettings, held_out: Sequence[Demonstration]) -> None:
    """Refuse to stop by questions that are not there.

    Raises:
        InvalidSettings: if early stopping is asked for without held-out questions.
    """
    if settings.early_stopping_patience and not held_out:
        raise InvalidSettings(
            "early_stopping_patience needs held-out questions: pass train_size, such as 0.8"
        )


def watchers_of(
    folder: RunFolder,
    settings: GenerativeSettings,
    events: RunEvents,
    quiz: Callable[[Sequence[Demonstration]], Quiz],
) -> list[TrainerCallback]:
    """Return what asks a run's held-out questions at intervals; nothing where that is not wanted.

    Args:
        folder: the run's, with its held-out questions.
        settings: how often, and how many.
        events: where the figures go, as ``held_out`` events.
        quiz: makes what asks some questions.
    """
    questions = read_held_out(folder)
    if not settings.eval_steps or not questions:
        return []
    random.Random(SHUFFLED_BY).shuffle(questions)

    def tell(step: int, figures: Mapping[str, float], best: bool) -> None:
        events("held_out", step=step, best=best, **figures)

    measure = quiz(questions[: settings.eval_questions])
    return [WatchHeldOut(measure, tell, settings.eval_steps, settings.early_stopping_patience)]


class WatchHeldOut(TrainerCallback):
    """Measures at intervals, and ends a training that has stopped gaining F1.

    The best checkpoint is kept, whatever ``save_total_limit`` is, and named in the trainer's
    state as ``best_model_checkpoint``.

    Args:
        measure: the figures; asked on the first process alone.
        tell: gets the step, the figures, and whether they are the best so far.
        every: optimiser steps from one measurement to the next; below 1 it is a share of the run.
        patience: measurements without a gain in F1, and in exact match at equal F1, after which
            the training ends; 0 never ends it.
    """

    def __init__(
        self,
        measure: Callable[[], Figures],
        tell: Callable[[int, Mapping[str, float], bool], None],
        every: float,
        patience: int,
    ) -> None:
        self._measure = measure
        self._tell = tell
        self._every = every
        self._patience = patience

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Measure, if it is time to."""
        every = round(self._every * state.max_steps) if self._every < 1 else round(self._every)
        every = max(1, every)
        if state.global_step % every and state.global_step < state.max_steps:
            return
        found: list[Figures | None] = [self._measure() if state.is_world_process_zero else None]
        # All processes have to end together; the others wait here.
        (figures,) = broadcast_object_list(found)
        assert figures is not None
        value = figures["f1"] + 1e-6 * figures["exact_match"]
        best = state.best_metric is None or value > state.best_metric
        if best:
            state.best_metric = value
            state.best_global_step = state.global_step
            if self._patience:
                state.best_model_checkpoint = f"{args.output_dir}/checkpoint-{state.global_step}"
                control.should_save = True
        if state.is_world_process_zero:
            self._tell(state.global_step, figures, best)
        behind = state.global_step - (state.best_global_step or 0)
        if self._patience and behind >= self._patience * every:
            control.should_training_stop = True

"""The generative reader: writes the answer after a prompt."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from goldspan.domain.normalise import normalise_answer
from goldspan.domain.prompt import TEMPLATE_FILE, PromptTemplate
from goldspan.domain.span import Span
from goldspan.errors import UnusableModel
from goldspan.reader.base import OnProgress, ReaderAnswer
from goldspan.reader.generation import Completion, Generator
from goldspan.reader.generative_config import GenerativeReaderConfig, length_limit
from goldspan.reader.model_folder import SAFE_LOADING, load_tokenizer, loading, resolve_model
from goldspan.reader.prompting import Prompter, Window

QUESTIONS_AT_ONCE = 256
"""Questions whose prompts are sorted by length together."""
PROPOSED_AT_ONCE = 32
"""Questions for which candidates are drawn together; neighbours share their passage."""
BEAMS = 8
SAMPLES_AT_ONCE = 8
TEMPERATURES = (1.0, 1.3, 1.7)
"""One round of samples each, while a question has too few candidates."""

Question = tuple[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a prompt comes from: a question's number, a context's, a window of that."""

    question: int
    context_index: int
    window: Window


@dataclass(frozen=True, slots=True)
class _Draft:
    place: _Place
    completion: Completion
    answer: ReaderAnswer


class GenerativeReader:
    """Answers questions with what a causal language model writes.

    Every window of every context is read by itself; the answer is what the model writes, token
    by likeliest token, where it is surest. Its score is the probability of that writing, end
    included. "Not answerable" is said only if no window brings an answer.

    Args:
        model: a causal language model; it is put into evaluation mode.
        tokenizer: its fast tokenizer.
        template: what it was trained with.
        config: lengths; longer inputs than the model takes are lowered.
        name: names the reader to people.
        batch_size: prompts in one batch at most.

    Raises:
        UnusableModel: if the tokenizer is not a fast one or has no end token.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        template: PromptTemplate,
        config: GenerativeReaderConfig | None = None,
        name: str = "generative",
        batch_size: int = 16,
    ) -> None:
        self.name = name
        self.model = model
        self.template = template
        self.config = (config or GenerativeReaderConfig()).limited_to(
            length_limit(model, tokenizer)
        )
        self._prompter = Prompter(tokenizer, template, self.config)
        self._generator = Generator(model, tokenizer, self.config.max_new_tokens, batch_size)

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path,
        *,
        device: str | None = None,
        template: PromptTemplate | None = None,
        batch_size: int = 16,
    ) -> GenerativeReader:
        """Load a run's, a folder's or the hub's model.

        Args:
            model: a run's folder, a Hugging Face folder, or a hub id.
            device: a torch device; None takes CUDA where there is one.
            template: in place of the checkpoint's.
            batch_size: prompts in one batch at most.

        Raises:
            UnusableModel: if it may not be loaded, or has no template and none was given.
        """
        source = resolve_model(model)
        template = template or saved_template(Path(source))
        if template is None:
            raise UnusableModel(
                f"{source!r} has no {TEMPLATE_FILE}, so that nobody knows with what prompt it was "
                "trained. Train it with Goldspan, or pass template=PromptTemplate(...)",
                model=source,
            )
        tokenizer = load_tokenizer(source)
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        # Half precision is emulated on a CPU, and many times slower.
        dtype = torch.float32 if device == "cpu" else "auto"
        with loading(source):
            loaded = AutoModelForCausalLM.from_pretrained(source, dtype=dtype, **SAFE_LOADING)
        config = GenerativeReaderConfig.load(Path(source))
        return cls(loaded.to(device), tokenizer, template, config, str(model), batch_size)

    def answer(
        self, question_text: str, contexts: Sequence[str], top_k: int = 1
    ) -> list[ReaderAnswer]:
        """Answer one question; see ``Reader``."""
        return self.answer_many([(question_text, contexts)], top_k)[0]

    def answer_many(
        self,
        questions: Sequence[Question],
        top_k: int = 1,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Answer many questions, prompts of like length together; see ``Reader``.

        Past the first answer come those of the other windows and those of a beam search in the
        first answer's window, the likeliest first.
        """
        if top_k < 1:
            raise ValueError(f"top_k should be at least 1, found {top_k}")
        if top_k == 1:
            return [[_best(drafts)] for drafts in self._read(questions, on_progress)]
        answers = []
        for question, drafts in zip(questions, self._read(questions), strict=True):
            answers.append(_first_then_likeliest(drafts, self._beams(question, drafts))[:top_k])
            if on_progress is not None:
                on_progress(1)
        return answers

    def propose(
        self,
        questions: Sequence[Question],
        k: int,
        *,
        seed: int = 0,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Give each question its answer and, up to k, answers drawn in that answer's window."""
        proposed: list[list[ReaderAnswer]] = []
        for first in range(0, len(questions), PROPOSED_AT_ONCE):
            some = questions[first : first + PROPOSED_AT_ONCE]
            proposed += self._propose(some, k, seed + len(TEMPERATURES) * first)
            if on_progress is not None:
                on_progress(len(some))
        return proposed

    def _propose(
        self, questions: Sequence[Question], k: int, seed: int
    ) -> list[list[ReaderAnswer]]:
        drafts = list(self._read(questions))
        found = [[_best(mine)] for mine in drafts]
        for round_number, temperature in enumerate(TEMPERATURES):
            short = [i for i, mine in enumerate(drafts) if mine and len(found[i]) < k]
            places = [_winner(drafts[i]) for i in short]
            drawn = self._generator.samples(
                [
                    self._prompter.prompt(questions[i][0], place.window)
                    for i, place in zip(short, places, strict=True)
                ],
                max(SAMPLES_AT_ONCE, k),
                temperature=temperature,
                seeds=[seed + len(TEMPERATURES) * i + round_number for i in short],
            )
            for i, place, completions in zip(short, places, drawn, strict=True):
                drafted = [self._draft(place, one, questions[i][1]) for one in completions]
                found[i] = _distinct([*found[i], *(draft.answer for draft in drafted)])
        return [answers[:k] for answers in found]

    def completions(self, questions: Sequence[Question]) -> list[list[Completion]]:
        """Return what the model writes in every window of each question, unread.

        For checks of a fresh checkpoint: an empty text and one that never ends show here.
        """
        return [[draft.completion for draft in drafts] for drafts in self._read(questions)]

    def text_of(self, completion: Completion) -> str:
        """Return a completion as the model wrote it."""
        return self._prompter.decode(completion.ids)

    def _read(
        self, questions: Sequence[Question], on_progress: OnProgress | None = None
    ) -> Iterator[list[_Draft]]:
        """Yield each question's drafts, one a window."""
        for first in range(0, len(questions), QUESTIONS_AT_ONCE):
            some = questions[first : first + QUESTIONS_AT_ONCE]
            places = [
                _Place(number, index, window)
                for number, (_, contexts) in enumerate(some)
                for index, context in enumerate(contexts)
                for window in self._prompter.windows(context)
            ]
            unread = len(some) - len({place.question for place in places})
            if unread and on_progress is not None:
                on_progress(unread)
            prompts = [self._prompter.prompt(some[at.question][0], at.window) for at in places]
            written = self._generator.greedy(prompts, _counting(places, on_progress))
            drafts: list[list[_Draft]] = [[] for _ in some]
            for place, completion in zip(places, written, strict=True):
                contexts = some[place.question][1]
                drafts[place.question].append(self._draft(place, completion, contexts))
            yield from drafts

    def _beams(self, question: Question, drafts: Sequence[_Draft]) -> list[_Draft]:
        if not drafts:
            return []
        place = _winner(drafts)
        found = self._generator.beams(self._prompter.prompt(question[0], place.window), BEAMS)
        return [self._draft(place, one, question[1]) for one in found]

    def _draft(self, place: _Place, completion: Completion, contexts: Sequence[str]) -> _Draft:
        text = self._prompter.read(completion.ids)
        window = place.window
        start = -1
        if text and window.text:
            end = window.start + len(window.text)
            start = contexts[place.context_index].find(text, window.start, end)
        answer = ReaderAnswer(
            text=text,
            span=Span(start, start + len(text)) if start >= 0 else None,
            context_index=place.context_index if start >= 0 else None,
            score=min(1.0, math.exp(completion.logp)),
        )
        return _Draft(place, completion, answer)


def saved_template(folder: Path) -> PromptTemplate | None:
    """Return the template that lies beside a model, or None."""
    path = folder / TEMPLATE_FILE
    return PromptTemplate.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def _winner(drafts: Sequence[_Draft]) -> _Place:
    """Return where the surest answer was written; "not answerable" only if all say so."""
    return max(drafts, key=lambda draft: (bool(draft.answer.text), draft.answer.score)).place


def _ranked(drafts: Sequence[_Draft]) -> list[ReaderAnswer]:
    """Return the drafts' distinct answers, the likeliest first, "not answerable" last.

    A passage is not answerable if none of its windows is: what one window says of itself counts
    for the passage only where all of them say it.
    """
    texts = [draft.answer for draft in drafts if draft.answer.text]
    silent = [draft.answer.score for draft in drafts if not draft.answer.text]
    ranked = sorted(texts, key=lambda answer: -answer.score)
    if silent:
        score = 0.0 if texts else min(silent)
        ranked.append(ReaderAnswer("", None, None, score))
    return _distinct(ranked)


def _best(drafts: Sequence[_Draft]) -> ReaderAnswer:
    ranked = _ranked(drafts)
    return ranked[0] if ranked else ReaderAnswer("", None, None, 0.0)


def _first_then_likeliest(drafts: Sequence[_Draft], others: Sequence[_Draft]) -> list[ReaderAnswer]:
    rest = [*_ranked(drafts)[1:], *(draft.answer for draft in others)]
    return _distinct([_best(drafts), *sorted(rest, key=lambda answer: -answer.score)])


def _distinct(answers: Sequence[ReaderAnswer]) -> list[ReaderAnswer]:
    """Keep the first of answers that count as the same."""
    kept: dict[str, ReaderAnswer] = {}
    for answer in answers:
        # An answer such as "the" normalises to nothing, and is an answer all the same.
        kept.setdefault(normalise_answer(answer.text) or answer.text, answer)
    return list(kept.values())


def _counting(
    places: Sequence[_Place], on_progress: OnProgress | None
) -> Callable[[Sequence[int]], None]:
    """Turn "these prompts are done" into "so many questions are done"."""
    left = Counter(place.question for place in places)

    def done(prompts: Sequence[int]) -> None:
        finished = 0
        for each in prompts:
            left[places[each].question] -= 1
            finished += left[places[each].question] == 0
        if finished and on_progress is not None:
            on_progress(finished)

    return done

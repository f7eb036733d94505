"""The span reader: marks the answer in its passage."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForQuestionAnswering

from goldspan.domain.normalise import normalise_answer
from goldspan.domain.span import Span, find_all
from goldspan.errors import UnusableModel
from goldspan.reader.base import Assessment, OnProgress, ReaderAnswer
from goldspan.reader.encoding import EncodedWindow, SpanEncoder
from goldspan.reader.forward import Forward
from goldspan.reader.model_folder import (
    SAFE_LOADING,
    check_model_folder,
    load_tokenizer,
    loading,
    resolve_model,
)
from goldspan.reader.packed import packed_copy
from goldspan.reader.span_config import SpanReaderConfig, length_limit
from goldspan.reader.span_search import SpanSearch, WindowLogits, tidied

# Questions whose windows are sorted by length together.
QUESTIONS_AT_ONCE = 128

# What a draft leaves nearly level is read again, in nats. Of 300 questions a bfloat16 draft turned
# the best answer of five, none of which led by more than 0.031; 99 of 100 of its leads are nearer
# than 0.13 to those of float32 (docs/experiments.md).
CLEAR_LEAD = 0.05
CLEAR_SILENCE = 0.1

# Then a window is read again where a span in it is within so many nats of the best one, or its "not
# answerable" of the least: six times the largest error of a draft that was measured.
ANY_CHANCE = 1.0

Question = tuple[str, Sequence[str]]

# The index of its context, and the model's input.
Window = tuple[int, EncodedWindow]


class SpanReader:
    """Answers questions with spans of their contexts.

    Args:
        model: a model with a question-answering head; it is put into evaluation mode.
        tokenizer: its fast tokenizer.
        config: how passages are cut and read; longer inputs than the model takes are lowered.
        name: names the reader to people.
        draft: a quicker copy of the model that reads everything first; the model itself reads
            again what the draft leaves nearly level. None reads with the model alone.
        packed: whether to read, on a CPU, with a copy whose weights are laid out for it.

    Raises:
        UnusableModel: if the tokenizer is not a fast one.
        InvalidInput: if ``packed`` is set for what cannot be packed.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        config: SpanReaderConfig | None = None,
        name: str = "span",
        draft: Any | None = None,
        packed: bool = False,
    ) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise UnusableModel(
                f"a span reader needs a fast tokenizer, found {type(tokenizer).__name__}"
            )
        self.name = name
        self.model = model.eval()
        self.tokenizer = tokenizer
        self._configure(config or SpanReaderConfig())
        prepared = packed_copy if packed else _as_it_is
        self._forward = Forward(prepared(self.model), tokenizer)
        self._draft = None if draft is None else Forward(prepared(draft.eval()), tokenizer)

    def _configure(self, config: SpanReaderConfig) -> None:
        self.config = config.limited_to(length_limit(self.model, self.tokenizer))
        self._encoder = SpanEncoder(self.tokenizer, self.config)

    @classmethod
    def load(
        cls,
        model: str | Path,
        *,
        device: str | None = None,
        tokenizer: Any | None = None,
        dtype: str | None = None,
        packed: bool = False,
        draft: str | None = None,
    ) -> SpanReader:
        """Load a run's, a folder's or the hub's model.

        Args:
            model: the folder or hub id.
            device: a torch device; None takes CUDA where there is one.
            tokenizer: an object, a folder or a hub id; None takes the model's own.
            dtype: of the weights, such as ``bfloat16``; None takes float32. Half precision pays
                on a GPU; scores then have two or three good digits.
            packed: whether linear layers are laid out once for the CPU, in memory of their own:
                it then reads 1.1 times as fast (docs/experiments.md); logits differ by rounding.
            draft: dtype of a copy of the model that reads everything first, such as
                ``bfloat16``: on a CPU that computes in it (AVX512_BF16, AMX) it takes half the
                time. Where its two best answers, or its best answer and silence, are nearly
                level, the model reads again, so answers are the model's but for about three in a
                thousand; scores of the others are the draft's, with two or three good digits.

        Raises:
            UnusableModel: if it is not a model that may be loaded, or has no trained head.
            InvalidInput: if ``packed`` is set for what cannot be packed.
        """
        source = resolve_model(model)
        if Path(source).is_dir():
            check_model_folder(Path(source), tokenizer=tokenizer is None)
        if tokenizer is None or isinstance(tokenizer, str | Path):
            tokenizer = load_tokenizer(str(tokenizer or source))
        with loading(source):
            loaded, info = AutoModelForQuestionAnswering.from_pretrained(
                source, output_loading_info=True, **SAFE_LOADING
            )
        if info["missing_keys"]:
            raise UnusableModel(
                f"{source!r} has no trained question-answering head "
                f"({', '.join(sorted(info['missing_keys']))} are missing); train it first",
                model=source,
            )
        loaded.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        loaded.to(getattr(torch, dtype) if dtype else torch.float32)
        quick = copy.deepcopy(loaded).to(getattr(torch, draft)) if draft else None
        config = SpanReaderConfig.load(Path(source))
        return cls(loaded, tokenizer, config, str(model), quick, packed)

    def configured(self, **changes: Any) -> SpanReader:
        """Return a reader with the same model that cuts or searches otherwise."""
        other = copy.copy(self)
        other._configure(replace(self.config, **changes))
        return other

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
        """Answer many questions, windows of like length together; see ``Reader``."""
        if top_k < 1:
            raise ValueError(f"top_k should be at least 1, found {top_k}")
        return [
            list(islice(self._answers(contexts, search), top_k))
            for contexts, search in self.searches(questions, on_progress)
        ]

    def searches(
        self, questions: Sequence[Question], on_progress: OnProgress | None = None
    ) -> Iterator[tuple[Sequence[str], SpanSearch]]:
        """Read many questions; yield the contexts of each with all its spans, in their order."""
        for first in range(0, len(questions), QUESTIONS_AT_ONCE):
            some = questions[first : first + QUESTIONS_AT_ONCE]
            for (_, contexts), search in zip(some, self._searches(some), strict=True):
                yield contexts, search
            if on_progress is not None:
                on_progress(len(some))

    def _searches(self, questions: Sequence[Question]) -> list[SpanSearch]:
        windows = self._windows(questions)
        if self._draft is None:
            return [self._search(read) for read in self._read(self._forward, windows)]
        drafted = self._read(self._draft, windows)
        found = [self._search(read) for read in drafted]
        silence = self.config.no_answer_threshold is not None
        again = [
            [] if self._clear(search) else search.windows_within(ANY_CHANCE, silence)
            for search in found
        ]
        level = [
            [mine[place] for place in places] for mine, places in zip(windows, again, strict=True)
        ]
        for number, read in enumerate(self._read(self._forward, level)):
            if read:
                for place, logits in zip(again[number], read, strict=True):
                    drafted[number][place] = logits
                found[number] = self._search(drafted[number])
        return found

    def _clear(self, search: SpanSearch) -> bool:
        """Whether small errors of the logits could not change the answer."""
        threshold = self.config.no_answer_threshold
        if threshold is not None and 0.0 < threshold < 1.0:
            odds = math.log(threshold / (1.0 - threshold))
            # What the model's logits are off by is scaled along with them.
            if abs(search.no_answer_logit - odds) < CLEAR_SILENCE * self.config.no_answer_scale:
                return False
        return search.lead() >= CLEAR_LEAD

    def assess_many(
        self, questions: Sequence[Question], on_progress: OnProgress | None = None
    ) -> list[Assessment]:
        """Say of many questions what the reader thinks, whatever its threshold says."""
        return [
            self.assess(contexts, search)
            for contexts, search in self.searches(questions, on_progress)
        ]

    def assess(self, contexts: Sequence[str], search: SpanSearch) -> Assessment:
        """Say what the reader thinks of one question that it has read."""
        answer = next(self._answers(contexts, search))
        two = list(islice(self._distinct_spans(contexts, search), 2))
        best = two[0] if two else answer
        scores = [each.score for each in two] + [0.0, 0.0]
        raw = search.best_probability(1.0)
        if self.config.no_answer_threshold is not None:
            raw *= 1.0 - search.no_answer_probability
        return Assessment(
            answer=answer,
            best=best,
            no_answer=search.no_answer_probability,
            raw_score=raw if answer.text else answer.score,
            gap=scores[0] - scores[1],
        )

    def propose(
        self,
        questions: Sequence[Question],
        k: int,
        *,
        seed: int = 0,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Give the k best spans with distinct texts; nothing is drawn, ``seed`` has no effect."""
        return self.answer_many(questions, k, on_progress)

    def _answers(self, contexts: Sequence[str], search: SpanSearch) -> Iterator[ReaderAnswer]:
        """Yield distinct answers, best first; "not answerable" only if the reader knows it."""
        threshold = self.config.no_answer_threshold
        spans = self._distinct_spans(contexts, search)
        if threshold is None:
            first = next(spans, ReaderAnswer("", None, None, 0.0))
            yield first
            yield from spans
            return
        nothing = search.no_answer_probability
        unsaid = ReaderAnswer("", None, None, nothing)
        said = nothing > threshold
        if said:
            yield unsaid
        for rank, answer in enumerate(spans):
            scaled = replace(answer, score=answer.score * (1.0 - nothing))
            # The first place is the threshold's to give; below it, scores decide.
            if not said and rank > 0 and nothing > scaled.score:
                said = True
                yield unsaid
            yield scaled
        if not said:
            yield unsaid

    def _distinct_spans(
        self, contexts: Sequence[str], search: SpanSearch
    ) -> Iterator[ReaderAnswer]:
        seen = set()
        for index, place, probability in search.ranked():
            span = tidied(contexts[index], place)
            if span is None:
                continue
            text = span.of(contexts[index])
            # An answer such as "the" normalises to nothing, and is an answer all the same.
            key = normalise_answer(text) or text
            if key not in seen:
                seen.add(key)
                yield ReaderAnswer(text, span, index, probability, _places(contexts, index, span))

    def _windows(self, questions: Sequence[Question]) -> list[list[Window]]:
        """Cut and encode all contexts; the windows of each question."""
        places = []
        pairs = []
        for number, (question_text, contexts) in enumerate(questions):
            for index, context in enumerate(contexts):
                for window in self._encoder.windows(context):
                    places.append((number, index))
                    pairs.append((question_text, context, window))
        windows: list[list[Window]] = [[] for _ in questions]
        for (number, index), encoded in zip(places, self._encoder.encode(pairs), strict=True):
            windows[number].append((index, encoded))
        return windows

    def _read(
        self, forward: Forward, windows: Sequence[Sequence[Window]]
    ) -> list[list[WindowLogits]]:
        """Run a model over the windows of many questions."""
        logits = iter(forward([encoded for mine in windows for _, encoded in mine]))
        return [
            [_logits_of(encoded, index, *next(logits)) for index, encoded in mine]
            for mine in windows
        ]

    def _search(self, read: Sequence[WindowLogits]) -> SpanSearch:
        config = self.config
        return SpanSearch(
            read,
            config.max_answer_length,
            config.align_to_words,
            config.temperature,
            config.no_answer_scale,
            config.no_answer_offset,
        )


def _as_it_is(model: Any) -> Any:
    return model


def _places(contexts: Sequence[str], index: int, span: Span) -> tuple[tuple[int, Span], ...]:
    """Return every place where a span's text stands as words of its own, its own place first."""
    text = span.of(contexts[index])
    found = [(index, span)]
    for number, context in enumerate(contexts):
        for place in find_all(context, text):
            own = (number, place) == (index, span)
            if not own and not _inside_word(context, place):
                found.append((number, place))
    return tuple(found)


def _inside_word(text: str, span: Span) -> bool:
    before, after = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
    begins = before.isalnum() and text[span.start].isalnum()
    return begins or (after.isalnum() and text[span.end - 1].isalnum())


def _logits_of(
    window: EncodedWindow, context_index: int, start: torch.Tensor, end: torch.Tensor
) -> WindowLogits:
    inside = slice(window.first, window.first + len(window.offsets))
    at = window.no_answer
    return WindowLogits(
        window=window,
        context_index=context_index,
        start=start[inside],
        end=end[inside],
        no_answer=float(start[at] + end[at]),
    )

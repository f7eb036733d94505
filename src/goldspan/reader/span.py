"""The span reader: marks the answer in its passage."""

from __future__ import annotations

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
from goldspan.reader.model_folder import (
    SAFE_LOADING,
    check_model_folder,
    load_tokenizer,
    loading,
    resolve_model,
)
from goldspan.reader.padding import pad
from goldspan.reader.span_config import SpanReaderConfig, length_limit
from goldspan.reader.span_search import SpanSearch, WindowLogits, tidied

# Questions whose windows are sorted by length together, and tokens (padding included) of one
# forward pass.
QUESTIONS_AT_ONCE = 128
TOKENS_AT_ONCE = {"cpu": 4096, "cuda": 65_536}

Question = tuple[str, Sequence[str]]


class SpanReader:
    """Answers questions with spans of their contexts.

    Args:
        model: a model with a question-answering head; it is put into evaluation mode.
        tokenizer: its fast tokenizer.
        config: how passages are cut and read; longer inputs than the model takes are lowered.
        name: names the reader to people.

    Raises:
        UnusableModel: if the tokenizer is not a fast one.
    """

    def __init__(
        self, model: Any, tokenizer: Any, config: SpanReaderConfig | None = None, name: str = "span"
    ) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise UnusableModel(
                f"a span reader needs a fast tokenizer, found {type(tokenizer).__name__}"
            )
        self.name = name
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.config = (config or SpanReaderConfig()).limited_to(length_limit(model, tokenizer))
        self._encoder = SpanEncoder(tokenizer, self.config)

    @classmethod
    def load(
        cls,
        model: str | Path,
        *,
        device: str | None = None,
        tokenizer: Any | None = None,
        dtype: str | None = None,
        compiled: bool = False,
    ) -> SpanReader:
        """Load a run's, a folder's or the hub's model.

        Args:
            model: the folder or hub id.
            device: a torch device; None takes CUDA where there is one.
            tokenizer: an object, a folder or a hub id; None takes the model's own.
            dtype: of the weights, such as ``bfloat16``; None takes float32. Half precision pays
                on a GPU; scores then have two or three good digits.
            compiled: whether torch compiles the model. It takes a minute and a C++ compiler, and
                pays over tens of thousands of questions.

        Raises:
            UnusableModel: if it is not a model that may be loaded, or has no trained head.
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
        if compiled:
            loaded.compile(dynamic=True)
        return cls(loaded, tokenizer, SpanReaderConfig.load(Path(source)), name=str(model))

    def configured(self, **changes: Any) -> SpanReader:
        """Return a reader with the same model that cuts or searches otherwise."""
        return SpanReader(self.model, self.tokenizer, replace(self.config, **changes), self.name)

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
        config = self.config
        for first in range(0, len(questions), QUESTIONS_AT_ONCE):
            some = questions[first : first + QUESTIONS_AT_ONCE]
            for (_, contexts), windows in zip(some, self._read(some), strict=True):
                yield (
                    contexts,
                    SpanSearch(
                        windows,
                        config.max_answer_length,
                        config.align_to_words,
                        config.temperature,
                    ),
                )
            if on_progress is not None:
                on_progress(len(some))

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

    def _read(self, questions: Sequence[Question]) -> list[list[WindowLogits]]:
        """Run the model over every window of the questions; one list a question."""
        places = []
        pairs = []
        for number, (question_text, contexts) in enumerate(questions):
            for index, context in enumerate(contexts):
                for window in self._encoder.windows(context):
                    places.append((number, index))
                    pairs.append((question_text, context, window))
        encoded = self._encoder.encode(pairs)
        read: list[list[WindowLogits]] = [[] for _ in questions]
        for batch in self._batches(encoded):
            logits = self._forward([encoded[each] for each in batch])
            for each, (start, end) in zip(batch, logits, strict=True):
                number, index = places[each]
                read[number].append(_logits_of(encoded[each], index, start, end))
        return read

    def _batches(self, encoded: Sequence[EncodedWindow]) -> Iterator[list[int]]:
        """Yield places in ``encoded``, longest first, each batch within the token limit."""
        limit = TOKENS_AT_ONCE.get(self.model.device.type, TOKENS_AT_ONCE["cuda"])
        order = sorted(range(len(encoded)), key=lambda each: -encoded[each].length)
        while order:
            size = max(1, limit // encoded[order[0]].length)
            yield order[:size]
            order = order[size:]

    @torch.inference_mode()
    def _forward(self, windows: Sequence[EncodedWindow]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        batch = pad(self.tokenizer, [window.features for window in windows])
        output = self.model(**{name: value.to(self.model.device) for name, value in batch.items()})
        starts, ends = output.start_logits.float().cpu(), output.end_logits.float().cpu()
        return list(zip(starts, ends, strict=True))


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

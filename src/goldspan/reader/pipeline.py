"""``pipeline("question-answering")`` as transformers had it until 5.2: the same call, same result.

Three things are better than they were. Scores of one question's answers come from one softmax over
all windows, so they can be compared and add up to at most 1. Answers are distinct after SQuAD's
normalisation. Many questions are read together, windows of like length in one batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goldspan.errors import InvalidInput
from goldspan.reader.base import ReaderAnswer
from goldspan.reader.model_folder import load_tokenizer
from goldspan.reader.span import SpanReader

TASK = "question-answering"
DEFAULT_MODEL = "distilbert/distilbert-base-cased-distilled-squad"

_OPTIONS: dict[str, Any] = {
    "top_k": 1,
    "doc_stride": None,
    "max_answer_len": None,
    "max_seq_len": None,
    "max_question_len": None,
    "handle_impossible_answer": False,
    "align_to_words": True,
    "topk": None,
    "batch_size": None,
    "num_workers": None,
    "padding": None,
}
"""Names and defaults of what a call may say beside question and context."""

_WITHOUT_EFFECT = {"topk", "batch_size", "num_workers", "padding"}

Result = dict[str, Any]


def pipeline(
    task: str,
    model: str | Path | Any = DEFAULT_MODEL,
    tokenizer: str | Path | Any | None = None,
    *,
    device: int | str | None = None,
    **options: Any,
) -> QuestionAnswerer:
    """Make a callable that answers questions from contexts.

    Args:
        task: ``question-answering``.
        model: a run's folder, a Hugging Face folder, a hub id, or a model object.
        tokenizer: an object, a folder or a hub id; None takes the model's own.
        device: a torch device, or a CUDA device's number, -1 for the CPU; None takes CUDA where
            there is one.
        options: defaults of every call; see ``QuestionAnswerer``.

    Raises:
        InvalidInput: if it is another task, or an option is out of range.
        UnusableModel: if the model may not be loaded or does not mark spans.
    """
    if task != TASK:
        raise InvalidInput(
            f"goldspan.pipeline knows the task {TASK!r} only, found {task!r}; "
            "for other tasks use transformers.pipeline",
            task=task,
        )
    return QuestionAnswerer(_reader(model, tokenizer, _torch_device(device)), **options)


class QuestionAnswerer:
    """Answers questions, one or many, in transformers' shape.

    A call takes ``question=`` and ``context=`` (texts, or lists of them; one context serves many
    questions), or mappings with those two keys, which may be given as ``data=``. One question with
    ``top_k`` 1 gives ``{"score", "start", "end", "answer"}``, with more a list of them; a list of
    questions gives a list of that.

    Args:
        reader: who reads.
        top_k: answers at most, >= 1.
        doc_stride: tokens that neighbouring windows share; None takes the reader's.
        max_answer_len: tokens of an answer at most; None takes the reader's, 30 where it was
            not trained here (transformers took 15).
        max_seq_len: tokens of question and window together; None takes the reader's.
        max_question_len: tokens kept of a question; None takes the reader's.
        handle_impossible_answer: whether the empty answer competes with the others.
        align_to_words: whether answers are widened to whole words.
        topk: what ``top_k`` was once called.
        batch_size, num_workers, padding: known for the sake of old calls, without effect: windows
            of like length share a batch, whatever question they belong to.
    """

    def __init__(self, reader: SpanReader, **options: Any) -> None:
        self._reader = reader
        self._options = options
        _checked(**options)

    def __call__(
        self,
        *inputs: Any,
        data: Any | None = None,
        question: str | Sequence[str] | None = None,
        context: str | Sequence[str] | None = None,
        **options: Any,
    ) -> Result | list[Result] | list[list[Result]]:
        """Answer.

        Raises:
            InvalidInput: if a question or context is missing or empty, or an option is wrong.
        """
        pairs, single = _pairs(inputs if data is None else (data,), question, context)
        top_k, impossible, changes = _checked(**{**self._options, **options})
        reader = self._reader.configured(**changes)
        asked = [(question_text, [passage]) for question_text, passage in pairs]
        # One more than asked for: the empty answer may have to move up into the last place.
        answers = reader.answer_many(asked, top_k + impossible)
        results = [_results(each, top_k) for each in answers]
        if top_k == 1:
            best = [each[0] for each in results]
            return best[0] if single else best
        return results[0] if single else results


def _checked(**options: Any) -> tuple[int, bool, dict[str, Any]]:
    """Check a call's options; return top_k, whether "" competes, and changes to the reader."""
    known = {**_OPTIONS, **options}
    if len(known) > len(_OPTIONS):
        raise InvalidInput(
            f"a question-answering call knows the options {', '.join(_OPTIONS)}; found "
            f"{', '.join(map(repr, sorted(options.keys() - _OPTIONS.keys())))}",
            options=sorted(options.keys() - _OPTIONS.keys()),
        )
    if known["topk"] is not None:
        known["top_k"] = known["topk"]
    return _changes(**{name: value for name, value in known.items() if name not in _WITHOUT_EFFECT})


def _changes(
    *,
    top_k: int,
    doc_stride: int | None,
    max_answer_len: int | None,
    max_seq_len: int | None,
    max_question_len: int | None,
    handle_impossible_answer: bool,
    align_to_words: bool,
) -> tuple[int, bool, dict[str, Any]]:
    at_least_one = {
        "top_k": top_k,
        "max_answer_len": max_answer_len,
        "max_seq_len": max_seq_len,
        "max_question_len": max_question_len,
    }
    for name, value in at_least_one.items():
        if value is not None and value < 1:
            raise InvalidInput(f"{name} should be at least 1, found {value!r}", option=name)
    lengths = {
        "doc_stride": doc_stride,
        "max_answer_length": max_answer_len,
        "max_length": max_seq_len,
        "max_question_length": max_question_len,
    }
    changes: dict[str, Any] = {name: value for name, value in lengths.items() if value is not None}
    changes["align_to_words"] = align_to_words
    # At 1 the reader names the empty answer's score and never puts it first by itself.
    changes["no_answer_threshold"] = 1.0 if handle_impossible_answer else None
    return top_k, handle_impossible_answer, changes


def _pairs(
    inputs: Sequence[Any],
    question: str | Sequence[str] | None,
    context: str | Sequence[str] | None,
) -> tuple[list[tuple[str, str]], bool]:
    """Return the (question_text, context) pairs of a call, and whether it asks a single one."""
    if inputs:
        if len(inputs) == 2 and all(isinstance(each, str) for each in inputs):
            question, context = inputs
        else:
            rows = inputs[0] if len(inputs) == 1 else inputs
            if isinstance(rows, Mapping):
                return [_pair(rows)], True
            return [_pair(row) for row in rows], False
    if question is None or context is None:
        raise InvalidInput("a question-answering call needs question= and context=")
    if isinstance(question, str) and isinstance(context, str):
        return [_pair({"question": question, "context": context})], True
    questions = [question] if isinstance(question, str) else list(question)
    contexts = [context] * len(questions) if isinstance(context, str) else list(context)
    if len(questions) != len(contexts):
        raise InvalidInput(
            f"there should be as many questions as contexts, found {len(questions)} and "
            f"{len(contexts)}"
        )
    rows = [{"question": q, "context": c} for q, c in zip(questions, contexts, strict=True)]
    return [_pair(row) for row in rows], False


def _pair(row: Any) -> tuple[str, str]:
    if not isinstance(row, Mapping) or not {"question", "context"} <= row.keys():
        raise InvalidInput(f"expected a mapping with 'question' and 'context', found {row!r}")
    for name in ("question", "context"):
        if not isinstance(row[name], str) or not row[name].strip():
            raise InvalidInput(
                f"the {name} should be a text that is not empty, found {row[name]!r}"
            )
    return row["question"], row["context"]


def _results(answers: Sequence[ReaderAnswer], top_k: int) -> list[Result]:
    ordered = sorted(answers, key=lambda answer: -answer.score)[:top_k]
    return [
        {
            "score": answer.score,
            "start": answer.span.start if answer.span else 0,
            "end": answer.span.end if answer.span else 0,
            "answer": answer.text,
        }
        for answer in ordered
    ]


def _reader(model: Any, tokenizer: Any | None, device: str | None) -> SpanReader:
    if isinstance(model, str | Path):
        return SpanReader.load(model, device=device, tokenizer=tokenizer)
    name = str(getattr(model.config, "_name_or_path", "") or type(model).__name__)
    if tokenizer is None or isinstance(tokenizer, str | Path):
        tokenizer = load_tokenizer(str(tokenizer or name))
    if device is not None:
        model.to(device)
    return SpanReader(model, tokenizer, name=name)


def _torch_device(device: int | str | None) -> str | None:
    if isinstance(device, int):
        return "cpu" if device < 0 else f"cuda:{device}"
    return device

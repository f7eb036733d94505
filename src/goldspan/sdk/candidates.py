"""Answers to choose between: from a dataset of questions to one that asks for preferences."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.answering import Answering
from goldspan.domain.collect import NO_ANSWER, AnnotatedRecord
from goldspan.domain.demonstration import Answer
from goldspan.domain.metadata import (
    IntegerMetadataProperty,
    MetadataProperty,
    TermsMetadataProperty,
)
from goldspan.domain.normalise import normalise_answer
from goldspan.errors import InvalidInput
from goldspan.reader.base import Reader, ReaderAnswer
from goldspan.sdk.answering import answering
from goldspan.sdk.base import DatasetBase
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.progress import progress
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.upload import batched

QUESTIONS_AT_ONCE = 256
SOURCES = "candidate_sources"
"""Metadata key, hidden from annotators: who gave each candidate, in the order of the fields."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A dataset that asks for preferences, ready to be pushed.

    Args:
        dataset: one record a question, with its candidates in an order drawn for it.
        skipped: questions left out because fewer than two different candidates were found.
    """

    dataset: FeedbackDataset
    skipped: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    answer: Answer
    source: str


def make_candidates(
    source: DatasetBase,
    reader: Reader,
    k: int = 4,
    *,
    gold: bool = False,
    judgement: bool = False,
    seed: int = 0,
    show_progress: bool = True,
) -> Candidates:
    """Let a reader propose answers to a dataset's questions, for people to choose between.

    The candidates of a question differ by ``normalise_answer``. Their order is drawn anew for
    every record, so that the place says nothing about the source; it depends on ``seed`` and the
    record's name alone. Where a candidate stands in the context is kept in hidden metadata.

    Args:
        source: a dataset that asks for answers.
        reader: proposes the candidates.
        k: most candidates of a question, 2 to 50.
        gold: whether the gold answer, where one is known, is among the k.
        judgement: whether to ask the companion questions of the preference template.
        seed: fixes what the reader draws and the order of the candidates.
        show_progress: whether to show a bar.

    Raises:
        InvalidInput: if ``source`` does not ask for answers, or k is out of range.
    """
    names = answering(source)
    if not 2 <= k <= 50:
        raise InvalidInput(f"people choose between k = 2 to 50 candidates, found k = {k}")
    dataset = FeedbackDataset.for_direct_preference_optimization(
        k,
        context=True,
        judgement=judgement,
        extractive=judgement and names.extractive,
        metadata_properties=_properties(source, k),
    )
    skipped = 0
    with progress("Proposing candidates", len(source), show=show_progress) as advance:
        for batch in batched(source.annotated(), QUESTIONS_AT_ONCE):
            asked = [names.asked(one.fields) for one in batch]
            proposed = reader.propose(asked, k, seed=seed, on_progress=advance)
            for record, found in zip(batch, proposed, strict=True):
                chosen = _choose(found, names.gold(record) if gold else None, k, reader.name)
                if len(chosen) < 2:
                    skipped += 1
                else:
                    _shuffle(chosen, record, seed)
                    dataset.add_records(_record(names, record, chosen))
    return Candidates(dataset=dataset, skipped=skipped)


def _properties(source: DatasetBase, k: int) -> list[MetadataProperty]:
    """Return the source's metadata properties and those of the candidates."""
    own: list[MetadataProperty] = [
        IntegerMetadataProperty(f"response{at}_start", visible_for_annotators=False, min=0)
        for at in range(1, k + 1)
    ]
    own.append(TermsMetadataProperty(SOURCES, visible_for_annotators=False))
    taken = {one.name for one in own}
    return [*(one for one in source.metadata_properties if one.name not in taken), *own]


def _choose(
    found: Sequence[ReaderAnswer], gold: Answer | None, k: int, name: str
) -> list[_Candidate]:
    """Return at most k candidates with different texts, the gold answer first if there is one."""
    given = [_Candidate(Answer(one.text, one.span), name) for one in found]
    if gold is not None:
        given.insert(0, _Candidate(gold, "gold"))
    different: dict[str, _Candidate] = {}
    for candidate in given:
        different.setdefault(normalise_answer(candidate.answer.text), candidate)
    return list(different.values())[:k]


def _shuffle(candidates: list[_Candidate], record: AnnotatedRecord, seed: int) -> None:
    random.Random(f"{seed}:{record.external_id or record.id}").shuffle(candidates)


def _record(
    names: Answering, record: AnnotatedRecord, candidates: Sequence[_Candidate]
) -> FeedbackRecord:
    metadata: dict[str, Any] = {**record.metadata, SOURCES: [c.source for c in candidates]}
    fields = {
        "prompt": record.text(names.question_field),
        "context": record.text(names.context_field),
    }
    for at, candidate in enumerate(candidates, start=1):
        fields[f"response{at}"] = candidate.answer.text or NO_ANSWER
        if candidate.answer.span:
            metadata[f"response{at}_start"] = candidate.answer.span.start
    return FeedbackRecord(
        fields=fields, metadata=metadata, external_id=record.external_id or record.id
    )

"""Simulated annotators: they answer and prefer through the public API, as people would.

Each has a user and a key of its own and sees what the server shows to annotators: a record's
texts and suggestions, never where a candidate came from. What they know is the gold answer of
every question about every passage. They are no people, and every output says so.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.answering import CONTEXT_FIELD
from goldspan.domain.collect import (
    ACCEPTABLE,
    CORRECTION,
    NO_ANSWER,
    NONE_ACCEPTABLE,
    answers_in,
)
from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.question import SpanQuestion
from goldspan.evaluation.squad import exact_match, token_f1
from goldspan.sdk.answering import answering
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.remote_record import RemoteFeedbackRecord
from goldspan.sdk.session import Session
from goldspan.sdk.templates import PREFERENCE
from goldspan.sdk.upload import batched

SOME_ACCEPTABLE = "some"
OnProgress = Callable[[int], None]
Gold = Mapping[tuple[str, str], Demonstration]
"""Question and passage to the demonstration that holds their gold answers."""
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one annotator thinks of a question's candidates.

    Args:
        ranks: candidate name to rank, 1 for the best; equal ranks are a tie.
        acceptable: False if no candidate shares a word with the gold answer.
        flipped: whether noise turned the judgement round.
    """

    ranks: Mapping[str, int]
    acceptable: bool
    flipped: bool = False


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How an annotator answered: suggestions accepted, and gold answers marked instead."""

    accepted: int = 0
    marked: int = 0


@dataclass(frozen=True, slots=True)
class JudgementCounts:
    """How an annotator judged.

    Args:
        judged: records in all.
        flipped: of these, turned round by noise.
        none_acceptable: of these, with a correction in place of a choice.
    """

    judged: int = 0
    flipped: int = 0
    none_acceptable: int = 0


def judge(candidates: Mapping[str, str], golds: Sequence[str], flip: bool) -> Judgement:
    """Prefer the higher token F1 against gold; equal is a tie, all zero is none acceptable.

    Args:
        candidates: name to text, "" for "not answerable".
        golds: the gold answers, ("",) for "not answerable".
        flip: whether to turn the judgement round: the ranks in reverse, or content with
            candidates of which none is acceptable.
    """
    scores = {name: token_f1(text, golds) for name, text in candidates.items()}
    if not any(scores.values()):
        return Judgement(dict.fromkeys(scores, 1), acceptable=flip, flipped=flip)
    levels = sorted(set(scores.values()), reverse=not flip)
    ranks = {name: levels.index(score) + 1 for name, score in scores.items()}
    return Judgement(ranks, acceptable=True, flipped=flip)


class SimulatedAnnotator:
    """Answers and judges with one user's key.

    Args:
        session: of a user with the role annotator.
        gold: what the annotator knows.
        noise: probability that a judgement is flipped, 0 to 1; answers are never wrong.
        seed: of the flips; a judgement's flip depends on the user's name and the texts alone.
    """

    def __init__(self, session: Session, gold: Gold, noise: float, seed: int) -> None:
        self.session = session
        self._gold = gold
        self._noise = noise
        self._seed = seed
        self.username = session.user.username

    def answer(
        self,
        dataset_id: str,
        share: tuple[int, int] = (0, 1),
        on_progress: OnProgress = lambda _: None,
    ) -> AnswerCounts:
        """Answer the questions of a share; what this user has answered already stays.

        A suggestion that equals the gold answer by SQuAD's rule is accepted as it stands; else
        the first gold answer is marked, or nothing if there is none.

        Args:
            dataset_id: of a dataset that asks for answers.
            share: (i, n) takes the i-th of n parts of the questions, i from 0.
            on_progress: called with the number of records that were just seen.

        Returns:
            Counts over the whole share, earlier answers included.
        """
        dataset = self._open(dataset_id)
        names = answering(dataset)
        accepted = marked = 0
        for batch in batched(dataset, _AT_ONCE):
            answers = []
            for record in batch:
                asked, (context,) = names.asked(record.fields)
                if _part(asked, context, share[1]) != share[0]:
                    continue
                gold = self._gold[asked, context]
                right = _right_suggestion(record, names.question.name, context, gold)
                accepted += right is not None
                marked += right is None
                mine = names.value_of(gold.answers[:1], context) if right is None else right
                if not record.responses:
                    answers.append((record, {names.question.name: mine}))
            dataset.respond(answers)
            on_progress(len(batch))
        return AnswerCounts(accepted, marked)

    def prefer(self, dataset_id: str, on_progress: OnProgress = lambda _: None) -> JudgementCounts:
        """Judge the candidates of every record; what this user has judged already stays.

        Args:
            dataset_id: of a dataset that asks for preferences, with the companion questions.
            on_progress: called with the number of records that were just seen.

        Returns:
            Counts over all records, earlier judgements included.
        """
        dataset = self._open(dataset_id)
        judged = flipped = none_acceptable = 0
        for batch in batched(dataset, _AT_ONCE):
            made = [(record, self._judge(record)) for record in batch]
            dataset.respond(
                (record, self._values(dataset, record, judgement))
                for record, judgement in made
                if not record.responses
            )
            judged += len(made)
            flipped += sum(judgement.flipped for _, judgement in made)
            none_acceptable += sum(not judgement.acceptable for _, judgement in made)
            on_progress(len(batch))
        return JudgementCounts(judged, flipped, none_acceptable)

    def _open(self, dataset_id: str) -> RemoteFeedbackDataset:
        return RemoteFeedbackDataset.find(self.session, None, id=dataset_id)

    def _gold_of(self, record: RemoteFeedbackRecord) -> Demonstration:
        return self._gold[record.fields["prompt"], record.fields[CONTEXT_FIELD]]

    def _judge(self, record: RemoteFeedbackRecord) -> Judgement:
        gold = self._gold_of(record)
        chance = random.Random(f"{self._seed} {self.username} {gold.question_text} {gold.context}")
        return judge(_candidates(record), gold.gold_texts, chance.random() < self._noise)

    def _values(
        self, dataset: RemoteFeedbackDataset, record: RemoteFeedbackRecord, judgement: Judgement
    ) -> dict[str, Any]:
        ranking = [{"value": name, "rank": rank} for name, rank in judgement.ranks.items()]
        if judgement.acceptable:
            return {PREFERENCE: ranking, ACCEPTABLE: SOME_ACCEPTABLE}
        asked = dataset.question_by_name(CORRECTION)
        value = _correction(asked, self._gold_of(record).answers[:1])
        return {PREFERENCE: ranking, ACCEPTABLE: NONE_ACCEPTABLE, CORRECTION: value}


def gold_by_text(demonstrations: Iterable[Demonstration]) -> dict[tuple[str, str], Demonstration]:
    """Return the demonstrations by what an annotator sees of them: question and passage."""
    return {(one.question_text, one.context): one for one in demonstrations}


def _part(question_text: str, context: str, parts: int) -> int:
    """Return which of the parts a question belongs to: the same in every run."""
    return zlib.crc32(f"{question_text}\n{context}".encode()) % parts


def _right_suggestion(
    record: RemoteFeedbackRecord, question: str, context: str, gold: Demonstration
) -> Any:
    """Return the value of the record's suggestion if it is right, else None."""
    for suggestion in record.suggestions:
        if suggestion.question_name == question:
            found = answers_in(suggestion.value, context)
            text = found[0].text if found else ""
            if exact_match(text, gold.gold_texts):
                return suggestion.value
    return None


def _candidates(record: RemoteFeedbackRecord) -> dict[str, str]:
    """Return the candidates that the record shows, "" for "not answerable"."""
    texts = {name: text for name, text in record.fields.items() if name.startswith("response")}
    return {name: "" if text == NO_ANSWER else text for name, text in texts.items() if text}


def _correction(question: Any, answers: Sequence[Answer]) -> Any:
    """Return the plain value of a correction that says these answers."""
    if not isinstance(question, SpanQuestion):
        return answers[0].text if answers else NO_ANSWER
    label = question.labels[0].value
    return [
        {"label": label, "start": one.span.start, "end": one.span.end}
        for one in answers
        if one.span
    ]

"""Training examples on their way from a dataset to a training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.split import sample, split_by_passage
from goldspan.run.source import Snapshot


@dataclass(frozen=True, slots=True)
class TextRow:
    """A training text in which prompt and answer cannot be told apart.

    Args:
        id: the external id or the record's id.
        text: all that is trained on.
        passage: names the passage, for splits.
    """

    id: str
    text: str
    passage: str


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a dataset gives to a training: rows of one kind, and what became of the others.

    Args:
        demonstrations: questions with gold answers.
        pairs: preferences between two answers.
        texts: whole texts.
        dropped: reason to number of records or examples left out.
        template: the prompt template behind a formatting function; None leaves it to the model.
        notes: what the summary should say about how the rows were made.
        warnings: what the user should be warned about.
        snapshot: of the dataset on the server that the rows come from.
    """

    demonstrations: tuple[Demonstration, ...] = ()
    pairs: tuple[PreferencePair, ...] = ()
    texts: tuple[TextRow, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=Counter)
    template: PromptTemplate | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    snapshot: Snapshot | None = None

    def __len__(self) -> int:
        return len(self.demonstrations) + len(self.pairs) + len(self.texts)

    def describe(self) -> str:
        """Say in a line or more what there is and what was left out."""
        kind = "preference pairs" if self.pairs else "texts" if self.texts else "questions"
        found = f"{len(self)} {kind}" if self else "none"
        left_out = "".join(f"; left out: {n} {reason}" for reason, n in self.dropped.items())
        return "\n".join([f"{found}{left_out}", *self.notes])

    def limited_to(self, rows: int | None, seed: int) -> TrainingData:
        """Return at most ``rows`` rows, drawn at random; all of them for None."""
        return replace(
            self,
            demonstrations=tuple(sample(self.demonstrations, rows, seed)),
            pairs=tuple(sample(self.pairs, rows, seed)),
            texts=tuple(sample(self.texts, rows, seed)),
        )

    def split(self, train_size: float, seed: int) -> tuple[TrainingData, TrainingData]:
        """Return a training and a held-out part that share no passage.

        Raises:
            InvalidInput: if the share is out of range or there are fewer than two passages.
        """
        if self.pairs:
            parts = split_by_passage(self.pairs, lambda p: p.passage or p.context, train_size, seed)
            return replace(self, pairs=tuple(parts[0])), replace(self, pairs=tuple(parts[1]))
        if self.texts:
            rows = split_by_passage(self.texts, lambda t: t.passage, train_size, seed)
            return replace(self, texts=tuple(rows[0])), replace(self, texts=tuple(rows[1]))
        train, held_out = split_by_passage(
            self.demonstrations, lambda d: d.passage or d.context, train_size, seed
        )
        return (
            replace(self, demonstrations=tuple(train)),
            replace(self, demonstrations=tuple(held_out)),
        )

    def gold(self) -> list[Demonstration]:
        """Return what can be scored: the demonstrations, or the answers that people preferred.

        An answer that was chosen and never rejected counts as gold for its record; a record whose
        choices go round in a circle has none, and is left out.
        """
        if not self.pairs:
            return list(self.demonstrations)
        by_record: dict[str, list[PreferencePair]] = {}
        for pair in self.pairs:
            if not pair.tie:
                by_record.setdefault(pair.record_id, []).append(pair)
        return [gold for pairs in by_record.values() if (gold := _preferred(pairs))]


def _preferred(pairs: list[PreferencePair]) -> Demonstration | None:
    rejected = {pair.rejected.text for pair in pairs}
    best = dict.fromkeys(pair.chosen for pair in pairs if pair.chosen.text not in rejected)
    if not best:
        return None
    first = pairs[0]
    return Demonstration(
        id=first.record_id,
        question_text=first.question_text,
        context=first.context,
        answers=tuple(answer for answer in best if answer.text),
        article=first.article,
        passage=first.passage,
    )

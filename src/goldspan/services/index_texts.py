"""Bring the full text index up to date, a few records at a time.

Indexing costs more than storing, so it is never done in the transaction that stores. What waits is
written down with the records; a crash loses nothing, and until a record is indexed a search looks
into its text itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from goldspan.domain.field import searchable_texts
from goldspan.domain.text_search import MOST_WORDS, words_of
from goldspan.storage.store import Unit
from goldspan.storage.texts import Document, QueuedTexts, RecordText

BATCH_RECORDS = 64
"""As many take the writer some 10 ms; other writes go between two batches."""
SETTLED = timedelta(seconds=1)
PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records to index together.

    Args:
        queued: what they are part of.
        texts: the records as they were read; none if all of ``queued`` is done.
        documents: the words of each of their fields.
        is_last: whether nothing of ``queued`` is left after it.
    """

    queued: QueuedTexts
    texts: Sequence[RecordText]
    documents: Sequence[Document]
    is_last: bool


def read_batch(unit: Unit, *, settled: bool = False, most: int = BATCH_RECORDS) -> Batch | None:
    """Return the next records to index, or None if there is nothing to do now.

    Args:
        unit: a transaction.
        settled: whether to wait with what is new until nothing was added for a second (at most
            half a minute), so that an import has the machine for itself.
        most: as many records at most.
    """
    queued = unit.texts.next_queued()
    if queued is None:
        return None
    last = unit.texts.last_queued_at()
    is_busy = last is not None and unit.now - last < SETTLED
    if settled and is_busy and unit.now - queued.inserted_at < PATIENCE:
        return None
    texts = unit.texts.waiting(queued, most)
    documents = [document for text in texts for document in _documents(text)]
    return Batch(queued, texts, documents, is_last=len(texts) < most)


def _documents(text: RecordText) -> list[Document]:
    fields = msgspec.json.decode(text.fields_json, type=dict[str, object])
    found = []
    for name, value in fields.items():
        words = [word.text for one in searchable_texts(value) for word in words_of(one)]
        if words:
            found.append(Document(record_id=text.id, field=name, words=words[:MOST_WORDS]))
    return found


def write_batch(unit: Unit, batch: Batch) -> None:
    """Index a batch; records that changed since it was read wait for their own turn."""
    if batch.texts:
        unit.texts.index(batch.queued, batch.texts, batch.documents)
    if batch.is_last:
        unit.texts.finish(batch.queued)

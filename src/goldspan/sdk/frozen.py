"""A dataset on the server, frozen before a training reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from goldspan.client.transport import path as route
from goldspan.domain.record import Suggestion
from goldspan.domain.workspace import Role
from goldspan.formats.whole import WholeRecord, WholeResponse
from goldspan.run.source import Snapshot
from goldspan.sdk.examples import read_examples
from goldspan.sdk.records import FeedbackRecord, ResponseSchema
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.training_data import TrainingData
from goldspan.sdk.training_task import TrainingTask


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a training reads.

    Args:
        records: in the dataset's order.
        snapshot: that they are part of; None for an annotator, who may make none.
    """

    records: Iterable[FeedbackRecord]
    snapshot: Snapshot | None


def frozen(dataset: RemoteFeedbackDataset) -> Frozen:
    """Make a snapshot of a dataset and return the records of its view as they are in it.

    Whatever people answer meanwhile, the records are those under the snapshot's hash.
    """
    if dataset.session.user.role == Role.ANNOTATOR:
        return Frozen(dataset, None)
    client = dataset.session.client
    wanted = None if dataset.is_whole else [record.id for record in dataset]
    made = client.create_snapshot(dataset.id)
    with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
        file = Path(folder, "snapshot.jsonl")
        client.export_file(route("snapshots", made.id, "export"), {"format": "jsonl"}, file)
        decoder = msgspec.json.Decoder(WholeRecord)
        with file.open("rb") as lines:
            records = [_record(decoder.decode(line)) for line in lines]
    if wanted is not None:
        by_id = {record.id: record for record in records}
        records = [by_id[one] for one in wanted if one in by_id]
    return Frozen(records, Snapshot(made.id, made.content_hash))


def read_frozen(
    dataset: RemoteFeedbackDataset, task: TrainingTask, max_records: int | None = None
) -> TrainingData:
    """Return the training examples in a dataset, with the snapshot that they come from.

    Raises:
        InvalidInput: as ``read_examples`` does.
    """
    found = frozen(dataset)
    data = read_examples(islice(found.records, max_records), dataset.questions, task)
    return replace(data, snapshot=found.snapshot)


def _record(whole: WholeRecord) -> FeedbackRecord:
    record = FeedbackRecord(
        fields=whole.fields,
        responses=[_response(one) for one in whole.responses],
        suggestions=[
            Suggestion(one.question_name, one.value, one.score, one.agent, one.type)
            for one in whole.suggestions
        ],
        metadata=whole.metadata,
        vectors=whole.vectors,
        external_id=whole.external_id,
    )
    record.id = whole.id
    record.adjudicated = None if whole.adjudication is None else _response(whole.adjudication)
    return record


def _response(whole: WholeResponse) -> ResponseSchema:
    return ResponseSchema(whole.user_id, whole.values or {}, whole.status)

"""What people answered and preferred, as files that other tools read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from goldspan.client.transport import path as route
from goldspan.domain.prompt import PromptTemplate
from goldspan.formats.archive import pack
from goldspan.formats.whole import (
    RECORDS_FILE,
    SETTINGS_FILE,
    Shape,
    WholeRecord,
    WholeResponse,
    WholeSuggestion,
)
from goldspan.formats.writing import Format, write_file
from goldspan.sdk.base import DatasetBase
from goldspan.sdk.records import FeedbackRecord, ResponseSchema
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.saved_settings import saved_json


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Args:
        written: questions, pairs or records in the file.
        left_out: reason to number of records that gave nothing.
    """

    written: int
    left_out: Mapping[str, int]


def export(
    dataset: DatasetBase,
    path: Path,
    format: Format | Literal["goldspan"],
    template: PromptTemplate | None = None,
) -> Exported:
    """Write a dataset to a file, whole or not at all.

    The server writes its own datasets, as they are at one moment, with the same code that writes
    local and filtered ones here.

    Args:
        dataset: local or remote, and possibly filtered.
        path: the file; one that is there is replaced.
        format: as ``formats.writing.write_file`` takes it; or ``goldspan``: the whole dataset,
            its settings and every record, in a zip archive, of which ``import_file`` makes it anew.
        template: makes the prompts of ``sft`` and ``dpo``; by default the default one.

    Raises:
        InvalidInput: if the dataset does not ask for what the format needs.
        MissingExtra: if the format needs packages that are not installed.
    """
    if format == "goldspan":
        return _export_whole(dataset, path)
    if isinstance(dataset, RemoteFeedbackDataset) and dataset.is_whole and template is None:
        client = dataset.session.client
        headers = client.export_file(
            route("datasets", dataset.id, "export"), {"format": format}, path
        )
        left_out = msgspec.json.decode(headers["x-goldspan-left-out"], type=dict[str, int])
        return Exported(int(headers["x-goldspan-written"]), left_out)
    shape = Shape(
        fields={field.name: field.required for field in dataset.fields},
        questions={question.name: question for question in dataset.questions},
        metadata={one.name: one for one in dataset.metadata_properties},
    )
    done = write_file(path, format, shape, _whole_records(dataset), template)
    return Exported(done.written, done.left_out)


def _export_whole(dataset: DatasetBase, path: Path) -> Exported:
    remote = dataset if isinstance(dataset, RemoteFeedbackDataset) else None
    # Read anew: who holds the dataset may have held it for long.
    body = None if remote is None else remote.session.client.dataset(remote.id)
    half = path.with_name(f"{path.name}.tmp")
    with tempfile.TemporaryDirectory(prefix="goldspan-") as made:
        folder = Path(made)
        done = export(dataset, folder / RECORDS_FILE, "jsonl")
        (folder / SETTINGS_FILE).write_bytes(saved_json(dataset.settings, body))
        try:
            pack(folder, half)
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    return done


def _whole_records(dataset: DatasetBase) -> Iterator[WholeRecord]:
    for at, record in enumerate(dataset):
        yield whole_record(record, at)


def whole_record(record: FeedbackRecord, at: int) -> WholeRecord:
    """Return a record as files hold it.

    Args:
        record: local or remote.
        at: its place in the dataset, which names it where it has no id of any kind.
    """
    return WholeRecord(
        id=record.id if record.id or record.external_id else str(at),
        external_id=record.external_id,
        fields=record.fields,
        metadata=record.metadata,
        vectors=record.vectors,
        responses=[_whole_response(one) for one in record.responses],
        adjudication=None if record.adjudicated is None else _whole_response(record.adjudicated),
        suggestions=[
            msgspec.convert(
                {
                    "question_name": one.question_name,
                    "value": one.value,
                    "score": one.score,
                    "agent": one.agent,
                    "type": one.type,
                },
                WholeSuggestion,
            )
            for one in record.suggestions
        ],
    )


def _whole_response(given: ResponseSchema) -> WholeResponse:
    one = given.to_domain()
    return WholeResponse(user_id=one.user_id, status=one.status, values=dict(one.values))

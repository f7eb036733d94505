"""Write a dataset to a file, as it is at one moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.formats.whole import Shape, WholeRecord, WholeResponse, WholeSuggestion
from goldspan.formats.writing import SUFFIXES, write_file
from goldspan.services.import_rows import shape_of
from goldspan.services.lookup import Schema, schema_of, visible_dataset
from goldspan.services.record_state import plain_values
from goldspan.storage.rows import AdjudicationRow, RecordRow, ResponseRow, SuggestionRow
from goldspan.storage.store import Unit

RECORDS_A_PART = 500
MEDIA_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written.

    Args:
        path: where it lies.
        filename: what to call it: the dataset's name, the format and a suffix, in ASCII.
        media_type: of its content.
        written: questions, pairs or records in it.
        left_out: reason to number of records that gave nothing.
    """

    path: Path
    filename: str
    media_type: str
    written: int
    left_out: dict[str, int]


def export_dataset(
    unit: Unit, actor: Actor, dataset_id: str, format: str, folder: Path
) -> ExportedFile:
    """Write all of a dataset to a file in a folder.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidInput: if the dataset does not ask for what the format needs.
        MissingExtra: if the format needs packages that are not installed.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.SEE_ALL)
    schema = schema_of(unit, dataset_id)
    records = whole_records(unit, dataset_id, schema)
    return write_export(folder, format, dataset.name, shape_of(schema), records)


def write_export(
    folder: Path, format: str, name: str, shape: Shape, records: Iterable[WholeRecord]
) -> ExportedFile:
    """Write records to a file in a folder and say what to call it.

    Raises:
        InvalidInput: if the dataset does not ask for what the format needs.
        MissingExtra: if the format needs packages that are not installed.
    """
    suffix = SUFFIXES.get(format, "")
    path = folder / f"export{suffix}"
    done = write_file(path, format, shape, records)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "dataset"
    return ExportedFile(
        path=path,
        filename=f"{name}-{format}{suffix}",
        media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"),
        written=done.written,
        left_out=done.left_out,
    )


def whole_records(unit: Unit, dataset_id: str, schema: Schema) -> Iterator[WholeRecord]:
    """Yield a dataset's records with all that belongs to them, oldest first."""
    names = {question_id: name for name, question_id in schema.question_ids.items()}
    users = unit.users.names()
    last = ""
    while rows := unit.records.after(dataset_id, last, RECORDS_A_PART):
        last = rows[-1].id
        ids = [row.id for row in rows]
        suggestions: dict[str, list[WholeSuggestion]] = {one: [] for one in ids}
        responses: dict[str, list[WholeResponse]] = {one: [] for one in ids}
        for suggestion in unit.suggestions.of(ids):
            suggestions[suggestion.record_id].append(_suggestion(suggestion, names))
        for response in unit.responses.of(ids):
            responses[response.record_id].append(_response(response, users))
        settled = unit.known.adjudications(ids)
        controls = unit.known.controls(ids)
        for row in rows:
            record = _record(row, suggestions[row.id], responses[row.id])
            if row.id in settled:
                record.adjudication = _settled(settled[row.id], users)
            if row.id in controls:
                record.control = plain_values(controls[row.id].values_json)
            yield record


def _record(
    row: RecordRow, suggestions: list[WholeSuggestion], responses: list[WholeResponse]
) -> WholeRecord:
    return WholeRecord(
        id=row.id,
        external_id=row.external_id,
        status=row.status,
        fields=_decoded(row.fields_json),
        metadata=_decoded(row.metadata_json or "{}"),
        vectors=_decoded(row.vectors_json or "{}"),
        suggestions=suggestions,
        responses=responses,
    )


def _settled(row: AdjudicationRow, users: dict[str, str]) -> WholeResponse:
    return WholeResponse(
        user_id=row.user_id,
        username=users.get(row.user_id),
        values=plain_values(row.values_json),
    )


def _suggestion(row: SuggestionRow, names: dict[str, str]) -> WholeSuggestion:
    return msgspec.convert(
        {
            "question_name": names[row.question_id],
            "value": _decoded(row.value_json),
            "score": None if row.score_json is None else _decoded(row.score_json),
            "agent": row.agent,
            "type": row.type,
        },
        WholeSuggestion,
    )


def _response(row: ResponseRow, users: dict[str, str]) -> WholeResponse:
    return WholeResponse(
        user_id=row.user_id,
        username=users.get(row.user_id),
        status=row.status,
        values=None if row.values_json is None else plain_values(row.values_json),
    )


_decoded: Any = msgspec.json.Decoder().decode

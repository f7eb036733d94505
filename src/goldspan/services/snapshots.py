"""Snapshots: a dataset as it was at one moment, under a hash of all that it held.

The content is JSON lines: what the dataset declares, then its records in order, each whole, keys
sorted. Equal datasets have equal hashes. It is compressed and kept in the database, so that a
backup holds it and every process of a server finds it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.errors import InvalidInput, NotFound
from goldspan.formats.whole import Shape, WholeRecord
from goldspan.services.export_file import ExportedFile, whole_records, write_export
from goldspan.services.lookup import Schema, schema_of, visible_dataset
from goldspan.storage.definitions import (
    decode_field,
    decode_metadata_property,
    decode_question,
    encode,
)
from goldspan.storage.ids import new_id
from goldspan.storage.rows import SnapshotRow
from goldspan.storage.store import Unit

PART_BYTES = 2**20
LONGEST_NAME = 200


class _Declared(msgspec.Struct):
    """The first line of the content; definitions are JSON, as the store has them."""

    dataset: str
    fields: list[str]
    questions: list[str]
    metadata: list[str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A snapshot's content on its way into the store.

    Args:
        path: the compressed content.
        content_hash: SHA-256 of the content, hexadecimal.
        records: in it.
        responses: in it.
    """

    path: Path
    content_hash: str
    records: int
    responses: int


def gather_snapshot(unit: Unit, actor: Actor, dataset_id: str, folder: Path) -> Gathered:
    """Write a dataset's content to a file in a folder. Raises NotFound, Forbidden."""
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    schema = schema_of(unit, dataset_id)
    path = folder / "snapshot"
    digest = hashlib.sha256()
    packer = zlib.compressobj(6)
    encoder = msgspec.json.Encoder(order="sorted")
    records = responses = 0

    with path.open("wb") as file:

        def put(value: object) -> None:
            line = encoder.encode(value) + b"\n"
            digest.update(line)
            file.write(packer.compress(line))

        put(_declared(dataset.name, schema))
        for record in whole_records(unit, dataset_id, schema):
            records += 1
            responses += len(record.responses)
            put(record)
        file.write(packer.flush())
    return Gathered(path, digest.hexdigest(), records, responses)


def store_snapshot(
    unit: Unit, actor: Actor, dataset_id: str, name: str | None, gathered: Gathered
) -> SnapshotRow:
    """Keep a snapshot. Raises NotFound, Forbidden, InvalidInput for a name that is too long."""
    visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    if name is not None and not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(
            f"a snapshot's name has 1 to {LONGEST_NAME} characters, found {name!r:.80}"
        )
    row = SnapshotRow(
        id=new_id(),
        dataset_id=dataset_id,
        name=name,
        content_hash=gathered.content_hash,
        records=gathered.records,
        responses=gathered.responses,
        inserted_at=unit.now,
    )
    with gathered.path.open("rb") as file:
        unit.snapshots.add(row, iter(lambda: file.read(PART_BYTES), b""))
    return row


def list_snapshots(unit: Unit, actor: Actor, dataset_id: str) -> list[SnapshotRow]:
    """Return a dataset's snapshots, newest first. Raises NotFound, Forbidden."""
    visible_dataset(unit, actor, dataset_id, Action.SEE_ALL)
    return unit.snapshots.of(dataset_id)


def get_snapshot(unit: Unit, actor: Actor, snapshot_id: str) -> SnapshotRow:
    """Return a snapshot. Raises NotFound, Forbidden."""
    row = unit.snapshots.get(snapshot_id)
    dataset = None if row is None else unit.datasets.get(row.dataset_id)
    if row is None or dataset is None or not actor.sees(dataset.workspace_id):
        raise NotFound(f"there is no snapshot {snapshot_id!r}", snapshot_id=snapshot_id)
    actor.require(Action.SEE_ALL)
    return row


def export_snapshot(
    unit: Unit, actor: Actor, snapshot_id: str, format: str, folder: Path
) -> ExportedFile:
    """Write a snapshot to a file in a folder, as ``export_dataset`` writes a dataset.

    Raises:
        NotFound, Forbidden: for the snapshot.
        InvalidInput: if the dataset did not ask for what the format needs.
        MissingExtra: if the format needs packages that are not installed.
    """
    row = get_snapshot(unit, actor, snapshot_id)
    lines = _lines(unit, snapshot_id)
    declared = msgspec.json.decode(next(lines), type=_Declared)
    decoder = msgspec.json.Decoder(WholeRecord)
    records = map(decoder.decode, lines)
    name = f"{declared.dataset}-{row.content_hash[:12]}"
    return write_export(folder, format, name, _shape(declared), records)


def _declared(dataset: str, schema: Schema) -> _Declared:
    return _Declared(
        dataset=dataset,
        fields=[encode(one) for one in schema.fields],
        questions=[encode(one) for one in schema.questions.values()],
        metadata=[encode(one) for one in schema.metadata.values()],
    )


def _shape(declared: _Declared) -> Shape:
    fields = [decode_field(one) for one in declared.fields]
    questions = [decode_question(one) for one in declared.questions]
    properties = [decode_metadata_property(one) for one in declared.metadata]
    return Shape(
        fields={one.name: one.required for one in fields},
        questions={one.name: one for one in questions},
        metadata={one.name: one for one in properties},
    )


def _lines(unit: Unit, snapshot_id: str) -> Iterator[bytes]:
    """Yield a snapshot's content line by line, a part of it in memory."""
    unpacker = zlib.decompressobj()
    rest = b""
    number = 0
    while (part := unit.snapshots.part(snapshot_id, number)) is not None:
        number += 1
        while part:
            *lines, rest = (rest + unpacker.decompress(part, PART_BYTES)).split(b"\n")
            part = unpacker.unconsumed_tail
            yield from lines
    *lines, _ = (rest + unpacker.flush()).split(b"\n")
    yield from lines

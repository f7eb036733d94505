"""Import a file into a dataset: what is needed first, and its rows in short transactions.

Nothing is written before every row has been checked (``check_import``). The rows that passed wait
in a file of their own, and are written in parts, so that people can go on working. A row is
recognised by its external id, or by the id that it was exported with: an import that was cut off is
repeated, and writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

import msgspec

from goldspan.domain.answering import KNOWN_ANSWERS
from goldspan.domain.metadata import TermsMetadataProperty
from goldspan.domain.permission import Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import Conflict
from goldspan.services.add_records import upsert_records
from goldspan.services.check_import import ROWS_A_PART, ImportOptions
from goldspan.services.datasets import require_ready
from goldspan.services.import_rows import IMPORT_USER, Passed
from goldspan.services.lookup import visible_dataset
from goldspan.services.record_state import measure_disagreement
from goldspan.storage.ids import new_id
from goldspan.storage.rows import AdjudicationRow, ControlRow, DatasetRow, UserRow
from goldspan.storage.store import Unit


def prepare_import(unit: Unit, actor: Actor, dataset_id: str, options: ImportOptions) -> str:
    """Make what the import needs; return the id of the user ``import``, "" if it needs none.

    Raises:
        NotFound, Forbidden: for the dataset.
        Conflict: if the dataset is a draft, or shows known answers to annotators.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    require_ready(dataset)
    if options.dry_run:
        return ""
    if options.answers == "controls":
        _hide_known_answers(unit, dataset)
    return _import_user(unit) if options.answers == "responses" else ""


def passed_parts(passed: BinaryIO) -> Iterator[list[Passed]]:
    """Yield the rows that were put aside, in parts to be written one by one."""
    decoder = msgspec.json.Decoder(Passed)
    while part := [decoder.decode(line) for line in islice(passed, ROWS_A_PART)]:
        yield part


def write_part(
    unit: Unit, actor: Actor, dataset_id: str, part: Sequence[Passed]
) -> tuple[int, int]:
    """Write rows; return how many records are new and how many were there.

    Raises:
        NotFound, Forbidden: for the dataset.
        Conflict: if texts would change under what people have said since the check.
    """
    names = [one.record.external_id for one in part if one.record.external_id is not None]
    ids = unit.records.ids_by_external_id(dataset_id, names)
    named = [
        replace(one.record, id=ids.get(one.record.external_id or "", one.record.id)) for one in part
    ]
    done = upsert_records(unit, actor, dataset_id, named, add_unknown_ids=True)
    dataset = visible_dataset(unit, actor, dataset_id)
    for record_id, one in zip(done.ids, part, strict=True):
        _put_known(unit, actor, dataset, record_id, one)
    return len(done.ids) - len(done.updated_ids), len(done.updated_ids)


def _put_known(unit: Unit, actor: Actor, dataset: DatasetRow, record_id: str, one: Passed) -> None:
    if one.control_json is not None:
        unit.known.set_control(
            ControlRow(record_id=record_id, dataset_id=dataset.id, values_json=one.control_json)
        )
    if one.adjudication_json is not None:
        row = AdjudicationRow(
            record_id=record_id,
            dataset_id=dataset.id,
            values_json=one.adjudication_json,
            user_id=actor.user_id,
            response_id=None,
            at=unit.now,
        )
        unit.known.adjudicate(row)
        measure_disagreement(unit, dataset, record_id)


def _import_user(unit: Unit) -> str:
    found = unit.users.by_name(IMPORT_USER)
    if found is not None:
        return found.id
    user = UserRow(
        id=new_id(),
        username=IMPORT_USER,
        first_name="Import",
        last_name=None,
        role=Role.ANNOTATOR,
        password_hash=None,
        inserted_at=unit.now,
        updated_at=unit.now,
    )
    unit.users.add(user)
    return user.id


def _hide_known_answers(unit: Unit, dataset: DatasetRow) -> None:
    """Declare the metadata of known answers, which keeps them from annotators."""
    declared = {
        one.definition.name: one.definition
        for one in unit.datasets.metadata_properties.of(dataset.id)
    }
    if KNOWN_ANSWERS not in declared:
        hidden = TermsMetadataProperty(KNOWN_ANSWERS, visible_for_annotators=False)
        unit.datasets.metadata_properties.add(dataset.id, hidden)
    elif declared[KNOWN_ANSWERS].visible_for_annotators:
        raise Conflict(
            f"dataset {dataset.name!r} shows the metadata {KNOWN_ANSWERS!r} to annotators, so it "
            "cannot hold controls; choose another dataset"
        )

"""Check every row of a file that is to be imported, and put those that fit aside.

Every fault is found and reported with its row and place; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, get_args

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.errors import InvalidFile, InvalidInput, Remedy
from goldspan.formats.fault import SKIP, Fault, counted, distinct
from goldspan.formats.fault import OnFault as OnFault
from goldspan.formats.incoming import Incoming, Reading, Target
from goldspan.formats.opening import open_file
from goldspan.services.changed_texts import judged_ids, same_json
from goldspan.services.datasets import require_ready
from goldspan.services.import_rows import Answers, Fitter, Passed, shape_of
from goldspan.services.lookup import schema_of, visible_dataset
from goldspan.storage.store import Unit

ROWS_A_PART = 500
SHOWN_ROWS = 5
MOST_FAULTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What is asked of an import.

    Args:
        format: the file's, or ``auto``.
        answers: what gold answers become. ``none`` leaves responses out, too.
        mapping: name within the dataset to column of the file.
        filename: how the user calls the file, for messages.
        on_fault: ``skip`` writes the sound rows of a file that has faulty ones.
        dry_run: whether to check only.
    """

    format: str = "auto"
    answers: Answers = "suggestions"
    mapping: dict[str, str] = field(default_factory=dict)
    filename: str = "the file"
    on_fault: OnFault = "refuse"
    dry_run: bool = False

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("answers", self.answers, get_args(Answers)),
            ("on_fault", self.on_fault, get_args(OnFault)),
        ):
            if value not in allowed:
                raise InvalidInput(f"{name} is one of {list(allowed)}, found {value!r}")


@dataclass(slots=True)
class ImportReport:
    """What became of a file's rows.

    Args:
        format: what the file is.
        columns: that it has.
        mapping: name within the dataset to the column that was read for it.
        rows: that were read.
        accepted: rows that fit.
        skipped: rows that do not.
        faults: every one, up to ``MOST_FAULTS``.
        remedies: parameters of the import that get past faults of rows.
        preview: the first rows, as ``{"fields", "answers"}``.
        added: records that are new.
        updated: records that the dataset had already.
    """

    format: str
    columns: list[str]
    mapping: dict[str, str]
    rows: int = 0
    accepted: int = 0
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)
    remedies: list[Remedy] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)
    added: int = 0
    updated: int = 0


def check_import(
    unit: Unit,
    actor: Actor,
    dataset_id: str,
    path: Path,
    options: ImportOptions,
    import_user: str,
    passed: BinaryIO,
) -> ImportReport:
    """Check a file's rows and put those that fit aside.

    Args:
        unit: a transaction that reads.
        actor: who imports.
        dataset_id: what the rows are for.
        path: where the file lies.
        options: what is asked for.
        import_user: as ``prepare_import`` returned it.
        passed: takes the rows that fit, for ``write_import``.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidFile: if the file cannot be read, or has faults and they are not to be skipped;
            carries every fault with its row and place.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    require_ready(dataset)
    schema = schema_of(unit, dataset_id)
    target = Target(shape_of(schema), options.mapping, options.answers != "none")
    with open_file(path, options.format, target, options.filename) as reading:
        report = ImportReport(reading.format, list(reading.columns), dict(reading.mapping))
        fitter = Fitter(unit, actor, dataset, schema, options.answers, import_user or actor.user_id)
        encode = msgspec.json.Encoder().encode
        for part in _parts(_fitting(reading, fitter, report)):
            for one in _without_conflicts(unit, dataset_id, part, report):
                report.accepted += 1
                passed.write(encode(one) + b"\n")
    _require_sound(report, options)
    return report


def _fitting(
    reading: Reading, fitter: Fitter, report: ImportReport
) -> Iterator[tuple[Incoming, Passed]]:
    """Yield the rows that fit the dataset; count all of them and gather the faults."""
    faulty = 0
    for row in reading.rows:
        if isinstance(row, Fault):
            if row.row != faulty:
                report.rows += row.row is not None
                faulty = row.row or 0
            _add(report, row)
            continue
        report.rows += 1
        try:
            record = fitter.record(row)
            checked = fitter.checked(record)
        except InvalidInput as error:
            _add(report, Fault(row.place, error.message, row.row, tuple(error.remedies)))
            continue
        if len(report.preview) < SHOWN_ROWS:
            report.preview.append(_shown(row))
        yield row, checked


def _add(report: ImportReport, fault: Fault) -> None:
    if fault.row is None or not report.faults or report.faults[-1].row != fault.row:
        report.skipped += fault.row is not None
    if len(report.faults) < MOST_FAULTS:
        report.faults.append(fault)
    report.remedies = distinct([*report.remedies, *fault.remedies])


def _shown(row: Incoming) -> dict[str, Any]:
    golds = [one.text for one in row.answers or ()] or list((row.values or {}).values())
    given = [response.values for response in row.record.responses]
    return {"fields": row.record.fields, "answers": golds or given}


def _parts(
    rows: Iterator[tuple[Incoming, Passed]],
) -> Iterator[list[tuple[Incoming, Passed]]]:
    while part := list(islice(rows, ROWS_A_PART)):
        yield part


def _without_conflicts(
    unit: Unit,
    dataset_id: str,
    part: Sequence[tuple[Incoming, Passed]],
    report: ImportReport,
) -> Iterator[Passed]:
    """Yield the rows that do not change texts under what people have said of them."""
    checked = [one.record for _, one in part]
    names = [one.external_id for one in checked if one.external_id is not None]
    ids = unit.records.ids_by_external_id(dataset_id, names)
    known = [ids.get(one.external_id or "", one.id) or "" for one in checked]
    old = unit.records.some(dataset_id, [one for one in known if one])
    changing = {
        record_id
        for record_id, one in zip(known, checked, strict=True)
        if record_id in old and not same_json(old[record_id].fields_json, one.fields_json)
    }
    judged = judged_ids(unit, changing) if changing else set()
    for record_id, (row, one) in zip(known, part, strict=True):
        if record_id in judged:
            message = (
                "the dataset has this record with other texts, and people have responded to "
                "those or settled it; give it another id, or delete what they said first"
            )
            _add(report, Fault(row.place, message, row.row))
        else:
            yield one


def _require_sound(report: ImportReport, options: ImportOptions) -> None:
    if options.dry_run:
        return
    if not report.rows and not report.faults:
        raise InvalidFile(f"{options.filename} has no rows")
    whole = any(fault.row is None for fault in report.faults)
    if not report.faults or (options.on_fault == "skip" and not whole):
        return
    raise InvalidFile(
        f"{options.filename} has {counted(len(report.faults))}, so nothing was written. Correct "
        "and try again:",
        [str(fault) for fault in report.faults],
        errors=[
            {"row": one.row, "place": one.place, "message": one.message} for one in report.faults
        ],
        remedies=[*report.remedies, *([] if whole else [SKIP])],
    )

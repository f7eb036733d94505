"""Files into datasets and out of them. Bodies are the files' bytes, as they are."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.params import FromQuery
from litestar.response import Stream

from goldspan.domain.permission import Actor
from goldspan.errors import GoldspanError, InvalidInput
from goldspan.server.deps import Caller, Database, Db, Id
from goldspan.server.scratch import Scratch, receive_file, send_and_remove
from goldspan.services.check_import import (
    ImportOptions,
    ImportReport,
    OnFault,
    check_import,
)
from goldspan.services.export_file import ExportedFile, export_dataset
from goldspan.services.import_file import passed_parts, prepare_import, write_part
from goldspan.services.import_rows import Answers
from goldspan.wire import exchange as wire

UPLOAD_BYTES = 4 * 2**30

ImportFormat = Literal[
    "auto", "squad", "jsonl", "json", "csv", "parquet", "datasets", "label-studio", "argilla"
]
ExportFormat = Literal["squad", "sft", "dpo", "jsonl", "csv", "parquet", "datasets"]


@post(
    "/api/v1/datasets/{dataset_id:str}/import",
    status_code=200,
    request_max_body_size=UPLOAD_BYTES,
)
async def import_file(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    request: Request[Any, Any, Any],
    format: FromQuery[ImportFormat] = "auto",
    answers: FromQuery[Answers] = "suggestions",
    on_fault: FromQuery[OnFault] = "refuse",
    dry_run: FromQuery[bool] = False,
    filename: FromQuery[str] = "the file",
    mapping: FromQuery[str | None] = None,
) -> wire.ImportReport:
    """Import a file, or try whether it can be.

    No row is written before all have been checked. Then they are written in parts: where the
    server is stopped in between, importing the file again goes on and writes nothing twice.
    """
    options = ImportOptions(
        format=format,
        answers=answers,
        mapping=_mapping(mapping),
        filename=filename,
        on_fault=on_fault,
        dry_run=dry_run,
    )
    scratch: Scratch = request.app.state.scratch
    with scratch.room() as room:
        await receive_file(request, room / "upload")
        if dry_run:
            user = await db.read(prepare_import, actor, dataset_id, options)
        else:
            user = await db.write(prepare_import, actor, dataset_id, options)

        def check() -> ImportReport:
            with (room / "passed").open("wb") as passed:
                return db.peek(
                    check_import, actor, dataset_id, room / "upload", options, user, passed
                )

        report = await db.long(check)
        if not dry_run:
            await _write(db, actor, dataset_id, room / "passed", report)
    return wire.ImportReport(
        format=report.format,
        rows=report.rows,
        accepted=report.accepted,
        skipped=report.skipped,
        faults=[
            wire.FileFault(row=one.row, place=one.place, message=one.message)
            for one in report.faults
        ],
        remedies=report.remedies,
        columns=report.columns,
        mapping=report.mapping,
        preview=[wire.RowPreview(**one) for one in report.preview],
        dry_run=dry_run,
        added=report.added,
        updated=report.updated,
    )


async def _write(db: Db, actor: Actor, dataset_id: str, passed: Any, report: ImportReport) -> None:
    done = 0
    with passed.open("rb") as file:
        parts = passed_parts(file)
        while part := await db.aside(lambda: next(parts, None)):
            try:
                added, updated = await db.write_bulk(write_part, actor, dataset_id, part)
            except GoldspanError as error:
                raise _cut_off(error, done, report.accepted) from error
            report.added += added
            report.updated += updated
            done += len(part)


def _cut_off(error: GoldspanError, done: int, wanted: int) -> GoldspanError:
    """Return the error, saying how far the import came."""
    error.message = (
        f"{done} of {wanted} rows are stored, the same import goes on from there: {error.message}"
    )
    error.args = (error.message,)
    return error


def _mapping(text: str | None) -> dict[str, str]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, str])
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            "mapping is a JSON object from the dataset's names to the file's columns, such as "
            f'{{"question": "q"}}; found {text!r:.200}: {error}'
        ) from error


@get("/api/v1/datasets/{dataset_id:str}/export")
async def export_file(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    request: Request[Any, Any, Any],
    format: FromQuery[ExportFormat] = "jsonl",
) -> Stream:
    """Send a dataset as a file, all of one moment.

    The file is whole before its first byte is sent, so that what fails fails with a reason.
    """
    scratch: Scratch = request.app.state.scratch
    with scratch.lasting_room() as room:
        done = await db.long(lambda: db.peek(export_dataset, actor, dataset_id, format, room))
    return sent(done)


def sent(done: ExportedFile) -> Stream:
    """Return the answer that a file is, and that removes it in the end."""
    return Stream(
        send_and_remove(done.path),
        media_type=done.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{done.filename}"',
            "Content-Length": str(done.path.stat().st_size),
            "X-Goldspan-Written": str(done.written),
            "X-Goldspan-Left-Out": msgspec.json.encode(done.left_out).decode(),
        },
    )


HANDLERS = [import_file, export_file]

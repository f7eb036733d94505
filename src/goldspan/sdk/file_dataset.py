"""The dataset that is made for a file, where there is none to import it into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from goldspan.domain.answering import KNOWN_ANSWERS
from goldspan.domain.metadata import TermsMetadataProperty
from goldspan.domain.question import TextQuestion
from goldspan.errors import InvalidFile, InvalidInput
from goldspan.formats.fault import SKIP, Fault, counted
from goldspan.formats.incoming import Target
from goldspan.formats.opening import open_file
from goldspan.formats.whole import Shape
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.settings import Settings
from goldspan.wire.exchange import FileFault, ImportReport

TABLES = ("csv", "jsonl", "json", "parquet", "datasets")
"""Formats with columns of any name."""
# What a file must offer for a dataset to be made for it.
ASKED = Shape(
    fields={"question": True, "context": True},
    questions={"answer": TextQuestion("answer")},
    metadata={},
)


def asking(extractive: bool) -> FeedbackDataset:
    """Return a dataset that asks for answers to questions about passages."""
    return FeedbackDataset.for_question_answering(
        extractive=extractive,
        metadata_properties=[
            TermsMetadataProperty("article"),
            TermsMetadataProperty("passage"),
            TermsMetadataProperty(KNOWN_ANSWERS, visible_for_annotators=False),
        ],
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What a file's rows are like, before there is a dataset for them.

    Args:
        report: how many there are, and their faults.
        lost: the first row with an answer that does not stand in its context; "" if none has.
        lost_rows: how many such rows there are.
        whole: whether rows hold records as Goldspan exports them.
    """

    report: ImportReport
    lost: str
    lost_rows: int
    whole: bool


def look_at(file: Path, format: str, target: Target, name: str) -> Look:
    """Read a file's rows. Raises InvalidFile if that cannot be done at all."""
    faults, sound, lost, lost_rows, whole = [], 0, "", 0, False
    with open_file(file, format, target, name) as reading:
        for row in reading.rows:
            if isinstance(row, Fault):
                faults.append(FileFault(row.row, row.place, row.message))
                continue
            sound += 1
            if not all(answer.span for answer in row.answers or ()):
                lost, lost_rows = lost or row.place, lost_rows + 1
            whole = whole or (row.answers is None and bool(row.record.responses))
    skipped = len({fault.row for fault in faults})
    report = ImportReport(
        format=reading.format,
        rows=sound + skipped,
        accepted=sound,
        skipped=skipped,
        faults=faults,
        remedies=[],
        columns=list(reading.columns),
        mapping=dict(reading.mapping),
        preview=[],
        dry_run=True,
        added=0,
        updated=0,
    )
    return Look(report, lost, lost_rows, whole)


def settings_for(
    path: Path,
    file: Path,
    format: str,
    target: Target,
    extractive: bool | None,
    on_fault: str,
) -> tuple[Settings, str]:
    """Return the settings that a new dataset takes for a file's rows, and what they ask for."""
    name = called(path)
    look = look_at(file, format, target, name)
    if look.report.format not in ("squad", *TABLES):
        raise InvalidInput(
            f"{name} holds what people said in {look.report.format}, so it takes a dataset "
            "that asks the same; make one first, then import the file into it"
        )
    if look.whole:
        raise InvalidInput(
            f"{name} holds whole records without the settings of their dataset; make one with "
            "their fields and questions first, on the page or from Python, then import the file "
            "into it. An export of format goldspan brings the settings with it"
        )
    if not look.report.rows:
        raise InvalidFile(f"{name} has no rows, so no dataset was made")
    _require_sound(look.report, name, on_fault)
    marked = not look.lost if extractive is None else extractive
    asks = "annotators mark answers in the context" if marked else "annotators write answers"
    if look.lost and extractive is None:
        asks += (
            f", for not every answer stands in its context: {look.lost} is the first of "
            f"{look.lost_rows} rows with another"
        )
    return asking(marked).settings, asks


def _require_sound(report: ImportReport, name: str, on_fault: str) -> None:
    """Refuse a file with faults, unless leaving out the faulty rows was asked for and is enough.

    Raises:
        InvalidFile: with all faults.
    """
    whole = any(fault.row is None for fault in report.faults)
    if not report.faults or (on_fault == "skip" and not whole):
        return
    raise InvalidFile(
        f"{name} has {counted(len(report.faults))}, so no dataset was made. Correct and try again:",
        [f"{one.place}: {one.message}" if one.place else one.message for one in report.faults],
        remedies=[] if whole else [SKIP],
    )


def called(path: Path) -> str:
    """Return a path's name for messages and the server; ``.`` has one, too."""
    return path.resolve().name

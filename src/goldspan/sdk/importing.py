"""Files go to the server, which checks and stores them; a dataset is made where there is none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from goldspan.domain.answering import KNOWN_ANSWERS, answering_of
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.metadata import TermsMetadataProperty
from goldspan.domain.question import TextQuestion
from goldspan.errors import InvalidFile, InvalidInput, NotFound
from goldspan.formats.archive import pack
from goldspan.formats.argilla import SETTINGS
from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Target
from goldspan.formats.opening import open_file
from goldspan.formats.whole import Shape
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.progress import progress
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session, active
from goldspan.sdk.settings import Settings
from goldspan.sdk.upload import create_dataset
from goldspan.wire import field as field_wire
from goldspan.wire import metadata as metadata_wire
from goldspan.wire import question as question_wire
from goldspan.wire import vectors as vectors_wire
from goldspan.wire.exchange import ImportReport

Answers = Literal["responses", "suggestions", "controls", "none"]
OnFault = Literal["refuse", "skip"]
_SHOWN = 5
# What a file must offer for a dataset to be made for it.
_QUESTIONS = Shape(
    fields={"question": True, "context": True},
    questions={"answer": TextQuestion("answer")},
    metadata={},
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Args:
        dataset: the dataset on the server.
        added: records that are new.
        updated: records that the dataset had already.
        skipped: faulty rows that were left out.
    """

    dataset: RemoteFeedbackDataset
    added: int
    updated: int
    skipped: int = 0


def import_file(
    name: str,
    path: Path,
    *,
    format: str = "auto",
    answers: Answers = "responses",
    mapping: Mapping[str, str] | None = None,
    on_fault: OnFault = "refuse",
    extractive: bool | None = None,
    workspace: str | None = None,
    session: Session | None = None,
    show_progress: bool = True,
) -> Imported:
    """Store a file's rows as records of a dataset.

    Nothing is stored before every row has been checked. Importing again updates, and goes on
    where an earlier import was cut off. If there is no dataset of that name, one is made: with
    the settings that an Argilla folder holds, else one that asks for answers to questions about
    passages.

    Args:
        name: of the dataset.
        path: a file, or a folder of ``datasets`` or of Argilla's ``to_disk``.
        format: the file's, ``auto`` to tell by its content.
        answers: what gold answers become: submitted responses of the user ``import``,
            suggestions, answers known in hidden metadata, or nothing.
        mapping: name within the dataset to the file's column.
        on_fault: ``skip`` stores the sound rows of a file that has faulty ones.
        extractive: whether a new dataset asks for marked answers; by default it does if every
            answer has a place in its context.
        workspace: name; by default the session's.
        session: by default that of ``init``.
        show_progress: whether to show a bar.

    Raises:
        InvalidFile: if the file cannot be read or has faulty rows; lists them.
        InvalidInput: if a dataset of that name asks for something else.
    """
    _require(answers)
    used = active(session)
    target = Target(_QUESTIONS, mapping or {}, answers != "none")
    with _as_file(path) as file:
        dataset = _find(used, name, workspace)
        if dataset is not None:
            _require_kind(dataset, extractive)
        else:
            settings = _settings(path, file, format, target, extractive)
            body = create_dataset(used, name, workspace, settings, [], show_progress=False)
            dataset = RemoteFeedbackDataset.open(used, body)
        params = {"format": format, "answers": answers, "on_fault": on_fault, "filename": path.name}
        if mapping:
            params["mapping"] = msgspec.json.encode(mapping).decode()
        done = _send(used, dataset.id, file, params, show_progress)
    return Imported(dataset, done.added, done.updated, done.skipped)


def check_file(
    name: str,
    path: Path,
    *,
    format: str = "auto",
    answers: Answers = "responses",
    mapping: Mapping[str, str] | None = None,
    workspace: str | None = None,
    session: Session | None = None,
) -> ImportReport:
    """Say what an import into a dataset would do, every faulty row included; change nothing.

    Raises:
        NotFound: if there is no dataset of that name.
        InvalidFile: if the file cannot be read at all.
    """
    _require(answers)
    used = active(session)
    dataset = RemoteFeedbackDataset.find(used, name, workspace)
    params = {"format": format, "answers": answers, "filename": path.name, "dry_run": "true"}
    if mapping:
        params["mapping"] = msgspec.json.encode(mapping).decode()
    with _as_file(path) as file:
        return _send(used, dataset.id, file, params, show_progress=False)


def import_demonstrations(
    name: str,
    demonstrations: Sequence[Demonstration],
    *,
    answers: Answers = "responses",
    extractive: bool | None = None,
    workspace: str | None = None,
    session: Session | None = None,
    show_progress: bool = True,
) -> Imported:
    """Store demonstrations as ``import_file`` stores a file of them.

    A record's external id is the demonstration's id. A written answer is the first of several
    gold answers; a marked one holds them all.

    Args:
        name: of the dataset.
        demonstrations: with ids that differ.
        answers: what the gold answers become, as for ``import_file``.
        extractive: whether a new dataset asks for marked answers.
        workspace: name; by default the session's.
        session: by default that of ``init``.
        show_progress: whether to show a bar.

    Raises:
        InvalidInput: if a dataset of that name asks for something else, or answers that should
            be marked do not stand in their contexts.
        InvalidFile: if a demonstration is faulty.
    """
    _require(answers)
    used = active(session)
    dataset = _find(used, name, workspace)
    if dataset is None:
        placed = all(one.span for demo in demonstrations for one in demo.answers)
        marked = placed if extractive is None else extractive
        if marked and answers in ("responses", "suggestions"):
            _require_places(demonstrations)
        settings = _asking(marked).settings
        body = create_dataset(used, name, workspace, settings, [], show_progress=False)
        dataset = RemoteFeedbackDataset.open(used, body)
    else:
        _require_kind(dataset, extractive)
    if not demonstrations:
        return Imported(dataset, 0, 0)
    with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
        file = Path(folder, "demonstrations.jsonl")
        _write_rows(file, demonstrations)
        params = {"format": "jsonl", "answers": answers, "filename": "the demonstrations"}
        done = _send(used, dataset.id, file, params, show_progress)
    return Imported(dataset, done.added, done.updated)


def _require(answers: str) -> None:
    if answers not in get_args(Answers):
        raise InvalidInput(f"answers become one of {get_args(Answers)}, found {answers!r}")


def _find(session: Session, name: str, workspace: str | None) -> RemoteFeedbackDataset | None:
    place = session.workspace(workspace)
    try:
        return RemoteFeedbackDataset.find(session, name, place.name)
    except NotFound:
        return None


def _require_kind(dataset: RemoteFeedbackDataset, extractive: bool | None) -> None:
    names = answering_of([one.name for one in dataset.fields], list(dataset.questions))
    if names is not None and extractive not in (None, names.extractive):
        asks, wanted = ("marked", "written") if names.extractive else ("written", "marked")
        raise InvalidInput(
            f"dataset {dataset.name!r} asks for {asks} answers, which cannot be changed, and "
            f"{wanted} ones are to be imported; choose another name for the dataset"
        )


def _asking(extractive: bool) -> FeedbackDataset:
    return FeedbackDataset.for_question_answering(
        extractive=extractive,
        metadata_properties=[
            TermsMetadataProperty("article"),
            TermsMetadataProperty("passage"),
            TermsMetadataProperty(KNOWN_ANSWERS, visible_for_annotators=False),
        ],
    )


def _settings(
    path: Path, file: Path, format: str, target: Target, extractive: bool | None
) -> Settings:
    """Return the settings that a new dataset takes for a file's rows."""
    saved = path / SETTINGS
    if path.is_dir() and saved.is_file():
        return argilla_settings(saved)
    with open_file(file, format, target, path.name) as reading:
        if reading.format not in ("squad", "csv", "jsonl", "json", "parquet", "datasets"):
            raise InvalidInput(
                f"{path.name} holds what people said in {reading.format}, so it takes a dataset "
                "that asks the same; make one first, then import the file into it"
            )
        faults = []
        placed = True
        for row in reading.rows:
            if isinstance(row, Fault):
                faults.append(str(row))
            else:
                placed = placed and all(answer.span for answer in row.answers or ())
                if row.answers is None and row.record.responses:
                    raise InvalidInput(
                        f"{path.name} holds whole records; make a dataset with their fields and "
                        "questions first, then import the file into it"
                    )
    if faults:
        raise InvalidFile(
            f"{path.name} has {len(faults)} faults, so no dataset was made. Correct them and try "
            "again:",
            faults,
        )
    return _asking(placed if extractive is None else extractive).settings


def argilla_settings(path: Path) -> Settings:
    """Return the settings that Argilla 2 saved as ``settings.json``.

    Raises:
        InvalidFile: if they are no such settings.
        InvalidSettings: if they do not make a dataset here.
    """
    try:
        given = msgspec.json.decode(path.read_bytes(), type=_ArgillaSettings)
    except (ValueError, OSError) as error:
        raise InvalidFile(f"{path} does not hold Argilla's settings: {error}") from error
    return Settings(
        fields=[field_wire.field_of(one) for one in given.fields],
        questions=[question_wire.question_of(one) for one in given.questions],
        guidelines=given.guidelines,
        metadata_properties=[metadata_wire.metadata_property_of(one) for one in given.metadata],
        vectors_settings=[vectors_wire.vector_settings_of(one) for one in given.vectors],
        allow_extra_metadata=given.allow_extra_metadata,
    )


class _ArgillaSettings(msgspec.Struct):
    fields: list[field_wire.FieldCreate]
    questions: list[question_wire.QuestionCreate]
    metadata: list[metadata_wire.MetadataPropertyCreate] = []
    vectors: list[vectors_wire.VectorSettingsCreate] = []
    guidelines: str | None = None
    allow_extra_metadata: bool = True


def _require_places(demonstrations: Sequence[Demonstration]) -> None:
    lost = [
        one
        for one in demonstrations
        if any(answer.span is None and answer.text not in one.context for answer in one.answers)
    ]
    if lost:
        shown = "\n".join(f"  {one.id}: {list(one.gold_texts)}" for one in lost[:_SHOWN])
        raise InvalidInput(
            f"{len(lost)} of {len(demonstrations)} answers should be marked and do not stand in "
            f"their contexts; import them as written answers instead, or correct them:\n{shown}"
        )


def _write_rows(file: Path, demonstrations: Iterable[Demonstration]) -> None:
    with file.open("wb") as out:
        for one in demonstrations:
            out.write(msgspec.json.encode(_row(one)) + b"\n")


def _row(one: Demonstration) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": one.id,
        "question": one.question_text,
        "context": one.context,
        "article": one.article,
        "passage": one.passage,
    }
    spans = [answer.span for answer in one.answers]
    if all(spans):
        starts = [span.start for span in spans if span]
        row["answers"] = {"text": [answer.text for answer in one.answers], "answer_start": starts}
    else:
        row["answer"] = [answer.text for answer in one.answers]
    return row


@contextmanager
def _as_file(path: Path) -> Iterator[Path]:
    """Give a file; a folder becomes an archive for the while. Raises NotFound."""
    if not path.is_dir():
        if not path.exists():
            raise NotFound(f"there is no file {path}", path=str(path))
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="goldspan-") as folder:
        archive = Path(folder, "folder.zip")
        pack(path, archive)
        yield archive


def _send(
    session: Session, dataset_id: str, file: Path, params: Mapping[str, str], show_progress: bool
) -> ImportReport:
    with progress("Sending the file", file.stat().st_size, show=show_progress) as advance:
        return session.client.import_file(dataset_id, file, params, advance)

"""Files go to the server, which checks and stores them; a dataset is made where there is none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from goldspan.domain.answering import answering_of
from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidFile, InvalidInput, NotFound
from goldspan.formats.archive import pack
from goldspan.formats.fault import OnFault
from goldspan.formats.incoming import Target
from goldspan.sdk.file_dataset import ASKED, TABLES, asking, called, look_at, settings_for
from goldspan.sdk.progress import progress
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.saved_settings import SavedSettings, settings_beside
from goldspan.sdk.session import Session, active
from goldspan.sdk.upload import create_dataset, remove_half
from goldspan.wire.exchange import ImportReport

Answers = Literal["responses", "suggestions", "controls", "none"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Args:
        dataset: the dataset on the server.
        added: records that are new.
        updated: records that the dataset had already.
        skipped: faulty rows that were left out.
        unread: columns of the file that nothing was read from.
        new: what a dataset that was made for the file asks for, and why; "" where there was one.
    """

    dataset: RemoteFeedbackDataset
    added: int
    updated: int
    skipped: int = 0
    unread: tuple[str, ...] = ()
    new: str = ""


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
    the settings that an export of a whole dataset or an Argilla folder holds, else one that asks
    for answers to questions about passages.

    Args:
        name: of the dataset.
        path: a file, or a folder of ``datasets`` or of Argilla's ``to_disk``, or a whole dataset
            as ``export`` writes it.
        format: the file's, ``auto`` to tell by its content.
        answers: what gold answers become: submitted responses of the user ``import``,
            suggestions, answers known in hidden metadata, or nothing.
        mapping: name within the dataset to the file's column.
        on_fault: ``skip`` stores the sound rows of a file that has faulty ones.
        extractive: whether a new dataset asks for marked answers; by default it does if every
            answer has a place in its context. Settings that come with the file decide alone.
        workspace: name; by default the session's.
        session: by default that of ``init``.
        show_progress: whether to show a bar.

    Raises:
        InvalidFile: if the file cannot be read or has faulty rows; lists them.
        InvalidInput: if a dataset of that name asks for something else.
    """
    _require(answers)
    used = active(session)
    target = Target(ASKED, mapping or {}, answers != "none")
    params = _params(path, format, answers, mapping) | {"on_fault": on_fault}
    with _as_file(path) as file:
        dataset, new = _find(used, name, workspace), ""
        if dataset is not None:
            _require_kind(dataset, extractive)
        elif (saved := settings_beside(path)) is not None:
            return _whole(used, name, workspace, saved, file, params, show_progress)
        else:
            settings, new = settings_for(path, file, format, target, extractive, on_fault)
            body = create_dataset(used, name, workspace, settings, [], show_progress=False)
            dataset = RemoteFeedbackDataset.open(used, body)
        done = _send(used, dataset.id, file, params, show_progress)
    return Imported(dataset, done.added, done.updated, done.skipped, _unread(done), new)


def _whole(
    session: Session,
    name: str,
    workspace: str | None,
    saved: SavedSettings,
    file: Path,
    params: Mapping[str, str],
    show_progress: bool,
) -> Imported:
    """Make a dataset with the settings of its file; records that are refused leave none behind."""
    body = create_dataset(
        session, name, workspace, saved.settings, [], show_progress=False, rules=saved.rules
    )
    dataset = RemoteFeedbackDataset.open(session, body)
    new = f"with the settings of {saved.place}"
    if not saved.has_records:
        return Imported(dataset, 0, 0, new=new)
    try:
        done = _send(session, body.id, file, params, show_progress)
    except InvalidInput as error:
        remove_half(session.client, body, error)
        raise
    return Imported(dataset, done.added, done.updated, done.skipped, new=new)


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

    Where there is no dataset of that name, rows are held against the one that would be made.

    Raises:
        InvalidFile: if the file cannot be read at all.
    """
    _require(answers)
    used = active(session)
    # On a server without a workspace there is no dataset either.
    dataset = _find(used, name, workspace) if used.client.workspaces() else None
    params = _params(path, format, answers, mapping) | {"dry_run": "true"}
    with _as_file(path) as file:
        if dataset is None:
            target = Target(ASKED, mapping or {}, answers != "none")
            return look_at(file, format, target, called(path)).report
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
        settings = asking(marked).settings
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


def _params(
    path: Path, format: str, answers: str, mapping: Mapping[str, str] | None
) -> dict[str, str]:
    params = {"format": format, "answers": answers, "filename": called(path)}
    if mapping:
        params["mapping"] = msgspec.json.encode(mapping).decode()
    return params


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


def _unread(report: ImportReport) -> tuple[str, ...]:
    """Return the columns that nothing was read from; () where the format has fixed ones."""
    if not report.mapping or report.format not in TABLES:
        return ()
    read = {column.lower() for column in report.mapping.values()}
    return tuple(column for column in report.columns if column.lower() not in read)


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
        if path.stat().st_size == 0:
            raise InvalidFile(f"{path} is empty")
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

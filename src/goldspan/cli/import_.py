"""``goldspan import``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, DatasetName, WorkspaceName, open_session
from goldspan.cli.output import as_option
from goldspan.errors import Conflict, InvalidInput
from goldspan.formats.fault import OnFault

if TYPE_CHECKING:
    from goldspan.sdk.importing import Imported
    from goldspan.sdk.session import Session
    from goldspan.wire.exchange import ImportReport


class Answers(StrEnum):
    """What the file's answers become."""

    RESPONSES = "responses"
    SUGGESTIONS = "suggestions"
    CONTROLS = "controls"
    NONE = "none"


class FileFormat(StrEnum):
    """What is read."""

    AUTO = "auto"
    SQUAD = "squad"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    DATASETS = "datasets"
    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"
    GOLDSPAN = "goldspan"


FIRST_WORKSPACE = "main"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("import")
    def import_(
        file: Annotated[
            Path,
            typer.Argument(
                help="SQuAD JSON; CSV, JSON lines, Parquet or a `datasets` folder with question, "
                "context and answer, or as `goldspan export` writes them; what it writes of a "
                "whole dataset, which is made anew; Label Studio's JSON; or the folder that "
                "Argilla 2's `to_disk` wrote."
            ),
        ],
        dataset: DatasetName,
        workspace: WorkspaceName = None,
        extractive: Annotated[
            bool | None,
            typer.Option(
                "--extractive/--written",
                help="Whether annotators mark answers in the context or write them. "
                "By default they mark, if every answer in the file stands in its context.",
            ),
        ] = None,
        answers: Annotated[
            Answers,
            typer.Option(
                help="What the answers become: submitted responses of the user `import`, "
                "suggestions, controls that annotators do not see, or nothing."
            ),
        ] = Answers.RESPONSES,
        format: Annotated[
            FileFormat, typer.Option(help="What the file is; by default its content tells.")
        ] = FileFormat.AUTO,
        columns: Annotated[
            list[str] | None,
            typer.Option(
                "--column",
                help="A column of another name, such as question=q. May be repeated.",
            ),
        ] = None,
        on_fault: Annotated[
            OnFault,
            typer.Option(help="Whether a file with faulty rows is refused, or those are skipped."),
        ] = "refuse",
        dry_run: Annotated[
            bool,
            typer.Option(
                "--dry-run", help="Say what would be stored and every fault; change nothing."
            ),
        ] = False,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Store a file's rows in a dataset; importing it again updates them."""
        from goldspan.sdk.importing import check_file, import_file

        mapping = _mapping(columns or [])
        session = open_session(api_url, api_key, None)
        if dry_run:
            told = check_file(
                dataset,
                file,
                format=format.value,
                answers=answers.value,
                mapping=mapping,
                workspace=workspace,
                session=session,
            )
            _tell(told)
            return
        done = import_file(
            dataset,
            file,
            format=format.value,
            answers=answers.value,
            mapping=mapping,
            on_fault=on_fault,
            extractive=extractive,
            workspace=_workspace(session, workspace),
            session=session,
        )
        _tell_done(dataset, done)


def _mapping(columns: list[str]) -> dict[str, str]:
    without = [one for one in columns if "=" not in one]
    if without:
        raise InvalidInput(f"--column takes name=column, found {without[0]!r}")
    return dict(one.partition("=")[::2] for one in columns)


def _tell_done(dataset: str, done: Imported) -> None:
    if done.new:
        print(f"{dataset} is new: {done.new}")
    skipped = f"{done.skipped} faulty rows skipped (--dry-run lists them), " if done.skipped else ""
    print(
        f"{dataset}: {done.added} questions added, {done.updated} updated, {skipped}"
        f"{len(done.dataset)} in all"
    )
    if done.unread:
        print(f"not read: the columns {', '.join(done.unread)}")


def _tell(told: ImportReport) -> None:
    print(f"{told.format}: {told.rows} rows, {told.accepted} fit, {told.skipped} do not")
    for fault in told.faults:
        print(f"  {fault.place}: {fault.message}" if fault.place else f"  {fault.message}")
    for remedy in told.remedies:
        print(as_option(remedy))
    if told.faults:
        raise typer.Exit(1)


def _workspace(session: Session, name: str | None) -> str | None:
    """Return the workspace to import into; on a server that has none yet, an owner's is made."""
    from goldspan.domain.workspace import Role
    from goldspan.sdk.workspace import Workspace

    if session.user.role != Role.OWNER or Workspace.list(session=session):
        return name
    try:
        name = Workspace.create(name or FIRST_WORKSPACE, session=session).name
    except Conflict:  # another import was a moment faster
        return name
    print(f"The server had no workspace, so {name!r} was made.")
    return name

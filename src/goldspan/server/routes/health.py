"""Whether the server is up."""

from __future__ import annotations

from litestar import get

from goldspan._version import __version__
from goldspan.server.deps import Database
from goldspan.storage.store import Unit


@get("/healthz", exclude_from_auth=True, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """Say that the process answers; touches nothing else."""
    return {"status": "ok", "version": __version__}


@get("/readyz", exclude_from_auth=True)
async def readyz(db: Database) -> dict[str, str]:
    """Say that the database can be written: a transaction goes through the writer and the disk."""

    def nothing(unit: Unit) -> None:
        """Only the transaction matters."""

    await db.write(nothing)
    return {"status": "ok"}


HANDLERS = [healthz, readyz]

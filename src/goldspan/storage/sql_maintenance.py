"""The database as a whole, in SQL."""

from __future__ import annotations

from pathlib import Path

from goldspan.storage.checkup import checkup
from goldspan.storage.copying import Manifest, dump
from goldspan.storage.sql_base import Session


class SqlMaintenance:
    """``store.Maintenance`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def dump(self, path: Path) -> Manifest:
        return dump(self._connection, path)

    def checkup(self) -> dict[str, str]:
        return checkup(self._connection)

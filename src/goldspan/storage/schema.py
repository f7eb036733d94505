"""The database's schema, brought up to date before anything else is done.

Alembic takes a quarter of a second to import, so it is asked only if there is something to do.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from goldspan.errors import StorageFailure

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py"))
"""The revisions that this version knows, oldest first: the heads of their files' names."""


def migrate(connection: sa.Connection) -> None:
    """Bring the schema to the newest revision, in the transaction of ``connection``.

    Raises:
        StorageFailure: if the schema is of a revision that this version does not know.
    """
    found = revision(connection)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise StorageFailure(
            f"the database has schema {found}, this version of Goldspan knows schemas up to "
            f"{REVISIONS[-1]}: a newer version made it. Install that version; nothing was changed",
            found=found,
            newest=REVISIONS[-1],
        )
    upgrade(connection, "head")


def revision(connection: sa.Connection) -> str | None:
    """Return the database's revision, or None if it has no schema yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return found


def upgrade(connection: sa.Connection, target: str) -> None:
    """Bring the schema to a revision, or to ``head``, in the transaction of ``connection``."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)

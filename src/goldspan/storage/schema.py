"""The database's schema, brought up to date before anything else is done.

An empty database gets the tables of ``tables.py`` at once, an older one the migrations that it
lacks; the tests hold both equal. Alembic, which takes a quarter of a second and 8 MB, is imported
only if there is something to migrate.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from goldspan.errors import StorageFailure
from goldspan.storage.tables import metadata

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
    if found is None:
        _make(connection)
        return
    if found not in REVISIONS:
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


def _make(connection: sa.Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    # As Alembic makes it.
    version = sa.Column("version_num", sa.String(32), nullable=False)
    primary_key = sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc")
    table = sa.Table("alembic_version", sa.MetaData(), version, primary_key)
    table.create(connection, checkfirst=False)
    connection.execute(table.insert().values(version_num=REVISIONS[-1]))


def upgrade(connection: sa.Connection, target: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of ``connection``."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)

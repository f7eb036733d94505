"""``goldspan backup``, ``restore``, ``doctor`` and ``migrate``: taking care of a home."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, open_session

if TYPE_CHECKING:
    from goldspan.storage.home import Home

LEAST_FREE_BYTES = 256 * 2**20


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="The archive; one that is there is replaced.")],
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Write all that the server keeps to one archive, while people work.

        It holds everything in the database: people, keys and passwords (hashed), datasets,
        records, answers and their history, snapshots. It does not hold the home's file with the
        owner's key, nor training runs. A server need not run; one that does is asked.
        """
        from goldspan.storage.copying import read_manifest

        rows = open_session(api_url, api_key, None).client.back_up(file)
        file.chmod(0o600)
        manifest = read_manifest(file)
        print(f"{file}: {rows} rows as of {manifest.made_at}, schema {manifest.revision}")

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="An archive that `goldspan backup` wrote.")],
        replace: Annotated[
            bool,
            typer.Option("--replace", help="Set the home's present database aside."),
        ] = False,
    ) -> None:
        """Make a backup the home's database: all of it, or nothing is changed.

        Stop the server first. Where GOLDSPAN_DATABASE_URL names a PostgreSQL database, that is
        filled; it must be empty. The archive may come from either kind of database.
        """
        from goldspan.storage.home import Home, home_path
        from goldspan.storage.restoring import restore_database, restore_home

        if url := os.environ.get("GOLDSPAN_DATABASE_URL"):
            manifest = restore_database(url, file)
            print(f"{manifest.rows} rows as of {manifest.made_at} restored into the database")
            return
        home = Home(home_path(os.environ))
        manifest, aside = restore_home(home, file, replace=replace)
        print(f"{manifest.rows} rows as of {manifest.made_at} restored into {home.path}")
        if aside is not None:
            print(f"what was there before is in {aside}")

    @app.command()
    def doctor(api_url: ApiUrl = None, api_key: ApiKey = None) -> None:
        """Check the home and the database: rights, room, integrity, schema, counts."""
        from goldspan.errors import GoldspanError
        from goldspan.storage.home import Home, home_path

        findings: dict[str, str] = {}
        if api_url is None:
            findings |= _check_home(Home(home_path(os.environ)))
        try:
            findings |= open_session(api_url, api_key, None).client.check_up()
        except GoldspanError as error:
            findings["database"] = str(error)
        for check, wrong in findings.items():
            print(f"{'WRONG' if wrong else 'ok   '}  {check}{f': {wrong}' if wrong else ''}")
        if any(findings.values()):
            raise typer.Exit(1)

    @app.command()
    def migrate(
        no_copy: Annotated[
            bool,
            typer.Option("--no-copy", help="Do not write a PostgreSQL database to the home first."),
        ] = False,
    ) -> None:
        """Bring the database to this version's schema; a copy of the old one is kept.

        The server does the same when it starts. Of a PostgreSQL database the copy is an archive in
        the home, as `goldspan backup` writes it.
        """
        from goldspan.storage.home import Home, home_path
        from goldspan.storage.opening import open_store
        from goldspan.storage.schema import REVISIONS

        home = Home(home_path(os.environ))
        url = os.environ.get("GOLDSPAN_DATABASE_URL")
        lock = home.acquire() if url is None else None
        try:
            open_store(home.database_path, url, copied=not no_copy).close()
        finally:
            if lock is not None:
                lock.release()
        print(f"the database has schema {REVISIONS[-1]}")


def _check_home(home: Home) -> dict[str, str]:
    """Return check to what is wrong with a home, "" where nothing is."""
    if not home.path.is_dir():
        return {"home": f"there is no {home.path} yet; `goldspan serve` makes it"}
    free = shutil.disk_usage(home.path).free
    exposed = [
        path.name
        for path in home.path.iterdir()
        if path.name.startswith(("goldspan.db", "owner.key"))
        and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    return {
        "room": "" if free >= LEAST_FREE_BYTES else f"{free // 2**20} MiB are left on the disk",
        "rights": f"others of this machine may use {exposed}; chmod 600 them" if exposed else "",
    }

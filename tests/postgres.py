"""A PostgreSQL server for the tests: the one that is named, else a private one."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from goldspan.storage.ids import new_id
from goldspan.storage.postgres_store import parse_url

PROGRAMS = Path("/usr/lib/postgresql")
# A database that is thrown away need not reach the disk.
SETTINGS = ("fsync=off", "listen_addresses=", "max_connections=200", "deadlock_timeout=50ms")


def programs() -> Path | None:
    """The folder of the newest PostgreSQL server that is installed."""
    found = sorted(PROGRAMS.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).parent


@contextmanager
def private_server(bin_dir: Path) -> Iterator[str]:
    """Start a server that only a socket in a temporary folder leads to; give its URL."""
    folder = Path(tempfile.mkdtemp(prefix="goldspan-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        person = pwd.getpwnam("postgres")
        os.chown(folder, person.pw_uid, person.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(*command: str | Path) -> None:
        done = subprocess.run([*as_user, *command], capture_output=True, text=True, cwd=folder)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    data, options = folder / "data", [f"-c {setting}" for setting in SETTINGS]
    control = (bin_dir / "pg_ctl", "-D", data, "-l", folder / "log", "-w")
    try:
        run(bin_dir / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        run(*control, "-o", " ".join([*options, f"-k {folder}"]), "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


class Databases:
    """Makes databases on a server and drops them.

    Args:
        url: of a database from which others may be made.
    """

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._made: list[str] = []

    def make(self, template: str = "template1") -> str:
        """Make a database like another that nobody is connected to; return its URL."""
        name = f"goldspan_{new_id().replace('-', '')}"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        url = self._url.set(drivername="postgresql", database=name)
        return url.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._drop(str(sa.make_url(url).database))

    def _drop(self, name: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        self._made.remove(name)

    def close(self) -> None:
        """Drop what is left."""
        for name in list(self._made):
            self._drop(name)
        self._engine.dispose()

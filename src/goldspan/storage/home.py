"""The home: the folder that holds the database, and the lock that gives it one owner.

::

    goldspan.db   the database
    lock          locked by the owner; its text is JSON with the owner's pid and URL
    owner.key     the owner's API key, readable only by the system user that made it
    runs/         training runs
    tmp/          uploads and exports under way

Whoever holds the lock may open the database; everybody else talks to the owner's URL. The
operating system frees the lock when its holder ends, however it ends, so only the lock says
whether there is an owner: the text may be left over.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from goldspan.errors import HomeBusy, StorageFailure

LOOK_AGAIN_S = 0.02
# Somebody who only looks holds the lock for microseconds.
PATIENCE_S = 0.5


def home_path(environment: Mapping[str, str]) -> Path:
    """Return the home: ``GOLDSPAN_HOME``, else a folder in the user's own data folder."""
    if given := environment.get("GOLDSPAN_HOME"):
        return Path(given).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "goldspan"
    shared = environment.get("XDG_DATA_HOME")
    return (Path(shared) if shared else Path.home() / ".local" / "share") / "goldspan"


class Owner(msgspec.Struct, frozen=True):
    """The process that has a home; ``url`` is empty until it answers requests."""

    pid: int
    url: str = ""


class HomeLock:
    """A home's lock, held until ``release`` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.publish("")

    def publish(self, url: str) -> None:
        """Say under which URL the owner answers."""
        text = msgspec.json.encode(Owner(os.getpid(), url)) + b"\n"
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def release(self) -> None:
        """Let another process own the home."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


class Home:
    """Where everything of one installation lies.

    Args:
        path: the folder; made when it is first owned.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.path / "goldspan.db"

    @property
    def runs_dir(self) -> Path:
        """The folder of training runs."""
        return self.path / "runs"

    @property
    def scratch_dir(self) -> Path:
        """The folder of files that live as long as a request."""
        return self.path / "tmp"

    @property
    def _lock_path(self) -> Path:
        return self.path / "lock"

    @property
    def _key_path(self) -> Path:
        return self.path / "owner.key"

    def acquire(self) -> HomeLock:
        """Become the owner.

        Raises:
            HomeBusy: if another process is; ``params`` hold its ``url`` and ``pid``.
            StorageFailure: if the folder cannot be made or written.
        """
        self.make()
        try:
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        until = time.monotonic() + PATIENCE_S
        while not _lock(descriptor):
            if time.monotonic() > until:
                os.close(descriptor)
                raise self._busy()
            time.sleep(LOOK_AGAIN_S)
        return HomeLock(descriptor)

    def make(self) -> None:
        """Make the folder if there is none. Raises StorageFailure."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> StorageFailure:
        return StorageFailure(
            f"the home {self.path} cannot be used: {error.strerror}. "
            "Set GOLDSPAN_HOME to a folder that may be written"
        )

    def _busy(self) -> HomeBusy:
        owner = self._read_owner()
        url = owner.url or "a URL that it has not told yet"
        return HomeBusy(
            f"the home {self.path} is owned by process {owner.pid}, which serves it at {url}. "
            "Use that server, stop it first, or set GOLDSPAN_HOME to another folder",
            home=str(self.path),
            url=owner.url,
            pid=owner.pid,
        )

    def owner(self, wait_s: float = 0.0) -> Owner | None:
        """Return who owns the home, or None if nobody does.

        Args:
            wait_s: how long to wait for an owner that has not told its URL yet.

        Raises:
            StorageFailure: if the folder cannot be read.
        """
        until = time.monotonic() + wait_s
        while self._is_owned():
            owner = self._read_owner()
            if owner.url or time.monotonic() >= until:
                return owner
            time.sleep(LOOK_AGAIN_S)
        return None

    def _is_owned(self) -> bool:
        try:
            descriptor = os.open(self._lock_path, os.O_RDWR)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unusable(error) from error
        try:
            return not _lock(descriptor)
        finally:
            os.close(descriptor)

    def _read_owner(self) -> Owner:
        try:
            return msgspec.json.decode(self._lock_path.read_bytes(), type=Owner)
        except msgspec.DecodeError:  # the owner is just writing it
            return Owner(0)

    def read_owner_key(self) -> str | None:
        """Return the owner's API key, or None if the home keeps none."""
        try:
            return self._key_path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def write_owner_key(self, key: str) -> None:
        """Keep the owner's API key for local programs of the same system user."""
        self._key_path.unlink(missing_ok=True)
        descriptor = os.open(self._key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key + "\n")


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

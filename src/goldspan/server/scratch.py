"""Files that live as long as a request: uploads, and exports on their way out.

They lie in the home, where there is room for what the database has room for, and not in memory.
What a crash left behind is removed at the next start.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from litestar import Request

from goldspan.errors import InvalidInput, StorageFailure

BLOCK_BYTES = 2**20


class Scratch:
    """A folder for them.

    Args:
        folder: where; None takes the system's folder for such files.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        for left in folder.glob("*") if folder is not None else ():
            if not _lives(left.name):
                shutil.rmtree(left, ignore_errors=True)

    def free_bytes(self) -> int:
        """Return how much room the disk has."""
        folder = self._folder.parent if self._folder is not None else Path(tempfile.gettempdir())
        return shutil.disk_usage(folder).free

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Give a new empty folder, removed with all it holds at the end.

        Raises:
            StorageFailure: if it, or what is put into it, cannot be written.
        """
        with self.lasting_room() as made:
            try:
                yield made
            finally:
                shutil.rmtree(made, ignore_errors=True)

    @contextmanager
    def lasting_room(self) -> Iterator[Path]:
        """Give a new empty folder that stays, unless something fails; see ``send_and_remove``.

        Raises:
            StorageFailure: if it, or what is put into it, cannot be written.
        """
        made: Path | None = None
        try:
            if self._folder is not None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=self._folder))
            yield made
        except BaseException as error:
            if made is not None:
                shutil.rmtree(made, ignore_errors=True)
            if isinstance(error, OSError):
                raise unwritable(error) from error
            raise


def _lives(name: str) -> bool:
    """Say whether the process that a folder is named after lives: it may be another server's."""
    try:
        os.kill(int(name.partition("-")[0]), 0)
    except ValueError:
        return True
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return int(name.partition("-")[0]) != os.getpid()


def unwritable(error: OSError) -> StorageFailure:
    """Return what is said when there is no room for a file."""
    return StorageFailure(
        f"a file could not be put down for this request: {error.strerror or error}. Nothing was "
        "changed; see that the disk has space, then try again"
    )


async def receive_file(request: Request[Any, Any, Any], path: Path) -> None:
    """Write a request's body to a file as it comes in.

    Raises:
        InvalidInput: if it is empty.
    """
    waiting = bytearray()
    with path.open("wb") as file:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= BLOCK_BYTES:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        file.write(waiting)
        size = file.tell()
    if size == 0:
        raise InvalidInput("the request has no body; send the file's bytes as they are")


async def send_and_remove(path: Path) -> AsyncIterator[bytes]:
    """Yield a file's bytes, then remove the folder that it lies in."""
    try:
        with path.open("rb") as file:
            while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
                yield block
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)

"""Folders as one file: zip archives, unpacked with care.

An archive comes from anybody: its names may lead out of the folder, and a few kilobytes may unfold
to terabytes. So names are checked, and what comes out is counted while it comes.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from goldspan.errors import InvalidFile

MOST_FILES = 10_000
MOST_BYTES = 16 * 2**30
# Deflate cannot do better than 1032; texts come to 10 or so.
MOST_RATIO = 200
FREE_BYTES = 64 * 2**20
BLOCK_BYTES = 2**20
SYMLINK = 0o120000
# zlib's error is of a stream whose bits were turned; a name may be one file's and another's folder.
DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    NotADirectoryError,
    IsADirectoryError,
    FileExistsError,
)


@contextmanager
def opened(archive: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive to read in it; whatever is wrong with it is an error of the file.

    Args:
        archive: the zip file.
        name: of the archive, for errors.

    Raises:
        InvalidFile: if it is damaged, or needs a password.
    """
    try:
        with zipfile.ZipFile(archive) as found:
            yield found
    except DAMAGED as error:
        raise InvalidFile(f"{name} is a damaged zip archive: {error}") from error
    except RuntimeError as error:  # how zipfile says that a password is needed
        raise InvalidFile(f"{name} cannot be unpacked: {error}") from error


def unpack(archive: Path, folder: Path, name: str) -> None:
    """Unpack an archive into a folder.

    Args:
        archive: the zip file.
        folder: there and empty.
        name: of the archive, for errors.

    Raises:
        InvalidFile: if it is damaged, a name in it leads elsewhere, or it unfolds to too much.
    """
    with opened(archive, name) as found:
        members = [one for one in found.infolist() if not one.is_dir()]
        if len(members) > MOST_FILES:
            raise InvalidFile(f"{name} holds {len(members)} files, more than {MOST_FILES}")
        left = min(MOST_BYTES, max(FREE_BYTES, MOST_RATIO * archive.stat().st_size))
        for member in members:
            left -= _unpack_one(found, member, folder, left, name)


def _unpack_one(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left: int, name: str
) -> int:
    """Unpack one file; return its size."""
    place = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = member.external_attr >> 16 & 0o170000 == SYMLINK
    if place.is_absolute() or ".." in place.parts or ":" in member.filename or is_link:
        raise InvalidFile(f"{name} holds {member.filename!r}, which leads out of the archive")
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with opened.open(member) as source, path.open("wb") as target:
        while block := source.read(BLOCK_BYTES):
            size += len(block)
            if size > left:
                raise InvalidFile(
                    f"{name} unfolds to more than {MOST_RATIO} times its size or {MOST_BYTES} "
                    "bytes, so it was not unpacked"
                )
            target.write(block)
    return size


def pack(folder: Path, archive: Path) -> None:
    """Put a folder's files into an archive, their names relative to the folder."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                opened.write(path, path.relative_to(folder).as_posix())


def top(folder: Path, *marks: str) -> Path | None:
    """Return where one of these files lies: the folder, or the only folder in it.

    Archives are made of a folder's content or of the folder itself.
    """
    inner = [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("__")]
    for place in (folder, *inner[:1]):
        if any((place / mark).is_file() for mark in marks):
            return place
    return None

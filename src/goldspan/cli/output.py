"""Files that commands write at their end, looked at before they begin."""

from __future__ import annotations

from pathlib import Path

from goldspan.errors import InvalidInput


def require_writable(path: Path | None) -> None:
    """Make the folder that a file is to lie in; None asks for nothing.

    Raises:
        InvalidInput: if the path is a folder, or its folder cannot be made.
    """
    if path is None:
        return
    if path.is_dir():
        raise InvalidInput(f"expected a file's name, found the folder {str(path)!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{str(path)!r} cannot be written: {error.strerror}") from error

"""What commands print and write: remedies as options, files that they write at their end."""

from __future__ import annotations

from pathlib import Path

from goldspan.errors import InvalidInput, Remedy

# Parameters whose option has another name than theirs.
_OPTIONS = {"mapping": "--column"}


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


def as_option(remedy: Remedy) -> str:
    """Return a remedy as it is typed, such as ``to go on without them: --on-fault skip``."""
    parameter, value = remedy["parameter"], remedy["value"]
    option = _OPTIONS.get(parameter, "--" + parameter.replace("_", "-"))
    if isinstance(value, str):
        return f"{remedy['gain']}: {option} {value}"
    pairs = " ".join(f"{option} {key}={each}" for key, each in value.items())
    return f"{remedy['gain']}: {pairs}"

"""Where progress is shown, and whether anybody looks."""

from __future__ import annotations

from importlib.util import find_spec

from rich.console import Console


def progress_console() -> tuple[Console, bool]:
    """Return a console on standard error, and whether a moving bar can be seen there.

    A log file gets no bar. A notebook gets one only with ipywidgets: without them rich shows a
    warning every time the bar moves.
    """
    console = Console(stderr=True)
    if console.is_jupyter and find_spec("ipywidgets") is None:
        return Console(stderr=True, force_jupyter=False), False
    return console, console.is_terminal or console.is_jupyter

"""A progress bar for long loops, on standard error, so that output can go into a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from goldspan.run.terminal import progress_console


@contextmanager
def progress(what: str, total: int | None, *, show: bool = True) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs; nothing where nobody looks, such as in a log file.

    Args:
        what: names the work.
        total: how many steps there are; None if that is not known.
        show: whether to show anything at all.

    Yields:
        A function to call with the number of steps finished since its last call.
    """
    console, watched = progress_console()
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (show and watched)) as bars:
        bar = bars.add_task(what, total=total)
        yield lambda steps: bars.advance(bar, steps)

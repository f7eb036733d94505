"""A progress bar for long loops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Advance(Protocol):
    """Counts finished items."""

    def __call__(self, count: int) -> None:
        """Move the bar by ``count`` items."""
        ...


@contextmanager
def progress(what: str, total: int | None, *, show: bool = True) -> Iterator[Advance]:
    """Show a bar on standard error while the block runs.

    Args:
        what: is going on, in front of the bar.
        total: number of items; None if it is not known.
        show: whether to show anything at all.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not show) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)

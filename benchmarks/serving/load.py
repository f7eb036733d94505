"""Annotators at work: at a rate that does not wait for the server, or as fast as it lets them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.serving.http import Connection, Failed, Request


class Annotator(Protocol):
    """Knows which requests one person makes of a server."""

    @property
    def connection(self) -> Connection:
        """Their connection to the server."""

    def next_task(self) -> Request:
        """Ask for a task."""

    def task_of(self, answer: bytes) -> str | None:
        """Return the task's id, None if there is none left."""

    def submit(self, task: str) -> Request:
        """Answer a task."""


@dataclass
class Work:
    """What was measured; times in seconds, of each request."""

    next_s: list[float] = field(default_factory=list)
    submit_s: list[float] = field(default_factory=list)
    wall_s: float = 0.0
    given: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    ran_out: bool = False

    @property
    def rate(self) -> float:
        """Annotations a second."""
        return len(self.submit_s) / self.wall_s

    @property
    def duplicates(self) -> int:
        """How many tasks were given out again."""
        return sum(count - 1 for count in self.given.values())


def percentile(times: Sequence[float], of_100: float) -> float:
    """Return a percentile of times, in ms."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * of_100 / 100))]


async def annotate(person: Annotator, work: Work, since: float | None = None) -> None:
    """Make one annotation; ``next`` counts from ``since``, when it was due, if that is given."""
    try:
        began = time.perf_counter() if since is None else since
        task = person.task_of(await person.connection.ask(person.next_task()))
        work.next_s.append(time.perf_counter() - began)
        if task is None:
            work.ran_out = True
            return
        work.given[task] += 1
        began = time.perf_counter()
        await person.connection.ask(person.submit(task))
        work.submit_s.append(time.perf_counter() - began)
    except (Failed, TimeoutError, OSError) as error:
        work.errors.append(str(error) or type(error).__name__)


async def closed_loop(people: Sequence[Annotator], seconds: float) -> Work:
    """Let everybody annotate without a pause."""
    work, began = Work(), time.perf_counter()

    async def one(person: Annotator) -> None:
        while time.perf_counter() - began < seconds and not work.ran_out:
            await annotate(person, work)

    await asyncio.gather(*(one(person) for person in people))
    work.wall_s = time.perf_counter() - began
    return work


async def open_loop(people: Sequence[Annotator], rate: float, seconds: float) -> Work:
    """Begin ``rate`` annotations a second, evenly, whether or not earlier ones are done.

    A person who is not done when the next annotation is due is late with it, and the wait counts.
    """
    work, began = Work(), time.perf_counter()
    free: asyncio.Queue[Annotator] = asyncio.Queue()
    for person in people:
        free.put_nowait(person)

    async def one(due: float) -> None:
        person = await free.get()
        await annotate(person, work, due)
        free.put_nowait(person)

    running = set[asyncio.Task[None]]()
    for number in itertools.count():
        due = began + number / rate
        if due > began + seconds:
            break
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        running.add(asyncio.create_task(one(due)))
    await asyncio.gather(*running)
    work.wall_s = time.perf_counter() - began
    return work


async def paced(make: Callable[[], Awaitable[object]], count: int, pause_s: float) -> list[float]:
    """Do something ``count`` times with pauses between; return how long each took, in seconds."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        await make()
        times.append(time.perf_counter() - began)
        await asyncio.sleep(pause_s)
    return times

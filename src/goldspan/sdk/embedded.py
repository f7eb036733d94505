"""The home's server: the one that runs, else one in a thread of this process.

A notebook needs no second program, and two notebooks on one home share the server of the first.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.errors import HomeBusy

if TYPE_CHECKING:
    from goldspan.server.serve import RunningServer
    from goldspan.storage.home import Home

WAIT_FOR_URL_S = 20.0
OWNER_API_KEY = "GOLDSPAN_OWNER_API_KEY"
"""Names the owner's key; a home whose server was started with it keeps none."""
_started: list[RunningServer] = []


@dataclass(frozen=True, slots=True)
class HomeServer:
    """Where a home is served.

    The key is the one that the home keeps, else ``GOLDSPAN_OWNER_API_KEY``; None without either.
    """

    api_url: str
    owner_api_key: str | None


def find_or_start(home: Path | None = None) -> HomeServer:
    """Return the server of a home, started in a thread of this process if none runs.

    A server that is started here ends with the process, or with ``stop``.

    Args:
        home: the folder; by default ``GOLDSPAN_HOME``, else one in the user's own data folder.

    Raises:
        HomeBusy: if another process owns the home and does not serve it.
        StorageFailure: if the home cannot be read or written.
    """
    from goldspan.server.serve import start_in_thread
    from goldspan.storage.home import Home, home_path

    place = Home(home_path(os.environ) if home is None else home.expanduser().absolute())
    found = _served(place)
    if found:
        return found
    try:
        running = start_in_thread(
            place.path,
            owner_api_key=os.environ.get(OWNER_API_KEY),
            owner_password=os.environ.get("GOLDSPAN_OWNER_PASSWORD"),
            database_url=os.environ.get("GOLDSPAN_DATABASE_URL"),
            webhook_hosts=os.environ.get("GOLDSPAN_WEBHOOK_HOSTS", "").replace(",", " ").split(),
        )
    except HomeBusy:  # Another process was a moment faster.
        found = _served(place)
        if found is None:
            raise
        return found
    _started.append(running)
    return HomeServer(running.url, running.api_key)


def _served(place: Home) -> HomeServer | None:
    """Return the server of a home that has an owner, None if it has none. Raises HomeBusy."""
    owner = place.owner(wait_s=WAIT_FOR_URL_S)
    if owner is None:
        return None
    if owner.url:
        return HomeServer(owner.url, place.read_owner_key() or os.environ.get(OWNER_API_KEY))
    raise HomeBusy(
        f"the home {place.path} is owned by process {owner.pid}, which has not said in "
        f"{WAIT_FOR_URL_S:g} s where it serves it. Wait until it is done, end it, or name another "
        "folder with home= or GOLDSPAN_HOME",
        home=str(place.path),
        pid=owner.pid,
    )


def stop() -> None:
    """End the servers that were started in this process."""
    while _started:
        _started.pop().stop()

"""Who talks to which server: ``init`` once in a notebook, ``connect`` for several users at once."""

from __future__ import annotations

from pathlib import Path

from goldspan.client import HttpClient
from goldspan.errors import InvalidInput, NotFound, Remedy, Unauthenticated
from goldspan.sdk import embedded
from goldspan.wire.user import User
from goldspan.wire.workspace import Workspace

_active: list[Session] = []
"""The session of the last ``init``; empty before."""


class Session:
    """One user's connection to one server.

    Args:
        client: with the user's key.
        workspace: name of the workspace that is meant where none is named.

    Raises:
        Unauthenticated: if the server does not know the key.
        NotFound: if there is no such workspace, or none that the user may see.
    """

    def __init__(self, client: HttpClient, workspace: str | None = None) -> None:
        self.client = client
        self.user: User = client.me()
        self._workspace = workspace
        if workspace is not None:
            self.workspace(workspace)

    @property
    def api_url(self) -> str:
        """Where the server is."""
        return self.client.api_url

    def workspace(self, name: str | None = None) -> Workspace:
        """Return the workspace of this name, by default the session's.

        Without either, the user's workspace is meant if there is exactly one.

        Raises:
            NotFound: if there is no such workspace, or none that the user may see.
            InvalidInput: if none is named and the user sees several.
        """
        name = name or self._workspace
        seen = self.client.workspaces()
        names = sorted(one.name for one in seen)
        if name is None and len(seen) > 1:
            raise InvalidInput(
                f"expected the name of a workspace, for there are {len(seen)}: {names}",
                remedies=[Remedy(gain="to choose one", parameter="workspace", value=names[0])],
            )
        found = [one for one in seen if name in (None, one.name)]
        if not found:
            what = f"workspace {name!r}" if name else "workspace"
            raise NotFound(
                f"there is no {what} at {self.api_url} that user {self.user.username!r} may see "
                f"(visible: {names or 'none'}). An owner makes one on the page, or in "
                f"Python with goldspan.Workspace.create({name or 'main'!r})",
                workspace=name,
            )
        return found[0]

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the server goes on."""
        self.client.close()


def connect(
    api_url: str | None = None,
    api_key: str | None = None,
    workspace: str | None = None,
    *,
    home: str | Path | None = None,
    timeout_s: float = 60.0,
) -> Session:
    """Return a session of its own, which ``session=`` of the other calls takes.

    Args:
        api_url: where the server is. Without it the server of the home is used, and started
            inside this process if the home has none running.
        api_key: the user's key. Without it, and without ``api_url``, the home's owner is meant.
        workspace: name of the workspace that is meant where none is named.
        home: folder of the data, where ``api_url`` is left out; by default ``GOLDSPAN_HOME``.
        timeout_s: longest silence of the server that is waited for, seconds.

    Raises:
        ServerUnreachable: if no server answers there.
        Unauthenticated: if the key is missing or not known.
        NotFound: if there is no such workspace, or none that the user may see.
        HomeBusy: if another process owns the home and does not answer.
    """
    if api_url is None:
        found = embedded.find_or_start(Path(home) if home is not None else None)
        api_url, api_key = found.api_url, api_key or found.owner_api_key
    if not api_key:
        raise Unauthenticated(
            f"the server at {api_url} wants a key, the one that its first start printed or that "
            "an owner gave you",
            remedies=[Remedy(gain="to sign in", parameter="api_key", value="KEY")],
        )
    client = HttpClient(api_url, api_key, timeout_s=timeout_s)
    try:
        return Session(client, workspace)
    except BaseException:
        client.close()
        raise


def init(
    api_url: str | None = None,
    api_key: str | None = None,
    workspace: str | None = None,
    *,
    home: str | Path | None = None,
    timeout_s: float = 60.0,
) -> Session:
    """Connect, and make this session the one that all calls use unless given another.

    Takes and raises what ``connect`` does.
    """
    session = connect(api_url, api_key, workspace, home=home, timeout_s=timeout_s)
    _active[:] = [session]
    return session


def active(session: Session | None = None) -> Session:
    """Return the given session, else that of the last ``init``, else that of an ``init()`` now."""
    return session or (_active[0] if _active else init())

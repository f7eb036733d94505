"""The options of every command that talks to a server, and the session that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.errors import Conflict, NotFound

if TYPE_CHECKING:
    from goldspan.sdk.remote import RemoteFeedbackDataset
    from goldspan.sdk.session import Session

ApiUrl = Annotated[
    str | None,
    typer.Option(
        envvar="GOLDSPAN_API_URL",
        help="Where the server is. Without it the home's server is used, and started if need be.",
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        envvar="GOLDSPAN_API_KEY",
        help="Your key. Without it, and without --api-url, the home's owner's: the one that the "
        "home keeps, else GOLDSPAN_OWNER_API_KEY.",
    ),
]
WorkspaceName = Annotated[
    str | None, typer.Option("--workspace", help="The workspace; yours if you are in just one.")
]
DatasetName = Annotated[str, typer.Option("--dataset", help="Name of the dataset.")]

_opened: list[Session] = []
"""The sessions of the command under way."""


def open_session(api_url: str | None, api_key: str | None, workspace: str | None) -> Session:
    """Connect as the options say; the command's end closes the session."""
    from goldspan.sdk.session import connect

    session = connect(api_url, api_key, workspace)
    _opened.append(session)
    return session


def close_sessions() -> None:
    """Close what ``open_session`` has opened."""
    while _opened:
        _opened.pop().close()


def open_dataset(session: Session, name: str) -> RemoteFeedbackDataset:
    """Return the dataset of this name in the session's workspace. Raises NotFound."""
    from goldspan.sdk.remote import RemoteFeedbackDataset

    return RemoteFeedbackDataset.find(session, name)


def require_free(session: Session, name: str) -> None:
    """Refuse a name that a dataset of the session's workspace has, before anything is computed.

    Raises:
        Conflict: if there is such a dataset.
    """
    from goldspan.sdk.remote import RemoteFeedbackDataset

    try:
        RemoteFeedbackDataset.find(session, name)
    except NotFound:
        return
    raise Conflict(
        f"workspace {session.workspace().name!r} has a dataset {name!r} already; choose another "
        "name, or delete that one first"
    )

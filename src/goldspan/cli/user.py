"""``goldspan user``: who may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, open_session
from goldspan.domain.workspace import Role

if TYPE_CHECKING:
    from goldspan.sdk.session import Session
    from goldspan.wire.user import User

Username = Annotated[str, typer.Argument(metavar="NAME", help="The username.")]


def find_user(session: Session, name: str) -> User:
    """Return the user of this name. Raises NotFound."""
    from goldspan.errors import NotFound

    users = session.client.users()
    for user in users:
        if user.username == name:
            return user
    known = ", ".join(sorted(user.username for user in users))
    raise NotFound(f"there is no user {name!r} at {session.api_url}; there are: {known}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Add, list and delete users; let them in.")
    app.add_typer(group, name="user")

    @group.command()
    def add(
        name: Username,
        role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.ANNOTATOR,
        workspace: Annotated[
            list[str] | None, typer.Option(help="Name of a workspace to join; may be repeated.")
        ] = None,
        first_name: Annotated[str | None, typer.Option(help="Without it, the username.")] = None,
        last_name: Annotated[str | None, typer.Option(help="May be left out.")] = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Add a user, and print a key and a link that lets them choose a password, once."""
        from goldspan.wire.user import UserCreate

        session = open_session(api_url, api_key, None)
        body = UserCreate(
            username=name,
            first_name=first_name or name,
            last_name=last_name,
            role=role,
            workspaces=workspace or [],
        )
        user = session.client.create_user(body)
        print(f"{role.value} {name} added")
        print(f"API key, shown this once: {user.api_key}")
        _print_link(session, user)

    @group.command("list")
    def list_users(api_url: ApiUrl = None, api_key: ApiKey = None) -> None:
        """List all users with role and workspaces."""
        from rich.console import Console
        from rich.table import Table

        session = open_session(api_url, api_key, None)
        table = Table("username", "name", "role", "since (UTC)", box=None)
        for user in session.client.users():
            since = f"{user.inserted_at:%Y-%m-%d %H:%M}"
            table.add_row(user.username, user.full_name, user.role.value, since)
        Console().print(table)

    @group.command()
    def link(name: Username, api_url: ApiUrl = None, api_key: ApiKey = None) -> None:
        """Print a link that signs a user in, once, within 24 hours."""
        session = open_session(api_url, api_key, None)
        _print_link(session, find_user(session, name))

    @group.command()
    def password(
        name: Username,
        password: Annotated[
            str,
            typer.Option(
                envvar="GOLDSPAN_NEW_PASSWORD",
                prompt=True,
                hide_input=True,
                confirmation_prompt=True,
                help="The password; asked for if not given.",
            ),
        ],
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Set a user's password; they must choose another at the next sign-in."""
        session = open_session(api_url, api_key, None)
        session.client.accounts.set_password(find_user(session, name).id, password)
        print(f"the password of {name} is set; every session of theirs has ended")

    @group.command()
    def delete(name: Username, api_url: ApiUrl = None, api_key: ApiKey = None) -> None:
        """Delete a user with keys and sessions; their responses stay."""
        session = open_session(api_url, api_key, None)
        session.client.delete_user(find_user(session, name).id)
        print(f"{name} deleted; the responses stay")


def _print_link(session: Session, user: User) -> None:
    link = session.client.accounts.link(user.id)
    print(
        f"Link that signs {user.username} in once, until {link.expires_at:%Y-%m-%d %H:%M} UTC:\n"
        f"{session.api_url}{link.path}"
    )

"""``goldspan key``: API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, open_session
from goldspan.cli.user import find_user
from goldspan.domain.permission import Scope

Whose = Annotated[
    str | None, typer.Option("--user", help="Username of whose key it is; yours if left out.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
    app.add_typer(group, name="key")

    @group.command()
    def new(
        name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
        scope: Annotated[
            Scope,
            typer.Option(
                help="read: look only. annotate: also respond. admin: whatever its user may."
            ),
        ] = Scope.ADMIN,
        days: Annotated[
            int | None,
            typer.Option(min=1, max=36500, help="Ends after so many days; never if left out."),
        ] = None,
        user: Whose = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Make a key and print it, this once."""
        from datetime import UTC, datetime, timedelta

        session = open_session(api_url, api_key, None)
        whose = session.user if user is None else find_user(session, user)
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        made = session.client.accounts.create_key(whose.id, name, scope, expires_at)
        print(made.key)

    @group.command("list")
    def list_keys(user: Whose = None, api_url: ApiUrl = None, api_key: ApiKey = None) -> None:
        """List a user's keys; of each, only what tells it from the others."""
        from rich.console import Console
        from rich.table import Table

        session = open_session(api_url, api_key, None)
        whose = session.user if user is None else find_user(session, user)
        table = Table("id", "prefix", "name", "scope", "ends (UTC)", "last used (UTC)", box=None)
        for key in session.client.accounts.keys(whose.id):
            ends = f"{key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at else "never"
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            table.add_row(key.id, key.prefix, key.name, key.scope.value, ends, used)
        Console(width=200).print(table)

    @group.command()
    def revoke(
        key_id: Annotated[str, typer.Argument(metavar="ID", help="As `key list` shows it.")],
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Revoke a key; it is refused from now on."""
        session = open_session(api_url, api_key, None)
        session.client.accounts.revoke_key(key_id)
        print("revoked")

"""What can be set: in the environment, else in a file, else the default.

The file is TOML, ``goldspan.toml`` in the home or the one that ``--config`` names, with the names
below as keys. What it sets is put into the environment of this process where that says nothing,
before anything else is done: from there on there is one place to look.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from goldspan.errors import InvalidSettings, NotFound

Origin = Literal["environment", "file", "default"]
FILE = "goldspan.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Args:
        name: the key in the file; the variable is ``GOLDSPAN_`` and the name in capitals.
        meaning: in a few words.
        default: what counts if nothing is said.
        secret: whether its value is never shown.
        in_file: whether the file may set it; the home is where the file lies.
    """

    name: str
    meaning: str
    default: str = ""
    secret: bool = False
    in_file: bool = True

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"GOLDSPAN_{self.name.upper()}"


SETTINGS = (
    Setting("home", "the folder that holds everything", "in your data folder", in_file=False),
    Setting("host", "address to listen on", "127.0.0.1"),
    Setting("port", "port to listen on", "6900"),
    Setting("tls_cert", "the certificate's file, PEM"),
    Setting("tls_key", "the certificate's key, PEM"),
    Setting("tls_proxy", "address of the proxy that speaks HTTPS"),
    Setting("insecure_http", "offer plain HTTP to other machines", "false"),
    Setting("allow_host", "names that browsers may use, separated by spaces"),
    Setting("runs", "folder of training runs", "runs"),
    Setting("log_format", "text or json", "text"),
    Setting("database_url", "a PostgreSQL database in place of the home's file", secret=True),
    Setting("webhook_hosts", "hosts that webhooks are delivered to, separated by commas"),
    Setting("owner_api_key", "a key to accept for the owner", secret=True),
    Setting("owner_password", "the owner's password", secret=True),
    Setting("api_url", "the server that commands talk to", "the home's"),
    Setting("api_key", "the key that commands use", "the home's owner's", secret=True),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A setting with its value and where that comes from."""

    setting: Setting
    value: str
    origin: Origin

    @property
    def shown(self) -> str:
        """The value, or a mask in its place."""
        if not self.setting.secret or self.origin == "default":
            return self.value
        # A URL says where the database is; only its password is hidden.
        masked, found = re.subn(r"(?<=://)([^:/@]*):[^@]*@", r"\1:***@", self.value)
        return masked if found and self.setting.name == "database_url" else "***"


def read_settings(environment: Mapping[str, str], file: Path | None) -> list[Found]:
    """Return every setting.

    Args:
        environment: of the process.
        file: the TOML file; None if there is none.

    Raises:
        NotFound: if there is no such file.
        InvalidSettings: if it is no TOML, or holds something that cannot be set; lists it all.
    """
    given = {} if file is None else _read(file)
    found = []
    for setting in SETTINGS:
        if setting.variable in environment:
            found.append(Found(setting, environment[setting.variable], "environment"))
        elif setting.name in given:
            found.append(Found(setting, given[setting.name], "file"))
        else:
            found.append(Found(setting, setting.default, "default"))
    return found


def apply_file(environment: MutableMapping[str, str], file: Path | None) -> None:
    """Put what the file sets into the environment, where that says nothing.

    Raises:
        NotFound, InvalidSettings: as ``read_settings`` says.
    """
    for found in read_settings(environment, file):
        if found.origin == "file":
            environment[found.setting.variable] = found.value


def _read(file: Path) -> dict[str, str]:
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {file}", path=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidSettings(f"{file} is not readable as TOML: {error}") from error
    allowed = {setting.name for setting in SETTINGS if setting.in_file}
    faults = [f"{name}: no such setting" for name in given if name not in allowed]
    faults += [
        f"{name}: expected a text, a number, true, false or a list of texts, found {value!r:.80}"
        for name, value in given.items()
        if name in allowed and not _fits(value)
    ]
    if faults:
        listed = "\n  ".join(faults)
        raise InvalidSettings(
            f"{file} has {len(faults)} faults; settings are {sorted(allowed)}:\n  {listed}"
        )
    return {name: _text(value) for name, value in given.items()}


def _fits(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | int | bool)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)

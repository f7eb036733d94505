"""Names of fields, questions, metadata and vectors."""

from __future__ import annotations

import re

from goldspan.errors import InvalidSettings

NAME_PATTERN = re.compile(r"(?=.*[a-z0-9])[a-z0-9_-]{1,200}")


def check_name(kind: str, name: str) -> None:
    """Raise InvalidSettings unless ``name`` may name a thing of this kind."""
    if not isinstance(name, str) or not NAME_PATTERN.fullmatch(name):
        raise InvalidSettings(
            f"a {kind}'s name is made of a-z, 0-9, '_' and '-', at most 200 characters, "
            f"found {name!r}"
        )

"""How deep a value may nest."""

from typing import Any

import pytest

from goldspan.domain.nesting import require_shallow
from goldspan.errors import InvalidInput


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def test_64_levels_are_allowed_and_what_stands_side_by_side_is_one_level() -> None:
    require_shallow(nested(64), "metadata")
    require_shallow({str(n): nested(63) for n in range(100)}, "metadata")


def test_65_levels_are_refused() -> None:
    with pytest.raises(InvalidInput, match="metadata nests lists and objects more than 64"):
        require_shallow(nested(65), "metadata")

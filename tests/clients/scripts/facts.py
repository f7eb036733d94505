"""Runs a script's facts one after the other and prints, as JSON, which failed and how.

It runs under a client's own interpreter, so it imports nothing but the standard library.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable

URL = os.environ["GOLDSPAN_TEST_URL"]
KEY = os.environ["GOLDSPAN_TEST_KEY"]

_facts: list[Callable[[], None]] = []


def fact(function: Callable[[], None]) -> Callable[[], None]:
    """Register a function that states a fact by assertions."""
    _facts.append(function)
    return function


def state() -> None:
    """Run every fact; one that fails does not keep the next from being tried."""
    outcome: dict[str, str | None] = {}
    for function in _facts:
        try:
            function()
        except Exception:
            outcome[function.__name__] = traceback.format_exc()
        else:
            outcome[function.__name__] = None
    json.dump(outcome, sys.stdout)

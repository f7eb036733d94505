"""A task: what a formatting function is called with, and how its results are read.

A formatting function takes one row (``sdk.rows``) and returns one example, a list or generator
of examples, or None to leave the record out. Any other result is refused with what was expected
and what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from goldspan.errors import InvalidInput

Row = Mapping[str, Any]
FormattingFunc = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Task:
    """What rows are made for; ``TrainingTask.for_…`` makes every kind.

    Args:
        formatting_func: makes examples out of a row; None reads the record's own fields and
            responses.
    """

    formatting_func: FormattingFunc | None = None
    name: ClassVar[str] = ""
    expected: ClassVar[str] = ""

    def examples(self, row: Row, where: str) -> list[Any]:
        """Return what the formatting function makes of a row.

        Args:
            row: as the formatting function is to see it; it gets a copy.
            where: names the record in an error.

        Raises:
            InvalidInput: if the result is not of the task's shape; what the function itself
                raises passes through.
        """
        assert self.formatting_func is not None, "only asked where there is a function"
        result = self.formatting_func(dict(row))
        if result is None:
            return []
        if isinstance(result, list | Iterator):
            return [self._example(one, f"{where}, item {i}") for i, one in enumerate(result)]
        return [self._example(result, where)]

    def _example(self, value: Any, where: str) -> Any:
        """Read one returned value."""
        raise NotImplementedError

    def refusal(self, value: Any, where: str) -> InvalidInput:
        """Return the error that says what was expected and what was found."""
        return InvalidInput(
            f"the formatting function of {self.name} should return {self.expected} "
            f"(or a list of them, or None to leave the record out), "
            f"found {describe(value)} for {where}",
            task=self.name,
            where=where,
        )


def texts_of(value: Any, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the texts of a tuple, or of a dict with these keys; None for anything else."""
    if isinstance(value, Mapping):
        value = tuple(value[name] for name in names) if set(value) == set(names) else None
    fits = isinstance(value, tuple) and len(value) == len(names)
    return value if fits and all(isinstance(text, str) for text in value) else None


def describe(value: Any) -> str:
    """Say what a value is, with the types inside a tuple or dict."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key!r}: {type(one).__name__}" for key, one in value.items())
        return f"{{{inside}}}"
    if isinstance(value, tuple):
        return f"({', '.join(type(one).__name__ for one in value)})"
    return f"{type(value).__name__} {value!r:.60}"


def required_callable(given: FormattingFunc | None) -> FormattingFunc | None:
    """Return a formatting function, or None. Raises InvalidInput for anything else."""
    if given is not None and not callable(given):
        raise InvalidInput(f"formatting_func is a function of one row, found {describe(given)}")
    return given

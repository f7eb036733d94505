"""What readers are called in a report."""

from __future__ import annotations

from collections.abc import Sequence

SHORT = 2
"""Parts of a name that stay as they are: those of a hub id, or of a folder nearby."""


def reader_names(models: Sequence[str]) -> dict[str, str]:
    """Return a name for each model: of a long path as much of its end as tells it from the others.

    Args:
        models: runs, folders or hub ids, as they were given.

    Returns:
        By model, in their order; no two names are equal.
    """
    parts = {model: model.rstrip("/").split("/") for model in models}
    names = {}
    for model, own in parts.items():
        others = [each for other, each in parts.items() if other != model]
        lengths = range(1, len(own)) if len(own) > SHORT else ()
        tails = (own[-length:] for length in lengths)
        alone = (t for t in tails if all(other[-len(t) :] != t for other in others))
        names[model] = "/".join(next(alone, own)) or model
    # A path that another one continues to the left keeps all of itself.
    return names if len(set(names.values())) == len(names) else dict(zip(parts, parts, strict=True))

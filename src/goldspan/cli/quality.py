"""``goldspan quality``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, WorkspaceName, open_dataset, open_session

if TYPE_CHECKING:
    from goldspan.wire.leading import Estimate, Quality


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def quality(
        dataset: Annotated[str, typer.Argument(help="Name of the dataset.")],
        workspace: WorkspaceName = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        """Show how far people agree, how right and how fast they are, and what may sway them."""
        from rich.console import Console

        found = open_dataset(open_session(api_url, api_key, workspace), dataset).quality()
        console = Console()
        for table in _tables(found):
            console.print(table)
        for line in _lines(found):
            console.print(line, highlight=False)


def _tables(found: Quality) -> list[object]:
    from rich.table import Table

    questions = Table("question", "kind", "alpha", "alike", "exact", "records", "responses")
    for one in found.questions:
        questions.add_row(
            one.name,
            one.type,
            _figure(one.alpha),
            _figure(one.span_f1 or one.token_f1),
            _figure(one.exact),
            str(one.records),
            str(one.responses),
        )
    people = Table(
        "annotator", "submitted", "discarded", "as the others", "controls", "s median", "s p90"
    )
    for each in found.annotators:
        controls = each.controls
        people.add_row(
            each.username or each.user_id,
            str(each.submitted),
            str(each.discarded),
            _share(each.majority_agreement),
            f"{controls.right}/{controls.of}{_interval(controls)}" if controls else "-",
            _seconds(each.median_s),
            _seconds(each.p90_s),
        )
    return [questions, people]


def _lines(found: Quality) -> list[str]:
    lines = ["Intervals in brackets are at 95 %; alpha is Krippendorff's."]
    first, use = found.position_bias, found.suggestion_acceptance
    if first is not None:
        lines.append(
            f"Shown first and preferred: {first.chosen}/{first.of}, {first.rate:.2f}"
            f"{_interval(first)}, expected {first.expected:.2f}."
        )
    if use is not None:
        lines.append(
            f"Suggestions taken as they are: {use.count}/{use.of}, {use.rate:.2f}{_interval(use)}; "
            f"changed: {use.edited}."
        )
    unseen = found.suggestion_unseen
    if unseen is not None:
        lines.append(
            f"The same as a suggestion that was not seen: {unseen.count}/{unseen.of}, "
            f"{unseen.rate:.2f}{_interval(unseen)}."
        )
    if found.speed.median_s is not None:
        lines.append(
            f"Seconds a response: median {_seconds(found.speed.median_s)}, "
            f"p90 {_seconds(found.speed.p90_s)}."
        )
    return lines


def _figure(value: Estimate | None) -> str:
    return "-" if value is None else f"{value.value:.2f}{_interval(value)}"


def _share(rate: object) -> str:
    value = getattr(rate, "rate", None)
    return "-" if value is None else f"{value:.2f}{_interval(rate)}"


def _interval(given: object) -> str:
    low, high = getattr(given, "low", None), getattr(given, "high", None)
    return "" if low is None or high is None else rf" \[{low:.2f}, {high:.2f}]"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"

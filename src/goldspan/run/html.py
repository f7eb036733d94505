"""A page that stands alone: tables, text and curves, without a script or anything to load.

Pure: values in, text out. Every text is escaped here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import isfinite, log10

Point = tuple[float, float]

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28
"""Margins of a chart, in its own units."""

COLOURS = ("#1f5fa8", "#b3541e", "#2e7d4f", "#7a3f9d", "#8a6d00", "#555555")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "12 4")
"""A line is told apart by its dashes, too: not everybody sees colours, or prints them."""

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: 0.5rem 0; }
th, td { text-align: left; padding: 0.2rem 0.9rem 0.2rem 0; vertical-align: top;
  border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
td.figures { white-space: nowrap; overflow-wrap: normal; font-variant-numeric: tabular-nums; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { white-space: pre-wrap; background: #f5f5f5; padding: 0.6rem; overflow-wrap: anywhere; }
.charts { display: grid; gap: 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
figure { margin: 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.warning { border-left: 4px solid #b3541e; padding-left: 0.7rem; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e6e6; background: #16181c; } th, td { border-color: #3a3d44; }
  pre { background: #22252b; } svg { --grid: #3a3d44; } }
"""


class Figures(str):
    """Numbers that belong together: a table keeps them on one line."""

    __slots__ = ()


def page(title: str, *parts: str) -> str:
    """Return a whole page.

    Args:
        title: plain text.
        parts: HTML, one below the other.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(part for part in parts if part) + "\n"
        "</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    """Return parts under a heading; nothing where there are none."""
    found = [part for part in parts if part]
    if not found:
        return ""
    return f"<section>\n<h2>{escape(title)}</h2>\n" + "\n".join(found) + "\n</section>"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph; ``kind`` may be ``warning``."""
    css = f' class="{escape(kind)}"' if kind else ""
    return f"<p{css}>{escape(text)}</p>"


def verbatim(text: str) -> str:
    """Return a text with its lines as they are."""
    return f"<pre>{escape(text)}</pre>"


def facts(values: Mapping[str, object]) -> str:
    """Return names and values, one a line; nothing where there are none."""
    if not values:
        return ""
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(shown(value))}</td></tr>\n'
        for name, value in values.items()
    )
    return f"<table>\n{lines}</table>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers stand on the right."""

    def cell(value: object) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        figures = ' class="figures"' if isinstance(value, Figures) else ""
        css = ' class="number"' if number else figures
        return f"<td{css}>{escape(shown(value))}</td>"

    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(f"<tr>{''.join(map(cell, row))}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n{lines}</tbody>\n</table>"


def charts(*made: str) -> str:
    """Put charts side by side, where there is room."""
    found = [one for one in made if one]
    return f'<div class="charts">\n{"".join(found)}</div>' if found else ""


def chart(title: str, series: Mapping[str, Sequence[Point]], x: str = "step") -> str:
    """Draw lines over a common axis; nothing where there is no point.

    Args:
        title: what is shown, with its unit.
        series: name to points (x, y); points that are not numbers are left out.
        x: what the axis counts.
    """
    lines = {
        name: [(float(a), float(b)) for a, b in points if isfinite(a) and isfinite(b)]
        for name, points in series.items()
    }
    lines = {name: points for name, points in lines.items() if points}
    if not lines:
        return ""
    across = _scale([a for points in lines.values() for a, _ in points], LEFT, WIDTH - RIGHT)
    up = _scale([b for points in lines.values() for _, b in points], HEIGHT - BOTTOM, TOP)
    drawn = "".join(
        _line(points, across, up, COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)])
        for i, points in enumerate(lines.values())
    )
    said = "; ".join(f"{name}: {shown(points[-1][1])} at the end" for name, points in lines.items())
    return (
        f"<figure>\n<figcaption>{escape(title)}</figcaption>\n"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 18 * len(lines)}" role="img" '
        f'aria-label="{escape(f"{title}. {said}")}">\n'
        f"{_axes(across, up, x)}{drawn}{_legend(list(lines))}</svg>\n</figure>\n"
    )


def shown(value: object) -> str:
    """Return a value as people read it."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or "none"
    return str(value)


class _Scale:
    """Where a value lies on an axis, and where its ticks stand."""

    def __init__(self, low: float, high: float, start: float, stop: float) -> None:
        self.low, self.high, self.start, self.stop = low, high, start, stop

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Return round values, about five of them."""
        width = (self.high - self.low) / 5
        unit = 10.0 ** int(log10(width) if width >= 1 else log10(width) - 1)
        step = next(
            unit * factor for factor in (1, 2, 5, 10, 20, 50) if unit * factor >= width * 0.99
        )
        first = int(self.low / step) - 1
        ticks = [step * i for i in range(first, first + 10)]
        return [tick for tick in ticks if self.low <= tick <= self.high]


def _scale(values: Sequence[float], start: float, stop: float) -> _Scale:
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    return _Scale(low, high, start, stop)


def _line(points: Sequence[Point], across: _Scale, up: _Scale, colour: str, dash: str) -> str:
    if len(points) == 1:
        a, b = points[0]
        return f'<circle cx="{across(a):.1f}" cy="{up(b):.1f}" r="3" fill="{colour}"/>\n'
    places = " ".join(f"{across(a):.1f},{up(b):.1f}" for a, b in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.8"{dashes}/>\n'
    )


def _axes(across: _Scale, up: _Scale, x: str) -> str:
    grid = 'stroke="var(--grid, #ddd)" stroke-width="1"'
    made = []
    for tick in up.ticks():
        made.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(tick):.1f}" y2="{up(tick):.1f}" '
            f"{grid}/>"
            f'<text x="{LEFT - 6}" y="{up(tick) + 4:.1f}" text-anchor="end">{shown(tick)}</text>\n'
        )
    for tick in across.ticks():
        made.append(
            f'<text x="{across(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{shown(tick)}</text>\n"
        )
    made.append(
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - BOTTOM + 28}" text-anchor="end">'
        f"{escape(x)}</text>\n"
    )
    return "".join(made)


def _legend(names: Sequence[str]) -> str:
    made = []
    for i, name in enumerate(names):
        y = HEIGHT + 18 * i + 8
        dash = DASHES[i % len(DASHES)]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        made.append(
            f'<line x1="{LEFT}" x2="{LEFT + 28}" y1="{y}" y2="{y}" stroke-width="2" '
            f'stroke="{COLOURS[i % len(COLOURS)]}"{dashes}/>'
            f'<text x="{LEFT + 36}" y="{y + 4}">{escape(name)}</text>\n'
        )
    return "".join(made)

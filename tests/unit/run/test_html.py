"""Pages that stand alone."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from goldspan.run.html import chart, facts, page, paragraph, section, shown, table

EVIL = '<script>alert("1")</script>&'


def test_every_text_is_escaped() -> None:
    made = page(
        EVIL,
        section(EVIL, paragraph(EVIL), facts({EVIL: EVIL}), table([EVIL], [[EVIL]])),
        chart(EVIL, {EVIL: [(0, 1), (1, 2)]}, x=EVIL),
    )
    assert "<script" not in made
    assert "&lt;script&gt;" in made


def test_a_chart_is_a_picture_that_says_what_it_shows() -> None:
    made = chart("Loss", {"training": [(1, 4.0), (2, 2.0), (3, 1.0)]})
    svg = ElementTree.fromstring(made[made.index("<svg") : made.index("</svg>") + 6])
    assert svg.get("aria-label") == "Loss. training: 1 at the end"
    (line,) = svg.findall("polyline")
    places = [tuple(map(float, pair.split(","))) for pair in str(line.get("points")).split()]
    assert [x for x, _ in places] == [56.0, 302.0, 548.0]  # evenly from margin to margin
    assert [y for _, y in places] == [12.0, 132.0, 192.0]  # 4 at the top, 1 at the bottom


def test_lines_are_told_apart_without_colour() -> None:
    made = chart("two", {"a": [(0, 0), (1, 1)], "b": [(0, 1), (1, 0)]})
    assert len(set(re.findall(r"<polyline[^>]*?(?:stroke-dasharray=\"([^\"]*)\")?/>", made))) == 2


@pytest.mark.parametrize(
    "points",
    [[(1, 0.0)], [(1, 5.0), (2, 5.0)], [(0, -1e-7), (1, 3e8)], [(1, float("nan")), (2, 1)]],
)
def test_flat_lonely_huge_and_missing_values_are_drawn_within_the_picture(
    points: list[tuple[float, float]],
) -> None:
    made = chart("x", {"y": points})
    for number in re.findall(r'(?:cx|cy|x1|y1|x|y)="(-?[\d.]+)"', made):
        assert -20 <= float(number) <= 580


def test_nothing_is_drawn_of_nothing() -> None:
    assert chart("x", {"y": []}) == section("x", "") == ""


def test_values_are_shown_as_people_read_them() -> None:
    values: list[object] = [True, None, 12345, 0.123456, ("a", 1), {}]
    assert list(map(shown, values)) == ["yes", "none", "12,345", "0.1235", "a, 1", "none"]

"""Plots as SVG to be put into a page, in whose colors they are drawn, light or dark.

They are drawn for the width of a telephone, where their letters are as large as the page's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import escape
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 340
LETTERS = 14
ROW = 32
# Room above and below the rows for the axis and its name.
AROUND = 64
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
# Colors that stand for those of the page, see style.css.
INK, SOFT, LINE, ACCENT, FEMALE = "#010101", "#020202", "#030303", "#040404", "#050505"
PAGE_COLORS = {INK: "ink", SOFT: "soft", LINE: "line", ACCENT: "male", FEMALE: "female"}
# The library names every key that this may have in a type of its own, which nothing exports.
STYLE: dict[Any, str | float | bool] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "facetally",
    "font.size": LETTERS,
    "axes.titlesize": LETTERS,
    "axes.labelsize": LETTERS,
    "xtick.labelsize": LETTERS,
    "ytick.labelsize": LETTERS,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# What is of no use within a page: what the file is, its size, names that every plot would have.
REPLACEMENTS = (
    (re.compile(r"<metadata>.*?</metadata>", re.DOTALL), ""),
    (re.compile(r'(<svg[^>]*?) (?:width|height)="[^"]*"'), r"\1"),
    (re.compile(r'(<svg[^>]*?) (?:width|height)="[^"]*"'), r"\1"),
    (re.compile(r'<g id="[^"]*">'), "<g>"),
    (re.compile(r"font-family: [^;\"]*"), "font-family: inherit"),
)
# The library's settings are those of the whole process.
_drawing = Lock()


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval."""

    value: float
    low: float
    high: float


def draw_rows(
    title: str, labels: Sequence[str], points: Sequence[Point], axis: str, *, zero: bool = True
) -> Markup:
    """A row for each label: its value as a dot, its interval as a line; `zero` marks that."""
    with _open_figure(AROUND + ROW * len(labels)) as figure:
        axes = figure.add_subplot()
        places = range(len(labels))
        if zero:
            axes.axvline(0, color=SOFT, linewidth=1)
        axes.hlines(places, [p.low for p in points], [p.high for p in points], ACCENT, linewidth=3)
        axes.plot([p.value for p in points], places, "o", color=ACCENT, markersize=8)
        axes.set_yticks(places, labels)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        return _to_svg(figure, title)


def draw_against_diagonal(
    title: str, places: Sequence[float], points: Sequence[Point], across: str, up: str
) -> Markup:
    """Shares that should be equal: where they are, dots lie on the diagonal."""
    with _open_figure(WIDTH) as figure:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1)
        axes.vlines(places, [p.low for p in points], [p.high for p in points], ACCENT, linewidth=3)
        axes.plot(places, [p.value for p in points], "o", color=ACCENT, markersize=8)
        _set_percent(axes)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.grid()
        return _to_svg(figure, title)


def _set_percent(axes: "Axes") -> None:
    ticks, labels = (0.0, 0.5, 1.0), ("0%", "50%", "100%")
    for set_ticks, set_limits in (
        (axes.set_xticks, axes.set_xlim),
        (axes.set_yticks, axes.set_ylim),
    ):
        set_ticks(ticks, labels)
        set_limits(-0.03, 1.03)


def draw_confusion(
    title: str,
    truths: Sequence[str],
    predictions: Sequence[str],
    counts: Sequence[Sequence[int]],
) -> Markup:
    """A row for each label: how its faces were predicted; colors are shares of the row."""
    with _open_figure(AROUND + 40 + ROW * len(truths)) as figure:
        axes = figure.add_subplot()
        for row, numbers in enumerate(counts):
            for column, number in enumerate(numbers):
                shade = 0.75 * number / max(1, sum(numbers))
                axes.fill_between(
                    (column - 0.5, column + 0.5), row - 0.5, row + 0.5, color=ACCENT, alpha=shade
                )
                if number:
                    axes.text(column, row, str(number), ha="center", va="center")
        axes.set_xticks(range(len(predictions)), predictions, rotation=60)
        axes.set_yticks(range(len(truths)), truths)
        axes.set_xlim(-0.5, len(predictions) - 0.5)
        axes.set_ylim(len(truths) - 0.5, -0.5)
        axes.set_xlabel("predicted")
        axes.set_ylabel("labeled")
        axes.tick_params(length=0)
        return _to_svg(figure, title)


def draw_pyramid(
    title: str,
    bands: Sequence[str],
    females: Sequence[Point | None],
    males: Sequence[Point | None],
    axis: str,
) -> Markup:
    """Shares in percent, the first band lowest: females to the left and males to the right, their
    intervals as lines; a circle stands for what is withheld."""
    with _open_figure(AROUND + ROW * len(bands)) as figure:
        axes = figure.add_subplot()
        widest = max((point.high for point in (*females, *males) if point), default=100.0)
        for sign, points, color in ((-1, females, FEMALE), (1, males, ACCENT)):
            for row, point in enumerate(points):
                _draw_bar(axes, row, sign, point, color, widest)
        axes.axvline(0, color=SOFT, linewidth=1)
        axes.set_xlim(-1.08 * widest, 1.08 * widest)
        axes.set_yticks(range(len(bands)), bands)
        axes.set_ylim(-0.6, len(bands) - 0.4)
        axes.set_title("female", loc="left", color=FEMALE)
        axes.set_title("male", loc="right", color=ACCENT)
        axes.locator_params(axis="x", nbins=5, symmetric=True, steps=[1, 2, 5, 10])
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        return _to_svg(figure, title)


def _draw_bar(
    axes: "Axes", row: int, sign: int, point: Point | None, color: str, widest: float
) -> None:
    if point is None:
        axes.plot([sign * widest / 25], [row], "o", color=color, markerfacecolor="none")
    elif point.value:
        axes.barh(row, sign * point.value, height=0.7, color=color, alpha=0.75)
        axes.hlines(row, sign * point.low, sign * point.high, INK, linewidth=2)


def draw_timeline(title: str, counts: Mapping[date, int | None], days: int, axis: str) -> Markup:
    """A bar of so many days from each date; a circle stands for what is withheld."""
    with _open_figure(220) as figure:
        axes = figure.add_subplot()
        starts = [start.toordinal() for start in counts]
        known = [0 if count is None else count for count in counts.values()]
        axes.bar(starts, known, width=0.9 * days, align="edge", color=ACCENT)
        few = [
            at + days / 2 for at, count in zip(starts, counts.values(), strict=True) if not count
        ]
        axes.plot(few, [0] * len(few), "o", color=ACCENT, mfc="none", ms=6, clip_on=False)
        end = starts[-1] + days
        # A single bar does not fill the plot.
        room = days if len(starts) == 1 else 0
        axes.set_xlim(starts[0] - room, end + room)
        axes.set_ylim(bottom=0, top=None if any(known) else 1)
        _name_ends(axes, starts, end)
        axes.locator_params(axis="y", nbins=4, integer=True, steps=[1, 2, 5, 10])
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel(axis)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        return _to_svg(figure, title)


def _name_ends(axes: "Axes", starts: Sequence[int], end: int) -> None:
    """The first date and the last, each within the plot."""
    first, last = (f"{date.fromordinal(start):%d %b %Y}" for start in (starts[0], starts[-1]))
    if len(starts) == 1:
        axes.set_xticks([(starts[0] + end) / 2], [first])
        return
    axes.set_xticks([starts[0], end], [first, last])
    for label, side in zip(axes.get_xticklabels(), SIDES, strict=True):
        label.set_horizontalalignment(side)


@contextmanager
def _open_figure(height: int) -> Iterator["Figure"]:
    # The API starts without matplotlib: loading it takes longer than drawing a plot.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _drawing, rc_context(STYLE):
        # Of 72 points to the inch, one is one pixel of the page.
        yield Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")


def _to_svg(figure: "Figure", title: str) -> Markup:
    """As a part of a page: named for who cannot see it, as wide as its place."""
    text = StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    _, _, drawing = text.getvalue().partition("<svg")
    named = f'<svg role="img" aria-label="{escape(title)}"{drawing}'
    for pattern, instead in REPLACEMENTS:
        named = pattern.sub(instead, named)
    for color, name in PAGE_COLORS.items():
        named = named.replace(color, f"var(--{name})")
    return Markup(named)

"""Plots as SVG for reports, in the colors of the page: tokens.css, light or dark.

They are drawn for the width of a phone, where their letters are as large as the page's.
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

WIDTH_PIXELS = 340
LETTER_PIXELS = 14
ROW_PIXELS = 32
AXIS_PIXELS = 64  # for the axis and its label
TIMELINE_PIXELS = 220
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
# matplotlib takes no custom properties: these placeholders are replaced by tokens of the page.
INK, SOFT, LINE, ACCENT = "#010101", "#020202", "#030303", "#040404"
TOKENS = {INK: "ink", SOFT: "soft", LINE: "line", ACCENT: "accent"}
# The type that matplotlib gives these keys is private.
STYLE: dict[Any, str | float | bool] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "facetally",
    "font.size": LETTER_PIXELS,
    "axes.titlesize": LETTER_PIXELS,
    "axes.labelsize": LETTER_PIXELS,
    "xtick.labelsize": LETTER_PIXELS,
    "ytick.labelsize": LETTER_PIXELS,
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
# Removes what does not belong inside a page: metadata, the size, and ids that plots would share.
REPLACEMENTS = (
    (re.compile(r"<metadata>.*?</metadata>", re.DOTALL), ""),
    (re.compile(r'(<svg[^>]*?) (?:width|height)="[^"]*"'), r"\1"),
    (re.compile(r'(<svg[^>]*?) (?:width|height)="[^"]*"'), r"\1"),
    (re.compile(r'<g id="[^"]*">'), "<g>"),
    (re.compile(r"font-family: [^;\"]*"), "font-family: inherit"),
)
# matplotlib's settings are global to the process.
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
    """Draw a row per label: the value as a dot, its interval as a line; `zero` marks zero."""
    with _open_figure(AXIS_PIXELS + ROW_PIXELS * len(labels)) as figure:
        axes = figure.add_subplot()
        rows = range(len(labels))
        if zero:
            axes.axvline(0, color=SOFT, linewidth=1)
        axes.hlines(rows, [p.low for p in points], [p.high for p in points], ACCENT, linewidth=3)
        axes.plot([p.value for p in points], rows, "o", color=ACCENT, markersize=8)
        axes.set_yticks(rows, labels)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        return _to_svg(figure, title)


def draw_against_diagonal(
    title: str, x: Sequence[float], points: Sequence[Point], x_label: str, y_label: str
) -> Markup:
    """Draw pairs of shares. Where both are equal, the dot is on the diagonal."""
    with _open_figure(WIDTH_PIXELS) as figure:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1)
        axes.vlines(x, [p.low for p in points], [p.high for p in points], ACCENT, linewidth=3)
        axes.plot(x, [p.value for p in points], "o", color=ACCENT, markersize=8)
        _set_percent(axes)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
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
    """Draw a row per label, a column per prediction; the shade is the share of the row."""
    with _open_figure(AXIS_PIXELS + 40 + ROW_PIXELS * len(truths)) as figure:
        axes = figure.add_subplot()
        _fill_cells(axes, counts)
        for row, numbers in enumerate(counts):
            for column, number in enumerate(numbers):
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


def _fill_cells(axes: "Axes", counts: Sequence[Sequence[int]]) -> None:
    """All at once: one by one, they would take most of the time of a report."""
    # As in _open_figure.
    from matplotlib.collections import PolyCollection  # noqa: PLC0415
    from matplotlib.colors import to_rgba  # noqa: PLC0415

    corners, shades = [], []
    for row, numbers in enumerate(counts):
        for column, number in enumerate(numbers):
            if not number:
                continue
            left, right, top, bottom = column - 0.5, column + 0.5, row - 0.5, row + 0.5
            corners.append([(left, top), (left, bottom), (right, bottom), (right, top)])
            shades.append(to_rgba(ACCENT, 0.75 * number / sum(numbers)))
    axes.add_collection(PolyCollection(corners, facecolors=shades, edgecolors=shades))


def draw_timeline(title: str, counts: Mapping[date, int | None], days: int, axis: str) -> Markup:
    """Draw a bar of this many days from each date; a circle marks a withheld count."""
    with _open_figure(TIMELINE_PIXELS) as figure:
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
    """Label the first date and the last, both inside the plot."""
    first, last = (f"{date.fromordinal(start):%d %b %Y}" for start in (starts[0], starts[-1]))
    if len(starts) == 1:
        axes.set_xticks([(starts[0] + end) / 2], [first])
        return
    axes.set_xticks([starts[0], end], [first, last])
    for label, side in zip(axes.get_xticklabels(), SIDES, strict=True):
        label.set_horizontalalignment(side)


@contextmanager
def _open_figure(height_pixels: int) -> Iterator["Figure"]:
    # Only reports draw: imported at the top, it would slow down every start of the API.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _drawing, rc_context(STYLE):
        # At 72 points per inch, one point is one pixel of the page.
        yield Figure(figsize=(WIDTH_PIXELS / 72, height_pixels / 72), layout="constrained")


def _to_svg(figure: "Figure", title: str) -> Markup:
    """Turn a figure into an SVG element with a text alternative, as wide as its container."""
    text = StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    _, _, drawing = text.getvalue().partition("<svg")
    named = f'<svg role="img" aria-label="{escape(title)}"{drawing}'
    for pattern, instead in REPLACEMENTS:
        named = pattern.sub(instead, named)
    for color, name in TOKENS.items():
        named = named.replace(color, f"var(--{name})")
    return Markup(named)

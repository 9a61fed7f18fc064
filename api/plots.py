"""Plots as SVG to be put into a page, in whose colours they are drawn, light or dark.

They are drawn for the width of a telephone, where their letters are as large as the page's.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO
from threading import Lock
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 340
LETTERS = 14
ROW = 32
# Room above and below the rows for the axis and its name.
AROUND = 64
# Colours that stand for those of the page, see style.css.
INK, SOFT, LINE, ACCENT = "#010101", "#020202", "#030303", "#040404"
PAGE_COLOURS = {INK: "ink", SOFT: "soft", LINE: "line", ACCENT: "male"}
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


def _set_percent(axes: Axes) -> None:
    ticks, labels = (0.0, 0.5, 1.0), ("0 %", "50 %", "100 %")
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
    """A row for each label: how its faces were predicted; colours are shares of the row."""
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
        axes.set_ylabel("labelled")
        axes.tick_params(length=0)
        return _to_svg(figure, title)


@contextmanager
def _open_figure(height: int) -> Iterator[Figure]:
    with _drawing, rc_context(STYLE):
        # Of 72 points to the inch, one is one pixel of the page.
        yield Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")


def _to_svg(figure: Figure, title: str) -> Markup:
    """As a part of a page: named for who cannot see it, as wide as its place."""
    text = StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    _, _, drawing = text.getvalue().partition("<svg")
    named = f'<svg role="img" aria-label="{escape(title)}"{drawing}'
    for pattern, instead in REPLACEMENTS:
        named = pattern.sub(instead, named)
    for colour, name in PAGE_COLOURS.items():
        named = named.replace(colour, f"var(--{name})")
    return Markup(named)

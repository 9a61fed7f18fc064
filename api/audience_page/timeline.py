"""An audience over time, from left to right: columns on one scale, one series for each value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from api.audience_page.axis import AxisPeriod, list_axis
from api.layout.texts import Texts
from api.reports.headline import GENDERS, choose_share
from db.audience.grouping import AudienceGroup
from db.counts.periods import CYCLES, UNDATED, Period
from models.statistics.shares import Share

MOST_SERIES = 12
MOST_LABELS = 7
HOURS_PER_DAY = 24
# Lines of the axis, at 1, 2 or 5 times a power of ten.
MOST_STEPS = 4
# The part of its room that a column takes.
FILL = 0.8


@dataclass(slots=True)
class Column:
    """One period; the parts' `y` and `height` are percents of the drawing."""

    period: AxisPeriod
    faces: int | None = 0  # None if withheld
    genders: dict[str, Share | None] = field(default_factory=dict)
    parts: list[tuple[str, float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Series:
    """The columns of one value; None where the audience is not split."""

    value: str | None
    columns: tuple[Column, ...]

    @property
    def outlines(self) -> Mapping[str, str]:
        """All columns of each gender as one path, in which each is one wide and 100 high."""
        paths: dict[str, str] = {}
        for number, column in enumerate(self.columns):
            for gender, y, height in column.parts:
                start = f"M{number + (1 - FILL) / 2:g} {y:.4g}"
                path = f"{start}h{FILL}v{height:.4g}h-{FILL}z"
                paths[gender] = paths.get(gender, "") + path
        return paths

    @property
    def dots(self) -> str:
        """Stand where counts are withheld."""
        withheld = [number for number, one in enumerate(self.columns) if one.faces is None]
        return "".join(f"M{number + 0.5} 100h0" for number in withheld)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All series, with the lines of the axis and the labels below it."""

    series: tuple[Series, ...]
    series_in_all: int
    has_gaps: bool  # periods without faces are left out, as there are too many
    lines: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str, bool], ...]  # x, text, and whether it stays on a phone
    undated: int | None  # None if withheld
    leads_closer: bool  # a column leads to its days, which one of a cycle has none of


def draw_timeline(
    everybody: Sequence[AudienceGroup],
    by_gender: Sequence[AudienceGroup],
    period: Period,
    text: Texts,
) -> Timeline | None:
    """From two groupings of the same slices; None if nothing has a time."""
    drawn = [group for group in everybody if group.period != UNDATED and group.faces != 0]
    if not drawn:
        return None
    periods, has_gaps = list_axis([group.period or "" for group in drawn], period, text)
    columns = _fill_columns(drawn, by_gender, periods)
    ranked = sorted(columns, key=lambda value: -sum(one.faces or 0 for one in columns[value]))
    shown = {value: columns[value] for value in ranked[:MOST_SERIES]}
    top, lines = _scale([one.faces or 0 for series in shown.values() for one in series])
    for series in shown.values():
        _lay_out(series, top)
    return Timeline(
        series=tuple(Series(value, tuple(series)) for value, series in shown.items()),
        series_in_all=len(columns),
        has_gaps=has_gaps,
        lines=tuple(lines),
        labels=tuple(_label(next(iter(shown.values())), period, len(shown) == 1)),
        undated=_count_undated(everybody),
        leads_closer=period not in CYCLES,
    )


def _fill_columns(
    drawn: Sequence[AudienceGroup],
    by_gender: Sequence[AudienceGroup],
    periods: Sequence[AxisPeriod],
) -> Mapping[str | None, Sequence[Column]]:
    columns: dict[str | None, dict[str | None, Column]] = {}
    for group in drawn:
        series = columns.setdefault(_value_of(group), {one.key: Column(one) for one in periods})
        series[group.period].faces = group.faces
    for group in by_gender:
        column = columns.get(_value_of(group), {}).get(group.period)
        if column is not None:
            column.genders[group.gender or ""] = choose_share(group)
    return {value: list(series.values()) for value, series in columns.items()}


def _value_of(group: AudienceGroup) -> str | None:
    return next(iter(group.dimensions.values()), None)


def _scale(faces: Sequence[int]) -> tuple[int, list[tuple[float, str]]]:
    """The end of the axis, and its lines: how far down, in percent, and what they stand for."""
    most, step, factors = max(faces, default=0) or 1, 1, (2, 2.5, 2)
    for turn in range(60):
        if most / step <= MOST_STEPS:
            break
        step = round(step * factors[turn % 3])
    top = -(-most // step) * step
    return top, [(100 - 100 * at / top, f"{at:,}") for at in range(0, top + 1, step)]


def _lay_out(columns: Sequence[Column], top: int) -> None:
    for column in columns:
        column.parts = list(_stack(column.genders, 100 * (column.faces or 0) / top))


def _stack(
    genders: Mapping[str, Share | None], height: float
) -> Iterator[tuple[str, float, float]]:
    """Gender, upper end and height of each part from below; what is withheld comes last."""
    below, left = 100.0, height
    for gender in GENDERS:
        share = genders.get(gender)
        part = min(height * share.value, left) if share else 0.0
        if part:
            below, left = below - part, left - part
            yield gender, below, part
    if left > 0.01:
        yield "withheld", below - left, left


def _label(
    columns: Sequence[Column], period: Period, is_wide: bool
) -> Iterator[tuple[float, str, bool]]:
    """At most MOST_LABELS names, none twice; where there is little room those of the first and the
    last column, and if `is_wide` of the middle one. In a week of hours, each day is named where it
    begins."""
    count = len(columns)
    every = max(1, -(-(count - 1) // (MOST_LABELS - 1)))
    chosen = list(range(0, count, HOURS_PER_DAY if period is Period.HOUR_OF_WEEK else every))
    names = [columns[at].period.short for at in chosen]
    last = len(chosen) - 1
    chosen = [
        at
        for number, at in enumerate(chosen)
        if number == last or names[number] not in (*names[:number], names[last])
    ]
    for number, at in enumerate(chosen):
        stays = number in (0, len(chosen) - 1) or (is_wide and number == len(chosen) // 2)
        yield 100 * (at + 0.5) / count, columns[at].period.short, stays


def _count_undated(everybody: Sequence[AudienceGroup]) -> int | None:
    counts = [group.faces for group in everybody if group.period == UNDATED]
    return None if None in counts else sum(count or 0 for count in counts)

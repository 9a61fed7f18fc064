"""Comparisons of two jobs or two audiences, for the terminal."""

from rich.table import Table

from cli.output.counting import count_noun
from cli.output.tables import make_table
from cli.terminal import clean
from facetally import Changes, ComparedAudiences, Comparison, Difference, ShareDifference


def describe_comparison(found: Comparison) -> str:
    """The faces of each job and of both, how far their ages differ, and what was left out."""
    least = found.min_cell
    lines = [
        f"job {number} ({pack or 'not analyzed yet'}): {_count(faces, least)} faces"
        for number, pack, faces in (
            (found.first, found.first_pack, found.first_faces),
            (found.second, found.second_pack, found.second_faces),
        )
    ]
    pictures = count_noun(found.pictures, "pictures")
    lines.append(f"{_count(found.both_faces, least)} faces found by both in {pictures}")
    if found.age_years is not None and found.years_apart is not None:
        change = found.age_years
        between = f"{change.value:+.1f} ({change.low:+.1f} to {change.high:+.1f})"
        lines.append(f"their ages are {found.years_apart:.1f} years apart, on average {between}")
    if found.every > 1:
        lines.append(f"only every {found.every}th item was compared")
    if found.videos:
        lines.append(f"{count_noun(found.videos, 'videos')} left out")
    if found.left_out:
        lines.append(f"{found.left_out} left out: not done in both jobs, or duplicates")
    return "\n".join(lines)


def make_differences_table(found: Comparison) -> Table:
    """The shares of genders and of age bands; a star marks what is beyond chance."""
    table = make_table(
        "share of faces", f"job {found.first}", f"job {found.second}", "difference", "95% interval"
    )
    for share in (*found.genders, *found.bands):
        if share.first_faces == share.second_faces == 0:
            continue
        cells = ("withheld",) if share.share is None else _make_share_cells(share.share)
        table.add_row(share.name, *cells)
    return table


def _make_share_cells(share: Difference | ShareDifference) -> tuple[str, ...]:
    star = " *" if share.beyond_chance else ""
    return (
        f"{share.first:.1%}",
        f"{share.second:.1%}",
        f"{100 * share.value:+.1f}{star}",
        f"{100 * share.low:+.1f} to {100 * share.high:+.1f}",
    )


def make_audience_differences_table(found: ComparedAudiences) -> Table:
    """The shares of two audiences, without rows that are empty in both; a star marks what is beyond
    chance."""
    names = list(found.groups[0].dimensions) if found.groups else []
    periods = ["period"] * any(group.period for group in found.groups)
    table = make_table(
        *names, *periods, "gender", "age", "first", "second", "difference", "95% interval"
    )
    for group in found.groups:
        if group.first_faces == group.second_faces == 0:
            continue
        cells = ("withheld",) if group.share is None else _make_share_cells(group.share)
        table.add_row(
            *(clean(value or "-") for value in group.dimensions.values()),
            *([group.period or ""] * len(periods)),
            group.gender or "all",
            group.age_band or "all",
            *cells,
        )
    return table


def make_changes_table(name: str, changes: Changes) -> Table:
    """Of the faces of both, rows are the first job and columns the second."""
    table = make_table(f"{name}: first", *changes.classes)
    for one, row in zip(changes.classes, changes.counts, strict=True):
        if any(count != 0 for count in row):
            table.add_row(one, *("-" if count is None else str(count) for count in row))
    return table


def _count(faces: int | None, min_cell: int) -> str:
    return f"under {min_cell}" if faces is None else str(faces)

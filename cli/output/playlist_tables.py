"""Playlists, and who saw them, as tables for the terminal."""

from collections.abc import Iterable

from rich.table import Table

from cli.output.counting import count_noun
from cli.output.presence_tables import BY_SHOT, TIME_COLUMNS, describe_shares, make_group_cells
from cli.output.tables import make_table, write_count
from cli.terminal import clean
from facetally import ContentGroup, Playlist, PlaylistAudience


def make_playlists_table(playlists: Iterable[Playlist]) -> Table:
    """A line for each playlist."""
    table = make_table("playlist", "name", "seen by", "spots", "contents", "first", "last")
    for one in playlists:
        table.add_row(
            str(one.id),
            clean(one.name),
            clean(_name_viewers(one)),
            f"{one.spots:,}",
            f"{len(one.contents):,}",
            *(f"{moment:%Y-%m-%d %H:%M}" for moment in (one.first_at, one.last_at)),
        )
    return table


def _name_viewers(playlist: Playlist) -> str:
    if playlist.tag is not None:
        return f"tag {playlist.tag}"
    if playlist.source is not None:
        return f"source {playlist.source}"
    return f"job{'s' * (len(playlist.jobs) > 1)} {', '.join(map(str, playlist.jobs[:5]))}"


def make_content_table(found: PlaylistAudience, groups: Iterable[ContentGroup]) -> Table:
    """A line for each of these groups, without empty ones; those with the most seconds or people
    first."""
    is_timed = found.count == "seconds"
    airtimes = {one.content: one for one in found.airtimes}
    times = TIME_COLUMNS if is_timed else ()
    table = make_table(
        "content", "spots", "gender", "age", "people", "share", "95% interval", *times
    )
    for group in sorted(groups, key=_weigh, reverse=True):
        if group.people == 0:
            continue
        airtime = airtimes.get(group.content or "")
        table.add_row(
            clean(group.content or ""),
            f"{airtime.spots:,}" if airtime else "",
            *make_group_cells(group, found.min_cell, is_timed=is_timed),
        )
    return table


def _weigh(group: ContentGroup) -> tuple[float, int]:
    time = group.screen_time
    return (time.seconds or 0.0 if time else 0.0), group.people or 0


def describe_viewers(found: PlaylistAudience) -> str:
    """What the table rests on."""
    least = found.min_cell
    parts = [
        f"{write_count(found.viewers, least)} saw any of it",
        f"{write_count(found.others, least)} were there and saw none",
    ]
    if found.items_undated:
        parts.append(f"{count_noun(found.items_undated, 'items')} without a time left out")
    if found.jobs_without_times:
        jobs = ", ".join(map(str, found.jobs_without_times[:5]))
        parts.append(f"people of headcounts that keep no times left out (job {jobs})")
    shares = describe_shares(found.groups, "content", "all rows")
    return f"{'; '.join(parts)}. {shares} {_describe_people(found)}"


def _describe_people(found: PlaylistAudience) -> str:
    if not found.linked_jobs:
        return BY_SHOT
    jobs = ", ".join(map(str, found.linked_jobs[:5]))
    return f"In job {jobs} people are linked, and count once. In others: {BY_SHOT.lower()}"

"""Playlists and zones, and who saw them or was in them, as tables for the terminal."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from cli.output.counting import count_noun
from cli.output.tables import make_share_cells, make_table, make_time_cells, write_count
from cli.terminal import clean
from facetally import ContentGroup, Playlist, PlaylistAudience, ZoneAudience, ZoneGroup


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
    timed = found.count == "seconds"
    airtimes = {one.content: one for one in found.airtimes}
    times = ["seconds", "each", "median", "facing"] * timed
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
            group.gender or "all",
            group.age_band or "all",
            write_count(group.people, found.min_cell),
            *_share_cells(group),
            *(make_time_cells(group.screen_time) if timed else ()),
        )
    return table


def _share_cells(group: ContentGroup | ZoneGroup) -> tuple[str, str]:
    """Of a group, the share within its content or zone; of everybody, that of all rows."""
    is_everybody = group.gender is None and group.age_band is None
    return make_share_cells(group.share if is_everybody else group.share_within)


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
        parts.append(f"{count_noun(found.items_undated, 'item')} without a time left out")
    if found.jobs_without_times:
        jobs = ", ".join(map(str, found.jobs_without_times[:5]))
        parts.append(f"people of headcounts that keep no times left out (job {jobs})")
    return f"{'; '.join(parts)}. {_describe_shares(found.groups, 'content')}"


def make_zones_table(found: ZoneAudience) -> Table:
    """A line for each group of people in each zone, without empty ones."""
    timed = found.count == "seconds"
    times = ["seconds", "each", "median", "facing"] * timed
    table = make_table("zone", "gender", "age", "people", "share", "95% interval", *times)
    for group in found.groups:
        if group.people != 0:
            table.add_row(
                clean(group.zone or ""),
                group.gender or "all",
                group.age_band or "all",
                write_count(group.people, found.min_cell),
                *_share_cells(group),
                *(make_time_cells(group.screen_time) if timed else ()),
            )
    return table


def describe_zones(found: ZoneAudience) -> str:
    """Who came in and left, and what the table rests on."""
    least = found.min_cell
    crossings = [
        f"{clean(one.zone)}: {write_count(one.entered, least)} came in, "
        f"{write_count(one.left, least)} left"
        for one in found.crossings
    ]
    rest = (
        f"{write_count(found.inside, least)} were in any zone; "
        f"{write_count(found.outside, least)} were in none. "
        f"{_describe_shares(found.groups, 'zone')}"
    )
    return "\n".join([*crossings, rest])


def _describe_shares(groups: Sequence[ContentGroup | ZoneGroup], noun: str) -> str:
    is_split = any(group.gender or group.age_band for group in groups)
    return f"Shares are within each {noun}." if is_split else "Shares are of all rows."

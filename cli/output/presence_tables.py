"""What the tables of playlists and of zones have in common."""

from collections.abc import Sequence

from cli.output.tables import make_share_cells, make_time_cells, write_count
from facetally import PresenceGroup

TIME_COLUMNS = ("seconds", "each", "median", "facing")
BY_SHOT = "Someone in two shots of a video, or who comes back to a live source, counts twice."
LINKED = "People are linked: someone in two shots counts once."


def make_group_cells(group: PresenceGroup, min_cell: int, *, is_timed: bool) -> tuple[str, ...]:
    """Who they are, how many, their share and, if asked for, their times. Of a group, the share is
    that within its content or zone; of everybody, that of all."""
    is_everybody = group.gender is None and group.age_band is None
    return (
        group.gender or "all",
        group.age_band or "all",
        write_count(group.people, min_cell),
        *make_share_cells(group.share if is_everybody else group.share_within),
        *(make_time_cells(group.screen_time) if is_timed else ()),
    )


def describe_shares(groups: Sequence[PresenceGroup], noun: str, whole: str) -> str:
    is_split = any(group.gender or group.age_band for group in groups)
    return f"Shares are within each {noun}." if is_split else f"Shares are of {whole}."

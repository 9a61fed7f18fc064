"""Who was in which zone, as a table for the terminal."""

from rich.table import Table

from cli.output.presence_tables import (
    BY_SHOT,
    LINKED,
    TIME_COLUMNS,
    describe_shares,
    make_group_cells,
)
from cli.output.tables import make_table, write_count
from cli.terminal import clean
from facetally import ZoneAudience, ZoneNames


def make_zones_table(found: ZoneAudience) -> Table:
    """A line for each group of people in each zone, without empty ones."""
    is_timed = found.count == "seconds"
    times = TIME_COLUMNS if is_timed else ()
    table = make_table("zone", "gender", "age", "people", "share", "95% interval", *times)
    for group in found.groups:
        if group.people != 0:
            cells = make_group_cells(group, found.min_cell, is_timed=is_timed)
            table.add_row(clean(group.zone or ""), *cells)
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
        f"{describe_shares(found.groups, 'zone', 'all who were in any zone')} "
        f"{LINKED if found.is_linked else BY_SHOT}"
    )
    return "\n".join([*crossings, rest])


def make_zone_names_table(found: ZoneNames) -> Table:
    """A line for each zone of a live source, and for those that were counted in and are gone."""
    table = make_table("source", "zone", "corners")
    for source in found.sources:
        for zone in source.zones:
            table.add_row(clean(source.source), clean(zone.name), str(len(zone.points)))
    kept = {zone.name for source in found.sources for zone in source.zones}
    for name in found.zones:
        if name not in kept:
            table.add_row("", clean(name), "no longer counted in")
    return table

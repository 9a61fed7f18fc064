"""Who was in each zone of a live source, as its headcount has counted them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from db.counts.grains import Grain
from db.counts.tally import Unit
from db.counts.totals import ENTERED, LEFT, OUTSIDE, Totals, empty_totals, faces_of, measure_of
from db.counts.zone_counts import ANY_ZONE, read_zone_totals
from db.presence.queries import PresenceQuery
from db.slices.slices import Slices
from db.zones.audience import ZoneAudience, make_zone_audience


def read_counted_zones(
    session: Session, job_id: int, names: Sequence[str], query: PresenceQuery
) -> ZoneAudience:
    """In the order of these names of zones, whether or not anybody was in them."""
    found: defaultdict[str, defaultdict[Unit, Totals]]
    found = defaultdict(lambda: defaultdict(empty_totals))
    for key, totals in read_zone_totals(session, [job_id], Grain.DAY):
        found[key.zone][key.unit] += totals
    people = {name: found[name][Unit.TRACK] for name in (*names, ANY_ZONE)}
    slices: Slices = {((name,), None): found[name] for name in people}
    anywhere = people.pop(ANY_ZONE)
    return make_zone_audience(
        query,
        slices,
        {name: (measure_of(one, ENTERED), measure_of(one, LEFT)) for name, one in people.items()},
        (int(faces_of(anywhere).sum()), measure_of(anywhere, OUTSIDE)),
        is_linked=False,
    )

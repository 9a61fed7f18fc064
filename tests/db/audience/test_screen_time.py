"""People in videos are weighed by how long they are visible."""

from dataclasses import replace

import pytest

from db.audience.screen_time import NOTHING, find_median_seconds, measure_screen_time
from db.audience.table import Audience
from db.counts.cube import fold_deltas
from db.counts.tally import DWELL_SECONDS, DWELL_UNITS, Unit, dwell_unit_of
from db.engine import Database
from db.quality import QualityFilter
from db.slices.bands import parse_bands
from db.slices.disclosure import Disclosure
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count
from tests.support.work.audiences import read_audience
from tests.support.work.people import CAST, record_people

QUERY = AudienceQuery(parse_bands("0-39,40-120"), by_age_band=False, count=Count.SECONDS)


def ask(database: Database, **changes: object) -> Audience:
    with database.read() as session:
        return read_audience(session, replace(QUERY, **changes))  # type: ignore[arg-type]


def test_shares_are_of_the_time_in_which_people_are_visible(database: Database) -> None:
    job_id = record_people(database, CAST)
    by_store = SliceQuery(by_dimensions=("store",))
    for slices in (SliceQuery(), SliceQuery(job_id=job_id), by_store):
        found = ask(database, slices=slices)
        rows = {group.gender: group for group in found.groups if group.faces}
        shares = {gender: row.share.value for gender, row in rows.items() if row.share}
        assert shares == {"female": 0.75, "male": 0.25}
        assert {gender: row.faces for gender, row in rows.items()} == {"female": 1, "male": 2}
        times = {gender: row.screen_time for gender, row in rows.items()}
        assert [times[gender].seconds for gender in ("female", "male")] == [30.0, 10.0]
        assert [times[gender].mean_seconds for gender in ("female", "male")] == [30.0, 5.0]
        assert [times[gender].attention for gender in ("female", "male")] == [0.5, 1.0]
        assert (found.faces, found.too_unclear) == (3, 1)
        assert found.screen_time is not None
        assert (found.screen_time.seconds, found.screen_time.attention) == (40.0, 0.625)
    before = ask(database)
    with database.write() as session:
        fold_deltas(session)
    assert ask(database) == before


def test_seconds_counted_anew_are_the_same(database: Database) -> None:
    job_id = record_people(database, CAST)
    again = SliceQuery(job_id=job_id, quality=QualityFilter(least=0.0))
    counted = ask(database, slices=SliceQuery(job_id=job_id))
    assert ask(database, slices=again).groups == counted.groups


def test_an_interval_rests_on_people_not_on_seconds(database: Database) -> None:
    record_people(database, CAST[:3])
    [female, *_] = ask(database).groups
    # Whoever is visible for most of the time is one person.
    assert female.share is not None
    assert (female.share.low, female.share.high) < (0.25, 0.99)


def test_times_of_few_people_are_withheld_and_others_rounded(database: Database) -> None:
    record_people(database, CAST)
    few = ask(database, min_cell=5)
    assert few.screen_time == NOTHING
    assert all(group.share is None for group in few.groups if group.faces != 0)
    counts = {Unit.TRACK: 52, Unit.VISIBLE: 2610, Unit.FACING: 1000, DWELL_UNITS[3]: 52}
    time = measure_screen_time(counts, Disclosure(5))
    # 50 people, as they are published, for 5 seconds each.
    assert (time.seconds, time.mean_seconds, time.attention) == (250.0, 5.0, 0.38)
    assert time.median_seconds == 3.0


@pytest.mark.parametrize(
    ("seconds", "median"), [((3.0,) * 9, 2.8), ((0.4, 0.4, 9.0), 0.4), ((500.0,), 181.0)]
)
def test_the_median_is_found_within_its_class(seconds: tuple[float, ...], median: float) -> None:
    units = [dwell_unit_of(one) for one in seconds]
    found = find_median_seconds([units.count(unit) for unit in DWELL_UNITS])
    assert round(found, 1) == median
    assert len(DWELL_SECONDS) == len(DWELL_UNITS) - 1

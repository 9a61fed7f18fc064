"""The audience is counted from cells, which always agree with the faces."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.quality import QualityFilter
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.slices import recount
from db.slices.bands import PRESETS, parse_bands
from db.slices.queries import AudienceQuery, AudienceTooLarge, SliceQuery
from db.states import Count
from db.submissions.drafts import accept_job
from db.tables.audience import CellRow
from db.tables.faces import FaceRow
from models.face import Dropped
from models.statistics.shares import wilson_share
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import claim, hints, make_face, record, results_of, submit, work_all

FACES = (make_face(10, 0.9), make_face(30, 0.2), make_face(31, 0.55), make_face(80, 0.9))


def test_faces_are_counted_by_gender_and_age_band(database: Database) -> None:
    job_id = submit(database, items=3)
    work_all(database, faces=FACES, fail=["2.jpg"])
    with database.read() as session:
        audience = read_audience(
            session, AudienceQuery(PRESETS["marketing"], slices=SliceQuery(job_id=job_id))
        )
    counted = {(group.age_band, group.gender): group.faces for group in audience.groups}
    assert len(counted) == 8 * 3
    assert {key: faces for key, faces in counted.items() if faces} == {
        ("0-12", "female"): 2,
        ("25-34", "male"): 2,
        ("25-34", "unknown"): 2,
        ("65+", "female"): 2,
    }
    funnel = audience.funnel
    assert (funnel.items, funnel.done, audience.faces) == (3, 2, 8)
    assert funnel.failed == {"unreadable": 1}
    assert audience.unknown_gender_share.value == 0.25


def test_pictures_without_faces_are_counted(database: Database) -> None:
    submit(database, items=2)
    work_all(database)
    with database.read() as session:
        audience = read_audience(session, AudienceQuery(PRESETS["marketing"]))
    assert (audience.funnel.without_faces, audience.faces) == (2, 0)
    assert audience.unknown_gender_share.high == 1.0


def test_likely_faces_that_were_left_out_are_counted_and_rounded(database: Database) -> None:
    job_id = submit(database, items=3)
    for chunk_id in hints(database):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        results = [
            replace(result, dropped=Dropped(too_small=2, too_unsure=1))
            for result in results_of(chunk, FACES)
        ]
        assert record(database, chunk, results)
    with database.read() as session:
        [one, *_] = read_results(session, job_id, ResultFilter(), after=-1, limit=1)
        exact, rounded = (
            read_audience(session, AudienceQuery(PRESETS["marketing"], min_cell=least)).funnel
            for least in (1, 5)
        )
    assert one.dropped == Dropped(2, 1)
    assert (exact.faces_too_small, exact.faces_too_unsure) == (6, 3)
    assert (rounded.faces_too_small, rounded.faces_too_unsure) == (5, None)


def test_faces_too_unclear_to_be_judged_are_told_but_not_counted(database: Database) -> None:
    submit(database, items=3)
    work_all(database, faces=[*FACES, make_face(6, 0.9, quality=0.1), make_face(6, 0.9, 0.2)])
    by_gender = AudienceQuery(PRESETS["marketing"], by_age_band=False)
    with database.read() as session:
        exact = read_audience(session, by_gender)
        rounded = read_audience(session, replace(by_gender, min_cell=5))
        people = read_audience(session, replace(by_gender, count=Count.PEOPLE))
    assert (exact.faces, exact.too_unclear) == (12, 6)
    assert [group.faces for group in exact.groups] == [6, 3, 3]
    assert (rounded.faces, rounded.too_unclear) == (10, 5)
    assert (people.faces, people.too_unclear) == (12, 6)


def test_a_picture_whose_faces_are_all_unclear_is_not_without_faces(database: Database) -> None:
    submit(database, items=2)
    work_all(database, faces=[make_face(quality=0.1)])
    with database.read() as session:
        audience = read_audience(session, AudienceQuery(PRESETS["marketing"]))
    assert (audience.faces, audience.too_unclear, audience.funnel.without_faces) == (0, 2, 0)


def test_a_filter_by_quality_is_for_one_job_of_bounded_size(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="quality_min and pose need one job"):
        SliceQuery(tag="spring", quality=QualityFilter(least=0.5))
    job_id = submit(database, items=2)
    work_all(database, faces=FACES)
    wanted = SliceQuery(job_id=job_id, quality=QualityFilter(frontal=True))
    monkeypatch.setattr(recount, "MOST_RECOUNTED", 7)
    with database.read() as session, pytest.raises(AudienceTooLarge, match="has 8 faces"):
        read_audience(session, AudienceQuery(PRESETS["marketing"], slices=wanted))


@pytest.mark.parametrize(
    ("by_gender", "by_age_band", "groups"),
    [
        (True, False, {("female", None): 2, ("male", None): 1, ("unknown", None): 1}),
        (False, True, {(None, "0-17"): 1, (None, "18-40"): 2, (None, "other"): 1}),
        (False, False, {(None, None): 4}),
    ],
    ids=["by gender", "by age", "in all"],
)
def test_the_groups_are_those_of_the_query(
    database: Database, by_gender: bool, by_age_band: bool, groups: dict[tuple[str, str], int]
) -> None:
    submit(database, items=1)
    work_all(database, faces=FACES)
    query = AudienceQuery(parse_bands("0-17,18-40"), by_gender, by_age_band)
    with database.read() as session:
        audience = read_audience(session, query)
    assert {(group.gender, group.age_band): group.faces for group in audience.groups} == groups
    assert sum(group.share.value for group in audience.groups) == pytest.approx(1.0)


def test_an_audience_can_be_limited_to_a_tag(database: Database) -> None:
    for tags in (("spring", "paris"), ("autumn",)):
        with database.write() as session:
            accept_job(session, NewJob(tags=tags), [NewItem("a", "file:///a")], 1)
    work_all(database, faces=FACES)
    with database.read() as session:
        spring = read_audience(
            session, AudienceQuery(PRESETS["marketing"], slices=SliceQuery(tag="spring"))
        )
        nobody = read_audience(
            session, AudienceQuery(PRESETS["marketing"], slices=SliceQuery(tag="spr"))
        )
    assert (spring.faces, spring.funnel.items, nobody.faces) == (4, 1, 0)


def test_cells_recounted_from_faces_are_equal(database: Database) -> None:
    submit(database, items=5, chunk_items=1, dimensions={"store": "Lyon"})
    work_all(database, faces=FACES)
    faces = select(FaceRow.age, FaceRow.gender)
    with database.read() as session:
        recounted = Counter((age, gender) for age, gender in session.execute(faces))
        cells = session.execute(select(CellRow.age, CellRow.gender, CellRow.faces)).all()
    assert {(age, gender): faces for age, gender, faces in cells} == recounted


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_covers_every_age_once(name: str) -> None:
    for age in range(121):
        assert sum(band.low <= age <= band.high for band in PRESETS[name]) == 1


@pytest.mark.parametrize("text", ["", "x", "10", "5-1", "0-20,10-30", "0-200", "-5-3", "0-²"])
def test_invalid_bands_are_refused_with_a_message(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_bands(text)


def test_the_interval_is_a_wilson_interval() -> None:
    # Newcombe 1998, table I: 15 of 148 gives 0.0624 to 0.1605.
    share = wilson_share(15, 148)
    assert (round(share.low, 4), round(share.high, 4)) == (0.0624, 0.1605)

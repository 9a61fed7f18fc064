"""The rows of an audience: slices, cluster-aware intervals, soft and corrected shares."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from math import erf, sqrt

import numpy as np
import pytest

from db.audience import grouping
from db.audience.grouping import find_whole
from db.audience.table import Audience
from db.counts.periods import Period
from db.counts.totals import CountedFace, add_picture, cells_of, empty_totals
from db.engine import Database
from db.item_values import ItemResult, NewItem
from db.job_values import NewJob
from db.slices.bands import PRESETS, parse_bands
from db.slices.queries import AudienceQuery, AudienceTooLarge, SliceQuery
from db.submissions.drafts import accept_job
from models.face import Face
from models.statistics.clusters import PictureSums, correlate_within, design_effect_of
from models.statistics.mass import spread_over_bands
from tests.support.work.audiences import read_audience
from tests.support.work.evaluations import make_evaluation
from tests.support.work.jobs import claim, hints, make_face, record

MARKETING = PRESETS["marketing"]


def analyze(database: Database, pictures: list[list[Face]], **item: object) -> None:
    items = [NewItem(f"{n}", f"file:///{n}", **item) for n in range(len(pictures))]  # type: ignore[arg-type]
    with database.write() as session:
        accept_job(session, NewJob(), items, len(items))
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        results = [
            ItemResult(one, None, 640, 480, tuple(pictures[int(one.name)])) for one in chunk.items
        ]
        assert record(database, chunk, results)


def ask(database: Database, **words: object) -> Audience:
    with database.read() as session:
        return read_audience(session, AudienceQuery(MARKETING, **words))  # type: ignore[arg-type]


def test_faces_that_are_alike_in_pictures_widen_intervals(database: Database) -> None:
    women, men = [make_face(30, 0.9)] * 10, [make_face(30, 0.1)] * 10
    analyze(database, [women, men] * 10)
    alike = ask(database, by_age_band=False)
    assert alike.design_effect == 10.0
    share = alike.groups[0].share
    assert share is not None
    # As wide as that of 20 faces drawn one by one.
    assert (share.value, round(share.low, 3), round(share.high, 3)) == (0.5, 0.299, 0.701)


def test_faces_that_are_mixed_in_pictures_do_not_widen_intervals(database: Database) -> None:
    pair = [make_face(30, 0.9), make_face(30, 0.1)]
    analyze(database, [pair] * 20)
    # Twenty pictures leave open a twentieth.
    assert ask(database, by_age_band=False).design_effect == 1.05


def test_shares_are_of_all_faces_and_within_a_slice(database: Database) -> None:
    analyze(database, [[make_face(30, 0.9)]] * 6, dimensions={"store": "Lyon"})
    analyze(database, [[make_face(50, 0.1)]] * 2, dimensions={"store": "Nice"})
    analyze(database, [[make_face(50, 0.1)]] * 2)
    found = ask(database, by_age_band=False, slices=SliceQuery(by_dimensions=("store",)))
    rows = {
        (group.dimensions["store"], group.gender): (group.faces, group.share, group.share_within)
        for group in found.groups
        if group.faces
    }
    assert [key for key in rows] == [("Lyon", "female"), ("Nice", "male"), (None, "male")]
    faces, share, within = rows["Lyon", "female"]
    assert (faces, share.value, within.value) == (6, 0.6, 1.0)  # type: ignore[union-attr]


def test_rows_are_ordered_by_period_and_undated_faces_come_last(database: Database) -> None:
    for month in (3, 5):
        analyze(database, [[make_face()]], captured_at=datetime(2026, month, 2, tzinfo=UTC))
    analyze(database, [[make_face()]])
    by_month = SliceQuery(by_period=Period.MONTH)
    found = ask(database, by_gender=False, by_age_band=False, slices=by_month)
    assert [(group.period, group.faces) for group in found.groups] == [
        ("2026-03", 1),
        ("2026-05", 1),
        ("undated", 1),
    ]


def test_median_age_mean_age_and_minors_are_computed(database: Database) -> None:
    analyze(database, [[make_face(years)] for years in (10, 30, 30, 30, 50)])
    found = ask(database)
    assert (found.median_age, found.mean_age) == (30.0, 30.0)
    assert found.under_18_share is not None
    assert found.under_18_share.value == 0.2


def test_the_median_age_of_two_faces_is_their_midpoint(database: Database) -> None:
    analyze(database, [[make_face(28)], [make_face(30)]])
    assert ask(database).median_age == 29.0


def test_soft_shares_are_sums_of_probabilities(database: Database) -> None:
    chance = random.Random(3)
    faces = [make_face(chance.uniform(1, 90), chance.random()) for _ in range(300)]
    analyze(database, [[face] for face in faces])
    soft = {(g.gender, g.age_band): g.soft_share for g in ask(database).groups}
    assert sum(share for share in soft.values() if share is not None) == pytest.approx(
        1.0, abs=0.002
    )
    assert soft["unknown", "25-34"] is None
    expected = sum(face.gender.female * believe(face, 24.5, 34.5) for face in faces) / len(faces)
    assert soft["female", "25-34"] == pytest.approx(expected, abs=0.003)


def believe(face: Face, low: float, high: float) -> float:
    """The probability of this age, by an 80% interval whose ends were rounded outward."""
    spread = (face.age.high - face.age.low - 1) / (2 * 1.2816) * sqrt(2)
    return (erf((high - face.age.years) / spread) - erf((low - face.age.years) / spread)) / 2


def test_shares_are_corrected_for_the_errors_of_the_models(database: Database) -> None:
    analyze(database, [[make_face(30, 0.9)]] * 50 + [[make_face(30, 0.1)]] * 50)
    found = ask(database, by_age_band=False, calibration=make_evaluation())
    corrected = {group.gender: group.corrected for group in found.groups}
    assert corrected["unknown"] is None
    female, male = corrected["female"], corrected["male"]
    assert female is not None
    assert male is not None
    assert female.value + male.value == pytest.approx(1.0, abs=0.0002)
    assert female.low < female.value < female.high


def test_a_table_that_is_too_large_is_refused_with_advice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyze(database, [[make_face()]] * 2, dimensions={"store": "Lyon"})
    monkeypatch.setattr(grouping, "MOST_ROWS", 23)
    with pytest.raises(AudienceTooLarge, match="24 rows; the limit is 23"):
        ask(database, slices=SliceQuery(by_dimensions=("store",)))


def test_bands_that_leave_out_ages_have_a_row_for_the_others(database: Database) -> None:
    analyze(database, [[make_face(30)], [make_face(60)]])
    with database.read() as session:
        query = AudienceQuery(parse_bands("20-40"), by_gender=False)
        groups = read_audience(session, query).groups
        nobody = read_audience(session, replace(query, slices=SliceQuery(tag="none"))).groups
    assert [(group.age_band, group.faces) for group in groups] == [("20-40", 1), ("other", 1)]
    assert [(group.age_band, group.faces) for group in nobody] == [("20-40", 0)]


def test_the_correlation_within_pictures_is_that_of_all_pairs() -> None:
    chance = np.random.default_rng(5)
    pictures = [chance.normal(chance.normal(40, 6), 8, size).round() for size in [4] * 4000]
    sums = PictureSums(
        pictures=4000,
        faces=16_000,
        faces_squared=64_000,
        values=int(sum(one.sum() for one in pictures)),
        values_squared=int(sum((one**2).sum() for one in pictures)),
        sums_squared=int(sum(one.sum() ** 2 for one in pictures)),
        faces_times_sums=int(sum(4 * one.sum() for one in pictures)),
    )
    assert correlate_within(sums) == pytest.approx(36 / 100, abs=0.03)
    assert design_effect_of(16_000, 64_000, 0.36) == pytest.approx(1 + 3 * 0.36)


@pytest.mark.parametrize(
    "sums",
    [
        PictureSums(0, 0, 0, 0, 0, 0, 0),
        PictureSums(5, 5, 5, 2, 2, 2, 2),
        PictureSums(2, 4, 8, 4, 4, 8, 8),
    ],
    ids=["nobody", "one a picture", "all the same"],
)
def test_faces_are_assumed_to_be_alike_where_nothing_is_known_of_pictures(
    sums: PictureSums,
) -> None:
    assert correlate_within(sums) == 1.0


def test_ages_start_at_birth_and_the_last_band_is_open() -> None:
    totals = empty_totals()
    add_picture(
        totals, [CountedFace(True, "female", 0, 1000, 11), CountedFace(True, "male", 100, 0, 21)]
    )
    mass = spread_over_bands(cells_of(totals), [("0-50", 0, 50), ("51-100", 51, 100)])
    assert mass == pytest.approx(np.eye(2), abs=1e-6)


def test_the_shares_of_a_split_add_up_after_rounding(database: Database) -> None:
    analyze(database, [[make_face(30, 0.9)]] * 13 + [[make_face(30, 0.1)]] * 8)
    found = ask(database, by_age_band=False, min_cell=5)
    # 15 and 10, of 20 in all.
    assert (found.faces, [group.faces for group in found.groups]) == (20, [15, 10, 0])
    for shares in ("share", "share_within"):
        values = [getattr(group, shares).value for group in found.groups]
        assert values == [0.6, 0.4, 0.0]


@pytest.mark.parametrize(
    ("parts", "total", "whole"),
    [((15, 10, 0), 20, 25), ((15, None), 20, 20), ((15, 10, None), 20, 25), ((None,), None, None)],
    ids=["their sum", "some withheld", "more than the total", "all withheld"],
)
def test_shares_are_of_the_sum_of_what_is_published(
    parts: tuple[int | None, ...], total: int | None, whole: int | None
) -> None:
    assert find_whole(parts, total) == whole

"""Tenants have the same words and count apart; an operator counts them together."""

import pytest
from sqlalchemy.orm import Session

from db.audience.dimensions import has_dimension, read_dimensions, read_values
from db.counts.cube import fold_deltas
from db.counts.tags import has_job_with, read_tags
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.reach import EVERYONE, Reach
from db.slices.queries import AudienceQuery, Period, SliceQuery
from db.submissions.drafts import accept_job
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import make_face, work_all

ACME, BOLT = Reach("acme"), Reach("bolt")
# Items of each, with one face in every picture.
PICTURES = {ACME: 3, BOLT: 4}


def submit(session: Session, reach: Reach, count: int, **dimensions: str) -> None:
    items = [NewItem(f"{n}.jpg", f"file:///{n}", dimensions=dimensions) for n in range(count)]
    accept_job(session, NewJob(("spring",), tenant=reach.home), items, 8)


@pytest.fixture(params=["folded", "deltas"], autouse=True)
def jobs(request: pytest.FixtureRequest, database: Database) -> None:
    with database.write() as session:
        for reach, count in PICTURES.items():
            submit(session, reach, count, store="Lyon", owner=reach.home)
    work_all(database, [make_face()])
    if request.param == "folded":
        with database.write() as session:
            while fold_deltas(session):
                pass


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param({}, id="all"),
        pytest.param({"tag": "spring"}, id="a tag"),
        pytest.param({"dimensions": {"store": "Lyon"}}, id="a filter"),
        pytest.param({"by_dimensions": ("store",)}, id="a dimension"),
        pytest.param({"by_dimensions": ("store", "owner", "none")}, id="whole sets"),
        pytest.param({"by_period": Period.MONTH}, id="months"),
    ],
)
def test_each_tenant_counts_its_own_faces(database: Database, filters: dict[str, object]) -> None:
    with database.read() as session:
        counted = {
            reach: read_audience(
                session,
                AudienceQuery((), by_age_band=False, slices=SliceQuery(reach=reach, **filters)),  # type: ignore[arg-type]
            )
            for reach in (ACME, BOLT, EVERYONE)
        }
    assert {reach: found.faces for reach, found in counted.items()} == {**PICTURES, EVERYONE: 7}
    assert {reach: found.funnel.items for reach, found in counted.items()} == {
        **PICTURES,
        EVERYONE: 7,
    }


def test_each_tenant_has_its_own_words(database: Database) -> None:
    with database.read() as session:
        for reach, count in PICTURES.items():
            assert [(tag.jobs, tag.items) for tag in read_tags(session, reach)] == [(1, count)]
            assert read_values(session, reach, None, None)["owner"] == [reach.home]
            [owner, store] = read_dimensions(session, reach, None, None, 1)
            assert [(one.value, one.items) for one in owner.values] == [(reach.home, count)]
            assert [(one.value, one.faces) for one in store.values] == [("Lyon", count)]
        assert not has_dimension(session, ACME, None, None, "owner", "bolt")
        assert not has_dimension(session, BOLT, None, "spring", "owner", "acme")
        assert has_dimension(session, EVERYONE, None, "spring", "owner", "acme")
        assert read_values(session, EVERYONE, None, None)["owner"] == ["acme", "bolt"]
        assert not has_job_with(session, Reach("third"), "spring")
        assert read_values(session, Reach("third"), None, None) == {}

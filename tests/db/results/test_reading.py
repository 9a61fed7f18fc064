"""Results are read in order, filtered and in pages."""

import pytest

from db.engine import Database
from db.item_values import Thumbnail
from db.quality import QualityFilter
from db.results.filters import ResultFilter
from db.results.pictures import read_thumbnail
from db.results.reading import read_item, read_results
from db.states import ErrorCode, ItemState
from models.face import whole_years
from tests.support.work.jobs import make_face, status, submit, work_all

BOTH = [[("female", 30.4), ("male", 52.6)]]
FACES = (make_face(years=30.4, female=0.9), make_face(years=52.6, female=0.1))


def read(database: Database, job_id: int, **conditions: object) -> list[list[tuple[str, float]]]:
    wanted = ResultFilter(**conditions)  # type: ignore[arg-type]
    with database.read() as session:
        items = read_results(session, job_id, wanted, after=-1, limit=100)
    return [[(face.gender, face.face.age.years) for face in item.faces] for item in items]


def test_a_recorded_item_is_read_unchanged(database: Database) -> None:
    job_id = submit(database, items=1, dimensions={"store": "Lyon"})
    work_all(database, faces=FACES)
    with database.read() as session:
        [item] = read_results(session, job_id, ResultFilter(), after=-1, limit=9)
        assert read_item(session, item.id) == item
        assert read_thumbnail(session, item.id) == Thumbnail("image/jpeg", b"jpeg")
    assert [face.face for face in item.faces] == list(FACES)
    assert [face.gender for face in item.faces] == ["female", "male"]
    assert (item.name, item.state, item.error) == ("0.jpg", ItemState.DONE, None)
    assert (item.width_pixels, item.height_pixels) == (640, 480)
    assert item.dimensions == {"store": "Lyon"}
    assert item.has_thumbnail


def test_a_picture_without_faces_is_done_with_zero_faces(database: Database) -> None:
    job_id = submit(database, items=1)
    work_all(database)
    assert status(database, job_id).counts.done == 1
    assert read(database, job_id) == [[]]


def test_a_failed_item_has_a_code_and_a_message(database: Database) -> None:
    job_id = submit(database, items=2, chunk_items=2)
    work_all(database, faces=FACES, fail=["1.jpg"])
    with database.read() as session:
        [failed] = read_results(
            session, job_id, ResultFilter(state=ItemState.FAILED), after=-1, limit=9
        )
    assert failed.error is not None
    assert (failed.error.code, failed.error.message) == (ErrorCode.UNREADABLE, "It is broken.")
    assert failed.faces == ()
    assert not failed.has_thumbnail


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        pytest.param({}, BOTH, id="none"),
        pytest.param({"gender": "female"}, [[("female", 30.4)]], id="gender"),
        pytest.param({"age_min": 53}, [[("male", 52.6)]], id="youngest, in whole years"),
        pytest.param({"age_max": 30}, [[("female", 30.4)]], id="oldest, in whole years"),
        pytest.param({"gender": "female", "age_min": 40}, [], id="one face must meet both"),
        pytest.param({"score_min": 0.95}, [], id="score"),
        pytest.param({"quality": QualityFilter(least=0.95)}, [], id="quality"),
        pytest.param({"quality": QualityFilter(least=0.9)}, BOTH, id="enough quality"),
        pytest.param({"quality": QualityFilter(frontal=True)}, BOTH, id="pose"),
        pytest.param({"state": ItemState.FAILED}, [], id="state"),
        pytest.param({"dimensions": {"store": "Lyon"}}, BOTH, id="dimension"),
        pytest.param({"dimensions": {"store": "Nice"}}, [], id="other value"),
        pytest.param({"dimensions": {"camera": "Lyon"}}, [], id="other dimension"),
    ],
)
def test_results_are_filtered(
    database: Database, conditions: dict[str, object], expected: list[list[tuple[str, float]]]
) -> None:
    job_id = submit(database, items=1, dimensions={"store": "Lyon"})
    work_all(database, faces=FACES)
    assert read(database, job_id, **conditions) == expected


def test_faces_that_are_unclear_or_turned_away_are_filtered(database: Database) -> None:
    job_id = submit(database, items=1)
    faces = (make_face(quality=0.2), make_face(yaw=-35), make_face(52.6, 0.1, yaw=-15))
    work_all(database, faces=faces)

    def read_ages(**conditions: object) -> list[float]:
        [[*found]] = read(database, job_id, **conditions)
        return [years for _, years in found]

    assert read(database, job_id)[0][0] == ("unknown", 30.0)
    assert read_ages(age_min=0) == [30.0, 52.6]
    assert read_ages(quality=QualityFilter(least=0.5)) == [30.0, 52.6]
    assert read_ages(quality=QualityFilter(frontal=True)) == [30.0, 52.6]
    assert read_ages(quality=QualityFilter(0.5, frontal=True)) == [52.6]


def test_pages_return_every_item_once_in_order(database: Database) -> None:
    job_id = submit(database, items=7, chunk_items=2)
    names, after = [], -1
    while True:
        with database.read() as session:
            page = read_results(session, job_id, ResultFilter(), after=after, limit=3)
        if not page:
            break
        names += [item.name for item in page]
        after = page[-1].position
    assert names == [f"{number}.jpg" for number in range(7)]


@pytest.mark.parametrize(("years", "whole"), [(0.0, 0), (24.49, 24), (24.5, 25), (99.9, 100)])
def test_ages_are_counted_in_the_nearest_whole_year(years: float, whole: int) -> None:
    assert whole_years(years) == whole

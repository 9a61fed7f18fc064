"""Tags and dimensions are listed, and unknown ones refused, before and after they are folded."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from db.counts.cube import fold_deltas
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.jobs.erasure import erase_job, remove_erased
from db.submissions.drafts import accept_job
from tests.support.answers.http import OpenClient
from tests.support.work.jobs import make_face, work_all

FACES = (make_face(30, 0.9), make_face(40, 0.1))


@pytest.fixture
def client(open_client: OpenClient, database: Database) -> FlaskClient:
    """The API on either kind of database."""
    return open_client(database_url=spell_address(database), min_cell=1)


def spell_address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def submit(session: Session, tags: tuple[str, ...], stores: list[str], **others: str) -> int:
    items = [
        NewItem(f"{n}.jpg", f"file:///{n}.jpg", dimensions={"store": store, **others})
        for n, store in enumerate(stores)
    ]
    return accept_job(session, NewJob(tags), items, 2)


@pytest.fixture(params=["folded", "deltas", "waiting"])
def jobs(request: pytest.FixtureRequest, database: Database) -> list[int]:
    with database.write() as session:
        jobs = [
            submit(session, ("spring", "shops"), ["Lyon", "Lyon", "Paris"]),
            submit(session, ("autumn",), ["Paris"], camera="door"),
        ]
    if request.param != "waiting":
        work_all(database, faces=FACES)
    if request.param == "folded":
        with database.write() as session:
            while fold_deltas(session):
                pass
    return jobs


def test_known_words_are_accepted(client: FlaskClient, jobs: list[int]) -> None:
    for query in (
        "by=store",
        "by=store,gender&tag=spring",
        f"by=camera&job={jobs[1]}",
        "dimension.store=Paris&dimension.camera=door",
        "tag=shops&dimension.store=Lyon",
    ):
        assert client.get(f"/v1/audience?{query}").status_code == 200, query


UNKNOWN = {
    "by=gendr": "No item has a dimension 'gendr'. Did you mean gender",
    "by=stores": "No item has a dimension 'stores'.",
    "tag=sprng": "No job has the tag 'sprng'. Did you mean spring?",
    "tag=x": "There are: autumn, shops, spring.",
    "by=camera&tag=spring": "No item has a dimension 'camera'.",
    "dimension.store=London": "No item has store=London.",
    "dimension.stor=Lyon": "No item has a dimension 'stor'.",
    "tag=autumn&dimension.store=Lyon": "No item has store=Lyon.",
    "job={first}&by=camera": "No item has a dimension 'camera'.",
    "job={first}&dimension.camera=door": "No item has a dimension 'camera'.",
}


def test_unknown_words_are_refused_with_what_there_is(client: FlaskClient, jobs: list[int]) -> None:
    for query, message in UNKNOWN.items():
        answer = client.get("/v1/audience?" + query.format(first=jobs[0]))
        assert answer.status_code == 422, query
        assert message in answer.json["error"]["message"]


def test_an_erased_job_has_an_empty_audience(
    client: FlaskClient, jobs: list[int], database: Database
) -> None:
    with database.write() as session:
        erase_job(session, jobs[1])
    answer = client.get(f"/v1/audience?job={jobs[1]}&by=camera")
    assert (answer.status_code, answer.json["faces"]) == (200, 0)


def test_tags_are_listed_with_their_jobs_and_items(
    client: FlaskClient, jobs: list[int], database: Database
) -> None:
    assert client.get("/v1/tags").json == {
        "tags": [
            {"tag": "autumn", "jobs": 1, "items": 1},
            {"tag": "shops", "jobs": 1, "items": 3},
            {"tag": "spring", "jobs": 1, "items": 3},
        ]
    }
    with database.write() as session:
        erase_job(session, jobs[0])
    assert [one["tag"] for one in client.get("/v1/tags").json["tags"]] == ["autumn"]


@pytest.mark.parametrize("is_folded", [True, False], ids=["folded", "deltas"])
def test_dimensions_are_listed_with_their_values(
    client: FlaskClient, database: Database, is_folded: bool
) -> None:
    with database.write() as session:
        job_id = submit(session, ("spring",), ["Lyon", "Lyon", "Paris"], camera="door")
    work_all(database, faces=FACES, fail=["0.jpg"])
    if is_folded:
        with database.write() as session:
            while fold_deltas(session):
                pass
    camera = {"name": "camera", "distinct": 1}
    camera["values"] = [{"value": "door", "items": 3, "faces": 4}]
    store = {"name": "store", "distinct": 2}
    store["values"] = [
        {"value": "Lyon", "items": 2, "faces": 2},
        {"value": "Paris", "items": 1, "faces": 2},
    ]
    for query in ("", f"?job={job_id}", "?tag=spring"):
        assert client.get(f"/v1/dimensions{query}").json == {"dimensions": [camera, store]}
    [_, short] = client.get("/v1/dimensions?limit=1").json["dimensions"]
    assert (short["distinct"], short["values"]) == (2, store["values"][:1])


def test_an_erased_job_leaves_no_words(client: FlaskClient, database: Database) -> None:
    with database.write() as session:
        job_id = submit(session, ("spring",), ["Lyon"])
    work_all(database, faces=FACES)
    with database.write() as session:
        erase_job(session, job_id)
        remove_erased(session, job_id)
        while fold_deltas(session):
            pass
    assert client.get("/v1/dimensions").json == {"dimensions": []}
    assert client.get("/v1/audience?by=store").status_code == 422


def test_a_value_is_suggested_among_the_counted_ones(
    client: FlaskClient, database: Database
) -> None:
    with database.write() as session:
        submit(session, (), ["Lyon", "Paris"])
    work_all(database, faces=FACES)
    answer = client.get("/v1/audience?dimension.store=Lyons").json
    assert answer["error"]["message"] == "No item has store=Lyons. Did you mean Lyon?"


def test_small_counts_of_dimensions_are_withheld(
    open_client: OpenClient, database: Database
) -> None:
    with database.write() as session:
        submit(session, (), ["Lyon"])
    work_all(database, faces=FACES)
    client = open_client(database_url=spell_address(database), min_cell=5)
    [store] = client.get("/v1/dimensions").json["dimensions"]
    assert store["values"] == [{"value": "Lyon", "items": 1, "faces": None}]


@pytest.mark.parametrize("query", ["job=99", "tag=nothing", "limit=0", "color=red"])
def test_words_of_what_does_not_exist_are_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/v1/dimensions?{query}").status_code in (404, 422)


def test_jobs_are_listed_by_tag(client: FlaskClient, jobs: list[int]) -> None:
    listed = client.get("/v1/jobs?tag=autumn").json["jobs"]
    assert [one["id"] for one in listed] == [jobs[1]]
    assert client.get("/v1/jobs?tag=nothing").json["jobs"] == []

"""The client on a real API: submit, wait, read results and audiences, and what goes wrong."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient

import facetally
from db.engine import Database
from facetally import Client, FileProblem, InvalidInput, Item, Options, SizedFile, Submission
from facetally.connection import Connection
from facetally.sending.parts import PART_FILES
from facetally.sending.uploads import ITEMS_PER_REQUEST
from tests.support.media.sample_pictures import encode_scene
from tests.support.servers.served import serve_app
from tests.support.work.jobs import close, make_face, work_all
from worker.settings import Settings

CAPTURED = datetime(2026, 5, 1, 10, tzinfo=UTC)
URIS = ["https://img.example.com/1.jpg", "https://img.example.com/2.jpg"]


@pytest.fixture
def served(client: FlaskClient) -> Iterator[Client]:
    with serve_app(client.application) as url, Client(url) as opened:
        yield opened


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def finished(served: Client, database: Database) -> facetally.Job:
    """A finished job of two pictures, with two faces each."""
    items = [Item(URIS[0], "one", CAPTURED, {"store": "Lyon"}), Item(URIS[1])]
    job = served.submit(items, tags=["spring"], dimensions={"camera": "east"})
    work_all(database, (make_face(female=0.9), make_face(female=0.1)))
    close(database)
    return job.refresh()


def answering(status: int, body: bytes) -> Client:
    """A client of a server with one answer to everything."""
    answer = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    return Client("http://server", transport=answer)


def test_files_with_dimensions_of_their_own_and_addresses_are_one_job(
    served: Client, tmp_path: Path
) -> None:
    taken = datetime(2026, 7, 1, 12, tzinfo=UTC)
    files = []
    for number in range(PART_FILES + 1):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(b"content")
        store = {"store": f"s{number % 3}"}
        files.append(SizedFile(str(path), f"n{number}", 7, taken if number == 0 else None, store))
    submission = Submission(dimensions={"store": "none", "camera": "east"})
    job = served.submit_files(files, submission, [Item(URIS[0])])
    assert (job.state, job.counts.items) == ("queued", len(files) + 1)
    found = {result.name: result for result in job.results()}
    assert found["n0"].captured_at == taken
    assert found["n0"].dimensions == {"store": "s0", "camera": "east"}
    assert found[URIS[0]].dimensions == {"store": "none", "camera": "east"}


def test_a_file_that_shrinks_leaves_no_draft(served: Client, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"short")
    file = SizedFile(str(path), "a.jpg", 100, dimensions={"store": "Lyon"})
    with pytest.raises(FileProblem):
        served.submit_files([file], Submission())
    assert all(job.erased for job in served.jobs())


def test_files_and_folders_are_uploaded_as_one_job(served: Client, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a.jpg").write_bytes(encode_scene("JPEG"))
    (tmp_path / "in" / "notes.txt").touch()
    (tmp_path / "b.png").write_bytes(encode_scene("PNG"))

    job = served.submit(
        [tmp_path / "in", str(tmp_path / "b.png")],
        tags=["one", "two"],
        options=Options(thumbnails="none"),
        dimensions={"store": "Lyon"},
        priority="low",
    )

    assert (job.state, job.counts.items, job.tags) == ("queued", 2, ("one", "two"))
    assert (job.options.thumbnails, job.priority) == ("none", "low")
    results = list(job.results())
    assert [result.name for result in results] == ["in/deep/a.jpg", "b.png"]
    assert results[0].dimensions == {"store": "Lyon"}


def test_addresses_become_items_with_what_they_say(finished: facetally.Job) -> None:
    one, two = finished.results()

    assert (one.name, one.captured_at) == ("one", CAPTURED)
    assert one.dimensions == {"camera": "east", "store": "Lyon"}
    assert (two.name, two.dimensions) == (URIS[1], {"camera": "east"})
    assert [face.gender.value for face in one.faces] == ["female", "male"]
    assert one.faces[0].age.years == 30.0


def test_a_single_address_is_a_job(served: Client) -> None:
    assert served.submit(URIS[0]).counts.items == 1


def test_a_local_list_is_sent_with_options_in_its_query(served: Client, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"uri,store\n{URIS[0]},Lyon\n{URIS[1]},Paris\n")

    options = Options(annotated_video=True, frames_per_second=4, detection="crowd")
    job = served.submit(path, tags=["a b"], options=options)

    assert (job.counts.items, job.tags) == (2, ("a b",))
    assert (job.options.annotated_video, job.options.frames_per_second) == (True, 4.0)
    assert job.options.detection == "crowd"
    assert [result.dimensions["store"] for result in job.results()] == ["Lyon", "Paris"]


def test_a_line_at_fault_is_named_by_the_server(served: Client, tmp_path: Path) -> None:
    path = tmp_path / "list.ndjson"
    path.write_text('{"uri": "https://img.example.com/1.jpg"}\n{"url": "x"}\n')

    with pytest.raises(facetally.ApiError, match="Line 2") as caught:
        served.submit(path)
    assert caught.value.status == 422


def test_a_remote_list_is_read_by_the_server(served: Client) -> None:
    with pytest.raises(facetally.ApiError) as caught:
        served.submit("file:///nowhere/list.csv")
    assert (caught.value.status, caught.value.code) == (403, "forbidden_source")


def test_many_items_go_through_a_draft(served: Client) -> None:
    count = ITEMS_PER_REQUEST + 1
    items = (Item(f"https://img.example.com/{number}.jpg") for number in range(count))

    job = served.submit_items(items, Submission(("many",)))

    assert (job.state, job.counts.items, job.tags) == ("queued", count, ("many",))


def test_a_submission_under_the_same_key_is_the_same_job(served: Client) -> None:
    one, two = (served.submit(URIS, idempotency_key="monday") for _ in range(2))

    assert one.id == two.id


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([], "nothing to submit"),
        (["a.jpg", URIS[0]], "not both"),
        (["list.csv", URIS[0]], "alone"),
    ],
)
def test_sources_that_make_no_job_are_refused(
    served: Client, sources: list[str], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        served.submit(sources)


def test_files_that_cannot_be_read_are_refused_before_anything_is_sent(
    served: Client, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(facetally.FileProblem, match=r"Can't read .*gone\.jpg"):
        served.submit(tmp_path / "gone.jpg")
    with pytest.raises(facetally.FileProblem, match="no pictures or videos"):
        served.submit(tmp_path / "empty")
    with pytest.raises(facetally.FileProblem, match=r"Can't read .*gone\.csv"):
        served.submit(tmp_path / "gone.csv")
    assert list(served.jobs()) == []


def test_a_wait_shows_progress_until_the_job_ends(finished: facetally.Job) -> None:
    seen: list[str] = []

    job = finished.wait(lambda job: seen.append(job.state), poll_seconds=0)

    assert (job.state, seen) == ("completed", ["completed"])
    assert job.is_at_rest
    assert job.raw == json.loads(json.dumps(job.raw))


def test_a_wait_ends_when_its_time_is_up_or_its_check_raises(served: Client) -> None:
    job = served.submit(URIS)

    with pytest.raises(facetally.WaitTimeout, match=f"Job {job.id} is still queued"):
        job.wait(timeout_seconds=-1)
    with pytest.raises(ZeroDivisionError):
        job.wait(check=lambda: print(1 / 0), poll_seconds=0)  # noqa: T201


def test_results_are_filtered_and_come_as_arrow(finished: facetally.Job) -> None:
    [result] = finished.results(gender="female", dimensions={"store": "Lyon"})
    table = finished.to_arrow(gender="male", age_min=20)

    assert [face.gender.value for face in result.faces] == ["female"]
    assert table["gender"].to_pylist() == ["male", "male"]
    assert list(finished.people()) == []
    assert finished.report().startswith(b"<!doctype html>")
    assert b"".join(finished.export("csv")).startswith(b"item,")


def test_the_audience_has_groups_and_comes_as_arrow(
    served: Client, finished: facetally.Job
) -> None:
    found = served.audience(job=finished.id, by="gender,store", first_day=date(2026, 5, 1))
    table = found.to_arrow()

    lyon = [group for group in found.groups if group.dimensions == {"store": "Lyon"}]
    assert {group.gender: group.faces for group in lyon} == {"female": 1, "male": 1, "unknown": 0}
    assert lyon[0].share_within is not None
    assert lyon[0].share_within.value == 0.5
    assert table["faces"].to_pylist() == [group.faces for group in found.groups]
    assert set(table["dimension.store"].to_pylist()) == {"Lyon"}
    assert b"".join(served.export_audience("csv", tag="spring")).startswith(b"dimensions,")


def test_two_audiences_are_compared_and_times_are_of_a_zone(
    served: Client, finished: facetally.Job
) -> None:
    found = served.compare_audiences({"dimension.store": "Lyon"}, by="gender", tag="spring")
    assert (found.first.faces, found.second.faces) == (4, 2)
    assert [(one.gender, one.first_faces, one.second_faces) for one in found.groups[:2]] == [
        ("female", 2, 1),
        ("male", 2, 1),
    ]
    assert found.groups[0].share is not None
    assert (found.groups[0].share.value, found.groups[0].share.beyond_chance) == (0, False)
    with pytest.raises(facetally.ApiError, match="Atlantis"):
        served.audience(time_zone="Atlantis")


@pytest.mark.skipif(bool(importlib.util.find_spec("pandas")), reason="pandas is installed")
def test_a_missing_package_is_named(served: Client, finished: facetally.Job) -> None:
    with pytest.raises(facetally.MissingPackage, match="pip install pandas"):
        finished.to_pandas()
    with pytest.raises(facetally.MissingPackage, match="pip install pandas"):
        served.audience().to_pandas()


def test_jobs_are_listed_newest_first_over_all_pages(served: Client) -> None:
    numbers = [served.submit(URIS[0]).id for _ in range(3)]

    page = served.job_page(None, 2)
    rest = served.job_page(None, 2, page.next_cursor)

    assert [job.id for job in served.jobs("queued")] == numbers[::-1]
    assert [[job.id for job in one.jobs] for one in (page, rest)] == [numbers[:0:-1], numbers[:1]]


def test_a_job_is_cancelled_erased_and_refused_what_it_cannot_do(served: Client) -> None:
    job = served.submit(URIS)

    assert job.cancel().state == "cancelling"
    with pytest.raises(facetally.ApiError) as caught:
        job.resume()
    assert caught.value.status == 409
    assert "not paused" in caught.value.message
    assert job.erase().erased is not None


def test_thumbnails_and_health_are_read(served: Client, finished: facetally.Job) -> None:
    [first, _] = finished.results()

    assert served.thumbnail(first.item) == b"jpeg"
    assert served.health().status == "degraded"
    with pytest.raises(facetally.ApiError) as caught:
        list(served.annotated_video(first.item))
    assert caught.value.status == 404


def test_a_line_break_inside_of_a_name_does_not_end_its_line(served: Client) -> None:
    job = served.submit(Item(URIS[0], "a\N{LINE SEPARATOR}b"))

    assert [result.name for result in job.results()] == ["a\N{LINE SEPARATOR}b"]


def test_lines_are_whole_wherever_blocks_are_cut() -> None:
    blocks = [b"on", b"e", b"\ntwo\n\nth", b"", b"ree"]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=iter(blocks)))
    connection = Connection("server", None, transport)

    assert list(connection.stream_lines("/", {})) == [b"one", b"two", b"", b"three"]


def test_a_server_that_does_not_run_is_unreachable() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(facetally.ServerUnreachable):
        client.job(1)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b'{"error": {"code": "away", "message": "Later."}}', facetally.ServerUnavailable),
        (502, b"<html>", facetally.ServerUnavailable),
        (200, b"<html>", facetally.UnexpectedAnswer),
        (200, b"{}", facetally.UnexpectedAnswer),
        (404, b"<html>", facetally.ApiError),
        (401, b'{"error": "no"}', facetally.ApiError),
    ],
)
def test_every_failure_is_an_error_of_the_client(
    status: int, body: bytes, error: type[facetally.Error]
) -> None:
    with pytest.raises(error):
        answering(status, body).job(1)


def test_a_problem_says_what_is_wrong_and_when_to_try_again() -> None:
    answer = httpx.Response(429, headers={"Retry-After": "7"}, json={"detail": "Too many."})
    client = Client("http://server", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(facetally.ApiError, match="Too many") as caught:
        client.job(1)
    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 7)


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://server:port", None), ("ftp://server", None), ("server", "k\N{EM DASH}")],
)
def test_an_address_or_key_that_cannot_be_used_is_refused(url: str, key: str | None) -> None:
    with pytest.raises(facetally.InvalidAddress):
        Client(url, key).job(1)


def test_the_client_needs_httpx_and_no_package_of_the_server() -> None:
    code = "import sys, facetally; print(*{name.partition('.')[0] for name in sys.modules})"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )

    heavy = {"sqlalchemy", "celery", "pydantic", "numpy", "pyarrow", "pandas", "flask"}
    ours = {"api", "cli", "db", "models", "worker"}
    assert not (heavy | ours) & set(done.stdout.split())

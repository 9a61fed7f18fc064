"""The client on a real API: wait, read results and audiences, cancel, erase."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

import facetally
from facetally import Client
from tests.support.work.addresses import URIS


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


def test_a_playlist_is_kept_shown_and_removed(served: Client, finished: facetally.Job) -> None:
    spot = {"start": "2026-05-01T12:00:00Z", "end": "2026-05-01T12:00:30Z", "content": "Rain"}
    kept = served.add_playlist("Spring", [spot], jobs=(finished.id,))

    assert served.playlists() == (kept,)
    assert served.playlist(kept.id) == kept
    assert served.remove_playlist(kept.id) == kept
    assert served.playlists() == ()


def test_thumbnails_and_health_are_read(served: Client, finished: facetally.Job) -> None:
    [first, _] = finished.results()

    assert served.thumbnail(first.item) == b"jpeg"
    assert served.health().status == "degraded"
    with pytest.raises(facetally.ApiError) as caught:
        list(served.annotated_video(first.item))
    assert caught.value.status == 404


def test_the_client_needs_httpx_and_no_package_of_the_server() -> None:
    code = "import sys, facetally; print(*{name.partition('.')[0] for name in sys.modules})"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )

    heavy = {"sqlalchemy", "celery", "pydantic", "numpy", "pyarrow", "pandas", "flask"}
    ours = {"api", "cli", "db", "models", "worker"}
    assert not (heavy | ours) & set(done.stdout.split())

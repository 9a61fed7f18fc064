"""Files, folders, addresses and lists, each of them sent as one job."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import facetally
from facetally import Client, FileProblem, InvalidInput, Item, Options, SizedFile, Submission
from facetally.sending.parts import PART_FILES
from facetally.sending.uploads import ITEMS_PER_REQUEST
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.addresses import CAPTURED, URIS


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

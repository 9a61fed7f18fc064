"""Jobs of folders: open while their files are listed, each added once, started at the end."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from db.submissions.listings import claim_listing, record_page
from models.errors import FetchFailed, ForbiddenItem
from tests.support.media.found_files import touch
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import work_until_done
from worker.addresses.address import AllowList
from worker.addresses.folder_address import FolderAddress
from worker.dispatcher.listings import MOST_FAILURES, Listings
from worker.settings import Settings
from worker.sources.buckets import Buckets
from worker.sources.files import Files
from worker.sources.folders import Folders, FoundFile

NAMES = [f"s{number % 3}/cam{number}/{number:02}.jpg" for number in range(11)]


class Gone(Folders):
    """A server that does not answer."""

    def __init__(self) -> None:
        super().__init__(Files([]), Buckets(AllowList()), AllowList())

    def list_pages(
        self, address: FolderAddress, after: str | None
    ) -> Iterator[Sequence[FoundFile]]:
        raise FetchFailed("The server is gone.")


class BreaksOff(Folders):
    """A server that is gone after each page, or a process that dies there."""

    def __init__(self, root: Path, error: BaseException) -> None:
        super().__init__(Files([root]), Buckets(AllowList()), AllowList(), page_files=2)
        self.error = error

    def list_pages(
        self, address: FolderAddress, after: str | None
    ) -> Iterator[Sequence[FoundFile]]:
        for page in super().list_pages(address, after):
            yield page
            raise self.error


@pytest.fixture
def database(settings: Settings, client: FlaskClient) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    touch(tmp_path / "in", *NAMES, "notes.txt", "@eaDir/x.jpg")
    return tmp_path / "in"


def open_listings(database: Database, root: Path, error: BaseException | None = None) -> Listings:
    allowed = AllowList()
    whole = Folders(Files([root.resolve()]), Buckets(allowed), allowed, page_files=2)
    folders = whole if error is None else BreaksOff(root.resolve(), error)
    return Listings(database, folders, chunk_items=4)


def submit(client: FlaskClient, folder: Path, pattern: str = "", **options: object) -> int:
    uri = f"{folder.as_uri()}/{pattern}"
    body = {"folder": {"uri": uri, "dimensions": {"campaign": "spring"}}, "options": options}
    response = client.post("/v1/jobs", json=body)
    assert response.status_code == 202
    assert (response.json["state"], response.json["listing"]) == ("draft", uri)
    return int(response.json["id"])


def names_of(client: FlaskClient, job: int) -> list[str]:
    page = client.get(f"/v1/jobs/{job}/results?limit=100").json
    return sorted(line["name"] for line in page["results"])


def expire_claims(database: Database) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE listings SET claimed_until = NULL")


def test_the_files_of_a_folder_become_a_job(
    client: FlaskClient, database: Database, settings: Settings, folder: Path
) -> None:
    (folder / "s0" / "cam0" / "00.jpg").write_bytes(encode_scene("JPEG"))
    job = submit(client, folder, folders_as="store,camera")
    assert client.post(f"/v1/jobs/{job}/finalize").status_code == 409
    listings = open_listings(database, folder)
    assert listings.take_turn()
    assert not listings.take_turn()
    shown = client.get(f"/v1/jobs/{job}").json
    assert (shown["state"], shown["listing"], shown["counts"]["items"]) == ("queued", None, 11)
    assert shown["skipped"] == {"generated": 1, "deleted": 0, "other": 1}
    assert names_of(client, job) == sorted(NAMES)
    work_until_done(settings)
    lines = client.get(f"/v1/jobs/{job}/results?dimension.camera=cam0").json["results"]
    assert [(line["name"], line["state"]) for line in lines] == [(NAMES[0], "done")]
    assert lines[0]["dimensions"] == {"campaign": "spring", "store": "s0", "camera": "cam0"}


def test_a_pattern_means_some_of_them(
    client: FlaskClient, database: Database, folder: Path
) -> None:
    job = submit(client, folder, "s1/**/*.jpg")
    open_listings(database, folder).take_turn()
    expected = [name.removeprefix("s1/") for name in NAMES if name.startswith("s1/")]
    assert names_of(client, job) == sorted(expected)


@pytest.mark.parametrize("error", [FetchFailed("gone"), RuntimeError("killed")], ids=str)
def test_a_listing_that_breaks_off_continues_and_adds_nothing_twice(
    client: FlaskClient, database: Database, folder: Path, error: Exception
) -> None:
    job = submit(client, folder)
    broken = open_listings(database, folder, error)
    for _ in range(3):
        try:
            assert broken.take_turn()
        except RuntimeError:
            assert isinstance(error, RuntimeError)
        if isinstance(error, RuntimeError):
            # Until the claim ends, nobody else lists it.
            assert not broken.take_turn()
        expire_claims(database)
    assert client.get(f"/v1/jobs/{job}").json["state"] == "draft"
    open_listings(database, folder).take_turn()
    assert names_of(client, job) == sorted(NAMES)


def test_a_fault_after_some_pages_is_told_and_resuming_continues_there(
    client: FlaskClient, database: Database, folder: Path
) -> None:
    job = submit(client, folder / "s0")
    open_listings(database, folder, ForbiddenItem("No more.")).take_turn()
    paused = client.get(f"/v1/jobs/{job}").json
    assert (paused["state"], paused["paused"]["message"]) == ("paused", "No more.")
    assert paused["counts"]["items"] == 2
    client.post(f"/v1/jobs/{job}/resume")
    open_listings(database, folder).take_turn()
    assert len(names_of(client, job)) == len([name for name in NAMES if name.startswith("s0/")])


def test_of_two_processes_one_adds_a_page(
    client: FlaskClient, database: Database, folder: Path
) -> None:
    job = submit(client, folder)
    with database.write() as session:
        slow = claim_listing(session)
    expire_claims(database)
    open_listings(database, folder).take_turn()
    assert slow is not None
    with database.write() as session:
        assert not record_page(session, slow, [], {}, "s0/cam0/00.jpg")
    assert names_of(client, job) == sorted(NAMES)


def test_a_folder_without_pictures_waits_for_a_person(
    client: FlaskClient, database: Database, folder: Path
) -> None:
    job = submit(client, folder, "**/*.png")
    listings = open_listings(database, folder)
    listings.take_turn()
    paused = client.get(f"/v1/jobs/{job}").json
    assert (paused["state"], paused["paused"]["code"]) == ("paused", "not_listed")
    assert "No pictures or videos are at" in paused["paused"]["message"]
    touch(folder, "new.png")
    assert client.post(f"/v1/jobs/{job}/resume").json["state"] == "draft"
    listings.take_turn()
    assert names_of(client, job) == ["new.png"]


def test_a_server_that_stays_away_is_told(
    client: FlaskClient, database: Database, folder: Path
) -> None:
    job = submit(client, folder)
    listings = Listings(database, Gone(), chunk_items=4)
    for _ in range(MOST_FAILURES):
        # Not its own address: who asks for that so often may see what was true a moment ago.
        assert client.get("/v1/jobs").json["jobs"][0]["state"] == "draft"
        listings.take_turn()
        expire_claims(database)
    paused = client.get(f"/v1/jobs/{job}").json["paused"]
    assert paused["message"] == "The server is gone."


@pytest.mark.parametrize("end", ["cancel", "erase"])
def test_a_job_that_is_ended_is_listed_no_longer(
    client: FlaskClient, database: Database, folder: Path, end: str
) -> None:
    job = submit(client, folder)
    broken = open_listings(database, folder, FetchFailed("gone"))
    broken.take_turn()
    expire_claims(database)
    if end == "cancel":
        client.post(f"/v1/jobs/{job}/cancel")
    else:
        client.delete(f"/v1/jobs/{job}")
    assert not broken.take_turn()
    assert client.get(f"/v1/jobs/{job}").json["listing"] is None or end == "cancel"


def test_a_file_without_the_folders_that_are_dimensions_fails_alone(
    client: FlaskClient, database: Database, folder: Path
) -> None:
    touch(folder, "stray.jpg")
    job = submit(client, folder, folders_as="store,camera")
    open_listings(database, folder).take_turn()
    lines = client.get(f"/v1/jobs/{job}/results?state=failed").json["results"]
    assert [line["name"] for line in lines] == ["stray.jpg"]
    assert "'stray.jpg' is in 0 folders" in lines[0]["error"]["message"]


def test_it_stops_between_pages(client: FlaskClient, database: Database, folder: Path) -> None:
    job, stopped = submit(client, folder), Event()
    stopped.set()
    open_listings(database, folder).take_turn(stopped)
    assert client.get(f"/v1/jobs/{job}").json["counts"]["items"] == 0


@pytest.mark.parametrize(
    ("folder", "options", "status", "words"),
    [
        ({"uri": "file:///etc/"}, {}, 403, "outside the folders"),
        ({"uri": "s3://photos/"}, {}, 403, "not among the sources"),
        ({"uri": "gs://photos/"}, {}, 403, "not among the sources"),
        ({"uri": "ftp://photos/"}, {}, 422, "Only folders of the server"),
        ({"uri": "{root}/", "dimensions": {"store": "x"}}, {"folders_as": "store"}, 422, "'store'"),
        ({"uri": "{root}/", "x": 1}, {}, 422, "folder.x"),
    ],
)
def test_what_may_not_be_listed_is_refused_at_once(
    client: FlaskClient,
    tmp_path: Path,
    folder: dict[str, object],
    options: dict[str, str],
    status: int,
    words: str,
) -> None:
    given = {**folder, "uri": str(folder["uri"]).replace("{root}", tmp_path.as_uri())}
    response = client.post("/v1/jobs", json={"folder": given, "options": options})
    assert (response.status_code, words in response.json["error"]["message"]) == (status, True)
    assert client.get("/v1/jobs").json["jobs"] == []

"""Results are written to a folder or a bucket as they come: each face once, across kills, retries
and faults of the store."""

from collections import Counter
from contextlib import closing
from pathlib import Path

import boto3
import pyarrow.dataset
import pyarrow.fs
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api.deliveries import Deliveries
from db.bulk import insert_rows
from db.deliveries import planning
from db.engine import Database
from db.item_values import NewItem
from db.job_values import Delivered, JobOptions, NewJob
from db.jobs.erasure import erase_job
from db.jobs.retrying import retry_job
from db.submissions.drafts import accept_job
from db.tables.deliveries import DestinationRow
from db.tables.items import ItemRow
from db.tables.videos import TrackRow
from tests.support.answers.http import OpenClient
from tests.support.servers.buckets import KEYS, REGION, fill_bucket
from tests.support.work.jobs import (
    claim_next,
    close,
    make_face,
    record,
    results_of,
    status,
    work_all,
)
from tests.support.work.people import make_track
from worker.addresses.destinations import Destinations
from worker.sources.writing import DestinationWriter

NAMES = [f"{number}.jpg" for number in range(6)]
FACES = [make_face(), make_face(female=0.1)]


class Killed(RuntimeError):
    """The process is gone."""


class DiesWriting(DestinationWriter):
    """Writes, and dies before anyone has noted it."""

    def write(self, uri: str, name: str, file: Path) -> None:
        super().write(uri, name, file)
        raise Killed


def submit_to(database: Database, uri: str) -> int:
    items = [NewItem(name, f"file:///{name}") for name in NAMES]
    with database.write() as session:
        return accept_job(session, NewJob(options=JobOptions(results_to=uri)), items, 2)


def deliver(
    database: Database,
    uri: str,
    due_seconds: float = 3600.0,
    writer: type[DestinationWriter] = DestinationWriter,
) -> bool:
    """A turn of a process, when the claim of the last one has ended."""
    with database.write() as session:
        session.execute(update(DestinationRow).values(claimed_until=None))
    return Deliveries(database, writer(Destinations([uri])), due_seconds).take_turn()


def delivered(database: Database, job_id: int) -> Delivered:
    found = status(database, job_id).delivered
    assert found is not None
    return found


def read_rows(folder: Path) -> list[dict[str, object]]:
    kept = pyarrow.dataset.dataset(folder / "faces", partitioning="hive")
    return list(kept.to_table().to_pylist())


def count_faces(folder: Path) -> Counter[object]:
    return Counter(row["name"] for row in read_rows(folder) if row["face"] is not None)


def test_each_face_is_written_once_as_results_come(database: Database, tmp_path: Path) -> None:
    uri = tmp_path.as_uri()
    job_id = submit_to(database, uri)
    chunk = claim_next(database)
    record(database, chunk, results_of(chunk, FACES))
    # Not yet due: one large file is read sooner than many small ones.
    assert deliver(database, uri)
    assert delivered(database, job_id).deliveries == 0
    deliver(database, uri, due_seconds=0.0)
    assert delivered(database, job_id).deliveries == 1
    assert count_faces(tmp_path) == {"0.jpg": 2, "1.jpg": 2}
    work_all(database, FACES, fail=["3.jpg"])
    assert not delivered(database, job_id).is_complete
    assert close(database) == [job_id]
    deliver(database, uri)
    rows = read_rows(tmp_path)
    assert count_faces(tmp_path) == {name: 2 for name in NAMES if name != "3.jpg"}
    assert [row["error_code"] for row in rows if row["name"] == "3.jpg"] == ["unreadable"]
    assert {row["job"] for row in rows} == {job_id}
    found = delivered(database, job_id)
    sizes = [file.stat().st_size for file in tmp_path.rglob("*.parquet")]
    assert found == Delivered(uri, 2, 6, 10, sum(sizes), True, None)
    # Nothing more is looked for.
    assert not deliver(database, uri)


def test_a_delivery_that_a_kill_interrupts_replaces_itself(
    database: Database, tmp_path: Path
) -> None:
    uri = tmp_path.as_uri()
    job_id = submit_to(database, uri)
    chunk = claim_next(database)
    record(database, chunk, results_of(chunk, FACES))
    for _ in range(2):
        with pytest.raises(Killed):
            deliver(database, uri, 0.0, DiesWriting)
    work_all(database, FACES)
    close(database)
    deliver(database, uri)
    assert count_faces(tmp_path) == dict.fromkeys(NAMES, 2)
    assert delivered(database, job_id).deliveries == len(list(tmp_path.rglob("*.parquet"))) == 2


def test_a_retry_writes_only_what_it_analyzed(database: Database, tmp_path: Path) -> None:
    uri = tmp_path.as_uri()
    job_id = submit_to(database, uri)
    work_all(database, FACES, fail=["3.jpg"])
    close(database)
    deliver(database, uri)
    with database.write() as session:
        assert retry_job(session, job_id) == 1
    assert not delivered(database, job_id).is_complete
    chunk = claim_next(database)
    assert [item.name for item in chunk.items] == ["3.jpg"]
    record(database, chunk, results_of(chunk, FACES))
    close(database)
    deliver(database, uri)
    assert count_faces(tmp_path) == dict.fromkeys(NAMES, 2)
    found = delivered(database, job_id)
    assert (found.deliveries, found.items, found.faces) == (2, 7, 12)


def test_a_large_job_has_several_deliveries(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "DELIVERY_ITEMS", 2)
    job_id = submit_to(database, tmp_path.as_uri())
    work_all(database, FACES)
    deliver(database, tmp_path.as_uri())
    # Full ones do not wait for the end of the job.
    assert delivered(database, job_id).deliveries == 3
    assert count_faces(tmp_path) == dict.fromkeys(NAMES, 2)


def test_the_people_of_videos_have_a_file_of_their_own(database: Database, tmp_path: Path) -> None:
    submit_to(database, tmp_path.as_uri())
    work_all(database, FACES)
    with database.write() as session:
        [first, *_] = session.scalars(select(ItemRow.id).order_by(ItemRow.position))
        insert_rows(session, TrackRow, [make_track(first, 1, FACES[0], 3.0)])
    close(database)
    deliver(database, tmp_path.as_uri())
    people = pyarrow.dataset.dataset(tmp_path / "people", partitioning="hive").to_table()
    assert people.select(["name", "track", "seconds_visible"]).to_pylist() == [
        {"name": "0.jpg", "track": 1, "seconds_visible": 3.0}
    ]


def test_what_cannot_be_written_is_told_and_written_later(
    database: Database, tmp_path: Path
) -> None:
    target = tmp_path / "mounted"
    target.write_bytes(b"no folder")
    job_id = submit_to(database, target.as_uri())
    work_all(database, FACES)
    close(database)
    deliver(database, target.as_uri())
    error = delivered(database, job_id).error
    assert error is not None
    assert "could not be written" in error
    # It rests.
    assert not Deliveries(database, DestinationWriter(Destinations([target.as_uri()]))).take_turn()
    target.unlink()
    deliver(database, target.as_uri())
    assert delivered(database, job_id).error is None
    assert count_faces(target) == dict.fromkeys(NAMES, 2)


def test_an_address_that_is_allowed_no_longer_gets_nothing(
    database: Database, tmp_path: Path
) -> None:
    job_id = submit_to(database, tmp_path.as_uri())
    work_all(database, FACES)
    close(database)
    deliver(database, "s3://other")
    assert "FACETALLY_DESTINATIONS" in str(delivered(database, job_id).error)
    assert list(tmp_path.rglob("*.parquet")) == []


def test_nothing_is_written_of_an_erased_job(database: Database, tmp_path: Path) -> None:
    job_id = submit_to(database, tmp_path.as_uri())
    work_all(database, FACES)
    with database.write() as session:
        erase_job(session, job_id)
    assert not deliver(database, tmp_path.as_uri())


@pytest.mark.usefixtures("as_operator")
def test_a_bucket_gets_the_same_files(database: Database, s3: str) -> None:
    bucket = f"results-{database.engine.dialect.name}"
    fill_bucket(s3, bucket, {})
    uri = f"s3://{bucket}/faces of 2026"
    job_id = submit_to(database, uri)
    work_all(database, FACES)
    close(database)
    with pytest.raises(Killed):
        deliver(database, uri, writer=DiesWriting)
    deliver(database, uri)
    assert delivered(database, job_id).error is None
    with closing(boto3.client("s3", endpoint_url=s3, region_name=REGION, **KEYS)) as store:
        [kept] = store.list_objects_v2(Bucket=bucket)["Contents"]
        content = store.get_object(Bucket=bucket, Key=kept["Key"])["Body"].read()
    folder, kind, job, day, name = kept["Key"].split("/")
    assert (folder, kind, job, name) == (
        "faces of 2026",
        "faces",
        f"job={job_id}",
        "000001.parquet",
    )
    assert day.startswith("day=20")
    table = pyarrow.parquet.read_table(pyarrow.BufferReader(content))
    assert Counter(table["name"].to_pylist()) == dict.fromkeys(NAMES, 2)


def test_the_operator_says_where_results_may_be_written(
    client: FlaskClient, open_client: OpenClient, tmp_path: Path
) -> None:
    def ask(to: FlaskClient, uri: str) -> tuple[int, str]:
        body = {"items": [{"uri": "https://x/1.jpg"}], "options": {"results_to": uri}}
        answer = to.post("/v1/jobs", json=body)
        return answer.status_code, str(answer.json.get("delivered") or answer.json.get("error"))

    inside = (tmp_path / "a").as_uri()
    assert ask(client, inside)[0] == 403
    allowed = open_client(destinations=(inside, "s3://results/2026"))
    for uri in (inside, f"{inside}/b", "s3://results/2026/"):
        status_code, told = ask(allowed, uri)
        assert (status_code, "'deliveries': 0" in told) == (202, True)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to("/")
    refused = ["../b", "/../b", "/link/x", "b"]
    for uri in (*(inside + end for end in refused), "s3://results", "s3://results/20261", "x", "/"):
        status_code, told = ask(allowed, uri)
        assert (status_code, "forbidden_destination" in told) == (403, True), uri

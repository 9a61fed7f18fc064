"""Videos over HTTP: uploads and archives, people as lines and rows, and annotated videos."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api.exports.tracks import TRACK_SCHEMA
from db.engine import Database
from db.item_values import NewItem
from db.job_values import JobOptions, NewJob
from db.submissions.drafts import accept_job
from db.tables.items import ItemRow
from tests.support.answers.http import results, stored_files, upload
from tests.support.media.clips import HEIGHT, PEOPLE, WIDTH
from tests.support.media.made_videos import make_video
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import hints, submit
from tests.support.work.videos import submit_clip
from tests.support.work.worker import open_worker, work_until_done
from worker.dispatcher.dispatcher import Dispatcher
from worker.queue.broker import create_queue
from worker.settings import Settings
from worker.sources.store import Store

CONTENT = bytes(range(250)) * 4


def test_people_are_exported_as_lines_and_rows(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    job_id = submit_clip(client, settings, clip)
    address = f"/v1/jobs/{job_id}/results?view=tracks"
    page = client.get(f"{address}&limit=3").json
    rest = client.get(f"{address}&limit=3&cursor={page['next_cursor']}").json
    tracks = page["tracks"] + rest["tracks"]
    assert [track["track"] for track in tracks] == list(range(1, PEOPLE + 1))
    assert rest["next_cursor"] is None
    lines = client.get(f"{address}&format=ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == tracks
    rows = list(csv.DictReader(io.StringIO(client.get(f"{address}&format=csv").text)))
    assert [row["seconds_visible"] for row in rows] == [str(t["seconds_visible"]) for t in tracks]
    table = pyarrow.parquet.read_table(io.BytesIO(client.get(f"{address}&format=parquet").data))
    assert table.schema == TRACK_SCHEMA
    assert table["best_frame"].to_pylist() == [track["best"]["frame"] for track in tracks]
    assert client.get(f"{address}&format=coco").status_code == 422


def test_a_job_shows_the_progress_of_its_videos(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    job_id = upload(client, {"holiday": clip}, options=json.dumps({"annotated_video": True})).json[
        "id"
    ]
    assert client.get(f"/v1/jobs/{job_id}").json["videos"] is None
    database = Database(settings.database_url)
    worker = open_worker(settings.model_copy(update={"segment_frames": 7}), database)
    for _ in range(2):
        worker.run(hints(database, resend_seconds=-1)[0], "task")
    database.close()
    job = client.get(f"/v1/jobs/{job_id}").json
    assert job["videos"] == {"running": 1, "analyzed": 0.5, "annotated": None}
    assert "1 video, 50% analyzed" in client.get(f"/jobs/{job_id}").text
    work_until_done(settings)
    assert client.get(f"/v1/jobs/{job_id}").json["videos"] is None


def test_an_upload_takes_options_as_the_docs_say(client: FlaskClient) -> None:
    document = (Path(__file__).parents[2] / "docs" / "video.md").read_text()
    [options] = re.findall(r"^curl --form files=@clip.mp4 --form 'options=(.+)' ", document, re.M)
    answer = upload(client, {"clip.mp4": b"clip"}, options=options)
    assert answer.json["options"]["frames_per_second"] == 4


def test_filters_select_people(client: FlaskClient, settings: Settings, clip: bytes) -> None:
    job_id = submit_clip(client, settings, clip)
    address = f"/v1/jobs/{job_id}/results?view=tracks"
    ages = sorted(track["age"]["years"] for track in client.get(address).json["tracks"])
    older = client.get(f"{address}&age_min={round(ages[2] + 0.5)}").json["tracks"]
    assert 0 < len(older) < PEOPLE
    males = client.get(f"{address}&gender=male").json["tracks"]
    assert males
    assert all(track["gender"]["value"] == "male" for track in males)
    assert client.get(f"{address}&dimension.store=Lyon").json["tracks"] == []


def test_faces_have_their_frame_and_track_and_tracks_their_best_frame(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    job_id = submit_clip(client, settings, clip)
    [line] = client.get(f"/v1/jobs/{job_id}/results").json["results"]
    assert line["video"] == {
        "frames": 14, "duration_seconds": 7.0, "warning": None, "annotated_video_url": None,
    }  # fmt: skip
    [track, *_] = client.get(f"/v1/jobs/{job_id}/results?view=tracks").json["tracks"]
    ours = [face for face in line["faces"] if face["track"] == track["track"]]
    assert len(ours) == track["faces"]
    assert track["first_seconds"] == min(face["time_seconds"] for face in ours)
    best = {(face["frame"], face["time_seconds"], tuple(face["box"].values())) for face in ours}
    found = track["best"]
    assert (found["frame"], found["time_seconds"], tuple(found["box"].values())) in best
    assert client.get(f"/v1/audience?job={job_id}").json["faces"] == len(line["faces"])
    people = client.get(f"/v1/audience?job={job_id}&count=people").json
    assert (people["faces"], people["items_done"]) == (PEOPLE, 1)
    page = client.get(f"/audience?job={job_id}&count=people", headers={"Accept": "text/html"}).text
    assert "Share of all people, with" in page
    page = client.get(f"/audience?job={job_id}", headers={"Accept": "text/html"}).text
    assert "Share of all faces, with" in page
    rows = csv.DictReader(io.StringIO(client.get(f"/v1/jobs/{job_id}/results?format=csv").text))
    assert [(int(row["frame"]), int(row["track"])) for row in rows] == [
        (face["frame"], face["track"]) for face in line["faces"]
    ]
    picture = client.get(track["thumbnail"]).data
    assert cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape == (180, 320, 3)
    assert client.get(line["thumbnail"]).status_code == 200
    assert client.get(f"/v1/items/{line['item']}/tracks/99/thumbnail").status_code == 404


def test_an_annotated_video_is_stored_sent_in_parts_and_erased(
    client: FlaskClient, settings: Settings, clip: bytes, tmp_path: Path
) -> None:
    job_id = submit_clip(client, settings, clip, annotated_video=True)
    [line] = client.get(f"/v1/jobs/{job_id}/results").json["results"]
    answer = client.get(line["video"]["annotated_video_url"])
    assert (answer.status_code, answer.mimetype) == (200, "video/mp4")
    part = client.get(line["video"]["annotated_video_url"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data) == (206, b"ftyp")
    (tmp_path / "annotated.mp4").write_bytes(answer.data)
    capture = cv2.VideoCapture(str(tmp_path / "annotated.mp4"))
    frames = [capture.read()[1] for _ in range(70)]
    assert not capture.grab()
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    face = next(face for face in line["faces"] if face["frame"] == 0)
    x, y = face["box"]["x"], face["box"]["y"]
    (tmp_path / "clip.mp4").write_bytes(clip)
    plain = cv2.VideoCapture(str(tmp_path / "clip.mp4")).read()[1].astype(int)
    change = np.abs(plain - frames[0].astype(int)).max(axis=2)
    # A line is drawn at the left side of the box, and none far from it.
    assert change[y + 30 : y + 60, max(0, x - 2) : x + 3].max(axis=1).min() > 40
    assert change[HEIGHT - 20 :, WIDTH - 60 :].max() < 40
    assert len(stored_files(settings)) == 2
    client.delete(f"/v1/jobs/{job_id}")
    assert client.get(line["video"]["annotated_video_url"]).status_code == 404
    database = Database(settings.database_url)
    with create_queue(settings.redis_url) as queue:
        Dispatcher(database, queue, Store(settings.store_url), 30).take_turn()
    database.close()
    assert stored_files(settings) == []


@pytest.fixture
def annotated_video_url(client: FlaskClient, settings: Settings) -> str:
    """The address of an annotated video, which is 1000 arbitrary bytes here."""
    database = Database(settings.database_url)
    submit(database, items=1)
    store = Store(settings.store_url)
    uri = store.write(store.new_folder(), 1, io.BytesIO(CONTENT), len(CONTENT))
    with database.write() as session:
        session.execute(update(ItemRow).values(annotated_video_uri=uri))
        item_id = session.scalar(select(ItemRow.id))
    database.close()
    return f"/v1/items/{item_id}/video"


@pytest.mark.parametrize(
    "wanted",
    ["bytes=9-1", "abc", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=5-6,0-1", "bytes=-2000"],
)
def test_a_range_that_may_be_ignored_gets_the_whole_video(
    client: FlaskClient, annotated_video_url: str, wanted: str
) -> None:
    answer = client.get(annotated_video_url, headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("wanted", "part", "content_range"),
    [
        ("bytes=4-7", CONTENT[4:8], "4-7"),
        ("bytes=990-", CONTENT[990:], "990-999"),
        ("bytes=-10", CONTENT[-10:], "990-999"),
        ("bytes=-1000", CONTENT, "0-999"),
        ("bytes=990-5000", CONTENT[990:], "990-999"),
    ],
)
def test_a_single_range_gets_its_bytes(
    client: FlaskClient, annotated_video_url: str, wanted: str, part: bytes, content_range: str
) -> None:
    answer = client.get(annotated_video_url, headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (206, part)
    assert answer.headers["Content-Range"] == f"bytes {content_range}/1000"


def test_a_range_past_the_end_is_refused_with_the_length(
    client: FlaskClient, annotated_video_url: str
) -> None:
    answer = client.get(annotated_video_url, headers={"Range": "bytes=1000-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */1000"
    assert answer.json["error"]["code"] == "requested_range_not_satisfiable"


def test_an_uploaded_video_is_sent_in_parts_without_its_metadata(
    client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    clip = make_video(tmp_path / "clip.mov", "-metadata", "location=+48.1234+011.5678/")
    assert b"+48.1234" in clip
    submit_clip(client, settings, clip)
    with client.get("/v1/items/1/original") as whole:
        assert (whole.status_code, whole.mimetype) == (200, "video/mp4")
        assert b"+48.1234" not in whole.data
    with client.get("/v1/items/1/original", headers={"Range": "bytes=4-7"}) as part:
        assert (part.status_code, part.data) == (206, whole.data[4:8])
    client.delete("/v1/jobs/1")
    assert client.get("/v1/items/1/original").status_code == 404


def test_an_annotated_video_has_an_etag(client: FlaskClient, annotated_video_url: str) -> None:
    tag = client.get(annotated_video_url).headers["ETag"]
    headers = {"Range": "bytes=4-7", "If-Range": tag}
    assert client.get(annotated_video_url, headers=headers).data == CONTENT[4:8]
    changed = client.get(annotated_video_url, headers={**headers, "If-Range": '"another"'})
    assert (changed.status_code, changed.data) == (200, CONTENT)
    assert client.get(annotated_video_url, headers={"If-None-Match": tag}).status_code == 304


def test_videos_in_archives_are_recognized_by_their_bytes(
    client: FlaskClient, settings: Settings, clip: bytes
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("film.dat", clip)
        file.writestr("photo.jpg", encode_scene("JPEG"))
    answer = upload(client, {"all.zip": archive.getvalue(), "film.jpg": clip})
    work_until_done(settings)
    assert results(client, answer) == {"film.dat": "done", "photo.jpg": "done", "film.jpg": "done"}
    coco = client.get(f"/v1/jobs/{answer.json['id']}/results?format=coco").json
    assert [image["file_name"] for image in coco["images"]] == ["photo.jpg"]


@pytest.mark.parametrize(
    "options",
    [
        {"frames_per_second": 0},
        {"frames_per_second": 0.009},
        {"frames_per_second": 1000},
        {"start_seconds": -1},
        {"start_seconds": 5, "end_seconds": 5},
        {"max_frames": 0},
        {"annotated_video": True, "thumbnails": "blurred"},
    ],
    ids=str,
)
def test_contradictory_options_are_refused(client: FlaskClient, options: dict[str, object]) -> None:
    answer = client.post("/v1/jobs", json={"items": [{"uri": "file:///a.mp4"}], "options": options})
    assert answer.status_code == 422


def test_a_rate_below_one_frame_in_100_seconds_is_refused(client: FlaskClient) -> None:
    body = {"items": [{"uri": "file:///a.mp4"}], "options": {"frames_per_second": 0.01}}
    assert client.post("/v1/jobs", json=body).status_code == 202
    body["options"] = {"frames_per_second": 1e-9}
    message = client.post("/v1/jobs", json=body).json["error"]["message"]
    assert "frames_per_second: must be greater than or equal to 0.01" in message


def test_a_job_accepted_under_older_limits_is_still_shown(
    client: FlaskClient, settings: Settings
) -> None:
    database = Database(settings.database_url)
    with database.write() as session:
        job = NewJob(options=JobOptions(frames_per_second=1e-9))
        job_id = accept_job(session, job, [NewItem("a.mp4", "file:///a.mp4")], 1)
    database.close()
    assert client.get(f"/v1/jobs/{job_id}").json["options"]["frames_per_second"] == 1e-9

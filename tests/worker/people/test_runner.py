"""One person in photos and in two shots of a video is one person, with real models."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from db.engine import Database
from db.job_values import JobOptions
from db.slices.bands import parse_bands
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count, JobState
from db.videos.tracks import read_all_tracks
from tests.support.media.clips import Actor, write_clip
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import hints, status
from tests.support.work.linking import count_embeddings
from tests.support.work.worker import (
    open_worker,
    read_all,
    submit_files,
    work_until_done,
)
from worker.people import runner
from worker.settings import Settings

# Two people in a shot, one of whom is also in the next one.
CAST = (
    Actor(0, (10, 20), (100, 60), (0.0, 4.0)),
    Actor(1, (250, 200), (330, 120), (0.0, 4.0)),
    Actor(0, (420, 60), (360, 160), (4.0, 7.0)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people")


@pytest.fixture
def allowed(settings: Settings, folder: Path, migrated_sqlite: Path) -> Settings:
    shutil.copy(migrated_sqlite, settings.data_dir / "facetally.sqlite3")
    return settings.model_copy(update={"people": True, "file_roots": (folder,)})


def test_a_person_counts_once_in_photos_and_shots(allowed: Settings, folder: Path) -> None:
    samples = allowed.weights_dir / "samples"
    photo = samples / "gender_detection_input.jpg"
    turned = folder / "turned.png"
    Image.open(photo).rotate(7, Image.Resampling.BICUBIC).save(turned)
    shutil.copy(photo, folder / "again.jpg")
    clip = write_clip(folder / "clip.mkv", allowed.weights_dir, CAST, 7.0)
    paths = [folder / "again.jpg", turned, clip]
    database = Database(allowed.database_url)
    job_id = submit_files(database, paths, JobOptions(people=True, frames_per_second=2.0))
    for _ in range(2):
        work_until_done(allowed, database)
    job = status(database, job_id)
    assert job.state is JobState.COMPLETED
    items = read_all(database, job_id)
    photos = [{face.person for face in items[name].faces} for name in ("again.jpg", "turned.png")]
    assert photos[0] == photos[1]
    assert len(photos[0]) == 2
    with database.read() as session:
        tracks = read_all_tracks(session, items["clip.mkv"].id)
    assert len(tracks) == 3
    first, second, third = (track.person for track in tracks)
    assert first != second
    assert third in (first, second)
    assert {face.person for face in items["clip.mkv"].faces} == {first, second}
    people = {*photos[0], first, second}
    assert job.people is not None
    assert job.people.people == len(people)
    with database.read() as session:
        query = AudienceQuery(
            bands=parse_bands("marketing"), slices=SliceQuery(job_id=job_id), count=Count.PEOPLE
        )
        assert read_audience(session, query).faces == len(people)
    assert count_embeddings(database) == 0
    database.close()


def test_too_many_faces_are_not_linked(
    allowed: Settings, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(runner, "MOST_LINKED", 1)
    photo = folder / "two.jpg"
    shutil.copy(allowed.weights_dir / "samples" / "gender_detection_input.jpg", photo)
    database = Database(allowed.database_url)
    job_id = submit_files(database, [photo], JobOptions(people=True))
    for _ in range(2):
        work_until_done(allowed, database)
    people = status(database, job_id).people
    assert people is not None
    assert "The job has 2 faces; people are linked among up to 1." in (people.error or "")
    assert count_embeddings(database) == 0
    database.close()


def test_a_worker_that_may_not_link_claims_nothing_of_such_a_job(
    allowed: Settings, folder: Path
) -> None:
    database = Database(allowed.database_url)
    photo = allowed.weights_dir / "samples" / "astronaut.png"
    submit_files(database, [photo], JobOptions(people=True))
    [chunk_id] = hints(database)
    open_worker(allowed.model_copy(update={"people": False}), database).run(chunk_id, "task")
    assert count_embeddings(database) == 0
    database.close()

"""Small faces of a large picture are found if the job asks for them."""

import shutil
from pathlib import Path

import pytest

from db.engine import Database
from db.item_values import NewItem, StoredItem
from db.job_values import DetectionMode, JobOptions, NewJob
from db.submissions.drafts import accept_job
from tests.support.media.crowds import HEIGHT, PEOPLE, WIDTH, encode_crowd
from tests.support.work.worker import read_all, work_until_done
from worker.settings import Settings

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def analyze(
    database: Database, settings: Settings, folder: Path, mode: DetectionMode
) -> dict[str, StoredItem]:
    items = [NewItem(path.name, path.as_uri()) for path in sorted(folder.iterdir())]
    with database.write() as session:
        job_id = accept_job(session, NewJob(options=JobOptions(detection=mode)), items, len(items))
    work_until_done(settings, database)
    return read_all(database, job_id)


def test_the_small_faces_of_a_crowd_are_found_in_its_full_pixels(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "crowd.jpg").write_bytes(encode_crowd(settings.weights_dir))
    shutil.copy(settings.weights_dir / "samples" / "astronaut.png", folder)
    found = analyze(database, settings, folder, DetectionMode.CROWD)
    assert {name: len(item.faces) for name, item in found.items()} == {
        "astronaut.png": 1,
        "crowd.jpg": PEOPLE,
    }
    crowd = found["crowd.jpg"]
    assert (crowd.width_pixels, crowd.height_pixels) == (WIDTH, HEIGHT)
    boxes = [face.face.box for face in crowd.faces]
    assert all(20 < box.width < 45 for box in boxes)
    assert max(box.x for box in boxes) > WIDTH * 5 / 6
    assert max(box.y for box in boxes) > HEIGHT * 2 / 3
    found = analyze(database, settings, folder, DetectionMode.NORMAL)
    assert {len(item.faces) for item in found.values()} == {0, 1}

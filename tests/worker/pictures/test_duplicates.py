"""The same bytes are analyzed once in a job; failures are not repeated."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from db.engine import Database
from db.item_values import NewItem
from db.job_values import Duplicates, JobOptions, NewJob
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from models.face import Detection, Dropped, Face
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.pictures.picture import Picture
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import hints, make_face, make_quality, status
from tests.support.work.worker import open_worker, read_all
from worker.pictures.intake import READ_AHEAD_ITEMS
from worker.settings import Settings

DROPPED = Dropped(too_small=1)


class Counting(Analyzer):
    """Finds a face as old as the picture is wide, notes each picture, and fails at some."""

    batch_pictures = 2

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[int] = []
        self._failures = failures

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        if self._failures and len(pictures) == 1:
            self._failures -= 1
            raise ArithmeticError("a fault of ours")
        if self._failures:
            raise ArithmeticError("a fault of the batch")
        self.seen += [picture.width_pixels for picture in pictures]
        return [
            AlignedFaces(
                [AlignedFace(_detect(picture.width_pixels), (picture.rgb,), make_quality())],
                DROPPED,
            )
            for picture in pictures
        ]

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        return [make_face(years=face.detection.score * 1000) for face in aligned]


def _align(picture: Picture) -> AlignedFace:
    return AlignedFace(_detect(picture.width_pixels), (picture.rgb,), make_quality())


def _detect(width: int) -> Detection:
    face = make_face()
    return Detection(face.box, width / 1000, face.landmarks)


def write(folder: Path, widths: Sequence[int]) -> list[Path]:
    """A picture of each width; those of the same width have the same bytes."""
    paths = [folder / f"{number}.jpg" for number in range(len(widths))]
    for path, width in zip(paths, widths, strict=True):
        path.write_bytes(encode_scene("JPEG", width))
    return paths


def submit(
    database: Database, paths: Sequence[Path], chunk_items: int, wanted: Duplicates
) -> tuple[int, list[int]]:
    """The job, and its chunks of this many items."""
    items = [NewItem(path.name, path.as_uri()) for path in paths]
    with database.write() as session:
        job = NewJob(options=JobOptions(duplicates=wanted))
        job_id = accept_job(session, job, items, chunk_items)
        session.query(ChunkRow).filter_by(job_id=job_id).delete()
        for start in range(0, len(items), chunk_items):
            stop = min(start + chunk_items, len(items))
            session.add(ChunkRow(job_id=job_id, start=start, stop=stop, state="waiting"))
    return job_id, hints(database)


def work(
    settings: Settings, database: Database, chunk_ids: Sequence[int], analyzer: Analyzer
) -> None:
    worker = open_worker(settings, database, analyzer)
    for chunk_id in chunk_ids:
        worker.run(chunk_id, "task")


@pytest.mark.parametrize("chunk_items", [1, 2, 6], ids=["apart", "in part", "in one chunk"])
def test_each_picture_is_analyzed_once_however_the_job_is_cut(
    database: Database, settings: Settings, tmp_path: Path, chunk_items: int
) -> None:
    paths = write(tmp_path, [40, 50, 40, 40, 50, 60])
    job_id, chunk_ids = submit(database, paths, chunk_items, Duplicates.COUNT)
    analyzer = Counting()
    work(settings, database, chunk_ids, analyzer)
    assert sorted(analyzer.seen) == [40, 50, 60]
    items = read_all(database, job_id)
    ages = [[round(face.face.age.years) for face in item.faces] for item in items.values()]
    assert ages == [[40], [50], [40], [40], [50], [60]]
    assert [item.width_pixels for item in items.values()] == [40, 50, 40, 40, 50, 60]
    assert all(item.has_thumbnail for item in items.values())
    assert all(item.dropped == DROPPED for item in items.values())
    assert status(database, job_id).counts.duplicates == 3


def test_duplicates_that_do_not_count_have_no_faces(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id, chunk_ids = submit(database, write(tmp_path, [40, 40, 50, 40]), 2, Duplicates.ONCE)
    work(settings, database, chunk_ids, Counting())
    items = read_all(database, job_id)
    assert [len(item.faces) for item in items.values()] == [1, 0, 1, 0]
    assert [item.dropped.too_small for item in items.values()] == [1, 0, 1, 0]
    assert items["3.jpg"].duplicate_of == items["0.jpg"].id
    assert status(database, job_id).counts.faces == 2


@pytest.mark.parametrize(
    ("wanted", "faces"), [(Duplicates.SIMILAR, [1, 0, 1, 0]), (Duplicates.REPORT, [1, 1, 1, 1])]
)
def test_pictures_that_look_alike_are_found(
    database: Database, settings: Settings, tmp_path: Path, wanted: Duplicates, faces: list[int]
) -> None:
    noise = np.random.default_rng(1).uniform(0, 255, (12, 16, 3)).astype(np.float32)
    whole = cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC)
    half = cv2.resize(whole, (320, 240), interpolation=cv2.INTER_AREA)
    written = {"0.png": whole, "1.jpg": half, "2.jpg": cv2.flip(whole, 1), "3.jpg": whole}
    for name, picture in written.items():
        assert cv2.imwrite(str(tmp_path / name), picture)
    paths = [tmp_path / name for name in written]
    job_id, chunk_ids = submit(database, paths, 2, wanted)
    work(settings, database, chunk_ids, Counting())
    items = read_all(database, job_id)
    first = items["0.png"].id
    assert [item.duplicate_of for item in items.values()] == [None, first, None, first]
    assert [len(item.faces) for item in items.values()] == faces
    counts = status(database, job_id).counts
    assert (counts.duplicates, counts.faces) == (2, sum(faces))


def test_duplicates_of_an_unreadable_item_each_fail_by_themselves(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    paths = write(tmp_path, [40, 40, 40])
    for path in paths:
        path.write_bytes(b"no picture")
    job_id, chunk_ids = submit(database, paths, 3, Duplicates.ONCE)
    work(settings, database, chunk_ids, Counting())
    items = read_all(database, job_id).values()
    assert [item.error.code for item in items if item.error] == ["unreadable"] * 3
    assert [item.duplicate_of for item in items] == [None] * 3


def test_a_duplicate_is_analyzed_if_its_original_failed(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id, chunk_ids = submit(database, write(tmp_path, [40, 40, 40]), 3, Duplicates.ONCE)
    work(settings, database, chunk_ids, Counting(failures=1))
    items = read_all(database, job_id)
    assert items["0.jpg"].error is not None
    assert [len(items[name].faces) for name in ("1.jpg", "2.jpg")] == [1, 0]
    assert items["2.jpg"].duplicate_of == items["1.jpg"].id


def test_a_chunk_of_more_than_a_group_is_done_in_order(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    widths = [32 + number % (READ_AHEAD_ITEMS + 8) for number in range(2 * READ_AHEAD_ITEMS + 9)]
    paths = write(tmp_path, widths)
    job_id, chunk_ids = submit(database, paths, len(paths), Duplicates.COUNT)
    analyzer = Counting()
    work(settings, database, chunk_ids, analyzer)
    assert analyzer.seen == sorted(set(widths))
    items = read_all(database, job_id)
    assert [items[path.name].width_pixels for path in paths] == widths

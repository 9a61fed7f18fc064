"""Pictures are counted on the day on which they were taken, by their EXIF."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.counts.periods import spell_moment
from db.counts.time_zones import read_zone
from db.engine import Database
from db.item_values import NewItem
from db.job_values import CaptureSource, Duplicates, JobOptions, NewJob
from db.jobs.retrying import retry_job
from db.submissions.drafts import accept_job
from db.tables.audience import CellRow, MeasureRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from models.containers.parts import EXIF_MARK
from models.face import Detection, Face
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.pictures.picture import Picture
from tests.support.media.sample_pictures import encode_scene
from tests.support.media.tiff_files import make_exif
from tests.support.work.jobs import close, hints, make_face, make_quality
from tests.support.work.worker import open_worker, read_all
from worker.settings import Settings

GIVEN = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


class OneFace(Analyzer):
    """Finds a face in each picture."""

    batch_pictures = 2

    def __init__(self) -> None:
        pass

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        face = make_face()
        found = Detection(face.box, 0.9, face.landmarks)
        return [AlignedFaces([AlignedFace(found, (one.rgb,), make_quality())]) for one in pictures]

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        return [make_face() for _ in aligned]


def write(path: Path, taken: str | None, **exif: str) -> NewItem:
    tags = EXIF_MARK + make_exif(taken=taken, **exif)
    path.write_bytes(encode_scene("JPEG", exif=tags))
    return NewItem(path.name, path.as_uri())


def work(
    database: Database, settings: Settings, items: Sequence[NewItem], **options: object
) -> int:
    job = NewJob(options=JobOptions(**options))  # type: ignore[arg-type]
    with database.write() as session:
        job_id = accept_job(session, job, items, 2)
    work_on(database, settings)
    return job_id


def work_on(database: Database, settings: Settings) -> None:
    worker = open_worker(settings, database, OneFace())
    for chunk_id in hints(database, resend_seconds=-1):
        worker.run(chunk_id, "task")


def times_of(database: Database, job_id: int) -> dict[str, str | None]:
    items = read_all(database, job_id)
    return {
        name: item.captured_at.strftime("%Y-%m-%d %H:%M") if item.captured_at else None
        for name, item in items.items()
    }


def assert_counts_agree(database: Database, job_id: int) -> None:
    """The cells of each quarter of an hour have the faces of its items, and their outcomes."""
    with database.read() as session:
        zone = read_zone(session, job_id)
        cells = dict(
            session.execute(
                select(CellRow.quarter_hour, func.sum(CellRow.faces))
                .where(CellRow.job_id == job_id)
                .group_by(CellRow.quarter_hour)
            ).all()
        )
        faces = session.execute(
            select(ItemRow.captured_at).join(FaceRow).where(ItemRow.job_id == job_id)
        ).scalars()
        assert +Counter(cells) == Counter(spell_moment(time, zone) for time in faces)
        items = session.execute(select(ItemRow.captured_at).where(ItemRow.job_id == job_id))
        moments = {spell_moment(time, zone) for time in items.scalars()}
        of_job = (MeasureRow.job_id == job_id, MeasureRow.total > 0)
        measured = select(MeasureRow.quarter_hour).where(*of_job)
        assert set(session.execute(measured).scalars()) == moments


def test_a_picture_without_a_time_is_counted_when_it_was_taken(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    items = [
        write(tmp_path / "paris.jpg", "2024:07:02 00:30:00", offset="+02:00"),
        write(tmp_path / "clock.jpg", "2024:07:02 00:30:00"),
        write(tmp_path / "undated.jpg", None),
    ]
    given = write(tmp_path / "given.jpg", "2024:07:02 12:00:00")
    items.append(NewItem(given.name, given.uri, captured_at=GIVEN))
    job_id = work(database, settings, items)
    assert times_of(database, job_id) == {
        "paris.jpg": "2024-07-01 22:30",
        "clock.jpg": "2024-07-02 00:30",
        "undated.jpg": None,
        "given.jpg": "2020-01-02 03:04",
    }
    assert [len(item.faces) for item in read_all(database, job_id).values()] == [1] * 4
    assert_counts_agree(database, job_id)


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [
        ("UTC", "2024-07-02 00:30"),
        ("Europe/Paris", "2024-07-01 22:30"),
        ("Asia/Tokyo", "2024-07-01 15:30"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_zone_of_the_job(
    database: Database,
    settings: Settings,
    tmp_path: Path,
    zone: str,
    wanted: str,
) -> None:
    items = [write(tmp_path / "1.jpg", "2024:07:02 00:30:00")]
    job_id = work(database, settings, items, time_zone=zone)
    assert times_of(database, job_id) == {"1.jpg": wanted}
    assert_counts_agree(database, job_id)


def test_a_job_may_keep_to_given_times(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    items = [write(tmp_path / "1.jpg", "2024:07:02 00:30:00")]
    job_id = work(database, settings, items, captured_at=CaptureSource.GIVEN)
    assert times_of(database, job_id) == {"1.jpg": None}


@pytest.mark.parametrize("duplicates", Duplicates)
def test_duplicates_have_the_time_of_their_bytes(
    database: Database, settings: Settings, tmp_path: Path, duplicates: Duplicates
) -> None:
    first = write(tmp_path / "0.jpg", "2024:07:02 00:30:00")
    items = [NewItem("0.jpg", first.uri, captured_at=GIVEN)]
    items += [NewItem(f"{number}.jpg", first.uri) for number in (1, 2)]
    job_id = work(database, settings, items, duplicates=duplicates)
    times = times_of(database, job_id)
    assert times == {
        "0.jpg": "2020-01-02 03:04", "1.jpg": "2024-07-02 00:30", "2.jpg": "2024-07-02 00:30",
    }  # fmt: skip
    assert_counts_agree(database, job_id)


def test_a_failure_is_counted_on_its_day_and_taken_back_by_a_retry(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    item = write(tmp_path / "1.jpg", "2024:07:02 00:30:00")
    whole = (tmp_path / "1.jpg").read_bytes()
    (tmp_path / "1.jpg").write_bytes(whole[:-40])
    job_id = work(database, settings, [item])
    assert_counts_agree(database, job_id)
    close(database)
    (tmp_path / "1.jpg").write_bytes(whole)
    with database.write() as session:
        assert retry_job(session, job_id)
    work_on(database, settings)
    assert [len(one.faces) for one in read_all(database, job_id).values()] == [1]
    assert_counts_agree(database, job_id)

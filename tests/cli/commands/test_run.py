"""`facetally run` and `demo`: results, interruptions, and resuming after them."""

import fcntl
import html
import json
import os
import signal
import zipfile

import pytest

from cli.commands.run import make_fingerprint
from cli.stack.data_folder import LOCK, SCRATCH_PREFIX
from cli.stack.own import DATA
from cli.uploads.files import THUMBNAILS
from cli.uploads.manifests import Listed
from facetally import Options, Submission
from facetally.local_files.files import LocalFile
from tests.support.media.clips import PEOPLE, write_clip
from tests.support.media.sample_pictures import encode_scene
from tests.support.programs.cli import WEIGHTS_DIR, copy_samples, wait_for

FACES = {
    "astronaut.png": 1,
    "face_detection_input.jpg": 5,
    "gender_detection_input.jpg": 2,
    "object_detection_input.jpg": 0,
}
# The command, the queue's server, the API's two, the dispatcher, the worker's two.
PROCESSES = 7


@pytest.fixture
def many(tmp_path):
    """Enough pictures to be interrupted."""
    folder = tmp_path / "many"
    folder.mkdir()
    picture = encode_scene("JPEG", 640, 480)
    for number in range(120):
        (folder / f"{number:03}.jpg").write_bytes(picture)
    return folder


def read_results(out):
    lines = (out / "results.ndjson").read_text().splitlines()
    return {result["name"]: result for result in map(json.loads, lines)}


def read_job(out):
    """The number of the job whose results were written."""
    return (out / DATA / "written-job").read_text()


def test_a_list_gives_its_files_times_and_dimensions(terminal, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "blob").write_bytes(encode_scene("JPEG"))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "link.jpg").symlink_to(tmp_path / "store" / "blob")
    lines = "Path;store;captured_at\nstore/blob;Lyon;2026:07:01 12:00:00\n;;\n"
    (tmp_path / "list.csv").write_text(lines)
    out = tmp_path / "out"

    done = terminal.run(
        "run", tmp_path / "list.csv", tmp_path / "photos", "--out", out,
        "--dimension", "store=none", "--dimension", "campaign=spring", "--duplicates", "once",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    results = read_results(out)
    assert results["store/blob"]["dimensions"] == {"store": "Lyon", "campaign": "spring"}
    assert results["store/blob"]["captured_at"] == "2026-07-01T12:00:00Z"
    assert results["link.jpg"]["dimensions"] == {"store": "none", "campaign": "spring"}
    assert {result["state"] for result in results.values()} == {"done"}
    assert sum(result["duplicate_of"] is not None for result in results.values()) == 1


def test_a_run_writes_results_for_every_picture_and_fails_only_the_broken_one(terminal, tmp_path):
    photos, out = tmp_path / "ph:o tos", tmp_path / "out"
    copy_samples(photos)
    (photos / "broken.jpg").write_bytes(encode_scene("JPEG")[:200])
    (photos / ".hidden.jpg").write_bytes(b"")
    (photos / "notes.txt").write_bytes(b"")
    odd = os.fsdecode(b"caf\xe9 [b].png")
    (photos / odd).write_bytes(encode_scene("PNG"))

    done = terminal.run("run", photos, "--out", out, "--tag", "spring")

    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    results = read_results(out)
    odd_name = odd.encode(errors="surrogateescape").decode(errors="replace")
    faces = {name: len(result["faces"]) for name, result in results.items()}
    assert faces == {**FACES, "broken.jpg": 0, odd_name: 0}
    assert results["broken.jpg"]["error"]["code"] == "unreadable"
    assert "1 skipped: 1 not photos or videos." in done.stderr
    assert "8 faces in 5 of 6 pictures; 2 without faces; 1 unreadable" in done.stderr
    assert json.loads((out / "audience.json").read_text())["faces"] == 8
    assert (out / "report.html").read_text().startswith("<!")
    thumbnails = sorted((out / THUMBNAILS).iterdir())
    assert len(thumbnails) == 5
    assert all(path.read_bytes().startswith(b"\xff\xd8\xff") for path in thumbnails)
    assert terminal.is_clean()
    assert not (out / DATA / "stack.json").exists()


def test_a_video_becomes_people_and_an_annotated_video(terminal, tmp_path):
    clip, out = tmp_path / "my clip.mp4", tmp_path / "out"
    write_clip(clip, WEIGHTS_DIR)

    done = terminal.run(
        "run", clip, "--out", out, "--annotated-video", "--end-seconds", "5",
        "--frames-per-second", "4",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert read_results(out)["my clip.mp4"]["video"]["frames"] == 20
    people = [json.loads(line) for line in (out / "people.ndjson").read_text().splitlines()]
    assert [person["track"] for person in people] == list(range(1, PEOPLE + 1))
    assert f" faces, {PEOPLE} people in 1 of 1 video" in done.stderr
    [video] = (out / "videos").iterdir()
    assert video.name == "1-my_clip.mp4"
    assert video.read_bytes()[4:8] == b"ftyp"
    assert terminal.is_clean()


def test_the_warning_of_a_truncated_video_is_shown(terminal, tmp_path):
    clip, out = tmp_path / "clip.avi", tmp_path / "out"
    whole = write_clip(clip, WEIGHTS_DIR, codec="MJPG").read_bytes()
    clip.write_bytes(whole[: len(whole) // 2])

    done = terminal.run("run", clip, "--out", out)

    assert done.returncode == 0, done.stderr
    warning = read_results(out)["clip.avi"]["video"]["warning"]
    assert warning
    assert f"clip.avi: {warning}\n" in done.stderr
    report = html.unescape((out / "report.html").read_text())
    assert f"<li>clip.avi: {warning}</li>" in report


def test_the_demo_shows_faces_and_audience_and_its_folder_can_be_reused(terminal, tmp_path):
    out = tmp_path / "out"
    done = terminal.run("demo", "--out", out)

    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert sum(line.startswith("face_detection_input.jpg") for line in lines) == 5
    assert any(line.split() == ["object_detection_input.jpg", "none"] for line in lines)
    assert "8 faces in 4 of 4 pictures; 1 without faces" in lines[-1]

    # Files and archives become one job, whose results replace those of the one before.
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(encode_scene("JPEG"))
    with zipfile.ZipFile(photos / "more.zip", "w") as archive:
        archive.writestr("in/b.jpg", encode_scene("JPEG"))
    again = terminal.run("run", photos, "--out", out)

    assert again.returncode == 0, again.stderr
    assert read_results(out).keys() == {"a.jpg", "in/b.jpg"}
    assert read_job(out) == "2"
    names = sorted(path.name for path in (out / THUMBNAILS).iterdir())
    assert names == ["5-a.jpg", "6-b.jpg"]


def test_a_killed_run_resumes_when_it_is_run_again(terminal, tmp_path, many):
    out = tmp_path / "out"
    words = ("run", many, "--out", out)

    # Killed while it works: the kernel ends its children; its record and its socket stay.
    killed = terminal.start(*words, chunk_items="4")
    log = out / DATA / "logs" / "worker.log"
    wait_for(lambda: log.exists() and "chunk recorded" in log.read_text(), "the first chunk")
    killed.kill()
    wait_for(lambda: not terminal.find_processes(), "the end of all processes")
    assert (out / DATA / "stack.json").exists()
    assert any(path.name.startswith(SCRATCH_PREFIX) for path in terminal.temporary.iterdir())

    again = terminal.run(*words, chunk_items="4")
    assert again.returncode == 0, again.stderr
    assert "Resuming job 1." in again.stderr
    assert read_job(out) == "1"
    assert len(read_results(out)) == len(list(many.iterdir()))
    assert terminal.is_clean()


@pytest.mark.parametrize(
    ("count", "numbers"),
    [
        (2, [signal.SIGTERM]),
        (4, [signal.SIGINT, signal.SIGINT]),
        (PROCESSES, [signal.SIGINT]),
    ],
    ids=["SIGTERM at first", "Ctrl-C twice halfway", "Ctrl-C at last"],
)
def test_ending_a_run_at_any_time_leaves_nothing(terminal, tmp_path, many, count, numbers):
    started = terminal.start("run", many, "--out", tmp_path / "out")
    wait_for(lambda: len(terminal.find_processes()) >= count, f"{count} processes")

    for number in numbers:
        started.send_signal(number)
    stderr = started.communicate()[1]

    assert started.returncode == 128 + numbers[0], stderr
    assert "To resume, run the same command again." in stderr or count < PROCESSES
    assert "Traceback" not in stderr
    assert terminal.is_clean()


def test_a_folder_in_use_is_refused(terminal, tmp_path):
    data = tmp_path / "out" / DATA
    data.mkdir(parents=True)
    (tmp_path / "a.jpg").touch()
    with (data / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = terminal.run("run", tmp_path / "a.jpg", "--out", tmp_path / "out")

    assert done.returncode == 1
    assert f"Another Facetally is running in {data}" in done.stderr


def test_a_path_that_does_not_exist_is_a_usage_error_before_anything_starts(terminal, tmp_path):
    done = terminal.run("run", tmp_path / "gone", "--out", tmp_path / "out")

    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_without_pictures_is_an_error(terminal, tmp_path):
    (tmp_path / "in").mkdir()
    done = terminal.run("run", tmp_path / "in", "--out", tmp_path / "out")

    assert done.returncode == 1
    assert done.stderr == "Error: There are no pictures or videos at these paths.\n"


def test_the_fingerprint_is_that_of_the_same_files_in_any_order():
    one, two = LocalFile("/a/1", "1"), LocalFile(os.fsdecode(b"/a/\xff"), "?")

    fingerprint = make_fingerprint(Listed([one, two], []), Submission())
    assert fingerprint == make_fingerprint(Listed([two, one], []), Submission())
    assert fingerprint != make_fingerprint(Listed([one], []), Submission())
    assert fingerprint != make_fingerprint(
        Listed([one, two], []), Submission(options=Options(thumbnails="blurred"))
    )
    assert len(fingerprint) < 100

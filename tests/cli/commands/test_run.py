"""`facetally run` and `demo`: results, interruptions, and resuming after them."""

import fcntl
import html
import json
import os
import signal
import zipfile
from functools import partial

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
from tests.support.programs.cli import (
    WEIGHTS_DIR,
    Terminal,
    call_facetally,
    copy_samples,
    wait_for,
)

FACES = {
    "astronaut.png": 1,
    "face_detection_input.jpg": 5,
    "gender_detection_input.jpg": 2,
    "object_detection_input.jpg": 0,
}
ODD = os.fsdecode(b"caf\xe9 [b].png")
# The command, the queue's server, the API's two, the dispatcher, the worker's two.
PROCESSES = 7


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("results") / "out"


@pytest.fixture(scope="module")
def demo(out):
    with Terminal() as terminal:
        done = terminal.run("demo", "--out", out)
        assert terminal.is_clean()
    return done


@pytest.fixture(scope="module")
def ran(demo, out, tmp_path_factory):
    """A run of photos, an archive and videos, into the folder of the demo."""
    folder = tmp_path_factory.mktemp("in") / "ph:o tos"
    write_photos(folder)
    write_clip(folder / "my clip.mp4", WEIGHTS_DIR)
    cut = write_clip(folder / "cut.avi", WEIGHTS_DIR, seconds=2.0, codec="MJPG")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with Terminal() as terminal:
        done = terminal.run(
            "run", folder, "--out", out, "--tag", "spring", "--annotated-video",
            "--end-seconds", "5", "--frames-per-second", "4",
        )  # fmt: skip
        assert terminal.is_clean()
    return done


def write_photos(folder):
    copy_samples(folder)
    (folder / "broken.jpg").write_bytes(encode_scene("JPEG")[:200])
    (folder / ".hidden.jpg").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    (folder / ODD).write_bytes(encode_scene("PNG"))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("in/b.jpg", encode_scene("JPEG"))


@pytest.fixture
def many(tmp_path):
    """Enough pictures to be interrupted."""
    folder = tmp_path / "many"
    folder.mkdir()
    picture = encode_scene("JPEG", 640, 480)
    for number in range(120):
        (folder / f"{number:03}.jpg").write_bytes(picture)
    return folder


@pytest.fixture
def call(capsys, monkeypatch):
    return partial(call_facetally, capsys, monkeypatch, "run")


def read_results(out):
    lines = (out / "results.ndjson").read_text().splitlines()
    return {result["name"]: result for result in map(json.loads, lines)}


def read_job(out):
    """The number of the job whose results were written."""
    return (out / DATA / "written-job").read_text()


def test_the_demo_shows_faces_and_audience(demo):
    lines = demo.stdout.splitlines()
    assert demo.returncode == 0, demo.stderr
    assert sum(line.startswith("face_detection_input.jpg") for line in lines) == 5
    assert any(line.split() == ["object_detection_input.jpg", "none"] for line in lines)
    assert "8 faces in 4 of 4 pictures; 1 without faces" in lines[-1]


def test_a_run_writes_results_for_every_picture_and_fails_only_the_broken_one(ran, out):
    assert ran.returncode == 3, ran.stderr
    assert ran.stdout == ""
    results = read_results(out)
    odd_name = ODD.encode(errors="surrogateescape").decode(errors="replace")
    faces = {name: len(result["faces"]) for name, result in results.items()}
    photos = {**FACES, "broken.jpg": 0, odd_name: 0, "in/b.jpg": 0}
    assert faces.keys() - photos.keys() == {"my clip.mp4", "cut.avi"}
    assert {name: faces[name] for name in photos} == photos
    assert results["broken.jpg"]["error"]["code"] == "unreadable"
    assert "1 skipped: 1 not photos or videos." in ran.stderr
    assert "in 8 of 9 pictures and videos; 3 without faces; 1 unreadable" in ran.stderr
    assert json.loads((out / "audience.json").read_text())["faces"] >= 8 + PEOPLE
    assert (out / "report.html").read_text().startswith("<!")
    assert not (out / DATA / "stack.json").exists()


def test_the_results_of_a_run_replace_those_of_the_one_before(ran, out):
    assert read_job(out) == "2"
    thumbnails = sorted((out / THUMBNAILS).iterdir())
    # One for each item but the broken one; the demo's had the numbers 1 to 4.
    assert len(thumbnails) == 8
    assert all(int(path.name.partition("-")[0]) > 4 for path in thumbnails)
    assert all(path.read_bytes().startswith(b"\xff\xd8\xff") for path in thumbnails)


def test_a_video_becomes_people_and_an_annotated_video(ran, out):
    video = read_results(out)["my clip.mp4"]
    assert video["video"]["frames"] == 20
    people = [json.loads(line) for line in (out / "people.ndjson").read_text().splitlines()]
    tracks = [person["track"] for person in people if person["item"] == video["item"]]
    assert tracks == list(range(1, PEOPLE + 1))
    assert f" faces, {len(people)} people in " in ran.stderr
    annotated = {path.name.partition("-")[2]: path for path in (out / "videos").iterdir()}
    assert annotated.keys() == {"my_clip.mp4", "cut.mp4"}
    assert annotated["my_clip.mp4"].read_bytes()[4:8] == b"ftyp"


def test_the_warning_of_a_truncated_video_is_shown(ran, out):
    warning = read_results(out)["cut.avi"]["video"]["warning"]
    assert warning
    assert f"cut.avi: {warning}\n" in ran.stderr
    report = html.unescape((out / "report.html").read_text())
    assert f"<li>cut.avi: {warning}</li>" in report


def test_a_killed_run_resumes_when_it_is_run_again(terminal, tmp_path, many):
    write_list(tmp_path)
    out = tmp_path / "out"
    words = (
        "run", many, tmp_path / "list.csv", tmp_path / "photos", "--out", out,
        "--dimension", "store=none", "--dimension", "campaign=spring", "--duplicates", "once",
    )  # fmt: skip

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
    assert terminal.is_clean()
    results = read_results(out)
    assert len(results) == len(list(many.iterdir())) + 2
    assert {result["state"] for result in results.values()} == {"done"}
    check_listed(results)


def write_list(folder):
    """A list of one file, and a folder with a link to the same one."""
    (folder / "store").mkdir()
    (folder / "store" / "blob").write_bytes(encode_scene("JPEG"))
    (folder / "photos").mkdir()
    (folder / "photos" / "link.jpg").symlink_to(folder / "store" / "blob")
    lines = "Path;store;captured_at\nstore/blob;Lyon;2026:07:01 12:00:00\n;;\n"
    (folder / "list.csv").write_text(lines)


def check_listed(results):
    """A list gives its files times and dimensions."""
    listed, linked = results["store/blob"], results["photos/link.jpg"]
    assert listed["dimensions"] == {"store": "Lyon", "campaign": "spring"}
    assert listed["captured_at"] == "2026-07-01T12:00:00Z"
    assert linked["dimensions"] == {"store": "none", "campaign": "spring"}
    assert sum(one["duplicate_of"] is not None for one in (listed, linked)) == 1


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


def test_a_folder_in_use_is_refused(call, tmp_path):
    data = tmp_path / "out" / DATA
    data.mkdir(parents=True)
    (tmp_path / "a.jpg").touch()
    with (data / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = call(tmp_path / "a.jpg", "--out", tmp_path / "out")

    assert done.returncode == 1
    assert f"Another Facetally is running in {data}" in done.stderr


def test_a_path_that_does_not_exist_is_a_usage_error_before_anything_starts(call, tmp_path):
    done = call(tmp_path / "gone", "--out", tmp_path / "out")

    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_without_pictures_is_an_error(call, tmp_path):
    (tmp_path / "in").mkdir()
    done = call(tmp_path / "in", "--out", tmp_path / "out")

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

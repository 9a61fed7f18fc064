"""The file of an annotated video: frames, key frames, sound and turns."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from db.engine import Database
from models.videos.ffmpeg import Ffmpeg
from models.videos.header import read_header
from tests.support.answers.http import stored_files
from tests.support.media.made_videos import read_frames, run_ffmpeg
from tests.support.media.sample_videos import CODED, decode_sample, turn_right
from tests.support.run.databases import on_one_database
from tests.support.work.videos import allow, read_items, submit_videos
from tests.support.work.worker import work_until_done
from worker.settings import Settings

pytestmark = pytest.mark.usefixtures("short_clips")


@on_one_database
@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_an_annotated_video_plays_in_browsers_with_its_sound(
    database: Database, settings: Settings, clip: Path, tmp_path: Path, codec: str
) -> None:
    path = tmp_path / "a.mkv"
    sound = ("-f", "lavfi", "-i", "sine=duration=7")
    run_ffmpeg("-i", str(clip), *sound, "-c:v", "copy", "-c:a", codec, str(path))
    submit_videos(database, path, annotated_video=True, start_seconds=2.0, end_seconds=6.0)
    work_until_done(allow(settings, path), database)
    [kept] = stored_files(settings)
    data = kept.read_bytes()
    # Players begin before they have all of it.
    assert data.index(b"moov") < data.index(b"mdat")
    packets = list_packets(kept, "v")
    assert [key for key, seconds in packets if seconds % 2 < 0.05] == [True, True]
    assert sum(key for key, _ in packets) < 6
    assert len(packets) == 40
    last = max(seconds for _, seconds in list_packets(kept, "a"))
    assert last == pytest.approx(4.0, abs=0.1)
    with kept.open("rb") as file:
        header = read_header(Ffmpeg.find(), file)
    assert (header.sound, header.begins_seconds) == ("aac", pytest.approx(0.0, abs=0.03))


def list_packets(path: Path, stream: str) -> list[tuple[bool, float]]:
    """Whether each packet is a key frame, and its time."""
    command = [Ffmpeg.find().program, "-v", "error", "-i", str(path), "-map", f"0:{stream}"]
    listed = subprocess.run(
        [*command, "-c", "copy", "-f", "framecrc", "-"], capture_output=True, text=True, check=True
    )
    [base] = re.findall(r"#tb 0: 1/(\d+)", listed.stdout)
    lines = [line.split(",") for line in listed.stdout.splitlines() if line[0] != "#"]
    return [("F=0x0" not in line[-1], int(line[2]) / int(base)) for line in lines]


@on_one_database
@pytest.mark.parametrize(
    ("make", "size"),
    [
        *((lambda name=name: decode_sample(name), None) for name in CODED),
        (lambda: turn_right(decode_sample("H.265 10-bit")), (48, 64)),
    ],
)
def test_an_odd_video_has_an_annotated_video(
    database: Database,
    settings: Settings,
    clip: Path,
    make: Callable[[], bytes],
    size: tuple[int, int] | None,
) -> None:
    path = clip.parent / "odd.bin"
    path.write_bytes(make())
    capture = cv2.VideoCapture(str(path))
    frames = 0
    while capture.grab():
        frames += 1
    job_id = submit_videos(database, path, annotated_video=True)
    work_until_done(allow(settings, clip), database)
    [item] = read_items(database, job_id)
    assert item.state == "done"
    [kept] = stored_files(settings)
    drawn = list(read_frames(kept))
    assert len(drawn) == frames
    height, width = drawn[0].shape[:2]
    assert size in (None, (width, height))
    assert (item.width_pixels, item.height_pixels) in [
        (width + odd, height + other) for odd in (0, 1) for other in (0, 1)
    ]

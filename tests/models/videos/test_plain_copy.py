"""A video that is shown has no position, no names, no time and no other words of its file."""

from pathlib import Path

import pytest

from models.errors import EncodingFailed
from models.videos.ffmpeg import Ffmpeg
from models.videos.header import read_header
from models.videos.plain_copy import copy_plain
from tests.support.media.made_videos import BRIGHTNESS, make_video, read_frames, run_ffmpeg

POSITION = "+48.1234+011.5678/"
TAGGED = (
    *("-metadata", f"location={POSITION}", "-metadata", "title=secret"),
    *("-metadata", "creation_time=2026-05-04T03:02:01Z", "-metadata:s:v", "handler_name=secret"),
    *("-metadata:s:a", "title=secret", "-metadata:s:s", "title=secret"),
)
# Some cameras write their positions as subtitles.
SUBTITLES = f"1\n00:00:00,000 --> 00:00:02,000\n{POSITION} secret\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "track.srt").write_text(SUBTITLES)
    make_video(tmp_path / "clip.mp4")
    return tmp_path


def make_tagged(folder: Path, name: str, *codecs: str) -> Path:
    inputs = ("clip.mp4", "track.srt")
    files = [word for one in inputs for word in ("-i", str(folder / one))]
    sound = ("-f", "lavfi", "-i", "sine=duration=2", "-map", "0", "-map", "1", "-map", "2")
    run_ffmpeg(*files, *sound, "-c:v", "copy", *codecs, *TAGGED, str(folder / name))
    return folder / name


def copy(path: Path, seconds: float = 60.0) -> tuple[Path, str]:
    copied = path.with_name("copied")
    with path.open("rb") as file, copied.open("w+b") as target:
        return copied, copy_plain(Ffmpeg.find(), file, target, seconds)


def test_a_phones_video_tells_nothing_but_its_pictures_and_sound(folder: Path) -> None:
    path = make_tagged(folder, "phone.mov", "-c:s", "mov_text")
    assert POSITION.encode() in path.read_bytes()
    copied, media_type = copy(path)
    content = copied.read_bytes()
    assert media_type == "video/mp4"
    assert not [word for word in (b"48.1", b"secret", b"2026") if word in content]
    assert [frame.mean() for frame in read_frames(copied)] == pytest.approx(BRIGHTNESS, abs=2)
    with copied.open("rb") as file:
        header = read_header(Ffmpeg.find(), file)
    assert (header.sound, header.created_at) == ("aac", None)


def test_the_track_of_positions_of_an_action_camera_is_left_out(folder: Path) -> None:
    path = make_tagged(folder, "camera.mp4", "-c:s", "mov_text")
    content = path.read_bytes().replace(b"sbtl", b"meta").replace(b"tx3g", b"gpmd")
    path.write_bytes(content)
    assert b"48.1" in content
    copied, _ = copy(path)
    assert b"48.1" not in copied.read_bytes()
    assert b"gpmd" not in copied.read_bytes()


@pytest.mark.parametrize("name", ["told.mp4", "told.mkv", "told.ts"])
def test_what_a_camera_writes_among_its_pictures_is_left_out(folder: Path, name: str) -> None:
    written = f"h264_metadata=sei_user_data=086f3693b7b34f2c965321492feee5b8+secret{POSITION[1:8]}"
    path = folder / name
    run_ffmpeg("-i", str(folder / "clip.mp4"), "-c", "copy", "-bsf:v", written, str(path))
    assert b"secret48.1" in path.read_bytes()
    copied, _ = copy(path)
    assert b"secret" not in copied.read_bytes()
    assert [frame.mean() for frame in read_frames(copied)] == pytest.approx(BRIGHTNESS, abs=2)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        pytest.param("clip.mov", "mjpeg", id="JPEG"),
        pytest.param("clip.mpg", "mpeg2video", id="MPEG-2"),
        pytest.param("clip.mkv", "libx265", id="HEVC"),
        pytest.param("clip.webm", "libaom-av1", id="AV1"),
        pytest.param("clip.webm", "libvpx-vp9", id="VP9"),
    ],
)
def test_pictures_of_any_codec_are_copied_as_they_are(folder: Path, name: str, codec: str) -> None:
    coded = ("-r", "25") if codec == "mpeg2video" else ()
    path = folder / name
    run_ffmpeg(
        "-i", str(folder / "clip.mp4"), "-c:v", codec, *coded, "-pix_fmt", "yuv420p", str(path)
    )
    copied, _ = copy(path)
    assert list(read_frames(copied))
    pairs = zip(read_frames(path), read_frames(copied), strict=True)
    assert all((before == after).all() for before, after in pairs)


@pytest.mark.parametrize("name", ["clip.mkv", "clip.webm"])
def test_a_matroska_file_stays_one(folder: Path, name: str) -> None:
    codecs = ("-c:v", "libvpx", "-c:s", "webvtt") if name == "clip.webm" else ()
    copied, media_type = copy(make_tagged(folder, name, *codecs))
    content = copied.read_bytes()
    assert media_type == "video/webm"
    assert (b"webm" in content[:64]) == (name == "clip.webm")
    assert not [word for word in (b"48.1", b"secret") if word in content]


def test_a_copy_is_turned_like_its_original_and_always_has_the_same_bytes(folder: Path) -> None:
    turned = folder / "turned.mp4"
    run_ffmpeg(
        *("-display_rotation", "90", "-i", str(folder / "clip.mp4"), "-c", "copy", str(turned))
    )
    content = copy(turned)[0].read_bytes()
    with copy(turned)[0].open("rb") as file:
        assert read_header(Ffmpeg.find(), file).height_pixels == 64
        file.seek(0)
        assert file.read() == content


def test_a_transport_stream_becomes_what_browsers_play_from_its_first_picture(folder: Path) -> None:
    path = folder / "clip.ts"
    run_ffmpeg("-i", str(folder / "clip.mp4"), "-c", "copy", str(path))
    copied, media_type = copy(path)
    assert media_type == "video/mp4"
    with copied.open("rb") as file:
        assert read_header(Ffmpeg.find(), file).begins_seconds == pytest.approx(0, abs=0.5)


def test_what_no_mp4_can_hold_is_refused(folder: Path) -> None:
    path = folder / "clip.wmv"
    run_ffmpeg("-i", str(folder / "clip.mp4"), "-c:v", "wmv2", str(path))
    with pytest.raises(EncodingFailed, match="status"):
        copy(path)


def test_a_copy_that_takes_too_long_is_given_up(folder: Path) -> None:
    with pytest.raises(EncodingFailed, match="longer"):
        copy(folder / "clip.mp4", seconds=0.0)

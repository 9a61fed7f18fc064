"""What a process keeps of the video that it works on."""

from pathlib import Path

import pytest

from db.item_values import ClaimedItem
from models.errors import UnreadableItem
from tests.support.media.made_videos import make_video
from tests.support.work.worker import LooseChunk, make_chunk
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.videos.local_videos import LocalVideos


@pytest.fixture
def videos(tmp_path: Path, settings: Settings) -> LocalVideos:
    allowed = settings.model_copy(update={"file_roots": (tmp_path,)})
    return LocalVideos(allowed, Sources.from_settings(allowed))


def hold(path: Path, number: int) -> LooseChunk:
    return LooseChunk(make_chunk(ClaimedItem(number, path.name, path.as_uri(), {})))


def test_what_a_video_says_about_itself_is_read_once(tmp_path: Path, videos: LocalVideos) -> None:
    for name, rate in (("a.mkv", "1"), ("b.mkv", "2")):
        make_video(tmp_path / name, "-r", rate)
    first, other = hold(tmp_path / "a.mkv", 1), hold(tmp_path / "b.mkv", 2)
    with videos.open(first) as (video, digest):
        header = video.header
    with videos.open(first) as (video, again):
        assert video.header is header
        assert again == digest
    with videos.open(other) as (video, another):
        assert video.header.frames_per_second == 2 * header.frames_per_second
        assert another != digest
    videos.close()


def test_after_a_file_that_is_no_video_the_next_one_is_read(
    tmp_path: Path, videos: LocalVideos
) -> None:
    (tmp_path / "a.mkv").write_bytes(b"no video")
    make_video(tmp_path / "b.mkv")
    with pytest.raises(UnreadableItem), videos.open(hold(tmp_path / "a.mkv", 1)):
        pass
    with videos.open(hold(tmp_path / "b.mkv", 2)) as (video, _):
        assert video.header.width_pixels == 64
    videos.close()

"""The video of a chunk, open on a local file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from models.videos.ffmpeg import Ffmpeg
from models.videos.header import VideoHeader
from models.videos.reader import Video
from worker.lease import HeldChunk
from worker.settings import WORKING_SIZES, Settings
from worker.sources.reader import Sources
from worker.videos.download import LocalVideo


class LocalVideos:
    """One at a time for each process. What the last one says about itself is kept: to read that
    again for each segment would take as long as a few frames."""

    def __init__(self, settings: Settings, sources: Sources) -> None:
        self.ffmpeg = Ffmpeg.find(settings.ffmpeg)
        self._settings = settings
        self._local = LocalVideo(sources)
        self._read: tuple[IO[bytes], VideoHeader] | None = None

    def close(self) -> None:
        self._local.close()

    @contextmanager
    def open(self, held: HeldChunk) -> Iterator[tuple[Video, bytes]]:
        """The video of a chunk, and the digest of its bytes."""
        try:
            file, digest = self._local.open(held.chunk.items[0], held.renew)
            video = Video(
                self.ffmpeg,
                file,
                max_pixels=self._settings.max_video_pixels,
                working_size=WORKING_SIZES[held.chunk.options.detection],
                header=self._find_header(file),
            )
            self._read = file, video.header
            yield video, digest
        finally:
            self._local.rest()

    def _find_header(self, file: IO[bytes]) -> VideoHeader | None:
        if self._read is None:
            return None
        read, header = self._read
        return header if read is file else None

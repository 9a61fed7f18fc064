"""A live source that is open: its newest picture, and no older one."""

from contextlib import ExitStack
from pathlib import Path
from threading import Condition, Thread
from time import monotonic

from models.errors import FacetallyError, FfmpegUnavailable, ItemError, UnreadableItem
from models.file_kinds.kinds import VIDEO_FORMATS
from models.videos.ffmpeg import Ffmpeg
from models.videos.live import start_camera, start_stream, start_video
from models.videos.live_pictures import LivePictures
from worker.addresses.live_sources import LiveKind, LiveSource
from worker.settings import Settings

# A silent source is reopened before the wait for it is over.
READS_PER_WAIT = 3
UNOPENED = "The source cannot be opened."
UNREADABLE = f"The source cannot be opened: it is not a readable {VIDEO_FORMATS} video."
STOPPED = "The source stopped sending pictures."
GONE = "The decoder of the source ended unexpectedly."


class SourceUnavailable(FacetallyError):
    """A live source sends no picture: check that it is switched on and its address is correct."""


class Camera:
    """A source that is open until `close`, which kills its process.

    A thread reads all the time, so that nothing waits in pipes and each picture is as new as it
    can be.
    """

    def __init__(self, source: LiveSource, settings: Settings) -> None:
        self._source = source
        self._silence = f"The source sent no picture for {settings.live_timeout_seconds:g} seconds."
        self._changed = Condition()
        self._newest: bytes | None = None
        self._has_ended = False
        self._end: SourceUnavailable | None = None
        self._pictures = _open(source, settings)
        with ExitStack() as undo:
            undo.callback(self.close)
            Thread(target=self._read, name=f"camera {source.name}", daemon=True).start()
            undo.pop_all()

    def read(self, deadline: float) -> bytes | None:
        """A picture that was not read yet, as JPEG, or None at the end of a file; raises
        SourceUnavailable."""
        with self._changed:
            while self._newest is None and not self._has_ended:
                if not self._changed.wait(max(0.0, deadline - monotonic())):
                    raise SourceUnavailable(self._silence)
            picture, self._newest = self._newest, None
            if picture is None and self._end is not None:
                raise self._end
            return picture

    def close(self) -> None:
        self._pictures.stop()

    def _read(self) -> None:
        has_shown = False
        for picture in self._pictures.read():
            with self._changed:
                self._newest, has_shown = picture, True
                self._changed.notify_all()
        with self._changed:
            self._has_ended, self._end = True, self._explain(has_shown)
            self._changed.notify_all()

    def _explain(self, has_shown: bool) -> SourceUnavailable | None:
        """Why it ended; None if a file was played."""
        if self._pictures.was_killed:
            return SourceUnavailable(GONE)
        if not has_shown:
            return SourceUnavailable(self._pictures.explain() or UNOPENED)
        return None if self._source.kind is LiveKind.FILE else SourceUnavailable(STOPPED)


def _open(source: LiveSource, settings: Settings) -> LivePictures:
    most = settings.max_pixels
    try:
        ffmpeg = Ffmpeg.find(settings.ffmpeg)
        match source.kind:
            case LiveKind.DEVICE:
                return start_camera(ffmpeg, int(source.address), max_pixels=most)
            case LiveKind.STREAM:
                silent_seconds = settings.live_timeout_seconds / READS_PER_WAIT
                return start_stream(
                    ffmpeg, source.address, max_pixels=most, silent_seconds=silent_seconds
                )
            case LiveKind.FILE:
                with Path(source.address).open("rb") as file:
                    return start_video(ffmpeg, file, max_pixels=most)
    except (OSError, UnreadableItem) as error:
        raise SourceUnavailable(UNREADABLE) from error
    except (ItemError, FfmpegUnavailable) as error:
        raise SourceUnavailable(str(error)) from error

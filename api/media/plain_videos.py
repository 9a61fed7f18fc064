"""Uploaded videos without their metadata, in files of this process while they are watched."""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from io import SEEK_END
from threading import Lock, Timer
from typing import IO, BinaryIO, cast

from models.blocks import BLOCK_BYTES
from models.errors import EncodingFailed, ItemError
from models.videos.ffmpeg import Ffmpeg, reopen
from models.videos.plain_copy import copy_plain
from worker.settings import Settings
from worker.sources.store import Store

# A player asks for parts again and again. What is erased must not stay with an idle process.
DELETED_AFTER_SECONDS = 120.0
MOST_KEPT = 4
PREFIX = "facetally-video-"
# A caller waits for the copy: 27 minutes of H.264 (157 MB) take 5 s on a busy core.
MOST_BYTES = 4 << 30
LONGEST_COPY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PlainVideo:
    """A file without a name, which is gone when the process ends, however that happens."""

    file: IO[bytes]
    media_type: str


class PlainVideos:
    """The last few that were watched."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._program = settings.ffmpeg
        self._store = store
        # One is copied at a time.
        self._copying = Lock()
        self._lock = Lock()
        self._kept: dict[str, PlainVideo] = {}
        self._timer: Timer | None = None

    def open(self, uri: str) -> tuple[BinaryIO, str] | None:
        """The copy of an upload, with a position of its own, and its media type; None if the upload
        is gone, is no video, cannot be copied or is too large."""
        return self._find(uri) or self._make(uri)

    def _find(self, uri: str) -> tuple[BinaryIO, str] | None:
        with self._lock:
            video = self._kept.pop(uri, None)
            if video is None:
                return None
            # The one that was used last goes last.
            self._kept[uri] = video
            self._start_timer()
            own = open(reopen(video.file), "rb")  # noqa: SIM115, PTH123  # it is a descriptor
            return cast(BinaryIO, own), video.media_type

    def _make(self, uri: str) -> tuple[BinaryIO, str] | None:
        with self._copying, ExitStack() as opened:
            found = self._find(uri)
            source = None if found is not None else self._open_source(opened, uri)
            video = None if source is None else self._copy(source)
            if video is None:
                return found
            self._keep(uri, video)
            return self._find(uri)

    def _open_source(self, opened: ExitStack, uri: str) -> IO[bytes] | None:
        """An upload as a file of this machine; None if it is gone or too large."""
        try:
            source = opened.enter_context(self._store.open(uri))
        except FileNotFoundError:
            return None
        size_bytes = source.seek(0, SEEK_END)
        source.seek(0)
        if size_bytes > MOST_BYTES:
            return None
        if hasattr(source, "fileno"):
            return source
        local = opened.enter_context(
            tempfile.TemporaryFile(prefix=PREFIX)  # noqa: SIM115
        )
        shutil.copyfileobj(source, local, BLOCK_BYTES)
        return local

    def close(self) -> None:
        """Delete all copies."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            for kept in self._kept.values():
                kept.file.close()
            self._kept.clear()

    def _copy(self, source: IO[bytes]) -> PlainVideo | None:
        with ExitStack() as undo:
            target = undo.enter_context(tempfile.TemporaryFile(prefix=PREFIX))
            try:
                ffmpeg = Ffmpeg.find(self._program)
                media_type = copy_plain(ffmpeg, source, target, LONGEST_COPY_SECONDS)
            except (EncodingFailed, ItemError):
                return None
            undo.pop_all()
            return PlainVideo(target, media_type)

    def _keep(self, uri: str, video: PlainVideo) -> None:
        with self._lock:
            self._kept[uri] = video
            while len(self._kept) > MOST_KEPT:
                self._kept.pop(next(iter(self._kept))).file.close()

    def _start_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = Timer(DELETED_AFTER_SECONDS, self.close)
        self._timer.daemon = True
        self._timer.start()

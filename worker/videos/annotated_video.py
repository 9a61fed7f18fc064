"""The annotated video: each clip is stored as soon as it is drawn, and all are concatenated at
the end. So it may be long, and outlives the worker that began it."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.exc import DBAPIError

from db.item_values import STORE_SCHEME
from db.video_values import AnnotatedVideoProgress, JoinedVideo
from db.videos.annotated_videos import (
    begin_annotated_video,
    is_annotated_video_wanted,
    read_annotated_video,
    record_clip,
)
from models import errors
from models.blocks import read_blocks
from worker.lease import HeldChunk, LeaseLost
from worker.settings import Settings
from worker.sources.store import StorageUnavailable, Store
from worker.videos.analysis import VideoAnalysis
from worker.videos.drawing import Clip
from worker.videos.rows import VideoRows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnnotatedVideo:
    """`uri` is None where nothing was stored; `warning` says why, or where the video ends."""

    uri: str | None
    warning: str | None
    progress: AnnotatedVideoProgress | None


class AnnotatedVideos:
    """Opened once per process."""

    def __init__(self, settings: Settings, analysis: VideoAnalysis) -> None:
        self._max_bytes = settings.max_video_bytes
        self._analysis = analysis
        self._store = Store(settings.store_url)

    def draw(self, held: HeldChunk, video: JoinedVideo, rows: VideoRows) -> AnnotatedVideo | None:
        """The annotated video; None where the next worker that takes the chunk has to resume it.

        One that cannot be made or stored is only a warning: the people of a video matter more.
        """
        progress = None
        try:
            progress = self._begin(held)
            return self._resume(held, video, rows, progress)
        except LeaseLost:
            self.leave(held, progress)
            raise
        except (errors.ItemError, errors.EncodingFailed, StorageUnavailable, OSError) as error:
            logger.warning("no annotated video", extra={"item_id": held.chunk.items[0].id})
            return AnnotatedVideo(None, f"No annotated video was stored: {error}", progress)

    def _begin(self, held: HeldChunk) -> AnnotatedVideoProgress:
        with held.database.read() as session:
            known = read_annotated_video(session, held.chunk.items[0].id)
        if known is not None:
            return known
        folder = self._store.new_folder()
        # Recorded before anything is stored: whatever happens, it goes when the job is erased.
        held.write(lambda session: begin_annotated_video(session, held.chunk, folder))
        return AnnotatedVideoProgress(folder)

    def _resume(
        self, held: HeldChunk, video: JoinedVideo, rows: VideoRows, begun: AnnotatedVideoProgress
    ) -> AnnotatedVideo | None:
        progress, warning = begun, None
        frames = rows.read_all()
        with closing(self._analysis.draw(held, video, frames, begun.drawn_seconds)) as clips:
            for clip in clips:
                progress = self._add(held, clip, progress)
        if held.was_stopped:
            # Given back without progress, it would get no further the next time.
            if progress != begun or not held.has_used(0.5):
                return None
            warning = f"The annotated video ends at {progress.drawn_seconds or 0:.1f} s."
        return AnnotatedVideo(self._concatenate(held, progress), warning, progress)

    def _add(
        self, held: HeldChunk, clip: Clip, before: AnnotatedVideoProgress
    ) -> AnnotatedVideoProgress:
        with closing(clip.file):
            self._write(held, before, clip.file)
        progress = AnnotatedVideoProgress(before.folder, before.clips + 1, clip.drawn_seconds)
        held.write(lambda session: record_clip(session, held.chunk, progress))
        return progress

    def _concatenate(self, held: HeldChunk, progress: AnnotatedVideoProgress) -> str:
        if progress.drawn_seconds is None:
            raise errors.EncodingFailed("no frame was drawn")
        with tempfile.TemporaryDirectory(prefix="facetally-video-") as folder:
            path = Path(folder) / "annotated.mp4"
            self._analysis.concatenate_clips(
                held, lambda: self._read_clips(progress), path, progress.drawn_seconds
            )
            with path.open("rb") as file:
                return self._write(held, progress, file)

    def _write(self, held: HeldChunk, progress: AnnotatedVideoProgress, file: IO[bytes]) -> str:
        """Store a file under the number after the clips that are stored."""
        source = _RenewingFile(file, held)
        return self._store.write(progress.folder, progress.clips, source, self._max_bytes)

    def _read_clips(self, progress: AnnotatedVideoProgress) -> Iterator[bytes]:
        for number in range(progress.clips):
            with self._store.open(f"{STORE_SCHEME}{progress.folder}/{number}") as stored:
                yield from read_blocks(stored)

    def clean_up(self, annotated: AnnotatedVideo) -> None:
        """Remove what is not needed any more; what stays is removed when the job is erased."""
        progress = annotated.progress
        if progress is None:
            return
        with suppress(OSError):
            if annotated.uri is None:
                self._store.remove_folder(progress.folder)
            else:
                self._store.remove(progress.folder, range(progress.clips))

    def leave(self, held: HeldChunk, progress: AnnotatedVideoProgress | None) -> None:
        """Another worker has the chunk: remove what was stored, unless that worker resumes it."""
        if progress is None:
            return
        with suppress(DBAPIError, OSError):
            with held.database.read() as session:
                wanted = is_annotated_video_wanted(session, held.chunk.items[0].id, progress.folder)
            if not wanted:
                self._store.remove_folder(progress.folder)


class _RenewingFile:
    """A file that renews the lease as it is read, however long that takes."""

    def __init__(self, file: IO[bytes], held: HeldChunk) -> None:
        self._file = file
        self._held = held

    def read(self, size: int, /) -> bytes:
        self._held.renew()
        return self._file.read(size)

"""Step 5d for videos: each piece of the annotated copy is kept as soon as it is drawn, and all are
bound at the end: so a copy may be long, and outlives the worker that began it."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

import cv2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.engine import Database
from db.item_values import ClaimedChunk
from db.video_values import AnnotatedVideoProgress, JoinedVideo
from db.videos.annotated_videos import (
    begin_annotated_video,
    is_annotated_video_wanted,
    read_annotated_video,
    record_clip,
)
from models import errors
from worker.lease import LeaseLost
from worker.settings import Settings
from worker.sources.store import SCHEME, StorageUnavailable, Store
from worker.videos.drawing import DrawingFailed, Piece, bind_pieces
from worker.videos.people import VideoRows
from worker.videos.segments import SaysStop, VideoAnalysis

logger = logging.getLogger(__name__)

Insist = Callable[[ClaimedChunk, Callable[[Session], bool]], bool]


@dataclass(frozen=True, slots=True)
class AnnotatedCopy:
    """What was made; `uri` is None where nothing was kept, and `warning` says why, or where it
    ends."""

    uri: str | None
    warning: str | None
    progress: AnnotatedVideoProgress | None


class AnnotatedCopies:
    """Opened once per process; a piece is noted while the lease of its video's chunk is held."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        videos: VideoAnalysis,
        insist: Insist,
        work_seconds: float,
    ) -> None:
        self._max_bytes = settings.max_video_bytes
        self._database = database
        self._videos = videos
        self._insist = insist
        self._work_seconds = work_seconds
        self._store = Store(settings.store_url)

    def draw(
        self,
        chunk: ClaimedChunk,
        video: JoinedVideo,
        rows: VideoRows,
        says_stop: SaysStop,
        started: float,
    ) -> AnnotatedCopy | None:
        """The copy; None where it has to be gone on with, by whoever takes the chunk next.

        One that cannot be made or kept is a warning, as the people of a video are worth more;
        `started` is when the work on the chunk began.
        """
        progress = None
        try:
            progress = self._begin(chunk)
            return self._go_on(chunk, video, rows, progress, says_stop, started)
        except LeaseLost:
            if progress is not None:
                self._leave(chunk, progress)
            raise
        except (errors.ItemError, DrawingFailed, StorageUnavailable, OSError, cv2.error) as error:
            logger.warning("no copy was kept", extra={"item_id": chunk.items[0].id})
            return AnnotatedCopy(None, f"No annotated copy was kept: {error}", progress)

    def _begin(self, chunk: ClaimedChunk) -> AnnotatedVideoProgress:
        with self._database.read() as session:
            known = read_annotated_video(session, chunk.items[0].id)
        if known is not None:
            return known
        batch = self._store.new_batch()
        # Noted before it is written, so that whatever happens it goes when the job is erased.
        if not self._insist(chunk, lambda session: begin_annotated_video(session, chunk, batch)):
            raise LeaseLost
        return AnnotatedVideoProgress(batch)

    def _go_on(
        self,
        chunk: ClaimedChunk,
        video: JoinedVideo,
        rows: VideoRows,
        begun: AnnotatedVideoProgress,
        says_stop: SaysStop,
        started: float,
    ) -> AnnotatedCopy | None:
        stop, progress, warning = _Heeded(says_stop), begun, None
        frames, drawn_seconds = rows.read_all(), begun.drawn_seconds
        with closing(self._videos.draw_pieces(chunk, video, frames, drawn_seconds, stop)) as pieces:
            for piece in pieces:
                progress = self._keep(chunk, piece, progress, says_stop)
        if stop.was_said:
            had_its_time = monotonic() - started > self._work_seconds / 2
            if progress != begun or not had_its_time:
                return None
            # Given back, it would come to the same again.
            warning = f"The annotated copy ends at {progress.drawn_seconds or 0:.1f} s."
        return AnnotatedCopy(self._bind(progress, says_stop), warning, progress)

    def _keep(
        self, chunk: ClaimedChunk, piece: Piece, before: AnnotatedVideoProgress, watch: SaysStop
    ) -> AnnotatedVideoProgress:
        with closing(piece.file):
            self._write(before, piece.file, watch)
        progress = AnnotatedVideoProgress(before.batch, before.clips + 1, piece.drawn_seconds)
        if not self._insist(chunk, lambda session: record_clip(session, chunk, progress)):
            raise LeaseLost
        return progress

    def _bind(self, progress: AnnotatedVideoProgress, says_stop: SaysStop) -> str:
        with tempfile.TemporaryDirectory(prefix="facetally-video-") as folder:
            path = Path(folder) / "copy.mp4"
            bind_pieces(self._fetch(progress, Path(folder) / "piece.avi", says_stop), path)
            with path.open("rb") as file:
                return self._write(progress, file, says_stop)

    def _write(self, progress: AnnotatedVideoProgress, file: IO[bytes], watch: SaysStop) -> str:
        """Behind the pieces that are kept."""
        source = _Watched(file, watch)
        return self._store.write(progress.batch, progress.clips, source, self._max_bytes)

    def _fetch(
        self, progress: AnnotatedVideoProgress, path: Path, says_stop: SaysStop
    ) -> Iterator[Path]:
        for number in range(progress.clips):
            says_stop()
            with (
                self._store.open(f"{SCHEME}{progress.batch}/{number}") as kept,
                path.open("wb") as file,
            ):
                shutil.copyfileobj(kept, file)
            yield path

    def clean_up(self, chunk: ClaimedChunk, copy: AnnotatedCopy, *, recorded: bool) -> None:
        """What is not needed any more; where that fails it goes when the job is erased."""
        progress = copy.progress
        if progress is None:
            return
        if not recorded:
            self._leave(chunk, progress)
            return
        with suppress(OSError):
            if copy.uri is None:
                self._store.remove_batch(progress.batch)
            else:
                self._store.remove(progress.batch, range(progress.clips))

    def _leave(self, chunk: ClaimedChunk, progress: AnnotatedVideoProgress) -> None:
        """The chunk is somebody else's: what was written since goes, unless it is theirs."""
        with suppress(DBAPIError, OSError):
            with self._database.read() as session:
                wanted = is_annotated_video_wanted(session, chunk.items[0].id, progress.batch)
            if not wanted:
                self._store.remove_batch(progress.batch)


class _Watched:
    """A file whose reader shows that it goes on, however long that takes."""

    def __init__(self, file: IO[bytes], watch: SaysStop) -> None:
        self._file = file
        self._watch = watch

    def read(self, size: int, /) -> bytes:
        self._watch()
        return self._file.read(size)


class _Heeded:
    """Says what another says, and remembers whether that was to stop."""

    def __init__(self, says_stop: SaysStop) -> None:
        self._says_stop = says_stop
        self.was_said = False

    def __call__(self) -> bool:
        self.was_said = self.was_said or self._says_stop()
        return self.was_said

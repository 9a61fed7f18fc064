"""The chunks of a video on their way through a worker: it is cut, its segments are looked at, and
the last that ends lets it be joined."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from sqlalchemy.orm import Session

from db.chunks.release import release_chunk
from db.chunks.segments import cut_video
from db.engine import Database
from db.item_values import ClaimedChunk, Failure, ItemResult, Thumbnail
from db.processes import count_slots
from db.results.recording import record_results, was_recorded
from db.states import ChunkKind, ErrorCode, ProcessRole
from db.video_values import JoinedVideo, StoredFrame, VideoCut
from db.videos.frames import read_frames, read_header, read_small_picture
from db.videos.recording import record_failure, record_segment, record_video
from db.videos.thumbnails import record_thumbnails
from models import errors
from worker.lease import LeaseLost
from worker.pictures.analysis import Analysis
from worker.settings import Settings
from worker.videos.annotated_copy import AnnotatedCopies, Insist
from worker.videos.people import VideoRows, draw_people, join_video
from worker.videos.segments import SaysStop, Segment

Value = TypeVar("Value")
TOO_SLOW = Failure(
    ErrorCode.TOO_LARGE,
    "A frame of the video takes too long to reach; encode it anew with more key frames.",
)


class VideoWorker:
    """Each step is recorded in one transaction that holds only with its lease."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        analysis: Analysis,
        insist: Insist,
        work_seconds: float,
    ) -> None:
        self._settings = settings
        self._database = database
        self._analysis = analysis
        self._insist = insist
        self._work_seconds = work_seconds
        self._copies = AnnotatedCopies(settings, database, analysis.videos, insist, work_seconds)

    def work(self, chunk: ClaimedChunk, says_stop: SaysStop) -> bool:
        """True when recorded, False when it changed nothing."""
        if not chunk.items:
            # What of it waited has ended otherwise: a lost race, and nothing to do.
            return self._insist(chunk, lambda session: release_chunk(session, chunk))
        steps = {
            ChunkKind.ITEMS: self._cut,
            ChunkKind.SEGMENT: self._look,
            ChunkKind.JOIN: self._join,
        }
        return steps[chunk.kind](chunk, says_stop)

    def _cut(self, chunk: ClaimedChunk, says_stop: SaysStop) -> bool:
        with self._database.read() as session:
            slots = count_slots(session, ProcessRole.BULK)
        plan = self._attempt(lambda: self._analysis.videos.plan(chunk, slots, says_stop))
        return self._insist(chunk, lambda session: self._record_cut(session, chunk, plan))

    def _record_cut(self, session: Session, chunk: ClaimedChunk, plan: VideoCut | Failure) -> bool:
        if isinstance(plan, VideoCut):
            return cut_video(session, chunk, plan) or was_recorded(session, chunk)
        failed = [ItemResult(chunk.items[0], error=plan)]
        probability = self._settings.gender_min_probability
        return record_results(
            session, chunk, failed, gender_min_probability=probability
        ) or was_recorded(session, chunk)

    def _look(self, chunk: ClaimedChunk, says_stop: SaysStop) -> bool:
        deadline = monotonic() + self._work_seconds
        segment = self._attempt(lambda: self._analysis.videos.look(chunk, says_stop))
        if isinstance(segment, Segment) and segment.reached == chunk.first_frame:
            # Given back, it would come to the same again.
            segment = TOO_SLOW if monotonic() > deadline else segment
        return self._insist(chunk, lambda session: self._record_segment(session, chunk, segment))

    def _record_segment(
        self, session: Session, chunk: ClaimedChunk, segment: Segment | Failure
    ) -> bool:
        if isinstance(segment, Failure):
            return record_failure(session, chunk, segment) or was_recorded(session, chunk)
        return record_segment(
            session,
            chunk,
            segment.frames,
            segment.reached,
            gender_min_probability=self._settings.gender_min_probability,
        ) or was_recorded(session, chunk)

    def _join(self, chunk: ClaimedChunk, says_stop: SaysStop) -> bool:
        started, rows = monotonic(), self._open_rows(chunk.items[0].id)
        video = self._attempt(lambda: self._draw_people(chunk, rows, says_stop))
        if isinstance(video, Failure) or not chunk.options.annotated_video:
            return self._insist(chunk, lambda session: self._record_join(session, chunk, video))
        copy = self._copies.draw(chunk, video, rows, says_stop, started)
        if copy is None:
            return self._insist(chunk, lambda session: release_chunk(session, chunk))
        warning = " ".join(filter(None, (video.warning, copy.warning))) or None
        whole = replace(video, annotated_video_uri=copy.uri, warning=warning)
        recorded = self._insist(chunk, lambda session: self._record_join(session, chunk, whole))
        self._copies.clean_up(chunk, copy, recorded=recorded)
        return recorded

    def _draw_people(
        self, chunk: ClaimedChunk, rows: VideoRows, says_stop: SaysStop
    ) -> JoinedVideo:
        def keep(numbers: Collection[int], thumbnails: Mapping[int, Thumbnail]) -> None:
            def change(session: Session) -> bool:
                return record_thumbnails(session, chunk, numbers, thumbnails)

            if not self._insist(chunk, change):
                raise LeaseLost

        video, videos = join_video(chunk, rows, says_stop), self._analysis.videos
        return draw_people(chunk, video, rows, videos, self._settings, says_stop, keep)

    def _open_rows(self, item_id: int) -> VideoRows:
        def read_some(after: int, limit: int) -> list[StoredFrame]:
            with self._database.read() as session:
                return read_frames(session, item_id, after, limit)

        def read_one(position: int) -> bytes | None:
            with self._database.read() as session:
                return read_small_picture(session, item_id, position)

        with self._database.read() as session:
            header = read_header(session, item_id)
        return VideoRows(read_some, read_one, *header)

    def _record_join(
        self, session: Session, chunk: ClaimedChunk, video: JoinedVideo | Failure
    ) -> bool:
        if isinstance(video, Failure):
            return record_failure(session, chunk, video) or was_recorded(session, chunk)
        probability = self._settings.gender_min_probability
        return record_video(
            session, chunk, video, gender_min_probability=probability
        ) or was_recorded(session, chunk)

    def _attempt(self, step: Callable[[], Value]) -> Value | Failure:
        """What a step gives, or why the video fails at it; other faults are the chunk's."""
        try:
            return step()
        except errors.ItemError as error:
            return Failure(ErrorCode(error.code), str(error))

"""A video's way through a worker: it is cut, its segments are analyzed, and the last one that ends
lets it be joined."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from db.chunks.release import release_chunk
from db.chunks.segments import cut_video
from db.item_values import Failure, ItemResult, Thumbnail
from db.processes import count_slots
from db.results.recording import record_results
from db.states import ChunkKind, ErrorCode, ProcessRole
from db.video_values import JoinedVideo, VideoCut
from db.videos.recording import record_failure, record_segment, record_video
from db.videos.thumbnails import record_thumbnails
from worker.attempts import attempt
from worker.lease import HeldChunk, LeaseLost
from worker.settings import Settings
from worker.videos.analysis import Segment, VideoAnalysis
from worker.videos.annotated_video import AnnotatedVideos
from worker.videos.people import draw_people, join_video
from worker.videos.rows import VideoRows

TOO_SLOW = Failure(
    ErrorCode.TOO_LARGE,
    "A frame of the video takes too long to reach. Re-encode it with more key frames.",
)


class VideoRunner:
    """Runs the chunks of videos; each is recorded in one transaction, under its lease."""

    def __init__(self, settings: Settings, analysis: VideoAnalysis) -> None:
        self._settings = settings
        self._analysis = analysis
        self._annotated = AnnotatedVideos(settings, analysis)

    def run(self, held: HeldChunk) -> None:
        """Cut the video, analyze a segment of it, or join it; raises LeaseLost."""
        if not held.chunk.items:
            # The video ended in another way: a lost race, and nothing to do.
            held.record(lambda session: release_chunk(session, held.chunk))
            return
        runs = {
            ChunkKind.ITEMS: self._cut,
            ChunkKind.SEGMENT: self._analyze_segment,
            ChunkKind.JOIN: self._join,
        }
        runs[held.chunk.kind](held)

    def _cut(self, held: HeldChunk) -> None:
        with held.database.read() as session:
            slots = count_slots(session, ProcessRole.BULK)
        cut = attempt(lambda: self._analysis.cut(held, slots))
        held.record(lambda session: self._record_cut(session, held, cut))

    def _record_cut(self, session: Session, held: HeldChunk, cut: VideoCut | Failure) -> bool:
        if isinstance(cut, VideoCut):
            return cut_video(session, held.chunk, cut)
        failed = [ItemResult(held.chunk.items[0], error=cut)]
        probability = self._settings.gender_min_probability
        return record_results(session, held.chunk, failed, gender_min_probability=probability)

    def _analyze_segment(self, held: HeldChunk) -> None:
        segment = attempt(lambda: self._analysis.analyze(held))
        if isinstance(segment, Segment) and segment.reached == held.chunk.first_frame:
            # Given back, it would get no further the next time.
            segment = TOO_SLOW if held.has_used(1.0) else segment
        held.record(lambda session: self._record_segment(session, held, segment))

    def _record_segment(
        self, session: Session, held: HeldChunk, segment: Segment | Failure
    ) -> bool:
        if isinstance(segment, Failure):
            return record_failure(session, held.chunk, segment)
        return record_segment(
            session,
            held.chunk,
            segment.frames,
            segment.reached,
            gender_min_probability=self._settings.gender_min_probability,
        )

    def _join(self, held: HeldChunk) -> None:
        rows = VideoRows(held.database, held.chunk.items[0].id)
        video = attempt(lambda: self._join_people(held, rows))
        if isinstance(video, Failure) or not held.chunk.options.annotated_video:
            held.record(lambda session: self._record_join(session, held, video))
        else:
            self._join_annotated(held, video, rows)

    def _join_people(self, held: HeldChunk, rows: VideoRows) -> JoinedVideo:
        video, drawn = join_video(held, rows), set[int]()
        for batch in draw_people(held, video.tracks, rows, self._analysis, self._settings):
            drawn |= _record_thumbnails(held, batch)
        return replace(video, thumbnails=frozenset(drawn))

    def _join_annotated(self, held: HeldChunk, video: JoinedVideo, rows: VideoRows) -> None:
        annotated = self._annotated.draw(held, video, rows)
        if annotated is None:
            held.record(lambda session: release_chunk(session, held.chunk))
            return
        warning = " ".join(filter(None, (video.warning, annotated.warning))) or None
        whole = replace(video, annotated_video_uri=annotated.uri, warning=warning)
        try:
            held.record(lambda session: self._record_join(session, held, whole))
        except LeaseLost:
            self._annotated.leave(held, annotated.progress)
            raise
        self._annotated.clean_up(annotated)

    def _record_join(self, session: Session, held: HeldChunk, video: JoinedVideo | Failure) -> bool:
        if isinstance(video, Failure):
            return record_failure(session, held.chunk, video)
        probability = self._settings.gender_min_probability
        return record_video(session, held.chunk, video, gender_min_probability=probability)


def _record_thumbnails(held: HeldChunk, batch: Mapping[int, Thumbnail | None]) -> set[int]:
    """The numbers of the tracks that have one."""
    drawn = {number: thumbnail for number, thumbnail in batch.items() if thumbnail is not None}
    held.write(lambda session: record_thumbnails(session, held.chunk, batch.keys(), drawn))
    return set(drawn)

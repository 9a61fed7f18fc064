"""Analyzes videos: cuts them into segments, and finds the faces in the frames of each segment."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.job_values import CaptureSource, DetectionMode, JobOptions, ThumbnailKind
from db.video_values import FoundFrame, JoinedVideo, StoredFrame, VideoCut
from models.errors import EncodingFailed, TooLargeItem
from models.face import Dropped, Face
from models.nets.analyzer import AlignedFaces, Analyzer
from models.people.embedder import add_portraits
from models.tracks.fingerprints import fingerprint_frame
from models.tracks.tracks import SeenFace
from models.videos.encoder import CopyTimes, Sound, concatenate_clips
from models.videos.header import VideoHeader
from models.videos.reader import Frame, Video
from worker.lease import HeldChunk
from worker.packs.analyzers import Analyzers
from worker.pictures.estimates import Estimates
from worker.pictures.thumbnails import shrink
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.stages import Stage
from worker.videos.cutting import check_positions, cut_segments, make_grid
from worker.videos.drawing import Clip, Part, draw_clips
from worker.videos.joining import Joiner
from worker.videos.local_videos import LocalVideos

# FFmpeg decodes a few frames ahead and then waits, so faces are estimated between frames, not all
# at the end. On a CPU, larger batches are not faster: 3.4 ms a face from 8 to 128, 4.0 ms alone.
ESTIMATED_AT_ONCE = 16
# A frame that may be shown later is stored nearly as it was.
SMALL_QUALITY = 95
DEFAULT_FRAMES_PER_SECOND = 25.0
BREAKS_OFF = "The file breaks off before its end; what can be read is analyzed."


@dataclass(frozen=True, slots=True)
class Segment:
    """The frames of a segment; `reached` is the grid position where it was left, if it was."""

    frames: tuple[FoundFrame, ...]
    reached: int | None = None


@dataclass(frozen=True, slots=True)
class _AnalyzedFrame:
    """An analyzed frame, of whose pixels only a small picture is kept."""

    position: int
    number: int
    seconds: float
    faces: int
    dropped: Dropped
    fingerprint: bytes
    small_rgb: NDArray[np.uint8] | None


class VideoAnalysis:
    """Opened once per process, with the same models as the analysis of pictures."""

    def __init__(self, settings: Settings, analyzers: Analyzers, sources: Sources) -> None:
        self._settings = settings
        self._analyzers = analyzers
        self._videos = LocalVideos(settings, sources)

    def close(self) -> None:
        self._videos.close()

    def cut(self, held: HeldChunk, slots: int) -> VideoCut:
        """The segments of a video; raises an ItemError if it cannot be read at all."""
        with self._videos.open(held) as (video, digest):
            header = replace(video.header, duration_seconds=video.measure_seconds(held.renew))
            warning = BREAKS_OFF if video.breaks_off() else None
        segments = cut_segments(
            held.chunk.options,
            header,
            slots,
            self._settings.segment_frames,
            self._settings.max_video_frames,
        )
        return VideoCut(
            header.width_pixels,
            header.height_pixels,
            header.duration_seconds,
            digest,
            segments,
            warning,
            _find_capture_time(held, header),
        )

    def analyze(self, held: HeldChunk) -> Segment:
        """Detect and analyze the faces of a segment's frames, until the work has to stop."""
        analyzer = self._analyzers.get(held.chunk.options.pack)
        embedder = self._analyzers.embedder if held.chunk.options.people else None
        estimates = Estimates(analyzer, held, ESTIMATED_AT_ONCE, embedder)
        analyzed: list[_AnalyzedFrame] = []
        with self._videos.open(held) as (video, _):
            reached = self._analyze_all(video, held, analyzer, estimates, analyzed)
        faces = iter(estimates.finish())
        frames = [_describe(one, tuple(islice(faces, one.faces))) for one in analyzed]
        options = held.chunk.options
        if options.thumbnails is not ThumbnailKind.NONE:
            frames = _keep_best(frames, analyzed, options.frames_per_second)
        return Segment(tuple(frames), reached)

    def _analyze_all(
        self,
        video: Video,
        held: HeldChunk,
        analyzer: Analyzer,
        estimates: Estimates,
        analyzed: list[_AnalyzedFrame],
    ) -> int | None:
        reached = held.chunk.first_frame
        batches = self._take_batches(video, held, _choose_batch(held, analyzer))
        with closing(batches):
            for batch in batches:
                if batch is None:
                    return reached
                analyzed += self._analyze(batch, analyzer, estimates, held)
                reached = batch[-1].position + 1
        return None

    def _take_batches(
        self, video: Video, held: HeldChunk, size: int
    ) -> Generator[list[Frame] | None, None, None]:
        """The frames of a segment, `size` at a time; None at last, where there may be more."""
        chunk, options, taken = held.chunk, held.chunk.options, 0
        most_frames = self._settings.max_video_frames
        batch: list[Frame] = []
        with closing(
            video.sample(make_grid(options), chunk.first_frame, chunk.stop_frame)
        ) as frames:
            for frame in frames:
                if held.should_stop():
                    yield None
                    return
                if frame is None:
                    continue
                check_positions(frame.position, options, video.header, most_frames)
                if chunk.stop_frame is None and taken == self._settings.segment_frames:
                    yield from [batch, None] if batch else [None]
                    return
                batch.append(frame)
                taken += 1
                if len(batch) == size:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def _analyze(
        self, frames: Sequence[Frame], analyzer: Analyzer, estimates: Estimates, held: HeldChunk
    ) -> list[_AnalyzedFrame]:
        """Frames have one size, so that an accelerator searches them in one run."""
        crowd = held.chunk.options.detection is DetectionMode.CROWD
        with held.times.measure(Stage.DETECT):
            found = analyzer.detect([frame.picture for frame in frames], crowd=crowd)
        return [
            self._keep(frame, one, estimates, held.chunk.options)
            for frame, one in zip(frames, found, strict=True)
        ]

    def _keep(
        self, frame: Frame, found: AlignedFaces, estimates: Estimates, options: JobOptions
    ) -> _AnalyzedFrame:
        fingerprint = fingerprint_frame(frame.picture, [face.detection.box for face in found.faces])
        wanted = options.thumbnails is not ThumbnailKind.NONE
        side = self._settings.thumbnail_side_pixels
        small = shrink(frame.picture.pyramid, side) if wanted else None
        if options.people:
            found = add_portraits(frame.picture, found, self._settings.quality_min)
        estimates.add(found.faces)
        return _AnalyzedFrame(
            frame.position,
            frame.number,
            frame.seconds,
            len(found.faces),
            found.dropped,
            fingerprint,
            small,
        )

    def find_small(self, held: HeldChunk, position: int) -> bytes | None:
        """The small picture of a frame that no segment kept, decoded again; None if there is no
        such frame, or reaching it would take too long."""
        grid = make_grid(held.chunk.options)
        with (
            self._videos.open(held) as (video, _),
            closing(video.sample(grid, position, position + 1)) as frames,
            suppress(TooLargeItem),
        ):
            for frame in frames:
                held.renew()
                if frame is not None:
                    small = shrink(frame.picture.pyramid, self._settings.thumbnail_side_pixels)
                    return _encode(small)
        return None

    def draw(
        self,
        held: HeldChunk,
        joined: JoinedVideo,
        frames: Iterable[StoredFrame],
        drawn_seconds: float | None,
    ) -> Generator[Clip, None, None]:
        """The requested part of the video with its people drawn in, clip by clip, without what was
        drawn up to `drawn_seconds`; until the work has to stop."""
        probability, options = self._settings.gender_min_probability, held.chunk.options
        part = Part(options.start_seconds, options.stop_seconds, drawn_seconds)
        with self._videos.open(held) as (video, _):
            yield from draw_clips(video, part, joined, frames, probability, held)

    def concatenate_clips(
        self,
        held: HeldChunk,
        read_clips: Callable[[], Iterable[bytes]],
        path: Path,
        drawn_seconds: float,
    ) -> None:
        """Write the clips of an annotated video to an MP4 file, with the sound of the original, or
        without if that cannot be read. Raises EncodingFailed."""
        ffmpeg = self._videos.ffmpeg
        with self._videos.open(held) as (video, _):
            header = video.header
            frame_seconds = 1 / (header.frames_per_second or DEFAULT_FRAMES_PER_SECOND)
            times = CopyTimes(held.chunk.options.start_seconds, drawn_seconds, frame_seconds)
            sounds = (None,) if header.sound is None else (Sound(video.file, header), None)
            for one in sounds:
                try:
                    concatenate_clips(ffmpeg, read_clips(), path, times, one, held.renew)
                except EncodingFailed:
                    if one is None:
                        raise
                else:
                    return


def _choose_batch(held: HeldChunk, analyzer: Analyzer) -> int:
    """Of a crowd, the tiles of one frame make a batch."""
    is_crowd = held.chunk.options.detection is DetectionMode.CROWD
    return 1 if is_crowd else analyzer.batch_pictures


def _find_capture_time(held: HeldChunk, header: VideoHeader) -> datetime | None:
    """As its submitter says, or else as the video itself says."""
    given = held.chunk.items[0].captured_at
    asked = held.chunk.options.captured_at is CaptureSource.EXIF
    return header.created_at if given is None and asked else given


def _describe(analyzed: _AnalyzedFrame, faces: tuple[Face, ...]) -> FoundFrame:
    return FoundFrame(
        analyzed.position,
        analyzed.number,
        analyzed.seconds,
        analyzed.fingerprint,
        faces,
        dropped=analyzed.dropped,
    )


def _keep_best(
    frames: Sequence[FoundFrame], analyzed: Sequence[_AnalyzedFrame], frames_per_second: float
) -> list[FoundFrame]:
    """Add a small picture to each frame that is the best of a track within this segment."""
    joiner = Joiner(frames_per_second)
    joiner.join(
        StoredFrame(
            frame.position,
            frame.number,
            frame.seconds,
            frame.fingerprint,
            tuple(SeenFace(0, face) for face in frame.faces),
        )
        for frame in frames
    )
    best = {track.best_position for track in joiner.tracks}
    return [
        replace(frame, small_picture=_encode(one.small_rgb))
        if frame.position in best and one.small_rgb is not None
        else frame
        for frame, one in zip(frames, analyzed, strict=True)
    ]


def _encode(rgb: NDArray[np.uint8]) -> bytes:
    encoded = BytesIO()
    Image.fromarray(rgb).save(encoded, "JPEG", quality=SMALL_QUALITY)
    return encoded.getvalue()

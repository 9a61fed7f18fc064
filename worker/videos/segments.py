"""Step 4 for videos: one is cut into segments, and the frames of each segment are looked at."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from io import BufferedIOBase, BytesIO
from itertools import islice
from math import ceil
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.job_values import JobOptions, ThumbnailKind
from db.video_values import FoundFrame, JoinedVideo, StoredFrame, VideoCut
from models.errors import TooLargeItem
from models.face import Face
from models.nets.analyzer import Analyzer, FoundFaces
from models.videos.reader import Frame, Grid, Video, VideoHeader
from models.videos.shots import sign_frame
from models.videos.tracks import SeenFace
from worker.lease import HeldChunk
from worker.memory import bound_memory
from worker.pictures.thumbnails import shrink
from worker.settings import WORKING_SIDE_PIXELS, Settings
from worker.sources.reader import Sources
from worker.videos.download import LocalVideo
from worker.videos.drawing import Clip, Part, draw_clips
from worker.videos.joining import Joiner

# Each segment is this part of what a slot would get of the frames left (Polychronopoulos and Kuck
# 1987): every slot has its part of a short video, and none works long after the others. But not so
# fine that finding the first frame takes longer than looking at all.
SHARES_PER_SLOT = 2
FEWEST_FRAMES = 16
# A frame that may be shown later is kept nearly as it was.
SMALL_QUALITY = 95
# As many times as the database can number the faces of.
MOST_PLACES = 2_000_000
# Enough for the sixteen frames of 36 megapixels that an H.264 decoder may have to keep, and for
# what is found in them.
DECODER_BYTES = 2 << 30
BREAKS_OFF = "The file breaks off before its end; what can be read is analyzed."


@dataclass(frozen=True, slots=True)
class Segment:
    """The frames of a segment; `reached` is the grid time where it was left, None at its end."""

    frames: tuple[FoundFrame, ...]
    reached: int | None = None


@dataclass(frozen=True, slots=True)
class _AnalyzedFrame:
    """A frame that was looked at, whose pixels are gone but for a small picture."""

    position: int
    number: int
    seconds: float
    found: FoundFaces
    signature: bytes
    small_rgb: NDArray[np.uint8] | None


class VideoAnalysis:
    """Opened once per process, beside the analysis of pictures, with the same nets."""

    def __init__(self, settings: Settings, analyzer: Analyzer, sources: Sources) -> None:
        self._settings = settings
        self._analyzer = analyzer
        self._local = LocalVideo(sources)

    def close(self) -> None:
        self._local.close()

    def cut(self, held: HeldChunk, slots: int) -> VideoCut:
        """How a video is cut; raises an ItemError where it cannot be read at all."""
        with self._open(held) as (video, digest):
            header, warning = video.header, BREAKS_OFF if video.breaks_off() else None
        segments = self._cut(held.chunk.options, header, slots)
        return VideoCut(
            header.width_pixels,
            header.height_pixels,
            header.duration_seconds,
            digest,
            segments,
            warning,
        )

    def _cut(
        self, options: JobOptions, header: VideoHeader, slots: int
    ) -> tuple[tuple[int, int | None], ...]:
        bound = _bound_frames(options)
        places = bound
        if header.duration_seconds is not None:
            places = make_grid(options).count(header.duration_seconds)
            places = places if bound is None else min(places, bound)
        if places is None:
            return ((0, None),)
        per_frame = places_per_frame(options, header)
        self._check_frames(places, per_frame)
        starts = [0]
        while (left := places - starts[-1]) > (size := self._size(left, per_frame, slots)):
            starts.append(starts[-1] + size)
        # A header may say less than there is: the last one goes on to the end.
        stops: list[int | None] = [*starts[1:], bound]
        return tuple(zip(starts, stops, strict=True))

    def _size(self, places: int, per_frame: float, slots: int) -> int:
        """How many places of the grid a segment has."""
        frames = ceil(places / per_frame / (SHARES_PER_SLOT * max(1, slots)))
        return ceil(min(max(frames, FEWEST_FRAMES), self._settings.segment_frames) * per_frame)

    def _check_frames(self, places: int, per_frame: float) -> None:
        most = self._settings.max_video_frames
        if places > MOST_PLACES or places / per_frame > most:
            raise TooLargeItem(
                f"The video has more than {most} frames to look at; ask for fewer "
                "frames_per_second, or for a part of it by start_seconds and end_seconds."
            )

    def analyze(self, held: HeldChunk) -> Segment:
        """Find and classify the faces of a segment's frames, until the work has to stop."""
        analyzed: list[_AnalyzedFrame] = []
        with self._open(held) as (video, _):
            reached = self._analyze_all(video, held, analyzed)
        faces = iter(
            self._analyzer.classify([face for one in analyzed for face in one.found.faces])
        )
        frames = [_describe(one, tuple(islice(faces, len(one.found.faces)))) for one in analyzed]
        options = held.chunk.options
        if options.thumbnails is not ThumbnailKind.NONE:
            frames = _keep_best(frames, analyzed, options.frames_per_second)
        return Segment(tuple(frames), reached)

    def _analyze_all(
        self, video: Video, held: HeldChunk, analyzed: list[_AnalyzedFrame]
    ) -> int | None:
        chunk = held.chunk
        reached = chunk.first_frame
        for frame in video.sample(make_grid(chunk.options), reached, chunk.stop_frame):
            if held.should_stop():
                return reached
            if frame is None:
                continue
            self._check_frames(frame.position, places_per_frame(chunk.options, video.header))
            if chunk.stop_frame is None and len(analyzed) == self._settings.segment_frames:
                return reached
            analyzed.append(self._analyze(frame, chunk.options.thumbnails))
            reached = frame.position + 1
        return None

    def _analyze(self, frame: Frame, thumbnails: ThumbnailKind) -> _AnalyzedFrame:
        [found] = self._analyzer.find([frame.picture])
        signature = sign_frame(frame.picture, [face.detection.box for face in found.faces])
        wanted = thumbnails is not ThumbnailKind.NONE
        side = self._settings.thumbnail_side_pixels
        small = shrink(frame.picture.rgb, side) if wanted else None
        return _AnalyzedFrame(frame.position, frame.number, frame.seconds, found, signature, small)

    def find_small(self, held: HeldChunk, position: int) -> bytes | None:
        """The small picture of a frame that no segment kept, decoded again."""
        with self._open(held) as (video, _):
            for frame in video.sample(make_grid(held.chunk.options), position, position + 1):
                if frame is not None:
                    small = shrink(frame.picture.rgb, self._settings.thumbnail_side_pixels)
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
        with self._open(held) as (video, _):
            yield from draw_clips(video, part, joined, frames, probability, held)

    @contextmanager
    def _open(self, held: HeldChunk) -> Iterator[tuple[Video, bytes]]:
        """The video of a chunk, and the digest of its bytes."""
        try:
            file, digest = self._local.open(held.chunk.items[0], held.renew)
            with bound_memory(DECODER_BYTES):
                video = Video(
                    cast(BufferedIOBase, file),
                    max_pixels=self._settings.max_video_pixels,
                    working_side=WORKING_SIDE_PIXELS,
                )
                with closing(video):
                    yield video, digest
        finally:
            self._local.rest()


def make_grid(options: JobOptions) -> Grid:
    """When the frames are that these options ask for."""
    return Grid(options.frames_per_second, options.start_seconds, options.end_seconds)


def places_per_frame(options: JobOptions, header: VideoHeader) -> float:
    """How many places of the grid there are for each frame that has one: a header that promises
    frames seconds apart makes no more work than there are frames."""
    rate = header.frames_per_second
    return max(1.0, options.frames_per_second / rate) if rate else 1.0


def _bound_frames(options: JobOptions) -> int | None:
    """How many frames these options allow; None where that is for the video to say."""
    bounds = [] if options.max_frames is None else [options.max_frames]
    if options.end_seconds is not None:
        bounds.append(make_grid(options).count(options.end_seconds))
    return min(bounds, default=None)


def _describe(analyzed: _AnalyzedFrame, faces: tuple[Face, ...]) -> FoundFrame:
    return FoundFrame(
        analyzed.position,
        analyzed.number,
        analyzed.seconds,
        analyzed.signature,
        faces,
        dropped=analyzed.found.dropped,
    )


def _keep_best(
    frames: Sequence[FoundFrame], analyzed: Sequence[_AnalyzedFrame], frames_per_second: float
) -> list[FoundFrame]:
    """A small picture of each frame that is the best of a track as far as this segment tells."""
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

"""Step 5 for videos: all frames of one are joined to the tracks of people, each with its best
frame."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice

import numpy as np
from PIL import Image

from db.item_values import ClaimedChunk, Thumbnail
from db.job_values import JobOptions, ThumbnailKind
from db.video_values import JoinedVideo, StoredFrame
from models.errors import UnreadableItem
from models.face import Face
from models.videos.tracks import Track
from worker.pictures.thumbnails import blur_faces, draw_thumbnail
from worker.settings import Settings
from worker.videos.joining import Joiner
from worker.videos.segments import VideoAnalysis

PAGE_FRAMES = 500
THUMBNAILS_AT_ONCE = 50
# A video that ends so much before its header says is taken to be cut off; many headers round.
CUT_OFF_SECONDS = 1.0

ReadFrames = Callable[[int, int], list[StoredFrame]]  # after which position, how many
ReadSmall = Callable[[int], bytes | None]
# Of which tracks, and of those that have one.
KeepThumbnails = Callable[[Collection[int], Mapping[int, Thumbnail]], None]


@dataclass(frozen=True, slots=True)
class VideoRows:
    """How the rows of one video are read, and what its header said."""

    read_frames: ReadFrames
    read_small: ReadSmall
    width_pixels: int
    duration_seconds: float | None
    warning: str | None

    def read_all(self) -> Iterator[StoredFrame]:
        """Page by page, each in a session of its own."""
        after = -1
        while page := self.read_frames(after, PAGE_FRAMES):
            yield from page
            after = page[-1].position


def join_video(chunk: ClaimedChunk, rows: VideoRows, says_stop: Callable[[], bool]) -> JoinedVideo:
    """The people of a video, still without their thumbnails; raises UnreadableItem where not one
    frame was found."""
    options = chunk.options
    ends = [end for end in (rows.duration_seconds, options.stop_seconds) if end is not None]
    joiner = Joiner(options.frames_per_second, ends)
    joiner.join(_renewing(rows.read_all(), says_stop))
    if not joiner.frames:
        raise UnreadableItem(_explain_nothing(chunk))
    return JoinedVideo(
        frames=joiner.frames,
        tracks=tuple(joiner.tracks),
        face_ids=joiner.face_ids,
        face_tracks=joiner.face_tracks,
        warning=_warn(options, rows, joiner),
    )


def draw_people(
    chunk: ClaimedChunk,
    video: JoinedVideo,
    rows: VideoRows,
    videos: VideoAnalysis,
    settings: Settings,
    says_stop: Callable[[], bool],
    keep: KeepThumbnails,
) -> JoinedVideo:
    """The video with a thumbnail of each of its people, where the job wants them; they are kept
    some at a time."""
    if chunk.options.thumbnails is ThumbnailKind.NONE:
        return video
    pictures = _Pictures(chunk, rows, videos, settings, says_stop)
    tracks, kept = iter(video.tracks), set[int]()
    while some := list(islice(tracks, THUMBNAILS_AT_ONCE)):
        drawn = {track.number: pictures.draw(track) for track in some}
        thumbnails = {number: one for number, one in drawn.items() if one is not None}
        keep(drawn.keys(), thumbnails)
        kept |= thumbnails.keys()
    return replace(video, thumbnails=frozenset(kept))


def _renewing(
    frames: Iterator[StoredFrame], says_stop: Callable[[], bool]
) -> Iterator[StoredFrame]:
    for frame in frames:
        says_stop()
        yield frame


def _explain_nothing(chunk: ClaimedChunk) -> str:
    if chunk.options.start_seconds or chunk.options.end_seconds is not None:
        return "The video has no frame between start_seconds and end_seconds; ask for other times."
    return "Not one frame of the video can be decoded; send the original video again."


def _warn(options: JobOptions, rows: VideoRows, joiner: Joiner) -> str | None:
    """What of the part asked for is missing; the file's own end matters only within it."""
    covered, stop_seconds = _find_covered(joiner, options), options.stop_seconds
    if rows.duration_seconds is not None:
        end = min(filter(None, (rows.duration_seconds, stop_seconds)))
        if end - covered >= CUT_OFF_SECONDS:
            return (
                f"The video says that it lasts {rows.duration_seconds:.1f} s, but nothing after "
                f"{joiner.last_seconds:.1f} s can be read; what comes before is analyzed."
            )
    return rows.warning if stop_seconds is None or covered < stop_seconds else None


def _find_covered(joiner: Joiner, options: JobOptions) -> float:
    """Up to when the frames reach: until then no other frame need be there to be looked at."""
    # A frame's number is its time in frames of the video's rate. Where that varies, the last frame
    # may as well be shown for as long as the one before it.
    frame_seconds = joiner.last_seconds / joiner.last_number if joiner.last_number else 0.0
    rest = max(1 / options.frames_per_second + frame_seconds, joiner.last_gap_seconds)
    return joiner.last_seconds + rest


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Draws the best frame of each track."""

    chunk: ClaimedChunk
    rows: VideoRows
    videos: VideoAnalysis
    settings: Settings
    says_stop: Callable[[], bool]

    def draw(self, track: Track) -> Thumbnail | None:
        position = track.best_position
        self.says_stop()
        small = self.rows.read_small(position)
        if small is None:
            # A segment sees only its part of a track, and may have kept another frame of it.
            small = self.videos.read_small(self.chunk, position, self.says_stop)
        if small is None:
            return None
        rgb = np.asarray(Image.open(BytesIO(small)).convert("RGB"))
        width = self.rows.width_pixels
        if self.chunk.options.thumbnails is ThumbnailKind.BLURRED:
            rgb = blur_faces(rgb, self._read_faces(position), width)
        return draw_thumbnail(rgb, [track.best.face], width, self.settings.gender_min_probability)

    def _read_faces(self, position: int) -> list[Face]:
        return [
            seen.face for frame in self.rows.read_frames(position - 1, 1) for seen in frame.faces
        ]

"""Step 5 for videos: all frames of one are joined to the tracks of people, each with its best
frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import numpy as np
from PIL import Image

from db.item_values import Thumbnail
from db.job_values import JobOptions, ThumbnailKind
from db.video_values import JoinedVideo, StoredFrame
from models.errors import UnreadableItem
from models.face import Face
from models.videos.tracks import Track
from worker.lease import HeldChunk
from worker.pictures.thumbnails import blur_faces, draw_thumbnail
from worker.settings import Settings
from worker.videos.joining import Joiner
from worker.videos.rows import VideoRows
from worker.videos.segments import VideoAnalysis

THUMBNAILS_PER_BATCH = 50
# A video that ends so much before its header says is taken to be cut off; many headers round.
CUT_OFF_SECONDS = 1.0


def join_video(held: HeldChunk, rows: VideoRows) -> JoinedVideo:
    """The people of a video, still without their thumbnails; raises UnreadableItem where not one
    frame was found."""
    options = held.chunk.options
    ends = [end for end in (rows.duration_seconds, options.stop_seconds) if end is not None]
    joiner = Joiner(options.frames_per_second, ends)
    joiner.join(_renewing(rows.read_all(), held))
    if not joiner.frames:
        raise UnreadableItem(_explain_nothing(options))
    return JoinedVideo(
        frames=joiner.frames,
        tracks=tuple(joiner.tracks),
        face_ids=joiner.face_ids,
        face_tracks=joiner.face_tracks,
        warning=_warn(options, rows, joiner),
    )


def draw_people(
    held: HeldChunk,
    tracks: Sequence[Track],
    rows: VideoRows,
    analysis: VideoAnalysis,
    settings: Settings,
) -> Iterator[dict[int, Thumbnail | None]]:
    """The thumbnail of each track, by its number, where the job wants them: a batch at a time."""
    if held.chunk.options.thumbnails is ThumbnailKind.NONE:
        return
    pictures, left = _Pictures(held, rows, analysis, settings), iter(tracks)
    while batch := list(islice(left, THUMBNAILS_PER_BATCH)):
        yield {track.number: pictures.draw(track) for track in batch}


def _renewing(frames: Iterator[StoredFrame], held: HeldChunk) -> Iterator[StoredFrame]:
    for frame in frames:
        held.renew()
        yield frame


def _explain_nothing(options: JobOptions) -> str:
    if options.start_seconds or options.end_seconds is not None:
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

    held: HeldChunk
    rows: VideoRows
    analysis: VideoAnalysis
    settings: Settings

    def draw(self, track: Track) -> Thumbnail | None:
        position = track.best_position
        self.held.renew()
        small = self.rows.read_small(position)
        if small is None:
            # A segment sees only its part of a track, and may have kept another frame of it.
            small = self.analysis.find_small(self.held, position)
        if small is None:
            return None
        rgb = np.asarray(Image.open(BytesIO(small)).convert("RGB"))
        width = self.rows.width_pixels
        if self.held.chunk.options.thumbnails is ThumbnailKind.BLURRED:
            rgb = blur_faces(rgb, self._read_faces(position), width)
        return draw_thumbnail(rgb, [track.best.face], width, self.settings.gender_min_probability)

    def _read_faces(self, position: int) -> list[Face]:
        return [
            seen.face for frame in self.rows.read_frames(position - 1, 1) for seen in frame.faces
        ]
